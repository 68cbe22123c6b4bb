/** One resource inside a `Resources` bag: a kind and how much of it; the arithmetic of two of the same kind. */

import type { Resource } from '../generated/types/v1.ts';
import { ValueType } from '../generated/types/v1.ts';
import type { Kind } from './kind.ts';
import { kindOf, reallocate } from './kind.ts';
import type { Range } from './values.ts';
import {
  addItems,
  addRanges,
  coalesce,
  containsItems,
  containsRanges,
  countRanges,
  fromMilli,
  subtractItems,
  subtractRanges,
  toMilli,
} from './values.ts';

const NO_RANGES: readonly Range[] = [];
const NO_ITEMS: readonly string[] = [];

/** All entries have the same fields, whatever their type, so that the engine sees one shape. */
export interface Entry {
  readonly kind: Kind;
  /** Thousandths, for a SCALAR. */
  readonly milli: number;
  readonly ranges: readonly Range[];
  readonly items: readonly string[];
  /** How many hold a shared resource; 1 for all others. */
  readonly holders: number;
}

export function scalarEntry(kind: Kind, milli: number): Entry {
  return { kind, milli, ranges: NO_RANGES, items: NO_ITEMS, holders: 1 };
}

function rangesEntry(kind: Kind, ranges: readonly Range[]): Entry {
  return { kind, milli: 0, ranges, items: NO_ITEMS, holders: 1 };
}

function setEntry(kind: Kind, items: readonly string[]): Entry {
  return { kind, milli: 0, ranges: NO_RANGES, items, holders: 1 };
}

/** The entry of a message; its value is rounded (scalars) or coalesced (ranges). */
export function entryOf(resource: Resource): Entry {
  const kind = kindOf(resource);
  if (kind.type === ValueType.SCALAR) return scalarEntry(kind, toMilli(resource.scalar?.value ?? 0));
  if (kind.type === ValueType.RANGES) return rangesEntry(kind, coalesce(resource.ranges?.range ?? NO_RANGES));
  return setEntry(kind, addItems(resource.set?.item ?? NO_ITEMS, NO_ITEMS));
}

/** The message of an entry: a new object, in the new reservation format. The count of holders is not in it. */
export function messageOf(entry: Entry): Resource {
  const { kind } = entry;
  const message: Resource = { ...kind.template };
  if (kind.type === ValueType.SCALAR) message.scalar = { value: fromMilli(entry.milli) };
  else if (kind.type === ValueType.RANGES) message.ranges = { range: [...entry.ranges] };
  else message.set = { item: [...entry.items] };
  if (kind.allocationRole !== undefined) message.allocation_info = { role: kind.allocationRole };
  return message;
}

/** Whether there is nothing of it: a scalar of 0 (or below), no range, no item. */
export function isEmptyEntry(entry: Entry): boolean {
  if (entry.kind.type === ValueType.SCALAR) return entry.milli <= 0;
  if (entry.kind.type === ValueType.RANGES) return entry.ranges.length === 0;
  return entry.items.length === 0;
}

export function sameKind(left: Entry, right: Entry): boolean {
  return left.kind === right.kind || left.kind.key === right.kind.key;
}

/** Whether two entries are of one kind and hold the same value (holders aside). */
export function sameEntry(left: Entry, right: Entry): boolean {
  return (
    sameKind(left, right) && left.milli === right.milli && holdsValue(left, right) && holdsValue(right, left)
  );
}

/** Whether two entries become one when added. Shared ones merge by counting, indivisible ones never do. */
export function addable(left: Entry, right: Entry): boolean {
  if (!sameKind(left, right)) return false;
  if (left.kind.shared) return sameEntry(left, right);
  return !left.kind.indivisible;
}

/** Whether `right` can be taken out of `left`; the indivisible only as a whole. */
export function subtractable(left: Entry, right: Entry): boolean {
  if (!sameKind(left, right)) return false;
  return left.kind.indivisible || left.kind.shared ? sameEntry(left, right) : true;
}

/** The sum of two addable entries. */
export function addEntries(left: Entry, right: Entry): Entry {
  const { kind } = left;
  if (kind.shared) return withHolders(left, left.holders + right.holders);
  if (kind.type === ValueType.SCALAR) return scalarEntry(kind, left.milli + right.milli);
  if (kind.type === ValueType.RANGES) return rangesEntry(kind, addRanges(left.ranges, right.ranges));
  return setEntry(kind, addItems(left.items, right.items));
}

/** What remains of `left` without `right`, which must be subtractable; undefined when nothing remains. */
export function subtractEntries(left: Entry, right: Entry): Entry | undefined {
  const { kind } = left;
  if (kind.shared) {
    return left.holders > right.holders ? withHolders(left, left.holders - right.holders) : undefined;
  }
  if (kind.indivisible) return undefined;
  const rest = subtractValue(left, right);
  return isEmptyEntry(rest) ? undefined : rest;
}

function subtractValue(left: Entry, right: Entry): Entry {
  const { kind } = left;
  if (kind.type === ValueType.SCALAR) return scalarEntry(kind, left.milli - right.milli);
  if (kind.type === ValueType.RANGES) return rangesEntry(kind, subtractRanges(left.ranges, right.ranges));
  return setEntry(kind, subtractItems(left.items, right.items));
}

/** Whether the value of `left` covers that of `right` (both of one type). */
export function holdsValue(left: Entry, right: Entry): boolean {
  if (left.kind.type === ValueType.SCALAR) return left.milli >= right.milli;
  if (left.kind.type === ValueType.RANGES) return containsRanges(left.ranges, right.ranges);
  return containsItems(left.items, right.items);
}

export function withHolders(entry: Entry, holders: number): Entry {
  return { ...entry, holders };
}

/** The same amount allocated to `role`, or to nobody. */
export function reallocateEntry(entry: Entry, role: string | undefined): Entry {
  return { ...entry, kind: reallocate(entry.kind, role) };
}

/** Thousandths of a scalar, or a thousand for each number or item. */
export function milliCount(entry: Entry): number {
  if (entry.kind.type === ValueType.SCALAR) return entry.milli;
  if (entry.kind.type === ValueType.RANGES) return countRanges(entry.ranges) * 1000;
  return entry.items.length * 1000;
}
