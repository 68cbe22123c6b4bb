/** What the master keeps of a task. What state the task is in is its chart's (`tasks.chart`, by `key`) alone. */

import type { Task, TaskInfo, TaskState, TaskStatus } from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { veiledContainer } from '../../../proto/secrets.ts';
import type { TaskSnapshot } from '../api/taskSnapshots.ts';

/** What does not change over the life of a task: the fields of Mesos' `Task`, of which those about its state mean nothing. */
export type TaskDescription = Omit<
  Task,
  'state' | 'statuses' | 'status_update_state' | 'status_update_uuid' | 'resources'
>;

export interface TaskRecord {
  /** Id of the task's chart: unlike a task id it is never used again. */
  readonly key: string;
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly description: TaskDescription;
  /** With allocation role. */
  readonly resources: Resources;
  /** The history, oldest first: one status a state, without `data`. Replaced when it changes. */
  statuses: readonly TaskStatus[];
  /** The agent's update that is on its way to the framework and not acknowledged yet. Replaced when it changes. */
  unacknowledged: { readonly state: TaskState; readonly uuid: Uint8Array } | undefined;
  /** How the task was when it was last asked about; undefined before. */
  snapshot: TaskSnapshot | undefined;
}

const NO_STATUSES: readonly TaskStatus[] = [];

/** Statuses kept of one task: more than any sane executor reports, so that an insane one costs little. */
export const STATUSES_MAX = 64;

/** A task that a framework launches. @param resources with allocation role */
export function launchedTask(
  key: string,
  frameworkId: string,
  info: TaskInfo,
  resources: Resources,
): TaskRecord {
  return {
    key,
    id: info.task_id.value,
    frameworkId,
    agentId: info.agent_id.value,
    description: describeTask(info, frameworkId),
    resources,
    statuses: NO_STATUSES,
    unacknowledged: undefined,
    snapshot: undefined,
  };
}

function describeTask(info: TaskInfo, frameworkId: string): TaskDescription {
  const { name, task_id, agent_id, labels, discovery, container, health_check, kill_policy, limits } = info;
  const user = info.command?.user ?? info.executor?.command?.user;
  return {
    name,
    task_id,
    framework_id: { value: frameworkId },
    agent_id,
    labels,
    discovery,
    // Told to whoever may see the task; what the agent is sent is the TaskInfo.
    container: veiledContainer(container),
    health_check,
    kill_policy,
    limits,
    user,
    executor_id: info.executor?.executor_id,
  };
}

/** A task that its agent brings with it: there may be hundreds of thousands at once, so the message itself describes it. */
export function reportedTask(key: string, task: Task): TaskRecord {
  const statuses = reportedStatuses(task.statuses ?? NO_STATUSES);
  return {
    key,
    id: task.task_id.value,
    frameworkId: task.framework_id.value,
    agentId: task.agent_id.value,
    description: statuses === task.statuses ? task : { ...task, statuses: undefined },
    resources: Resources.of(task.resources),
    statuses,
    unacknowledged: reportedUpdate(task),
    snapshot: undefined,
  };
}

/** The update of a reported task that was not acknowledged yet. */
export function reportedUpdate({
  status_update_state: state,
  status_update_uuid: uuid,
}: Task): TaskRecord['unacknowledged'] {
  return state === undefined || uuid === undefined ? undefined : { state, uuid };
}

function reportedStatuses(statuses: readonly TaskStatus[]): readonly TaskStatus[] {
  const fit = statuses.length <= STATUSES_MAX && statuses.every(({ data }) => data === undefined);
  return fit ? statuses : statuses.slice(-STATUSES_MAX).map(withoutData);
}

/** Adds a status to the history; of consecutive ones of the same state the last is kept. */
export function keepStatus(record: TaskRecord, status: TaskStatus): void {
  const { statuses } = record;
  const last = statuses.length - 1;
  const [from, to] =
    statuses[last]?.state === status.state ? [0, last] : [statuses.length >= STATUSES_MAX ? 1 : 0, last + 1];
  record.statuses = [...statuses.slice(from, to), withoutData(status)];
}

function withoutData(status: TaskStatus): TaskStatus {
  if (status.data === undefined) return status;
  const { data: _data, ...kept } = status;
  return kept;
}
