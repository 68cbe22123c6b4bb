import type { Clock } from '../ports.ts';
import { type Statistics, statisticsOf } from './statistics.ts';
import { TimeSeries } from './timeSeries.ts';

/** Measures durations in milliseconds: the last one and, given a window, statistics over it. */
export class Timer {
  /** The last duration; undefined before the first. */
  lastMs: number | undefined;
  /** How many were measured since the start of the process, and their sum. */
  count = 0;
  sumMs = 0;
  readonly #clock: Clock;
  readonly #window: TimeSeries | undefined;

  /** @param windowMs how far back statistics reach; without it there are none */
  constructor(clock: Clock, windowMs: number | undefined) {
    this.#clock = clock;
    this.#window = windowMs === undefined ? undefined : new TimeSeries(windowMs);
  }

  /** Begins a measurement; calling what it returns ends it (once) and answers the milliseconds. */
  start(): () => number {
    const startedMs = this.#clock.monotonic();
    let elapsedMs: number | undefined;
    return () => {
      if (elapsedMs === undefined) {
        elapsedMs = this.#clock.monotonic() - startedMs;
        this.record(elapsedMs);
      }
      return elapsedMs;
    };
  }

  /** Adds a duration that was measured elsewhere. */
  record(durationMs: number): void {
    this.lastMs = durationMs;
    this.count += 1;
    this.sumMs += durationMs;
    this.#window?.add(this.#clock.monotonic(), durationMs);
  }

  /** @returns undefined without a window or with fewer than two samples in it */
  statistics(): Statistics | undefined {
    return this.#window && statisticsOf(this.#window.samples(this.#clock.monotonic()));
  }
}
