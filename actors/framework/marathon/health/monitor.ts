/** The health of all instances: checks that Marathon runs itself, and what agents tell of theirs (spec: marathon.md §20). */

import type { Clock, Timer } from '../../../../runtime/index.ts';
import type { Inspectable } from '../../../../runtime/inspect/inspector.ts';
import { ChartTable, marathonHealthMachine } from '../../../../statecharts/index.ts';
import { isoTime } from '../events/bus.ts';
import type { Instance } from '../instances/instance.ts';
import { isLeaderRun } from '../launcher/checks.ts';
import type { App, HealthCheck } from '../model/app.ts';
import type { ProbeAnswer, Prober } from './prober.ts';
import { StartupChecks } from './startup.ts';
import { hasPassed, targetOf } from './target.ts';

/** Before the first round of a check, at most. */
const FIRST_ROUND_MAX_MS = 5_000;

/** One check of one instance. */
interface Watched {
  readonly key: string;
  readonly instance: Instance;
  readonly app: App;
  readonly check: HealthCheck;
  /** Since when the instance runs, by the monotonic clock. */
  readonly runsSinceMs: number;
  timer: Timer | undefined;
  firstSuccessMs?: number;
  lastSuccessMs?: number;
  lastFailureMs?: number;
  lastFailureCause?: string;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly prober: Prober;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  /** Brings an answer from outside into the owner's event loop. */
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly strictFailureCount: boolean;
  readonly checkFailed: (instance: Instance, check: HealthCheck) => void;
  /** One of an instance's checks changed its mind. */
  readonly changed: (instance: Instance, alive: boolean) => void;
  /** Too many failures in a row. */
  readonly fatal: (instance: Instance, cause: string) => void;
  readonly failed: (where: string, error: unknown) => void;
}

/** Whether anybody asks how its instances are. */
export function isChecked({ healthChecks, startupCheck }: App): boolean {
  return healthChecks.length > 0 || startupCheck !== undefined;
}

/** Whether an instance is healthy; undefined while nobody knows. */
export type Health = boolean | undefined;

export class HealthMonitor {
  readonly #options: HealthOptions;
  readonly #charts: ChartTable<typeof marathonHealthMachine>;
  readonly #watched = new Map<string, Watched>();
  readonly #byInstance = new Map<string, Watched[]>();
  readonly #startup: StartupChecks;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#startup = new StartupChecks({
      ...options,
      started: (instance, app) => this.#started(instance, app),
    });
    const withWatched =
      (run: (watched: Watched) => void) =>
      ({ id }: { readonly id: string }) => {
        const watched = this.#watched.get(id);
        if (watched !== undefined) run(watched);
      };
    this.#charts = new ChartTable(marathonHealthMachine, {
      actions: {
        tellFailure: withWatched(({ instance, check }) => options.checkFailed(instance, check)),
        giveUp: withWatched(({ instance, lastFailureCause }) =>
          options.fatal(instance, lastFailureCause ?? ''),
        ),
      },
      onTransition: ({ id, changed, value, previous }) => {
        const alive = value === 'alive';
        if (changed && (alive || previous === 'alive' || previous === 'unknown'))
          withWatched(({ instance }) => options.changed(instance, alive))({ id });
      },
      onError: ({ where, error }) => options.failed(where, error),
    });
  }

  /** To be watched by others. */
  get charts(): Inspectable {
    return this.#charts;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** Begins to look after an instance that runs. Doing so twice is doing it once. */
  watch(instance: Instance, app: App): void {
    if (this.#byInstance.has(instance.id) || !isChecked(app)) return;
    if (app.startupCheck === undefined) this.#beginAll(instance, app);
    else {
      this.#byInstance.set(instance.id, []);
      this.#startup.begin(instance, app, app.startupCheck);
    }
  }

  /** It does not run any more. */
  forget(instance: Instance): void {
    for (const { key, timer } of this.#byInstance.get(instance.id) ?? []) {
      timer?.cancel();
      this.#watched.delete(key);
      this.#charts.stop(key);
    }
    this.#byInstance.delete(instance.id);
    this.#startup.forget(instance);
  }

  /** What the agent says of its own check. */
  told(instance: Instance, healthy: boolean): void {
    const nowMs = this.#options.clock.now();
    for (const watched of this.#byInstance.get(instance.id) ?? []) {
      if (isLeaderRun(watched.check)) continue;
      if (healthy) watched.firstSuccessMs ??= nowMs;
      if (healthy) watched.lastSuccessMs = nowMs;
      else watched.lastFailureMs = nowMs;
      this.#charts.step(watched.key, { type: healthy ? 'TOLD_HEALTHY' : 'TOLD_UNHEALTHY' });
    }
  }

  /** All checks alive: healthy. One dead: not. Else unknown; true where there are no checks. */
  healthOf(instance: Instance): Health {
    let unknown = this.#startup.isStarting(instance);
    for (const { key } of this.#byInstance.get(instance.id) ?? []) {
      if (this.#charts.hasTag(key, 'unhealthy')) return false;
      if (!this.#charts.hasTag(key, 'healthy')) unknown = true;
    }
    return unknown ? undefined : true;
  }

  /** Whether it has any checks. */
  isWatched(instance: Instance): boolean {
    return this.#byInstance.has(instance.id);
  }

  /** Results as clients read them. */
  resultsOf(instance: Instance): object[] {
    return (this.#byInstance.get(instance.id) ?? []).map((watched) => this.#resultOf(watched));
  }

  #resultOf({
    key,
    firstSuccessMs,
    lastSuccessMs,
    lastFailureMs,
    lastFailureCause,
    instance,
  }: Watched): object {
    const time = (ms: number | undefined): string | null => (ms === undefined ? null : isoTime(ms));
    return {
      alive: this.#charts.hasTag(key, 'healthy'),
      consecutiveFailures: this.#charts.context(key)?.failures ?? 0,
      firstSuccess: time(firstSuccessMs),
      lastSuccess: time(lastSuccessMs),
      lastFailure: time(lastFailureMs),
      lastFailureCause: lastFailureCause ?? null,
      instanceId: instance.id,
      taskId: instance.taskId,
    };
  }

  #started(instance: Instance, app: App): void {
    if (!this.#byInstance.has(instance.id)) return;
    this.#beginAll(instance, app);
    if (app.healthChecks.length === 0) this.#options.changed(instance, true);
  }

  #beginAll(instance: Instance, app: App): void {
    const watched = app.healthChecks.map((check, index) => this.#begin(instance, app, check, index));
    this.#byInstance.set(instance.id, watched);
  }

  #begin(instance: Instance, app: App, check: HealthCheck, index: number): Watched {
    const key = `${instance.id}#${index}`;
    const { clock } = this.#options;
    const earlierMs = Math.max(0, clock.now() - (instance.startedAtMs ?? clock.now()));
    const runsSinceMs = clock.monotonic() - earlierMs;
    const watched: Watched = { key, instance, app, check, runsSinceMs, timer: undefined };
    this.#watched.set(key, watched);
    const most = check.maxConsecutiveFailures;
    this.#charts.start(key, {
      gracePeriodMs: check.gracePeriodSeconds * 1000,
      fatalFailure: most === 0 ? 0 : most + (this.#options.strictFailureCount ? 0 : 1),
      // Who runs the check counts.
      passesNeeded: isLeaderRun(check) ? (check.minConsecutiveSuccesses ?? 1) : 1,
    });
    if (isLeaderRun(check)) this.#plan(watched, Math.min(check.intervalSeconds * 1000, FIRST_ROUND_MAX_MS));
    return watched;
  }

  #plan(watched: Watched, delayMs: number): void {
    watched.timer = this.#options.delay(delayMs, () => this.#round(watched));
  }

  #round(watched: Watched): void {
    const { app, instance, check, key } = watched;
    if (this.#charts.done(key)) return;
    this.#plan(watched, check.intervalSeconds * 1000);
    if (this.#isSnoozed(instance)) return;
    const took = this.#options.defer((answer: ProbeAnswer) => this.#take(watched, answer));
    const target = targetOf(app, instance, check);
    if (target === undefined) took({ connected: false, error: 'the instance has no such port' });
    else this.#options.prober.probe(target, took);
  }

  /** Somebody looks into it: nothing that it answers, or does not, counts meanwhile. */
  #isSnoozed({ snoozedUntilMs }: Instance): boolean {
    return snoozedUntilMs !== undefined && this.#options.clock.now() < snoozedUntilMs;
  }

  #take(watched: Watched, answer: ProbeAnswer): void {
    if (this.#watched.get(watched.key) !== watched || this.#isSnoozed(watched.instance)) return;
    const { check } = watched;
    const nowMs = this.#options.clock.now();
    const { status = 0 } = answer;
    if (check.ignoreHttp1xx === true && status >= 100 && status < 200) return;
    if (hasPassed(check, answer)) {
      watched.firstSuccessMs ??= nowMs;
      watched.lastSuccessMs = nowMs;
      this.#charts.step(watched.key, { type: 'PASSED' });
      return;
    }
    watched.lastFailureMs = nowMs;
    watched.lastFailureCause = answer.error ?? `answered ${status}`;
    const runningMs = this.#options.clock.monotonic() - watched.runsSinceMs;
    this.#charts.step(watched.key, { type: 'FAILED', runningMs });
  }
}
