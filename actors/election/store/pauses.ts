/** How long a store waits before it asks again for a write that was refused. */

/** Runs something later, by a clock. */
export type Delay = (delayMs: number, run: () => void) => unknown;

const FIRST_MS = 500;
const LONGEST_MS = 5_000;

/** Pauses that double, until something was written. */
export class Pauses {
  private readonly delay: Delay;
  private nextMs = FIRST_MS;

  constructor(delay: Delay) {
    this.delay = delay;
  }

  /** Runs it after the next pause. @returns how long that is */
  wait(run: () => void): number {
    const pauseMs = this.nextMs;
    this.nextMs = Math.min(2 * pauseMs, LONGEST_MS);
    this.delay(pauseMs, run);
    return pauseMs;
  }

  /** The next pause is a short one again. */
  reset(): void {
    this.nextMs = FIRST_MS;
  }
}
