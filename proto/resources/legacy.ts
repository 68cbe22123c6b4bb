/** The JSON blocks of resources and attributes in the older endpoints (`/state`, `/slaves`, ...). */

import type { Attribute } from '../generated/types/v1.ts';
import { ValueType } from '../generated/types/v1.ts';
import type { Entry } from './entry.ts';
import { Resources } from './resources.ts';
import { formatItems, formatRanges, fromMilli } from './values.ts';

/** Always there, in the order in which Mesos prints them. */
const ALWAYS = ['disk', 'mem', 'gpus', 'cpus'] as const;

/**
 * `{"disk":0,"mem":1024,"gpus":0,"cpus":4,"ports":"[31000-32000]"}`: the four scalars always, other scalars as numbers,
 * ranges and sets as text, revocable ones under `<name>_revocable`; all roles summed.
 *
 * The numbers are doubles on the wire: whoever writes the text gives them a fraction (`4.0`).
 */
export function legacyResources(resources: Resources): Record<string, number | string> {
  const block: Record<string, number | string> = {};
  for (const name of ALWAYS) block[name] = 0;
  const sums = new Map<string, Entry[]>();
  for (const entry of resources.entries) {
    const name = entry.kind.revocable ? `${entry.kind.name}_revocable` : entry.kind.name;
    const list = sums.get(name);
    if (list === undefined) sums.set(name, [entry]);
    else list.push(entry);
  }
  for (const [name, entries] of sums) block[name] = legacyValue(entries);
  return block;
}

function legacyValue(entries: readonly Entry[]): number | string {
  const bag = Resources.ofEntries(entries);
  const first = entries[0]?.kind;
  if (first === undefined || first.type === ValueType.SCALAR) {
    return fromMilli(entries.reduce((sum, entry) => sum + entry.milli, 0));
  }
  if (first.type === ValueType.RANGES) return formatRanges(bag.ranges(first.name) ?? []);
  return formatItems(bag.set(first.name) ?? []);
}

/** By role, the block of what is reserved to it. */
export function legacyReservations(resources: Resources): Record<string, Record<string, number | string>> {
  const roles = [...resources.reservations()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(roles.map(([role, reserved]) => [role, legacyResources(reserved)]));
}

/** `[name, value]` pairs of attributes: a number, `[1-2]`, `{a}` or text. Names may repeat. */
export function legacyAttributes(attributes: readonly Attribute[]): [string, number | string][] {
  return attributes.map((attribute) => [attribute.name, legacyAttributeValue(attribute)]);
}

function legacyAttributeValue(attribute: Attribute): number | string {
  if (attribute.type === ValueType.SCALAR) return attribute.scalar?.value ?? 0;
  if (attribute.type === ValueType.RANGES) return formatRanges(attribute.ranges?.range ?? []);
  if (attribute.type === ValueType.SET) return formatItems(attribute.set?.item ?? []);
  return attribute.text?.value ?? '';
}
