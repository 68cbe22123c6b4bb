/** Tells the master whether offers are wanted: SUPPRESS while nothing waits, REVIVE when something does. */
import type { Timer } from '../../../runtime/index.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';

/**
 * What an ended task frees is offered with the master's next allocation, up to a second later. While jobs wait a REVIVE asks
 * for it sooner, but not more often than this.
 */
const HURRY_INTERVAL_MS = 50;

export interface OfferDemandOptions {
  readonly driver: () => SchedulerDriver | undefined;
  readonly delay: (delayMs: number, run: () => void) => Timer;
}

export class OfferDemand {
  readonly #options: OfferDemandOptions;
  /** What the master was told last. */
  #wanted = true;
  #hurry: Timer | undefined;

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
    this.#hurry = this.#options.delay(HURRY_INTERVAL_MS, () => {
      this.#hurry = undefined;
      if (this.#wanted) this.#options.driver()?.revive();
    });
  }
}
