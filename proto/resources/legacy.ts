/** The JSON blocks of resources and attributes in the older endpoints (`/state`, `/slaves`, ...). */

import type { Attribute } from '../generated/types/v1.ts';
import { ValueType } from '../generated/types/v1.ts';
import { Double, jsonText, RawJson } from '../json.ts';
import type { Entry } from './entry.ts';
import { Resources } from './resources.ts';
import { formatItems, formatRanges, fromMilli } from './values.ts';

/** Always there, in the order in which Mesos prints them. */
const ALWAYS = ['disk', 'mem', 'gpus', 'cpus'] as const;

/**
 * `{"disk":0,"mem":1024,"gpus":0,"cpus":4,"ports":"[31000-32000]"}`: the four scalars always, other scalars as numbers,
 * ranges and sets as text, revocable ones under `<name>_revocable`; all roles summed.
 *
 * Numbers are doubles on the wire, so `jsonText` prints them with a fraction: `4.0`.
 */
export function legacyResources(resources: Resources): Record<string, Double | string> {
  const block: Record<string, Double | string> = {};
  for (const name of ALWAYS) block[name] = new Double(0);
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

function legacyValue(entries: readonly Entry[]): Double | string {
  const bag = Resources.ofEntries(entries);
  const first = entries[0]?.kind;
  if (first === undefined || first.type === ValueType.SCALAR) {
    return new Double(fromMilli(entries.reduce((sum, entry) => sum + entry.milli, 0)));
  }
  if (first.type === ValueType.RANGES) return formatRanges(bag.ranges(first.name) ?? []);
  return formatItems(bag.set(first.name) ?? []);
}

/** By role, the block of what is reserved to it. */
export function legacyReservations(resources: Resources): Record<string, Record<string, Double | string>> {
  const roles = [...resources.reservations()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(roles.map(([role, reserved]) => [role, legacyResources(reserved)]));
}

/** `[name, value]` pairs of attributes: a number, `[1-2]`, `{a}` or text. Names may repeat. */
export function legacyAttributes(attributes: readonly Attribute[]): [string, number | string][] {
  return attributes.map((attribute) => [attribute.name, legacyAttributeValue(attribute)]);
}

/** The JSON object of attributes, `{"rack":"a","level":10.0}`; a name that repeats is a key that repeats, as in Mesos. */
export function legacyAttributesJson(attributes: readonly Attribute[]): RawJson {
  const members = legacyAttributes(attributes).map(
    ([name, value]) => `${jsonText(name)}:${jsonText(typeof value === 'number' ? new Double(value) : value)}`,
  );
  return new RawJson(`{${members.join(',')}}`);
}

function legacyAttributeValue(attribute: Attribute): number | string {
  if (attribute.type === ValueType.SCALAR) return attribute.scalar?.value ?? 0;
  if (attribute.type === ValueType.RANGES) return formatRanges(attribute.ranges?.range ?? []);
  if (attribute.type === ValueType.SET) return formatItems(attribute.set?.item ?? []);
  return attribute.text?.value ?? '';
}
