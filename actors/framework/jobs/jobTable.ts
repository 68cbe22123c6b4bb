/**
 * The jobs of a processor: what state each is in is its chart's (`statecharts/job.ts`); beside it stand the data of the
 * present attempt and the queue of those that wait.
 */

import type { Offer } from '../../../proto/index.ts';
import type { Timer } from '../../../runtime/index.ts';
import type { Inspectable } from '../../../runtime/inspect/inspector.ts';
import { ChartTable, type JobEvent, jobMachine, type Transition } from '../../../statecharts/index.ts';
import type { Failure } from '../matching/choose.ts';
import type { Hard, Soft } from '../matching/constraints.ts';
import type { PlacedTask } from '../matching/task.ts';
import { attributesOf, type Fitted, type Known, placedTask } from './fitting.ts';
import type { JobRecord } from './jobRecord.ts';
import type { Demand, JobSpec } from './jobSpec.ts';
import { demandText } from './jobSpec.ts';
import { hardOf, softOf } from './placing.ts';
import type { JobProgress } from './progressPattern.ts';

/** How long a host on which an attempt failed is avoided by the job's next attempts. */
const AVOID_HOST_MS = 60_000;

/** Where the present attempt is. */
export interface Attempt {
  /** `<job id>.<number>`, never used again. */
  readonly taskId: string;
  readonly agentId: string;
  readonly hostname: string;
  /** Milliseconds since 1970. */
  readonly launchedAtMs: number;
  /** Of the agent; only of jobs that say where they run. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** How an attempt ended that did not succeed. */
export interface AttemptEnd {
  readonly attempt: Attempt;
  /** TaskState name. */
  readonly state: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** The container it ran in, when it was told. */
  readonly containerId: string | undefined;
}

/** A job and what is known of it besides its state. */
export class Job implements Fitted {
  readonly spec: JobSpec;
  readonly shape: string;
  readonly group: string;
  readonly exclusive: boolean;
  readonly hard: readonly Hard[];
  readonly soft: readonly Soft[];
  /** Why the last look at offers found no host for it. */
  failures: readonly Failure[] = [];
  /** What its output said last, in its present attempt. */
  progress: JobProgress | undefined;
  /** Attempts launched, in this run of the processor and before. */
  attempts = 0;
  /** The last one launched. */
  attempt: Attempt | undefined;
  lastEnd: AttemptEnd | undefined;
  /** Attempts lost in a row, through no fault of the job. */
  lostInARow = 0;
  waitsSinceMs = 0;
  readonly #nowMs: () => number;
  readonly #avoided = new Map<string, number>();

  constructor(spec: JobSpec, nowMs: () => number) {
    this.spec = spec;
    this.shape = demandText(spec.demand);
    this.group = spec.group ?? spec.id;
    this.exclusive = spec.placement?.exclusive === true;
    this.hard = hardOf(spec.placement);
    this.soft = softOf(spec.placement);
    this.#nowMs = nowMs;
  }

  get id(): string {
    return this.spec.id;
  }

  get demand(): Demand {
    return this.spec.demand;
  }

  avoids(hostname: string): boolean {
    if (this.#avoided.size === 0) return false;
    return (this.#avoided.get(hostname) ?? 0) > this.#nowMs();
  }

  avoid(hostname: string): void {
    this.#avoided.set(hostname, this.#nowMs() + AVOID_HOST_MS);
  }
}

/** What of an offer an attempt remembers. */
export type LaunchPlace = Pick<Offer, 'agent_id' | 'hostname' | 'attributes'>;

export interface JobTableOptions {
  readonly nowMs: () => number;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly unreachableTimeoutMs: number;
  /** The task of the job's present attempt is to be killed. */
  readonly kill: (job: Job) => void;
  /** A job went from one state to another. */
  readonly moved: (job: Job, transition: Transition) => void;
  readonly failed: (where: string, error: unknown) => void;
}

export class JobTable {
  readonly #options: JobTableOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #byTask = new Map<string, Job>();
  /** Those that wait after an earlier attempt go before those that never ran: they were submitted earlier. */
  readonly #again = new Map<string, Job>();
  readonly #fresh = new Map<string, Job>();
  readonly #shapes = new Map<string, number>();
  readonly #byUuid = new Map<string, Job>();
  /** Those of the waiting jobs that say where they run. */
  readonly #placed = new Set<string>();
  /** Active jobs that want their host alone. */
  readonly #exclusive = new Set<string>();
  readonly #charts: ChartTable<typeof jobMachine>;

  constructor(options: JobTableOptions) {
    this.#options = options;
    this.#charts = new ChartTable(jobMachine, {
      clock: { setTimer: (delayMs, run) => options.delay(delayMs, run) },
      delays: { UNREACHABLE_TIMEOUT: options.unreachableTimeoutMs },
      actions: { killTask: ({ id }) => this.#withJob(id, options.kill) },
      onTransition: (transition) =>
        this.#withJob(transition.id, (job) => this.#onTransition(job, transition)),
      onError: ({ where, error }) => options.failed(where, error),
    });
  }

  /** To be watched by others. */
  get charts(): Inspectable {
    return this.#charts;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Jobs per state: `pending`, `staging`, `running`, `unreachable`, `successful`, `failed`. */
  counts(): Readonly<Record<string, number>> {
    return this.#charts.counts();
  }

  /** Whether every job has ended. */
  get done(): boolean {
    return this.#charts.countTag('terminal') === this.#jobs.size;
  }

  /** Jobs that wait for an offer, in the order in which they are to run. May be walked more than once. */
  readonly waiting: Iterable<Job> = { [Symbol.iterator]: () => this.#walkWaiting() };

  get waitingCount(): number {
    return this.#again.size + this.#fresh.size;
  }

  /** How many different demands the waiting jobs have. */
  get waitingShapes(): number {
    return this.#shapes.size;
  }

  jobs(): Iterable<Job> {
    return this.#jobs.values();
  }

  /** Jobs with a task in the cluster, as far as is known. */
  *active(): Iterable<Job> {
    for (const job of this.#byTask.values()) yield job;
  }

  stateOf(job: Job): string {
    return this.#charts.value(job.id) ?? '';
  }

  /** Attempts beyond the present one that the job may still spend. */
  retriesLeft(job: Job): number {
    return this.#charts.context(job.id)?.retriesLeft ?? 0;
  }

  /** The job whose present attempt this task is. */
  ofTask(taskId: string): Job | undefined {
    return this.#byTask.get(taskId);
  }

  /** Adds a job that waits. @throws when its id is taken */
  add(spec: JobSpec): Job {
    return this.#start(spec, spec.retries);
  }

  /** Adds a job as an earlier run of the processor left it. */
  restore(spec: JobSpec, record: JobRecord): void {
    const job = this.#start(spec, record.retriesLeft);
    job.attempts = record.attempts;
    job.attempt = record.attempt;
    // Nobody knows whether a launch that was written down reached the master: reconciliation will tell.
    if (record.state !== 'pending') this.step(job, { type: 'LAUNCHED' });
    if (record.state === 'successful') this.step(job, { type: 'SUCCEEDED' });
    if (record.state === 'failed') this.step(job, { type: 'REJECTED' });
    job.lastEnd = record.lastEnd;
  }

  /** Notes the next attempt and moves the job on. */
  launch(job: Job, { agent_id, hostname, attributes }: LaunchPlace): Attempt {
    job.attempts++;
    job.failures = [];
    job.progress = undefined;
    const taskId = `${job.id}.${job.attempts}`;
    const attempt = {
      taskId,
      hostname,
      agentId: agent_id.value,
      launchedAtMs: this.#options.nowMs(),
      ...(job.spec.placement !== undefined && { attributes: attributesOf({ attributes }) }),
    };
    job.attempt = attempt;
    this.step(job, { type: 'LAUNCHED' });
    return attempt;
  }

  /** Agents with tasks of jobs, by id. */
  hosts(): Map<string, Known> {
    const hosts = new Map<string, Known & { readonly tasks: PlacedTask[] }>();
    for (const job of this.#byTask.values()) {
      const { attempt } = job;
      if (attempt === undefined) continue;
      const { agentId, hostname, attributes = {} } = attempt;
      const known = hosts.get(agentId) ?? { agentId, hostname, attributes, tasks: [] };
      known.tasks.push(placedTask(job));
      hosts.set(agentId, known);
    }
    return hosts;
  }

  /** A job by its id, or by the client's own. */
  find(id: string): Job | undefined {
    return this.#jobs.get(id) ?? this.#byUuid.get(id.toLowerCase());
  }

  /** Whether it waits for an offer now, and does not rest. */
  isQueued({ id }: Job): boolean {
    return this.#again.has(id) || this.#fresh.has(id);
  }

  /** Whether a job that waits says where it runs, or one that runs wants its host alone: it is to be looked for a place for each. */
  get looksForPlaces(): boolean {
    return this.#placed.size > 0 || this.#exclusive.size > 0;
  }

  hasEnded({ id }: Job): boolean {
    return this.#charts.hasTag(id, 'terminal');
  }

  /** Forgets a job that has ended. */
  remove({ id, spec }: Job): void {
    this.#jobs.delete(id);
    if (spec.uuid !== undefined) this.#byUuid.delete(spec.uuid);
    this.#charts.stop(id);
  }

  step(job: Job, event: JobEvent): void {
    this.#charts.step(job.id, event);
  }

  *#walkWaiting(): Iterator<Job> {
    yield* this.#again.values();
    yield* this.#fresh.values();
  }

  #start(spec: JobSpec, retries: number): Job {
    const job = new Job(spec, this.#options.nowMs);
    this.#charts.start(spec.id, { retries });
    this.#jobs.set(spec.id, job);
    if (spec.uuid !== undefined) this.#byUuid.set(spec.uuid, job);
    this.#enqueue(job);
    return job;
  }

  #withJob(id: string, run: (job: Job) => void): void {
    const job = this.#jobs.get(id);
    if (job !== undefined) run(job);
  }

  #onTransition(job: Job, transition: Transition): void {
    if (!transition.changed) return;
    const { attempt } = job;
    if (transition.previous === 'pending') {
      this.#dequeue(job);
      if (transition.value === 'staging' && attempt !== undefined) {
        this.#byTask.set(attempt.taskId, job);
        if (job.exclusive) this.#exclusive.add(job.id);
      }
    } else if (!this.#charts.hasTag(job.id, 'active') && attempt !== undefined) {
      this.#byTask.delete(attempt.taskId);
      this.#exclusive.delete(job.id);
    }
    if (transition.value === 'pending') this.#rest(job, transition.event.type);
    this.#options.moved(job, transition);
  }

  /** A job that is lost again and again is not launched again and again at full speed. */
  #rest(job: Job, event: string): void {
    job.lostInARow = event === 'ATTEMPT_LOST' ? job.lostInARow + 1 : 0;
    if (job.lostInARow < 2) {
      this.#enqueue(job);
      return;
    }
    const pauseMs = Math.min(60_000, 500 * 2 ** Math.min(job.lostInARow - 1, 10));
    this.#options.delay(pauseMs, () => {
      if (this.stateOf(job) === 'pending') this.#enqueue(job);
    });
  }

  #enqueue(job: Job): void {
    job.waitsSinceMs = this.#options.nowMs();
    (job.attempts === 0 ? this.#fresh : this.#again).set(job.id, job);
    this.#shapes.set(job.shape, (this.#shapes.get(job.shape) ?? 0) + 1);
    if (job.spec.placement !== undefined) this.#placed.add(job.id);
  }

  #dequeue(job: Job): void {
    if (!this.#again.delete(job.id) && !this.#fresh.delete(job.id)) return;
    this.#placed.delete(job.id);
    const left = (this.#shapes.get(job.shape) ?? 1) - 1;
    if (left === 0) this.#shapes.delete(job.shape);
    else this.#shapes.set(job.shape, left);
  }
}
