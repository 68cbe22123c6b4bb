/** Finding ports in offered resources. */

import type { Resource } from '../generated/types/v1.ts';
import { ResourceError } from './error.ts';
import { Resources } from './resources.ts';
import type { Range } from './values.ts';
import { countRanges } from './values.ts';

/**
 * Takes `count` ports out of all `ports` resources of an offer (every role, every range, in their order). The input
 * is left alone; the result can be subtracted from it and given to a task.
 *
 * @param count a whole number, 0 or more
 * @throws ResourceError when there are fewer
 */
export function findPorts(offered: Resources, count: number): Resources {
  const found: Resource[] = [];
  let missing = count;
  for (const resource of offered.named('ports').nonScalars().toMessages()) {
    if (missing === 0) break;
    const range = takeFirst(resource.ranges?.range ?? [], missing);
    missing -= countRanges(range);
    found.push({ ...resource, ranges: { range } });
  }
  if (missing > 0) {
    throw new ResourceError(`ports: expected at least ${count} in the offer, found ${count - missing}`);
  }
  return Resources.of(found);
}

function takeFirst(ranges: readonly Range[], count: number): Range[] {
  const taken: Range[] = [];
  let missing = count;
  for (const { begin, end } of ranges) {
    if (missing === 0) break;
    const size = Math.min(missing, end - begin + 1);
    taken.push({ begin, end: begin + size - 1 });
    missing -= size;
  }
  return taken;
}

/** The single port numbers of a bag, ascending by range. */
export function portNumbers(resources: Resources): number[] {
  const numbers: number[] = [];
  for (const { begin, end } of resources.ranges('ports') ?? []) {
    for (let port = begin; port <= end; port++) numbers.push(port);
  }
  return numbers;
}
