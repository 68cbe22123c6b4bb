import type { Clock, Timer } from '../ports.ts';

/** How often the lag is looked at. */
const INTERVAL_MS = 250;

/**
 * How late the program's turns come: the time between when a timer was due and when it ran. A single late turn (a large
 * answer, a collection of garbage) is no overload; two in a row are.
 */
export class LoopLag {
  /** The last look. */
  lastMs = 0;
  /** The latest turn since the start. */
  maxMs = 0;
  private previousMs = 0;
  private timer: Timer | undefined;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** What the last two looks agree on: the lower of both. */
  get sustainedMs(): number {
    return Math.min(this.lastMs, this.previousMs);
  }

  start(): void {
    if (this.timer !== undefined) return;
    const dueMs = this.clock.monotonic() + INTERVAL_MS;
    this.timer = this.clock.setTimer(INTERVAL_MS, () => {
      this.timer = undefined;
      this.saw(this.clock.monotonic() - dueMs);
      this.start();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** A turn came so late. */
  saw(lateMs: number): void {
    this.previousMs = this.lastMs;
    this.lastMs = Math.max(0, lateMs);
    this.maxMs = Math.max(this.maxMs, this.lastMs);
  }
}
