/** What the agent tells the master of what it has: the parts of ReregisterSlaveMessage (agent.md §2.4). */

import type { ArchiveFramework, ReregisterSlaveMessage } from '../../../proto/generated/types/internal.ts';
import type { ExecutorInfo, Task } from '../../../proto/generated/types/v1.ts';
import { veiledContainer, veiledExecutor } from '../../../proto/secrets.ts';
import type { ExecutorEntry, TaskEntry } from './entries.ts';
import type { Tables } from './tables.ts';

/** The task as `mesos.v1.Task`. */
export function taskMessage(tables: Tables, task: TaskEntry, agentId: string): Task {
  const { info, executor } = task;
  return {
    name: info.name,
    task_id: info.task_id,
    framework_id: { value: executor.framework.id },
    // The master does not know the executors that agents make for command tasks.
    executor_id: executor.forCommandTask ? undefined : executor.info.executor_id,
    agent_id: { value: agentId },
    state: tables.stateOf(task),
    resources: info.resources,
    statuses: [...task.statuses],
    status_update_state: task.forwarded?.state,
    status_update_uuid: task.forwarded?.uuid,
    labels: info.labels,
    discovery: info.discovery,
    container: veiledContainer(info.container),
    health_check: info.health_check,
    kill_policy: info.kill_policy,
    user: info.command?.user,
    limits: info.limits,
  };
}

type Held = Pick<ReregisterSlaveMessage, 'tasks' | 'executor_infos' | 'frameworks' | 'completed_frameworks'>;

/**
 * Everything the master has to know again.
 *
 * @param isOver whether an executor has ended
 */
export function heldBy(tables: Tables, agentId: string, isOver: (executor: ExecutorEntry) => boolean): Held {
  const executors = [...tables.runs.values()];
  return {
    tasks: [...tables.tasks.values()].map((task) => taskMessage(tables, task, agentId)),
    executor_infos: executors.filter((each) => !each.forCommandTask && !isOver(each)).map(executorMessage),
    frameworks: [...tables.frameworks.values()].map(({ info }) => info),
    completed_frameworks: [...tables.completedFrameworks.values()].map(
      ({ info, pid, completed }): ArchiveFramework => ({
        framework_info: info,
        pid,
        tasks: completed.flatMap((each) => each.completed.map((task) => taskMessage(tables, task, agentId))),
      }),
    ),
  };
}

function executorMessage(executor: ExecutorEntry): ExecutorInfo {
  const info = veiledExecutor(executor.info);
  return info.framework_id === undefined ? { ...info, framework_id: { value: executor.framework.id } } : info;
}
