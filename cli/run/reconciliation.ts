/**
 * What became of tasks of which nothing is heard: an update may be lost with the master that had it, and a launch with the
 * master that it was sent to. Asked by name until somebody knows (v1-scheduler-api.md §13).
 */
import { type SchedulerCallReconcileTask, TaskState, type TaskStatus } from '../../proto/index.ts';
import type { Clock, Timer } from '../../runtime/index.ts';

/** Between one question and the next, in milliseconds: it doubles. */
const PAUSE_MS = 2_000;
const PAUSE_MAX_MS = 60_000;
/** Of a task that no master knows, on an agent that none knows: agents have 10 minutes to come back to a new master. */
const UNKNOWN_MS_MAX = 15 * 60_000;

export interface ReconciliationOptions {
  readonly clock: Clock;
  /** Tasks that have not ended. */
  readonly open: () => Iterable<SchedulerCallReconcileTask>;
  /** Sends a RECONCILE. */
  readonly ask: (tasks: readonly SchedulerCallReconcileTask[]) => void;
}

export class Reconciliation {
  private readonly options: ReconciliationOptions;
  /** Tasks asked for. */
  private asked = new Set<string>();
  private timer: Timer | undefined;
  private readonly unknownSinceMs = new Map<string, number>();

  constructor(options: ReconciliationOptions) {
    this.options = options;
  }

  /** Asks for all that have not ended, and again for those of which nothing is heard; in place of what was asked before. */
  begin(afterMs = 0): void {
    this.stop();
    this.asked = new Set([...this.options.open()].map(({ task_id }) => task_id.value));
    this.later(afterMs, PAUSE_MS);
  }

  /** Nobody is there to answer. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /**
   * To be told of every update.
   * @returns whether the task is to be taken for lost: nobody has known it for longer than its agent may stay away
   */
  heard({ task_id, state }: Pick<TaskStatus, 'task_id' | 'state'>): boolean {
    const id = task_id.value;
    // Of an agent that is away nobody tells when it is forgotten: both may change without an update.
    if (state !== TaskState.TASK_UNKNOWN && state !== TaskState.TASK_UNREACHABLE) this.asked.delete(id);
    if (state !== TaskState.TASK_UNKNOWN) {
      this.unknownSinceMs.delete(id);
      return false;
    }
    const nowMs = this.options.clock.monotonic();
    const sinceMs = this.unknownSinceMs.get(id) ?? nowMs;
    this.unknownSinceMs.set(id, sinceMs);
    return nowMs - sinceMs >= UNKNOWN_MS_MAX;
  }

  private later(delayMs: number, pauseMs: number): void {
    this.timer = this.options.clock.setTimer(delayMs, () => {
      this.timer = undefined;
      const tasks = [...this.options.open()].filter(({ task_id }) => this.asked.has(task_id.value));
      if (tasks.length === 0) return;
      this.options.ask(tasks);
      this.later(pauseMs, Math.min(PAUSE_MAX_MS, pauseMs * 2));
    });
  }
}
