/** Asks the master how the tasks of jobs are: after each connection, now and then, and where a launch is not heard of. */
import type { TaskID } from '../../../proto/index.ts';
import type { FrameworkContext } from '../context.ts';
import { Reconciler } from '../driver/reconciler.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';
import type { JobTable } from './jobTable.ts';

/** A launch without any update for so long is asked about. */
const STAGING_TIMEOUT_MS = 60_000;

export interface JobReconcilerOptions {
  readonly table: () => JobTable;
  readonly driver: () => SchedulerDriver | undefined;
  readonly context: Pick<FrameworkContext, 'clock' | 'delay' | 'random'>;
  /** Pause between two reconciliations of everything. */
  readonly intervalMs: number;
}

export class JobReconciler {
  readonly #options: JobReconcilerOptions;
  readonly #reconciler: Reconciler;
  #reconciledMs = 0;

  constructor(options: JobReconcilerOptions) {
    this.#options = options;
    const { driver, context } = options;
    this.#reconciler = new Reconciler({
      tasks: () => this.#activeTasks(),
      reconcile: (tasks) => driver()?.reconcile(tasks),
      delay: context.delay,
      random: context.random,
    });
  }

  start(): void {
    this.#reconciledMs = this.#options.context.clock.monotonic();
    this.#reconciler.start();
  }

  stop(): void {
    this.#reconciler.stop();
  }

  heard(taskId: string): void {
    this.#reconciler.heard(taskId);
  }

  /** To be called every second or so. */
  tick(): void {
    const { context, intervalMs } = this.#options;
    const sinceMs = context.clock.monotonic() - this.#reconciledMs;
    if (sinceMs > STAGING_TIMEOUT_MS && this.#stagesForLong()) this.start();
    else if (sinceMs > intervalMs && this.#reconciler.again()) this.#reconciledMs = context.clock.monotonic();
  }

  /** Active jobs stand in the order of their launch, so that the first few tell. */
  #stagesForLong(): boolean {
    const { context, table } = this.#options;
    const before = context.clock.now() - STAGING_TIMEOUT_MS;
    for (const job of table().active()) {
      if ((job.attempt?.launchedAtMs ?? 0) > before) return false;
      if (table().stateOf(job) === 'staging') return true;
    }
    return false;
  }

  *#activeTasks(): Iterable<{ task_id: TaskID; agent_id: { value: string } }> {
    for (const { attempt } of this.#options.table().active())
      if (attempt !== undefined)
        yield { task_id: { value: attempt.taskId }, agent_id: { value: attempt.agentId } };
  }
}
