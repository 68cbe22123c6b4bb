/** What became of my tasks? Explicit and implicit reconciliation (master.md §10, v1-scheduler-api.md §13). */
import {
  enumName,
  type SchedulerCallReconcile,
  type SchedulerCallReconcileTask,
  TaskState,
  TaskStatusReason,
} from '../../../proto/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from './record.ts';
import { type MasterWord, updateEvent } from './tasks.ts';

interface Answer {
  /** As for a framework that understands all states. */
  readonly state: string;
  readonly message: string;
  readonly unreachableTimeMs?: number | undefined;
}

const RECONCILIATION = TaskStatusReason.REASON_RECONCILIATION;
const LATEST: MasterWord = { reason: RECONCILIATION, message: 'Reconciliation: Latest task state' };

export class TaskReconciliation {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  reconcile(framework: FrameworkRecord, { tasks }: SchedulerCallReconcile): void {
    this.parts.metrics.messages.reconcile_tasks.value++;
    if (tasks === undefined || tasks.length === 0) this.implicit(framework);
    else this.explicit(framework, tasks);
  }

  explicit(framework: FrameworkRecord, asked: readonly SchedulerCallReconcileTask[]): void {
    for (const { task_id, agent_id } of asked) {
      const task = framework.tasks.get(task_id.value);
      if (task !== undefined) {
        this.tellLatest(framework, task);
        continue;
      }
      const answer = this.answerUnknown(agent_id?.value);
      // An agent that may still come back with the task knows better: no answer is the right one.
      if (answer === undefined) continue;
      this.tell(framework, task_id.value, agent_id?.value, answer);
    }
  }

  /** Every task of the framework on agents that are members, also those whose end it has not acknowledged. */
  private implicit(framework: FrameworkRecord): void {
    for (const task of framework.tasks.values()) this.tellLatest(framework, task);
  }

  private answerUnknown(agentId: string | undefined): Answer | undefined {
    const { agents } = this.parts;
    if (agentId === undefined) {
      if (agents.awaited > 0) return undefined;
      return { state: 'TASK_UNKNOWN', message: 'Reconciliation: Task is unknown' };
    }
    if (agents.isAwaited(agentId)) return undefined;
    if (agents.find(agentId) !== undefined) {
      return { state: 'TASK_GONE', message: 'Reconciliation: Task is unknown to the agent' };
    }
    const unreachableTimeMs = agents.unreachableSinceMs(agentId);
    if (unreachableTimeMs !== undefined) {
      return {
        state: 'TASK_UNREACHABLE',
        message: 'Reconciliation: Agent is unreachable',
        unreachableTimeMs,
      };
    }
    if (agents.isGone(agentId)) {
      return { state: 'TASK_GONE_BY_OPERATOR', message: 'Reconciliation: Agent has been marked gone' };
    }
    return { state: 'TASK_UNKNOWN', message: 'Reconciliation: Task is unknown' };
  }

  /** The last state that was sent to the framework; a task may be further already, but its updates keep their order. */
  tellLatest(framework: FrameworkRecord, task: TaskRecord, word: MasterWord = LATEST): void {
    const { tasks, frameworks } = this.parts;
    const forwarded = task.unacknowledged?.state;
    const latest = task.statuses.at(-1);
    const state = forwarded === undefined ? tasks.stateName(task) : enumName(TaskState, forwarded);
    const status = tasks.masterStatus(framework.description.traits, {
      taskId: task.id,
      agentId: task.agentId,
      state,
      ...word,
    });
    frameworks.tell(
      framework,
      updateEvent({
        ...status,
        executor_id: task.description.executor_id,
        healthy: latest?.healthy,
        check_status: latest?.check_status,
        container_status: latest?.container_status,
      }),
    );
  }

  private tell(
    framework: FrameworkRecord,
    taskId: string,
    agentId: string | undefined,
    answer: Answer,
  ): void {
    const { tasks, frameworks } = this.parts;
    const status = tasks.masterStatus(framework.description.traits, {
      ...answer,
      taskId,
      agentId,
      reason: RECONCILIATION,
    });
    frameworks.tell(framework, updateEvent(status));
  }
}
