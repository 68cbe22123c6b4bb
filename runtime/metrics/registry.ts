import type { Clock } from '../ports.ts';
import { Counter, PushGauge } from './counter.ts';
import { Timer } from './timer.ts';

/** A gauge that is asked when someone looks. */
export type PullGauge = () => number;

/** A metric under its name, with what it means. */
export interface Metric {
  readonly instrument: Counter | PushGauge | Timer | PullGauge;
  readonly help: string;
}

/** Told beside the name of a timer. */
export interface TimerOptions {
  readonly help?: string;
  /** How far back the statistics (`/count`, `/p50`, …) reach; without it there are none. */
  readonly windowMs?: number;
}

/**
 * The metrics of a node by name (`master/tasks_running`), as `/metrics/snapshot` shows them.
 *
 * Asking again for a counter, push gauge or timer gives the one that is there; a pull gauge replaces the earlier one,
 * since an actor that starts anew brings its own function.
 */
export class MetricsRegistry {
  readonly #clock: Clock;
  readonly #metrics = new Map<string, Metric>();
  /** Sorted by name, until a metric comes or goes. */
  #sorted: ReadonlyArray<readonly [name: string, metric: Metric]> | undefined;
  /** How often somebody looked. */
  #looks = 0;

  /** @param clock measures the timers */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Error when the name belongs to another kind of metric, here and below */
  counter(name: string, help = ''): Counter {
    const { instrument } = this.#metrics.get(name) ?? this.#add(name, new Counter(), help);
    if (instrument instanceof Counter) return instrument;
    throw taken(name, 'counter');
  }

  pushGauge(name: string, help = ''): PushGauge {
    const { instrument } = this.#metrics.get(name) ?? this.#add(name, new PushGauge(), help);
    if (instrument instanceof PushGauge) return instrument;
    throw taken(name, 'push gauge');
  }

  /** @param pull cheap and without effects; a gauge that throws or answers no finite number is left out */
  gauge(name: string, pull: PullGauge, help = ''): void {
    const earlier = this.#metrics.get(name)?.instrument;
    if (earlier !== undefined && typeof earlier !== 'function') throw taken(name, 'gauge');
    this.#add(name, pull, help);
  }

  /** @param name without the unit: `registrar/state_store` is shown as `registrar/state_store_ms` */
  timer(name: string, { help = '', windowMs }: TimerOptions = {}): Timer {
    const key = `${name}_ms`;
    const { instrument } = this.#metrics.get(key) ?? this.#add(key, new Timer(this.#clock, windowMs), help);
    if (instrument instanceof Timer) return instrument;
    throw taken(key, 'timer');
  }

  /**
   * What several gauges are computed of: worked out once for each look at the metrics, when the first of them asks.
   * @returns for the gauges alone, since only a look makes it anew
   */
  shared<T>(compute: () => T): () => T {
    let held: { readonly look: number; readonly value: T } | undefined;
    return () => {
      if (held?.look !== this.#looks) held = { look: this.#looks, value: compute() };
      return held.value;
    };
  }

  /** @param name as shown (a timer's with `_ms`). @returns whether it was there */
  remove(name: string): boolean {
    this.#sorted = undefined;
    return this.#metrics.delete(name);
  }

  /** Every name with its number, sorted by name: the body of `/metrics/snapshot`. */
  snapshot(): Record<string, number> {
    const values: Array<readonly [string, number]> = [];
    for (const [name, { instrument }] of this.entries()) {
      if (instrument instanceof Timer) addTimer(values, name, instrument);
      else values.push([name, numberOf(instrument)]);
    }
    return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)).sort(byName));
  }

  /** Every metric with its name, sorted by name, for other forms than the snapshot's. */
  entries(): ReadonlyArray<readonly [name: string, metric: Metric]> {
    this.#looks++;
    this.#sorted ??= [...this.#metrics].sort(byName);
    return this.#sorted;
  }

  #add(name: string, instrument: Metric['instrument'], help: string): Metric {
    const metric = { instrument, help };
    this.#metrics.set(name, metric);
    this.#sorted = undefined;
    return metric;
  }
}

/** The number now; NaN where a pull gauge fails. */
export function numberOf(instrument: Counter | PushGauge | PullGauge): number {
  if (typeof instrument !== 'function') return instrument.value;
  try {
    return instrument();
  } catch {
    return Number.NaN;
  }
}

function addTimer(values: Array<readonly [string, number]>, name: string, timer: Timer): void {
  if (timer.lastMs !== undefined) values.push([name, timer.lastMs]);
  for (const [suffix, value] of Object.entries(timer.statistics() ?? {}))
    values.push([`${name}/${suffix}`, value]);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function taken(name: string, kind: string): Error {
  return new Error(`metric '${name}': expected a ${kind}, the name is another kind's`);
}
