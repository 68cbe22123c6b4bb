/** The defined jobs of a processor, and the runs that their schedules begin. What was missed while it was away is not made up for. */
import type { Timer } from '../../../runtime/index.ts';
import { Cron } from './cron.ts';
import { type Collision, type JobDefinition, type RunOf, runSpec } from './definition.ts';
import type { JobSpec } from './jobSpec.ts';
import type { JobStore } from './jobStore.ts';
import type { Job } from './jobTable.ts';
import type { Fail } from './jsonCheck.ts';

/** A wall clock may be set: it is looked at so often. A time that was passed by more is over. */
const LOOK_MS = 60_000;
/** Runs of each definition that are remembered, of those that ended. */
const ENDED_RUNS_MAX = 100;

export interface JobDefinitionsOptions {
  readonly store: JobStore;
  /** Whether schedules are followed: by a processor that stays. */
  readonly follows: boolean;
  readonly nowMs: () => number;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly defer: (run: () => void) => () => void;
  readonly uuid: () => string;
  readonly jobs: () => Iterable<Job>;
  readonly hasEnded: (job: Job) => boolean;
  readonly submit: (spec: JobSpec, then: () => void) => void;
  readonly kill: (job: Job) => void;
  readonly forget: (job: Job) => void;
  readonly failed: (where: string, error: unknown) => void;
}

interface Kept {
  readonly definition: JobDefinition;
  timer?: Timer;
  /** When its schedule comes next, in milliseconds since 1970. */
  nextMs?: number;
  /** Times that came while a run went on, since the processor began. */
  skipped: number;
}

export class JobDefinitions {
  readonly #options: JobDefinitionsOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: JobDefinitionsOptions) {
    this.#options = options;
    for (const definition of options.store.definitions.values()) this.#keep(definition);
  }

  get size(): number {
    return this.#kept.size;
  }

  all(): JobDefinition[] {
    return [...this.#kept.values()].map(({ definition }) => definition);
  }

  get(name: string): JobDefinition | undefined {
    return this.#kept.get(name)?.definition;
  }

  /** When its schedule comes next; undefined without one. */
  nextMs(name: string): number | undefined {
    return this.#kept.get(name)?.nextMs;
  }

  skipped(name: string): number {
    return this.#kept.get(name)?.skipped ?? 0;
  }

  /** The newest first. */
  runs(name: string): Job[] {
    const runs = [...this.#options.jobs()].filter(({ spec }) => spec.run?.definition === name);
    return runs.sort((a, b) => (b.spec.run?.atMs ?? 0) - (a.spec.run?.atMs ?? 0));
  }

  /** @param then runs when it is written down */
  put(definition: JobDefinition, then: () => void): void {
    this.#keep(definition);
    this.#options.store.saveDefinition(definition, this.#written(then));
  }

  /** Its runs go on. @param then runs when that is written down */
  remove(name: string, then: () => void): void {
    this.#kept.get(name)?.timer?.cancel();
    this.#kept.delete(name);
    this.#options.store.removeDefinition(name, this.#written(then));
  }

  /** Runs it now, whatever else of it runs. @param then runs when it is written down */
  run(definition: JobDefinition, uuid: string, args: readonly string[], fail: Fail, then: () => void): void {
    this.#start(definition, uuid, args, 'request', fail, then);
  }

  #written(then: () => void): (error?: Error) => void {
    const done = this.#options.defer(then);
    return (error) => {
      // A store that failed ends the processor by itself.
      if (error === undefined) done();
    };
  }

  #start(
    definition: JobDefinition,
    uuid: string,
    args: readonly string[],
    by: RunOf['by'],
    fail: Fail,
    then: () => void,
  ): void {
    const { nowMs, submit, hasEnded, forget } = this.#options;
    const run = { definition: definition.name, by, atMs: nowMs() };
    const spec = runSpec(definition, { uuid, args, run }, fail);
    for (const old of this.runs(definition.name)
      .filter(hasEnded)
      .slice(ENDED_RUNS_MAX - 1))
      forget(old);
    submit(spec, then);
  }

  #keep(definition: JobDefinition): void {
    const before = this.#kept.get(definition.name);
    before?.timer?.cancel();
    const kept: Kept = { definition, skipped: before?.skipped ?? 0 };
    this.#kept.set(definition.name, kept);
    if (definition.schedule !== undefined && this.#options.follows)
      this.#await(kept, new Cron(definition.schedule));
  }

  /** Waits for the next time, a while each, for the wall clock may be set meanwhile. */
  #await(kept: Kept, cron: Cron): void {
    const { nowMs, delay } = this.#options;
    const dueMs = cron.next(nowMs());
    if (dueMs === undefined) return;
    kept.nextMs = dueMs;
    const look = (): void => {
      const leftMs = dueMs - nowMs();
      if (leftMs > 0 && dueMs === cron.next(nowMs())) {
        kept.timer = delay(Math.min(leftMs, LOOK_MS), look);
        return;
      }
      if (leftMs <= 0 && leftMs > -LOOK_MS) this.#due(kept);
      this.#await(kept, cron);
    };
    look();
  }

  #due(kept: Kept): void {
    const { hasEnded, kill, uuid, failed } = this.#options;
    const { definition } = kept;
    const running = this.runs(definition.name).filter(
      (job) => job.spec.run?.by === 'schedule' && !hasEnded(job),
    );
    const { collision }: { collision: Collision } = definition;
    if (running.length > 0 && collision === 'CANCEL_NEW') {
      kept.skipped++;
      return;
    }
    if (collision === 'KILL_EXISTING') for (const job of running) kill(job);
    const fail: Fail = (at, problem) => {
      throw new Error(`${definition.name}: ${at}: ${problem}`);
    };
    try {
      this.#start(definition, uuid(), definition.arguments, 'schedule', fail, () => undefined);
    } catch (error) {
      failed('a scheduled run', error);
    }
  }
}
