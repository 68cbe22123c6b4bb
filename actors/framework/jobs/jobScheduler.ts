/**
 * The job processor: runs every job of a list once to success, on whatever the master offers.
 *
 * Jobs are matched with offers first fit; what nobody can use is declined, and while nothing waits offers are suppressed. An
 * attempt that fails is tried again as often as the job allows; one that was lost with its agent costs no retry. Every state
 * is written to the store before it is acknowledged, a launch before it is sent.
 */
import type {
  InverseOffer,
  Offer,
  OfferID,
  SchedulerEventFailure,
  TaskID,
  TaskStatus,
} from '../../../proto/index.ts';
import { enumName, TaskState, TaskStatusReason } from '../../../proto/index.ts';
import { type JobEvent, jobEvent, type Transition } from '../../../statecharts/index.ts';
import type { FrameworkContext } from '../context.ts';
import type { Scheduler, SchedulerDriver, Subscription } from '../driver/scheduler.ts';
import type { MatchingRule } from '../matching/choose.ts';
import { MeaCulpa } from '../meaCulpa.ts';
import { JobDefinitions } from './definitions.ts';
import { JobOffers } from './jobOffers.ts';
import { JobOutputs, type OutputReader } from './jobOutputs.ts';
import { JobReconciler } from './jobReconciler.ts';
import type { JobSpec } from './jobSpec.ts';
import type { JobStore } from './jobStore.ts';
import { type AttemptEnd, type Job, JobTable } from './jobTable.ts';
import { JobWriter } from './jobWriter.ts';
import { OfferDemand } from './offerDemand.ts';
import { OfferedSoFar } from './offered.ts';
import { PendingReasons } from './pendingReasons.ts';
import { countsText, type Progress } from './progress.ts';
import { summaryLines } from './summary.ts';
import { type WaitReason, waitReasons } from './waitReasons.ts';

/** The master's word for a framework that was torn down or stayed away for longer than its failover timeout. */
const REMOVED = 'Framework has been removed';
const TICK_MS = 1_000;

/** A task in one of these states runs, or may still begin to. */
const LIVE: ReadonlySet<number> = new Set([
  TaskState.TASK_STAGING,
  TaskState.TASK_STARTING,
  TaskState.TASK_RUNNING,
]);

/** States of a job with a task in the cluster. */
const ACTIVE: ReadonlySet<string> = new Set(['staging', 'running', 'unreachable']);

export interface JobSchedulerOptions {
  readonly jobs: readonly JobSpec[];
  readonly store: JobStore;
  readonly context: FrameworkContext;
  readonly progress: Progress;
  readonly unreachableTimeoutMs: number;
  /** Pause between two reconciliations of everything. */
  readonly reconcileIntervalMs: number;
  /** How hosts are chosen; undefined: first fit. */
  readonly rule?: MatchingRule | undefined;
  /** How long offers are kept that nobody uses; default 0. */
  readonly holdMs?: number;
  /** Failures of the cluster's in a row that cost a job no retry. */
  readonly meaCulpaLimit: number;
  /** It stays when all jobs have ended, and takes further ones. */
  readonly serves?: boolean;
  /** Reads what jobs print; undefined: nobody does. */
  readonly readOutput?: OutputReader | undefined;
}

/** Needs a driver with explicit acknowledgements. */
export class JobScheduler implements Scheduler {
  readonly table: JobTable;
  /** Jobs that may be run again and again. */
  readonly definitions: JobDefinitions;
  readonly #options: JobSchedulerOptions;
  readonly #context: FrameworkContext;
  readonly #progress: Progress;
  readonly #offered = new OfferedSoFar();
  readonly #offers: JobOffers;
  readonly #meaCulpa: MeaCulpa;
  readonly #outputs: JobOutputs | undefined;
  readonly #reasons: PendingReasons;
  readonly #writer: JobWriter;
  readonly #demand: OfferDemand;
  readonly #reconciler: JobReconciler;
  #driver: SchedulerDriver | undefined;
  #finished = false;

  constructor(options: JobSchedulerOptions) {
    const { context, progress, unreachableTimeoutMs } = options;
    this.#options = options;
    this.#context = context;
    this.#progress = progress;
    this.#demand = new OfferDemand({
      driver: () => this.#driver,
      clock: context.clock,
      delay: context.delay,
    });
    this.#meaCulpa = new MeaCulpa(options.meaCulpaLimit);
    this.#reasons = new PendingReasons(this.#offered, (line) => progress.note(line));
    this.#reconciler = new JobReconciler({
      table: () => this.table,
      driver: () => this.#driver,
      context,
      intervalMs: options.reconcileIntervalMs,
    });
    this.table = new JobTable({
      nowMs: () => context.clock.now(),
      delay: context.delay,
      unreachableTimeoutMs,
      kill: (job) => this.#killTask(job),
      moved: (job, transition) => this.#moved(job, transition),
      failed: (where, error) =>
        context.log.error('a job could not be moved on', { where, error: String(error) }),
    });
    context.watchable(this.table.charts);
    this.#writer = new JobWriter(options.store, this.table, context.defer);
    this.#offers = new JobOffers({
      table: this.table,
      rule: options.rule,
      holdMs: options.holdMs ?? 0,
      nowMs: () => context.clock.now(),
      saved: (jobs, then) => this.#writer.save(jobs, then),
      launching: (agent_id, tasks) => context.log.info('launching', { agent_id, tasks: tasks.map(taskIdOf) }),
    });
    if (options.readOutput !== undefined)
      this.#outputs = new JobOutputs({
        read: options.readOutput,
        defer: context.defer,
        frameworkId: () => this.#driver?.frameworkId?.value,
        isRunning: (job) => this.table.stateOf(job) === 'running',
        addressOf: (agentId) => this.#offered.addressOf(agentId),
        log: context.log,
      });
    this.#load(options.jobs, options.store);
    this.definitions = this.#definitions();
  }

  #definitions(): JobDefinitions {
    const { clock, delay, defer, ids, log } = this.#context;
    return new JobDefinitions({
      store: this.#options.store,
      follows: this.#options.serves === true,
      nowMs: () => clock.now(),
      delay,
      defer,
      uuid: () => ids.uuid(),
      jobs: () => this.table.jobs(),
      hasEnded: (job) => this.table.hasEnded(job),
      submit: (spec, then) => this.submit([spec], then),
      kill: (job) => this.kill(job, () => {}),
      forget: (job) => this.#writer.forget(job),
      failed: (where, error) => log.error('a definition could not be run', { where, error: String(error) }),
    });
  }

  /** Begins to look after what waits. */
  start(): void {
    if (this.table.done && this.#options.serves !== true) this.#finish();
    else this.#context.delay(TICK_MS, () => this.#tick());
  }

  /** Somebody ends the processor before its jobs are through. */
  stopping(goesOn: boolean): void {
    this.#progress.end();
    const { table } = this;
    const fate = goesOn ? 'tasks go on; start again with the same --work_dir' : 'tasks are killed';
    this.#progress.note(`stopped; ${countsText(table.counts(), table.size)}; ${fate}`);
  }

  // ---- callbacks ------------------------------------------------------------------------------------------------

  subscribed(driver: SchedulerDriver, { framework_id, again }: Subscription): void {
    this.#driver = driver;
    this.#options.store.saveFramework(framework_id.value);
    this.#progress.note(`${again ? 'connected again' : 'connected'} as framework ${framework_id.value}`);
    this.#demand.subscribed(this.table.waitingCount > 0);
    this.#reconciler.start();
  }

  /** Jobs that end with their machine begin again elsewhere: nothing keeps it from going. */
  inverseOffers(driver: SchedulerDriver, inverseOffers: readonly InverseOffer[]): void {
    driver.acceptInverseOffers(inverseOffers.map(({ id }) => id));
  }

  offers(driver: SchedulerDriver, offers: readonly Offer[]): void {
    this.#offered.note(offers);
    this.#offers.answer(driver, offers);
  }

  rescind(_driver: SchedulerDriver, { value }: OfferID): void {
    this.#offers.rescinded(value);
  }

  update(driver: SchedulerDriver, status: TaskStatus): void {
    const job = this.table.ofTask(status.task_id.value);
    this.#reconciler.heard(status.task_id.value);
    this.#log(status);
    if (job === undefined) this.#stray(driver, status);
    else this.#take(job, status);
    this.#acknowledge(driver, status, job);
  }

  failure(_driver: SchedulerDriver, { agent_id, executor_id }: SchedulerEventFailure): void {
    if (agent_id !== undefined && executor_id === undefined) this.#offered.forget(agent_id.value);
  }

  disconnected(): void {
    this.#reconciler.stop();
    this.#offers.disconnected();
    this.#progress.note('the master is lost; trying again');
  }

  error(_driver: SchedulerDriver, message: string): void {
    this.#progress.end();
    this.#progress.note(`the master refuses this framework: ${message}`);
    const again = message === REMOVED && this.#options.store.frameworkId !== undefined;
    if (again) this.#forgetFramework();
    this.#context.finish({ exitCode: 1, failover: true, again });
  }

  /** Its tasks were killed with it: what ran is to be run again, by a framework with a new id. */
  #forgetFramework(): void {
    for (const job of [...this.table.active()]) {
      this.table.step(job, { type: 'ATTEMPT_LOST' });
      this.#writer.save([job], () => {});
    }
    this.#options.store.saveFramework(undefined);
  }

  // ---- updates --------------------------------------------------------------------------------------------------

  #take(job: Job, status: TaskStatus): void {
    const event = this.#excused(job, status);
    if (event === undefined) return;
    if (event.type === 'STARTED') this.#meaCulpa.forget(job.id);
    if (event.type !== 'STARTED' && event.type !== 'SUCCEEDED') this.#noteEnd(job, status);
    this.table.step(job, event);
  }

  /** What the status is to the job; a failure that is the cluster's costs no retry, as often as may be. */
  #excused(job: Job, status: TaskStatus): JobEvent | undefined {
    const reason = reasonOf(status);
    const event = jobEvent({ state: enumName(TaskState, status.state), reason, message: status.message });
    if (event?.type !== 'ATTEMPT_FAILED' || job.spec.disableMeaCulpa === true) return event;
    return this.#meaCulpa.excuses(job.id, reason) ? { type: 'ATTEMPT_LOST' } : event;
  }

  #noteEnd(job: Job, status: TaskStatus): void {
    const { attempt } = job;
    if (attempt === undefined) return;
    job.lastEnd = {
      attempt,
      state: enumName(TaskState, status.state),
      reason: reasonOf(status),
      message: status.message,
      containerId: status.container_status?.container_id?.value,
    };
  }

  /** A task that is nobody's present attempt: an earlier one that was given up, or one that nobody knows. */
  #stray(driver: SchedulerDriver, { task_id, agent_id, state }: TaskStatus): void {
    if (!LIVE.has(state)) return;
    this.#context.log.warn('killing a task that is not waited for', { task_id: task_id.value });
    driver.kill(task_id, agent_id);
  }

  /** Acknowledged when what it changed is written: otherwise a crash in between would lose it. */
  #acknowledge(driver: SchedulerDriver, status: TaskStatus, job: Job | undefined): void {
    if (job === undefined) driver.acknowledge(status);
    else this.#writer.save([job], () => driver.acknowledge(status));
  }

  #killTask(job: Job): void {
    const { attempt } = job;
    if (attempt !== undefined) this.#driver?.kill({ value: attempt.taskId }, { value: attempt.agentId });
  }

  #moved(job: Job, { previous, value, event }: Transition): void {
    const { table } = this;
    if (job.lastEnd !== undefined && (value === 'pending' || value === 'failed'))
      this.#told(job, job.lastEnd, value);
    // What a timer does is no update's business: nobody else writes it down.
    if (event.type.startsWith('xstate.')) this.#writer.save([job], () => {});
    if (ACTIVE.has(previous) && !ACTIVE.has(value)) this.#demand.freed();
    this.#demand.want(table.waitingCount > 0);
    if (value === 'successful' || value === 'failed') this.#meaCulpa.forget(job.id);
    if (table.done) this.#context.delay(0, () => this.#finish());
  }

  #told(job: Job, end: AttemptEnd, value: string): void {
    const { hostname } = end.attempt;
    if (value === 'pending' && this.#offered.elsewhere(hostname)) job.avoid(hostname);
    this.#progress.attemptFailed(job, end, value === 'pending' ? 'again' : 'failed');
  }

  #log(status: TaskStatus): void {
    this.#context.log.info('status update', () => ({
      task_id: status.task_id.value,
      state: enumName(TaskState, status.state),
      ...(status.reason === undefined ? {} : { reason: reasonOf(status) }),
      ...(status.message === undefined ? {} : { message: status.message }),
    }));
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  #tick(): void {
    const { table } = this;
    if (this.#finished) return;
    this.#offers.tick(this.#driver);
    this.#outputs?.look([...table.active()]);
    this.#progress.tick(table.counts(), table.size, this.#driver?.state ?? 'connecting');
    // Without a master it is no wonder that nothing is offered.
    if (this.#driver?.state === 'subscribed')
      this.#reasons.tick(table.waiting, table.waitingShapes, this.#context.clock.now());
    this.#reconciler.tick();
    this.#context.delay(TICK_MS, () => this.#tick());
  }

  // ---- further jobs ---------------------------------------------------------------------------------------------

  /** Adds jobs; `then` runs when they are written down. */
  submit(specs: readonly JobSpec[], then: () => void): void {
    for (const spec of specs) this.table.add(spec);
    this.#writer.add(specs, then);
    this.#demand.want(this.table.waitingCount > 0);
    this.#context.delay(0, () => this.#offers.again(this.#driver));
  }

  /** Ends a job, whatever it is at; `then` runs when that is written down. */
  kill(job: Job, then: () => void): void {
    this.table.step(job, { type: 'KILL_REQUESTED' });
    this.#writer.save([job], then);
  }

  /** Why a job waits, as far as is known. */
  whyWaiting(job: Job): readonly WaitReason[] {
    return waitReasons(job, this.table, this.#offered);
  }

  /** Forgets the jobs that ended first, where more than so many have. */
  prune(most: number): void {
    this.#writer.prune(most);
  }

  // ---- beginning and end ----------------------------------------------------------------------------------------

  /** The jobs of the store, whatever the file says now, and those of the file that are new. */
  #load(jobs: readonly JobSpec[], store: JobStore): void {
    for (const spec of store.specs.values()) {
      const record = store.jobs.get(spec.id);
      if (record === undefined) this.table.add(spec);
      else this.table.restore(spec, record);
    }
    for (const spec of jobs) {
      if (store.specs.has(spec.id)) continue;
      this.table.add(spec);
      store.saveSpec(spec);
    }
  }

  /** Also asked for while a store is read, when all that was read so far is done. */
  #finish(): void {
    const { table } = this;
    if (!table.done || this.#finished || this.#options.serves === true) return;
    this.#finished = true;
    this.#reconciler.stop();
    this.#progress.end();
    const failed = [...table.jobs()].filter((job) => table.stateOf(job) === 'failed');
    const frameworkId = this.#driver?.frameworkId?.value;
    const seconds = this.#progress.elapsedSeconds;
    for (const line of summaryLines({ successful: table.size - failed.length, failed, seconds, frameworkId }))
      this.#progress.note(line);
    const end = { exitCode: failed.length === 0 ? 0 : 1 };
    this.#options.store.saveFramework(undefined, () => this.#context.finish(end));
  }
}

function taskIdOf(task: { readonly task_id: TaskID }): string {
  return task.task_id.value;
}

/** A reason of 0 is a reason too: presence is what counts. */
function reasonOf({ reason }: TaskStatus): string | undefined {
  return reason === undefined ? undefined : enumName(TaskStatusReason, reason);
}
