import type { Counter } from './counter.ts';
import type { MetricsRegistry, PullGauge } from './registry.ts';

/**
 * Metrics that come and go together: those of one framework, of one role. It knows its names, so that its end costs what it has,
 * however many others there are.
 */
export class MetricsGroup {
  readonly #registry: MetricsRegistry;
  readonly #prefix: string;
  readonly #names = new Set<string>();

  /** @param prefix what every name begins with: `master/frameworks/NAME/ID/` */
  constructor(registry: MetricsRegistry, prefix: string) {
    this.#registry = registry;
    this.#prefix = prefix;
  }

  /** @throws Error when the name belongs to another kind of metric, here and below */
  counter(suffix: string): Counter {
    return this.#registry.counter(this.#named(suffix));
  }

  gauge(suffix: string, pull: PullGauge): void {
    this.#registry.gauge(this.#named(suffix), pull);
  }

  /** Takes all of them away. @returns how many there were */
  clear(): number {
    const { size } = this.#names;
    for (const name of this.#names) this.#registry.remove(name);
    this.#names.clear();
    return size;
  }

  #named(suffix: string): string {
    const name = this.#prefix + suffix;
    this.#names.add(name);
    return name;
  }
}
