/**
 * How many instances may die and how many may start, at any instant of a deployment (spec: marathon.md §16).
 *
 * Upstream works these numbers out once and then reacts to single deaths and births. Here they are worked out anew from what
 * runs now, whenever something changes, so that a deployment that lost its leader goes on without having counted anything.
 */

/** What of a service runs now. Instances that are dying count as alive until they are dead, and as nothing else. */
export interface Running {
  /** Outdated instances that have a task, dying ones too. */
  readonly oldAlive: number;
  /** Of these, the ones that are dying. */
  readonly oldDying: number;
  /** Of the others, the ones that are healthy. */
  readonly oldHealthy: number;
  /** Of the others, unhealthy ones that are to stay for now; the rest of them is about to die. */
  readonly oldKept?: number;
  /** Instances of the new version that run or are about to, without dying ones. */
  readonly newAlive: number;
  /** Of these, the ones that are healthy and ready. */
  readonly newHealthy: number;
  /** Instances of the new version that are dying, because somebody killed them or they were ill. */
  readonly newDying?: number;
}

export interface UpgradeRule {
  /** Instances wanted. */
  readonly instances: number;
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
  /** Volumes have to be freed before they can be used again: never above the number wanted. */
  readonly resident: boolean;
}

export interface Moves {
  /** Healthy old instances that may be killed now, besides all the unhealthy ones. */
  readonly kill: number;
  /** New instances that may be started now. */
  readonly start: number;
  readonly done: boolean;
}

/** Ratios have at most a few decimals: what is left of a product beyond is noise of floating point. */
const PRECISION = 1e9;

/** `ceil` of a product of decimals: 100 × 0.07 gives 7. */
export function ceilOf(value: number): number {
  return Math.ceil(Math.round(value * PRECISION) / PRECISION);
}

/** `floor` of a product of decimals: 10 × 1.1 gives 11. */
export function floorOf(value: number): number {
  return Math.floor(Math.round(value * PRECISION) / PRECISION);
}

/** The bounds within which a service is moved. */
export function boundsOf(rule: UpgradeRule, healthy: number): { minHealthy: number; maxAlive: number } {
  const { instances, minimumHealthCapacity, maximumOverCapacity, resident } = rule;
  const minHealthy = ceilOf(instances * minimumHealthCapacity);
  const maxAlive = floorOf(instances * (1 + maximumOverCapacity));
  if (minHealthy !== maxAlive || maxAlive > healthy) return { minHealthy, maxAlive };
  // Nothing could move: one more is tolerated, or one less where volumes have to be freed first.
  return resident ? { minHealthy: minHealthy - 1, maxAlive } : { minHealthy, maxAlive: maxAlive + 1 };
}

/** What may be done now. Unhealthy old instances may always die; they give their places free when they are dead. */
export function movesOf(rule: UpgradeRule, running: Running): Moves {
  const { instances } = rule;
  const { oldAlive, oldDying, oldHealthy, newAlive, newHealthy, newDying = 0, oldKept = 0 } = running;
  const healthy = oldHealthy + newHealthy;
  const { minHealthy, maxAlive } = boundsOf(rule, healthy);
  const kill = Math.min(oldHealthy, Math.max(0, healthy - minHealthy, oldHealthy - instances));
  const places = maxAlive - (oldHealthy + oldKept + oldDying) - newAlive - newDying;
  const start = Math.max(0, Math.min(instances - newAlive, places));
  return { kill, start, done: oldAlive === 0 && newHealthy >= instances && newAlive <= instances };
}
