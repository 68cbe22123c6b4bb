import { TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import type { AgentHost } from '../host.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { droppedOrLost } from '../tables/loss.ts';

/**
 * An executor is back: what the agent handed over and the executor never got was lost, with a former agent process or with a
 * connection.
 *
 * @param held ids of the tasks that it has
 */
export function dropUnknown(
  { tables }: AgentHost,
  updates: StatusUpdates,
  executor: ExecutorEntry,
  held: ReadonlySet<string>,
): void {
  for (const task of [...executor.tasks.values()]) {
    if (held.has(task.id) || tables.taskChart.value(task.key) !== 'delivered.staging') continue;
    updates.end(task, {
      state: droppedOrLost(executor.framework.info),
      reason: TaskStatusReason.REASON_AGENT_RESTARTED,
      message: 'Task was not received by its executor before the agent restarted or the connection broke',
    });
  }
}
