/** Giving up on what says nothing for too long. */
import type { Clock, Timer } from '../../runtime/ports.ts';

export interface StallOptions {
  readonly clock: Clock;
  readonly stallMs: number;
}

export function stallText({ stallMs }: Pick<StallOptions, 'stallMs'>): string {
  return `nothing came for ${stallMs / 1000} s`;
}

/** Calls back once when it is not restarted in time. */
export class Stall {
  readonly #options: StallOptions;
  readonly #onStall: () => void;
  #timer: Timer;
  #heardAt: number;

  constructor(options: StallOptions, onStall: () => void) {
    this.#options = options;
    this.#onStall = onStall;
    this.#heardAt = options.clock.monotonic();
    this.#timer = this.#arm(options.stallMs);
  }

  restart(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  end(): void {
    this.#timer.cancel();
  }

  #arm(delayMs: number): Timer {
    const { clock, stallMs } = this.#options;
    return clock.setTimer(delayMs, () => {
      const left = this.#heardAt + stallMs - clock.monotonic();
      if (left <= 0) this.#onStall();
      else this.#timer = this.#arm(left);
    });
  }
}
