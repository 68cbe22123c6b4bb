/** The least that is worth offering (`--min_allocatable_resources`, `FrameworkInfo.offer_filters`). */

import type { OfferFilters } from '../../../proto/generated/types/v1.ts';
import { parseResources, Quantities, ResourceError, type Resources } from '../../../proto/resources/index.ts';

/** Alternatives: one of them must be there in full. None at all accepts everything that is not empty. */
export type Minimum = readonly Quantities[];

/** `cpus:0.01|mem:32` */
export const DEFAULT_MINIMUM: Minimum = [Quantities.of({ cpus: 0.01 }), Quantities.of({ mem: 32 })];

/**
 * Reads alternatives such as `cpus:0.01|mem:32`; empty text accepts everything.
 *
 * @throws ResourceError naming the item and what was expected
 */
export function parseMinimum(text: string): Minimum {
  if (text.trim() === '') return [];
  return text.split('|').map((alternative) => {
    const resources = parseResources(alternative);
    const plain = resources.entries.every(({ kind, milli }) => milli > 0 && kind.reservations.length === 0);
    if (resources.isEmpty || !plain) {
      throw new ResourceError(`minimum "${alternative}": expected unreserved scalars such as cpus:0.01`);
    }
    return resources.scalarQuantities();
  });
}

/** By role, the minimum that a framework asks for instead of the default one. */
export function minimumsOf(
  filters: Readonly<Record<string, OfferFilters>> | undefined,
): Map<string, Minimum> {
  const minimums = new Map<string, Minimum>();
  for (const [role, filter] of Object.entries(filters ?? {})) {
    const alternatives = filter.min_allocatable_resources;
    if (alternatives === undefined) continue;
    const list = (alternatives.quantities ?? []).map((one) => Quantities.ofMessage(one.quantities));
    minimums.set(role, list);
  }
  return minimums;
}

/** Whether the resources reach one of the alternatives; ranges and sets count their items. */
export function reaches(resources: Resources, minimum: Minimum): boolean {
  if (resources.isEmpty) return false;
  if (minimum.length === 0) return true;
  const quantities = resources.quantities();
  return minimum.some((alternative) => quantities.contains(alternative));
}
