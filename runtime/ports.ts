/**
 * The ports through which everything that is not decided by messages enters a node: time, chance, ids.
 *
 * Code outside `runtime/` never calls `Date.now()`, `Math.random()`, `setTimeout()` or `randomUUID()`; it asks
 * these. With the simulated ports (`runtime/simulation/`) a whole cluster runs under one seed and one clock.
 */

/** A pending timer. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  /** @returns true when the timer had not fired yet */
  cancel(): boolean;
}

export interface Clock {
  /** Wall-clock time in milliseconds since 1970 (may carry a fraction). May jump. */
  now(): number;
  /** Milliseconds since an arbitrary instant; never goes backwards. For intervals and deadlines. */
  monotonic(): number;
  /**
   * Runs `callback` once, `delayMs` from now (0 or more; any length, also beyond setTimeout's 2^31−1 ms).
   * Timers fire in order of due time, those of equal due time in order of creation.
   */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export interface Random {
  /** A uniform number in [0, 1). */
  next(): number;
}

export interface Ids {
  /** A random (version 4) UUID as 36 characters of text. */
  uuid(): string;
  /** A random (version 4) UUID as 16 bytes. */
  uuidBytes(): Uint8Array;
}

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
}
