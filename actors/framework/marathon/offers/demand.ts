/** Tells the master whether offers are of use: revives not too often, suppresses while nothing waits (spec: marathon.md §22). */
import type { Clock, Timer } from '../../../../runtime/index.ts';
import type { SchedulerDriver } from '../../driver/scheduler.ts';

export interface DemandOptions {
  readonly driver: () => SchedulerDriver | undefined;
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly intervalMs: number;
  readonly wanted: () => boolean;
}

export class OfferDemand {
  readonly #options: DemandOptions;
  #suppressed = false;
  #timer: Timer | undefined;
  #revivedMs = Number.NEGATIVE_INFINITY;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  revives = 0;
  suppressions = 0;

  constructor(options: DemandOptions) {
    this.#options = options;
  }

  /** Offers are of use for a while though nothing waits: they show what is to be given back. */
  hold(ms: number): void {
    this.#heldUntilMs = this.#options.clock.monotonic() + ms;
    this.revive();
  }

  get #wanted(): boolean {
    return this.#options.wanted() || this.#options.clock.monotonic() < this.#heldUntilMs;
  }

  /** A subscription begins with offers. */
  subscribed(): void {
    this.#suppressed = false;
    if (this.#wanted) this.revive();
    else this.idle();
  }

  /** Something came to wait. */
  revive(): void {
    if (this.#timer !== undefined) return;
    const { clock, delay, intervalMs } = this.#options;
    const restMs = Math.max(0, this.#revivedMs + intervalMs - clock.monotonic());
    this.#timer = delay(restMs, () => {
      this.#timer = undefined;
      if (!this.#wanted) return;
      this.#revivedMs = clock.monotonic();
      this.#suppressed = false;
      this.revives++;
      this.#options.driver()?.revive();
    });
  }

  /** Nothing waits any more. */
  idle(): void {
    if (this.#suppressed || this.#wanted) return;
    this.#suppressed = true;
    this.suppressions++;
    this.#options.driver()?.suppress();
  }
}
