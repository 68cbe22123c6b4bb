/** Tells the master whether offers are wanted: SUPPRESS while nothing waits, REVIVE when something does. */
import type { Clock, Timer } from '../../../runtime/index.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';

/**
 * What an ended task frees is offered with the master's next allocation, up to a second later. While jobs wait a REVIVE asks
 * for it sooner, but not more often than this.
 */
const HURRY_INTERVAL_MS = 50;
/** Tasks often end in flocks: one REVIVE for all of them. */
const FLOCK_MS = 5;

export interface OfferDemandOptions {
  readonly driver: () => SchedulerDriver | undefined;
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
}

export class OfferDemand {
  readonly #options: OfferDemandOptions;
  /** What the master was told last. */
  #wanted = true;
  #hurry: Timer | undefined;
  #hurriedMs = Number.NEGATIVE_INFINITY;

  constructor(options: OfferDemandOptions) {
    this.#options = options;
  }

  /** A subscription begins with offers. */
  subscribed(wanted: boolean): void {
    this.#wanted = true;
    this.want(wanted);
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const driver = this.#options.driver();
    if (wanted) driver?.revive();
    else driver?.suppress();
  }

  /** Resources of ours came free. */
  freed(): void {
    if (!this.#wanted || this.#hurry !== undefined) return;
    const { clock, delay, driver } = this.#options;
    const restMs = this.#hurriedMs + HURRY_INTERVAL_MS - clock.monotonic();
    this.#hurry = delay(Math.max(FLOCK_MS, restMs), () => {
      this.#hurry = undefined;
      this.#hurriedMs = clock.monotonic();
      if (this.#wanted) driver()?.revive();
    });
  }
}
