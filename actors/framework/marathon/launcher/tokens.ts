/** Bounds how many launches may be under way: a token comes back when an instance runs well, all do after a while. */
import type { Clock } from '../../../../runtime/index.ts';

export class LaunchTokens {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #refreshMs: number;
  #left: number;
  #refreshedMs: number;

  constructor(clock: Clock, most: number, refreshMs: number) {
    this.#clock = clock;
    this.#most = most;
    this.#refreshMs = refreshMs;
    this.#left = most;
    this.#refreshedMs = clock.monotonic();
  }

  /** @returns whether there was one */
  take(): boolean {
    this.#refresh();
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  giveBack(): void {
    this.#left = Math.min(this.#most, this.#left + 1);
  }

  #refresh(): void {
    if (this.#clock.monotonic() - this.#refreshedMs < this.#refreshMs) return;
    this.#refreshedMs = this.#clock.monotonic();
    this.#left = this.#most;
  }
}
