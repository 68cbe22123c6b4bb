/** The master lists tasks that it believes to be here; those that are not get an end (agent.md §2.3, failover.md 2.8). */
import type { ReconcileTasksMessage } from '../../../proto/generated/types/internal.ts';
import { TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import type { AgentHost } from '../host.ts';
import type { StatusUpdates, UpdateStreams } from '../statusUpdates.ts';
import type { FrameworkEntry } from '../tables/entries.ts';
import { droppedOrLost } from '../tables/loss.ts';

export class Reconciliation {
  private readonly host: AgentHost;
  private readonly updates: StatusUpdates;
  private readonly streams: UpdateStreams;

  constructor(host: AgentHost, parts: { updates: StatusUpdates; streams: UpdateStreams }) {
    this.host = host;
    this.updates = parts.updates;
    this.streams = parts.streams;
  }

  answer(reconciliations: readonly ReconcileTasksMessage[]): void {
    for (const message of reconciliations) this.answerOne(message);
  }

  private answerOne({ framework_id, framework, statuses }: ReconcileTasksMessage): void {
    const id = framework_id.value;
    const info = framework ??
      this.host.tables.frameworks.get(id)?.info ?? { user: '', name: '', id: framework_id };
    const entry: FrameworkEntry = { id, info, pid: undefined, executors: new Map(), completed: [] };
    for (const status of statuses ?? []) {
      const taskId = status.task_id.value;
      // A task whose end is still on its way to the scheduler needs no other end.
      if (this.host.tables.task(id, taskId) !== undefined || this.streams.has(id, taskId)) continue;
      this.updates.refuse(entry, taskId, undefined, {
        state: droppedOrLost(info),
        reason: TaskStatusReason.REASON_RECONCILIATION,
        message: 'Reconciliation: task unknown to the agent',
      });
    }
  }
}
