/**
 * The reconciliation that a framework should run: asks for the state of its tasks until each was heard of, with pauses that
 * double, then once for whatever else the master knows. A newer run replaces the running one.
 */
import type { SchedulerCallReconcileTask } from '../../../proto/index.ts';
import type { Random, Timer } from '../../../runtime/index.ts';

/** First pause: random between these, so that the frameworks of a new master do not ask in step. */
const FIRST_PAUSE_MIN_MS = 10_000;
const FIRST_PAUSE_MAX_MS = 15_000;
const PAUSE_MAX_MS = 600_000;
/** Tasks named in one RECONCILE. */
const SLICE = 1_000;

export interface ReconcilerOptions {
  /** Tasks that the framework believes not ended, with agent ids where known. */
  readonly tasks: () => Iterable<SchedulerCallReconcileTask>;
  /** Sends a RECONCILE; of no tasks: of all that the master knows. */
  readonly reconcile: (tasks: readonly SchedulerCallReconcileTask[]) => void;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly random: Random;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  #remaining = new Map<string, SchedulerCallReconcileTask>();
  #timer: Timer | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Tasks asked about and not heard of yet. */
  get remaining(): number {
    return this.#remaining.size;
  }

  /**
   * Begins a run unless one is under way: for those who ask every now and then. A run that was replaced more often than it can end
   * would never come to what else the master knows.
   * @returns whether one was begun
   */
  again(): boolean {
    if (this.#timer !== undefined) return false;
    this.start();
    return true;
  }

  /** Begins a run over all tasks: on every subscription, when a launch shows no update for long. */
  start(): void {
    this.stop();
    this.#remaining = new Map([...this.#options.tasks()].map((task) => [task.task_id.value, task]));
    const part = this.#options.random.next();
    this.#ask(FIRST_PAUSE_MIN_MS + part * (FIRST_PAUSE_MAX_MS - FIRST_PAUSE_MIN_MS));
  }

  /** Gives the run up: the connection is lost, and with it the answers. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#remaining.clear();
  }

  /** To be told of every update: whatever it says, the task was heard of. */
  heard(taskId: string): void {
    this.#remaining.delete(taskId);
  }

  #ask(pauseMs: number): void {
    const tasks = [...this.#remaining.values()];
    if (tasks.length === 0) {
      this.#timer = undefined;
      this.#options.reconcile([]);
      return;
    }
    for (let from = 0; from < tasks.length; from += SLICE)
      this.#options.reconcile(tasks.slice(from, from + SLICE));
    this.#timer = this.#options.delay(Math.min(pauseMs, PAUSE_MAX_MS), () => this.#ask(pauseMs * 2));
  }
}
