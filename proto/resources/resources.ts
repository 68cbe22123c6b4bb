/**
 * A bag of resources: what an agent has, an offer holds, a task takes. Immutable; every operation gives a new bag
 * (or the same one when nothing changes). Semantics of Mesos' `Resources`: see `kind.ts` for what adds up.
 */

import type { Resource } from '../generated/types/v1.ts';
import { ResourceReservationInfoType, ValueType } from '../generated/types/v1.ts';
import type { Entry } from './entry.ts';
import {
  addable,
  addEntries,
  entryOf,
  holdsValue,
  isEmptyEntry,
  messageOf,
  milliCount,
  reallocateEntry,
  sameEntry,
  sameKind,
  subtractable,
  subtractEntries,
  withHolders,
} from './entry.ts';
import { formatEntry } from './format.ts';
import type { Kind } from './kind.ts';
import { Quantities } from './quantities.ts';
import { Readings } from './readings.ts';
import { isRoleOrSubroleOf } from './roles.ts';
import type { Range } from './values.ts';
import { addItems, addRanges, fromMilli } from './values.ts';

/** Whether there are resources that are reserved, reserved with a stack of two or more, revocable, shared. */
export interface Traits {
  readonly reserved: boolean;
  readonly refined: boolean;
  readonly revocable: boolean;
  readonly shared: boolean;
}

export class Resources {
  /** Nothing. */
  static readonly EMPTY: Resources = new Resources([]);
  private static readonly readings = new Readings<Resources>(Resources.read);

  /** In the order in which kinds were first added; no empty ones, no two that add up. */
  readonly entries: readonly Entry[];
  private messages: readonly Resource[] | undefined;
  private knownScalars: Quantities | undefined;
  private knownQuantities: Quantities | undefined;
  private knownTraits: Traits | undefined;

  private constructor(entries: readonly Entry[]) {
    this.entries = entries;
  }

  /**
   * From messages (old or new reservation format), which should have been validated. Empty ones are dropped, those
   * of one kind are added up; the same shared resource twice has two holders.
   */
  static of(messages: Iterable<Resource> | undefined): Resources {
    if (messages === undefined) return Resources.EMPTY;
    return Array.isArray(messages) ? Resources.readings.of(messages) : Resources.read(messages);
  }

  private static read(this: void, messages: Iterable<Resource>): Resources {
    const entries: Entry[] = [];
    for (const message of messages) addTo(entries, entryOf(message));
    return Resources.from(entries);
  }

  /** From entries, each added to those before it. */
  static ofEntries(list: Iterable<Entry>): Resources {
    const entries: Entry[] = [];
    for (const entry of list) addTo(entries, entry);
    return Resources.from(entries);
  }

  static sum(bags: Iterable<Resources>): Resources {
    let first = Resources.EMPTY;
    let entries: Entry[] | undefined;
    for (const bag of bags) {
      if (first.isEmpty) first = bag;
      else {
        entries ??= [...first.entries];
        for (const entry of bag.entries) addTo(entries, entry);
      }
    }
    return entries === undefined ? first : new Resources(entries);
  }

  private static from(entries: readonly Entry[]): Resources {
    return entries.length === 0 ? Resources.EMPTY : new Resources(entries);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  plus(that: Resources): Resources {
    if (that.entries.length === 0) return this;
    if (this.entries.length === 0) return that;
    const entries = [...this.entries];
    for (const entry of that.entries) addTo(entries, entry);
    return new Resources(entries);
  }

  /** What is not there cannot be taken: the rest of `that` is ignored, nothing becomes negative. */
  minus(that: Resources): Resources {
    if (that.entries.length === 0 || this.entries.length === 0) return this;
    const entries = [...this.entries];
    for (const entry of that.entries) subtractFrom(entries, entry);
    return Resources.from(entries);
  }

  /** Whether all of `that` could be taken out of this at once. */
  contains(that: Resources): boolean {
    if (this === that) return true;
    for (const wanted of that.entries) if (!this.holds(wanted, that)) return false;
    return true;
  }

  equals(that: Resources): boolean {
    return this === that || (this.contains(that) && that.contains(this));
  }

  /** Whether the value of one entry (of `bag`) is held; equal indivisible entries are counted. */
  private holds(wanted: Entry, bag: Resources): boolean {
    if (!wanted.kind.indivisible && !wanted.kind.shared) {
      for (const entry of this.entries) if (sameKind(entry, wanted)) return holdsValue(entry, wanted);
      return false;
    }
    const have = holdersOf(this.entries, wanted);
    return have >= holdersOf(bag.entries, wanted);
  }

  /** Those of the kinds for which `keep` is true. */
  filter(keep: (kind: Kind) => boolean): Resources {
    const kept = this.entries.filter((entry) => keep(entry.kind));
    return kept.length === this.entries.length ? this : Resources.from(kept);
  }

  named(name: string): Resources {
    return this.filter((kind) => kind.name === name);
  }

  unreserved(): Resources {
    return this.filter((kind) => kind.reservations.length === 0);
  }

  /** Those reserved to exactly `role`, or to anybody. */
  reserved(role?: string): Resources {
    return this.filter((kind) => kind.reservations.length > 0 && (role === undefined || kind.role === role));
  }

  /** Reserved resources by the role they are reserved to. */
  reservations(): Map<string, Resources> {
    return this.groupBy((kind) => (kind.reservations.length === 0 ? undefined : kind.role));
  }

  /** What a role may be offered: the unreserved, and what is reserved to it or to an ancestor. */
  allocatableTo(role: string): Resources {
    if (!this.traits.reserved) return this;
    return this.filter((kind) => kind.reservations.length === 0 || isRoleOrSubroleOf(role, kind.role));
  }

  revocable(): Resources {
    return this.filter((kind) => kind.revocable);
  }

  nonRevocable(): Resources {
    return this.filter((kind) => !kind.revocable);
  }

  shared(): Resources {
    if (!this.traits.shared) return Resources.EMPTY;
    return this.filter((kind) => kind.shared);
  }

  nonShared(): Resources {
    if (!this.traits.shared) return this;
    return this.filter((kind) => !kind.shared);
  }

  scalars(): Resources {
    return this.filter((kind) => kind.type === ValueType.SCALAR);
  }

  nonScalars(): Resources {
    return this.filter((kind) => kind.type !== ValueType.SCALAR);
  }

  persistentVolumes(): Resources {
    return this.filter((kind) => kind.disk?.persistence !== undefined);
  }

  /** Everything that is not as the agent was started with: dynamic reservations and persistent volumes. */
  checkpointed(): Resources {
    return this.filter(
      (kind) =>
        kind.disk?.persistence !== undefined ||
        kind.reservations.some((reservation) => reservation.type === ResourceReservationInfoType.DYNAMIC),
    );
  }

  /** Sets the allocation role of everything; an earlier one is replaced. */
  allocatedTo(role: string): Resources {
    return this.reallocated(role);
  }

  /** Without allocation roles, as agents' totals are. */
  unallocated(): Resources {
    return this.reallocated(undefined);
  }

  /** By allocation role; resources without one are left out. */
  allocations(): Map<string, Resources> {
    return this.groupBy((kind) => kind.allocationRole);
  }

  private reallocated(role: string | undefined): Resources {
    if (this.entries.every((entry) => entry.kind.allocationRole === role)) return this;
    const entries: Entry[] = [];
    for (const entry of this.entries) addTo(entries, reallocateEntry(entry, role));
    return new Resources(entries);
  }

  private groupBy(role: (kind: Kind) => string | undefined): Map<string, Resources> {
    const groups = new Map<string, Entry[]>();
    for (const entry of this.entries) {
      const name = role(entry.kind);
      if (name === undefined) continue;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [entry]);
      else group.push(entry);
    }
    return new Map([...groups].map(([name, entries]) => [name, new Resources(entries)]));
  }

  /** Shared resources with one holder each: what a new holder of all of them would take. */
  withSingleHolders(): Resources {
    if (this.entries.every((entry) => entry.holders === 1)) return this;
    return new Resources(this.entries.map((entry) => (entry.holders === 1 ? entry : withHolders(entry, 1))));
  }

  /** How many hold the (first) shared resource like this one; 0 when it is not there. */
  holders(resource: Resource): number {
    return holdersOf(this.entries, entryOf(resource));
  }

  /** The sum of the scalars of that name, over all roles; undefined when there is none. */
  scalar(name: string): number | undefined {
    const milli = this.scalarQuantities().milli.get(name);
    return milli === undefined ? undefined : fromMilli(milli);
  }

  /** The ranges of that name, over all roles, coalesced; undefined when there are none. */
  ranges(name: string): readonly Range[] | undefined {
    const found = this.entries.filter((entry) => entry.kind.name === name && entry.ranges.length > 0);
    if (found.length === 0) return undefined;
    return found.reduce<readonly Range[]>((sum, entry) => addRanges(sum, entry.ranges), []);
  }

  /** The items of the sets of that name; undefined when there are none. */
  set(name: string): readonly string[] | undefined {
    const found = this.entries.filter((entry) => entry.kind.name === name && entry.items.length > 0);
    if (found.length === 0) return undefined;
    return found.reduce<readonly string[]>((sum, entry) => addItems(sum, entry.items), []);
  }

  get cpus(): number {
    return this.scalar('cpus') ?? 0;
  }

  get gpus(): number {
    return this.scalar('gpus') ?? 0;
  }

  /** Megabytes. */
  get mem(): number {
    return this.scalar('mem') ?? 0;
  }

  /** Megabytes. */
  get disk(): number {
    return this.scalar('disk') ?? 0;
  }

  /** The scalars by name, reserved and revocable included; a shared one counts once however many hold it. */
  scalarQuantities(): Quantities {
    this.knownScalars ??= Quantities.ofMilli(
      sumByName(this.entries.filter((entry) => entry.kind.type === ValueType.SCALAR)),
    );
    return this.knownScalars;
  }

  /** As `scalarQuantities`, and ranges and sets by the number of their items. */
  quantities(): Quantities {
    this.knownQuantities ??= Quantities.ofMilli(sumByName(this.entries));
    return this.knownQuantities;
  }

  /** Which of the less usual kinds are in the bag: worked out once, to spare looking through it. */
  get traits(): Traits {
    this.knownTraits ??= {
      reserved: this.entries.some(({ kind }) => kind.reservations.length > 0),
      refined: this.entries.some(({ kind }) => kind.reservations.length > 1),
      revocable: this.entries.some(({ kind }) => kind.revocable),
      shared: this.entries.some(({ kind }) => kind.shared),
    };
    return this.knownTraits;
  }

  /** The messages, one for each entry, in the new reservation format. Shared with other callers: not to be changed. */
  toMessages(): Resource[] {
    this.messages ??= this.entries.map((entry) => Object.freeze(messageOf(entry)));
    return [...this.messages];
  }

  [Symbol.iterator](): Iterator<Resource> {
    return this.toMessages()[Symbol.iterator]();
  }

  /** `cpus:4; mem:1024`, or `{}`. */
  toString(): string {
    return this.isEmpty ? '{}' : this.entries.map(formatEntry).join('; ');
  }
}

function addTo(entries: Entry[], added: Entry): void {
  if (isEmptyEntry(added)) return;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined || !addable(entry, added)) continue;
    entries[i] = addEntries(entry, added);
    return;
  }
  entries.push(added);
}

function subtractFrom(entries: Entry[], gone: Entry): void {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined || !subtractable(entry, gone)) continue;
    const rest = subtractEntries(entry, gone);
    if (rest === undefined) entries.splice(i, 1);
    else entries[i] = rest;
    return;
  }
}

function holdersOf(entries: readonly Entry[], wanted: Entry): number {
  let holders = 0;
  for (const entry of entries) if (sameEntry(entry, wanted)) holders += entry.holders;
  return holders;
}

function sumByName(entries: readonly Entry[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries)
    sums.set(entry.kind.name, (sums.get(entry.kind.name) ?? 0) + milliCount(entry));
  return sums;
}
