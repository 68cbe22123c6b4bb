/** Writes jobs down as they are. A store that failed ends the processor by itself. */
import type { JobRecord } from './jobRecord.ts';
import type { JobSpec } from './jobSpec.ts';
import type { JobStore, Written } from './jobStore.ts';
import type { Job, JobTable } from './jobTable.ts';

export class JobWriter {
  readonly #store: JobStore;
  readonly #table: JobTable;
  readonly #defer: (run: () => void) => () => void;

  constructor(store: JobStore, table: JobTable, defer: (run: () => void) => () => void) {
    this.#store = store;
    this.#table = table;
    this.#defer = defer;
  }

  /** Runs `then`, between two callbacks, when all are written. */
  save(jobs: readonly Job[], then: () => void): void {
    const written = this.#afterAll(jobs.length, then);
    for (const job of jobs) this.#store.saveJob(this.#recordOf(job), written);
  }

  /** The same of new jobs. */
  add(specs: readonly JobSpec[], then: () => void): void {
    const written = this.#afterAll(specs.length, then);
    if (specs.length === 0) this.#defer(then)();
    for (const spec of specs) this.#store.saveSpec(spec, written);
  }

  /** Forgets the jobs that ended first, where more than so many have. */
  prune(most: number): void {
    const ended = [...this.#table.jobs()].filter((job) => this.#table.hasEnded(job));
    for (const job of ended.slice(0, Math.max(0, ended.length - most))) this.forget(job);
  }

  /** One that has ended. */
  forget(job: Job): void {
    this.#table.remove(job);
    this.#store.forget(job.id);
  }

  #afterAll(count: number, then: () => void): Written {
    const done = this.#defer(then);
    let left = count;
    return (error) => {
      left--;
      if (error === undefined && left === 0) done();
    };
  }

  #recordOf(job: Job): JobRecord {
    const value = this.#table.stateOf(job);
    const state = value === 'pending' || value === 'successful' || value === 'failed' ? value : 'active';
    return {
      id: job.id,
      state,
      attempts: job.attempts,
      retriesLeft: this.#table.retriesLeft(job),
      ...(job.attempt === undefined ? {} : { attempt: job.attempt }),
      ...(job.lastEnd === undefined ? {} : { lastEnd: job.lastEnd }),
    };
  }
}
