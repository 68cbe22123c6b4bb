/** Of a full series the older half is thinned, so that at most so many points are kept (libprocess' `TimeSeries`). */
const POINTS_MAX = 1000;

/** The samples of a sliding window, oldest first. */
export class TimeSeries {
  readonly #windowMs: number;
  #times: number[] = [];
  #samples: number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @param nowMs must not go backwards */
  add(nowMs: number, sample: number): void {
    this.#times.push(nowMs);
    this.#samples.push(sample);
    if (this.#times.length <= POINTS_MAX) return;
    this.#forgetBefore(nowMs - this.#windowMs);
    if (this.#times.length > POINTS_MAX) this.#thin();
  }

  /** The samples within the window that ends now. */
  samples(nowMs: number): readonly number[] {
    this.#forgetBefore(nowMs - this.#windowMs);
    return this.#samples;
  }

  #forgetBefore(timeMs: number): void {
    const first = this.#times.findIndex((each) => each >= timeMs);
    const expired = first === -1 ? this.#times.length : first;
    if (expired === 0) return;
    this.#times.splice(0, expired);
    this.#samples.splice(0, expired);
  }

  /** Drops every other point of the older half: recent time stays exact, the past gets coarse. */
  #thin(): void {
    const half = POINTS_MAX / 2;
    const kept = (_: number, index: number) => index >= half || index % 2 === 0;
    this.#times = this.#times.filter(kept);
    this.#samples = this.#samples.filter(kept);
  }
}
