/** Where deployments halt: after so many new instances of a service, before they go on (spec: other-frameworks.md §2.2). Pure. */
import type { UpdatePolicy } from '../model/app.ts';

export interface Halt {
  /** New instances at most, until it goes on. */
  readonly newMax: number;
  /** Somebody has to say that it goes on; else it does so when they are healthy. */
  readonly pauses: boolean;
}

/** More halts than any deployment has: all of them are passed. */
export const ALL_PASSED = 1_000_000;

/**
 * @param passed halts that are behind it
 * @param instances wanted
 * @returns undefined when none is ahead
 */
export function haltOf(
  update: UpdatePolicy | undefined,
  passed: number,
  instances: number,
): Halt | undefined {
  const { canarySteps, batchSizes, autoPause = false } = update ?? {};
  const canary = canarySteps?.[passed];
  if (canary !== undefined) return { newMax: canary, pauses: true };
  if (batchSizes === undefined || batchSizes.length === 0) return undefined;
  const newMax = sumOf(batchSizes, passed - (canarySteps?.length ?? 0) + 1);
  return newMax >= instances ? undefined : { newMax, pauses: autoPause };
}

/** Of so many batches; the last size is that of all further ones. */
function sumOf(sizes: readonly number[], batches: number): number {
  const last = sizes.at(-1) ?? 1;
  const given = sizes.slice(0, batches).reduce((sum, size) => sum + size, 0);
  return given + Math.max(0, batches - sizes.length) * last;
}

/** Whether an update is about the instance with this number. */
export function inRange(update: UpdatePolicy | undefined, number: number): boolean {
  const [first, last] = update?.range ?? [0, Number.POSITIVE_INFINITY];
  return number >= first && number <= last;
}

/** Instances that an update is about. */
export function countInRange(update: UpdatePolicy | undefined, instances: number): number {
  if (update?.range === undefined) return instances;
  const [first, last] = update.range;
  return Math.max(0, Math.min(last, instances - 1) - first + 1);
}
