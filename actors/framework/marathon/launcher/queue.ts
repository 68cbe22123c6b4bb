/** Which services wait for launches, and how long each has to (spec: marathon.md §21). */

import type { Clock, Timer } from '../../../../runtime/index.ts';
import type { Inspectable } from '../../../../runtime/inspect/inspector.ts';
import { ChartTable, marathonAppMachine } from '../../../../statecharts/index.ts';
import type { Spec } from '../model/spec.ts';
import { OfferHistory } from '../offers/reasons.ts';
import { Backoff } from './backoff.ts';

export interface QueueEntry {
  /** What is launched. */
  readonly spec: Spec;
  /** How many more. */
  readonly count: number;
  readonly sinceMs: number;
  readonly history: OfferHistory;
}

export interface LaunchQueueOptions {
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  /** Some service may launch now. */
  readonly wanted: () => void;
  readonly failed: (where: string, error: unknown) => void;
}

export class LaunchQueue {
  readonly #clock: Clock;
  readonly #entries = new Map<string, QueueEntry>();
  readonly #backoff = new Backoff();
  readonly #charts: ChartTable<typeof marathonAppMachine>;
  /** Services in states with the tag `launching`: offers come often, and most services wait for none. */
  readonly #launching = new Set<string>();

  constructor({ clock, delay, wanted, failed }: LaunchQueueOptions) {
    this.#clock = clock;
    this.#charts = new ChartTable(marathonAppMachine, {
      clock: { setTimer: (delayMs, run) => delay(delayMs, run) },
      delays: { BACKOFF: ({ id }) => this.leftMs(id) },
      actions: { wantOffers: wanted },
      onTransition: ({ id }) => {
        if (this.#charts.hasTag(id, 'launching')) this.#launching.add(id);
        else this.#launching.delete(id);
      },
      onError: ({ where, error }) => failed(where, error),
    });
  }

  /** To be watched by others. */
  get charts(): Inspectable {
    return this.#charts;
  }

  /** Services that may launch now. */
  *waiting(): Iterable<QueueEntry> {
    for (const id of this.#launching) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) yield entry;
    }
  }

  get anyWaiting(): boolean {
    return this.#launching.size > 0;
  }

  /** All that have something to launch, those that have to wait too. */
  entries(): Iterable<QueueEntry> {
    return this.#entries.values();
  }

  entry(service: string): QueueEntry | undefined {
    return this.#entries.get(service);
  }

  /** States of the service's chart as text. */
  stateOf(service: string): string {
    return this.#charts.value(service) ?? '';
  }

  /** Until the next launch is allowed. */
  leftMs(service: string): number {
    return this.#backoff.leftMs(service, this.#clock.monotonic());
  }

  /** So many instances of it are to be launched. */
  want(spec: Spec, count: number): void {
    const { id } = spec;
    this.#start(id);
    const before = this.#entries.get(id);
    if (count === 0) {
      this.#entries.delete(id);
      if (before !== undefined) this.#charts.step(id, { type: 'SATISFIED' });
      return;
    }
    const same = before?.spec.versionInfo.lastConfigChangeAt === spec.versionInfo.lastConfigChangeAt;
    const history = same && before !== undefined ? before.history : new OfferHistory();
    this.#entries.set(id, { spec, count, history, sinceMs: before?.sinceMs ?? this.#clock.now() });
    if (same) return;
    // Another configuration waits for nothing that the former one did.
    if (before !== undefined) {
      this.#backoff.reset(id);
      this.#charts.step(id, { type: 'DELAY_RESET' });
      this.#charts.step(id, { type: 'SATISFIED' });
    }
    this.#charts.step(id, { type: 'LAUNCH_WANTED' });
  }

  /** One was launched. */
  launched(service: string): void {
    const entry = this.#entries.get(service);
    if (entry === undefined) return;
    entry.history.used(this.#clock.now());
    this.want(entry.spec, entry.count - 1);
    this.#backoff.advance(service, this.#clock.monotonic());
  }

  /** An instance began, or got on. */
  advanced(service: string): void {
    this.#backoff.advance(service, this.#clock.monotonic());
  }

  /** An instance ended that should not have. */
  failed(spec: Spec): void {
    this.#start(spec.id);
    this.#backoff.failed(spec.id, spec, this.#clock.monotonic());
    this.#charts.step(spec.id, { type: 'BACKED_OFF' });
  }

  /** Lets it launch at once. @returns whether it waits in the queue */
  resetDelay(service: string): boolean {
    this.#backoff.reset(service);
    if (this.#charts.has(service)) this.#charts.step(service, { type: 'DELAY_RESET' });
    return this.#entries.has(service);
  }

  lock(service: string): void {
    this.#start(service);
    this.#charts.step(service, { type: 'LOCKED' });
  }

  unlock(service: string): void {
    if (this.#charts.matches(service, 'present.deployment.deploying'))
      this.#charts.step(service, { type: 'UNLOCKED' });
  }

  /** The service is gone. */
  remove(service: string): void {
    this.#entries.delete(service);
    this.#backoff.reset(service);
    if (!this.#charts.has(service)) return;
    this.#charts.step(service, { type: 'REMOVED' });
    this.#charts.stop(service);
  }

  #start(id: string): void {
    if (!this.#charts.has(id)) this.#charts.start(id);
  }
}
