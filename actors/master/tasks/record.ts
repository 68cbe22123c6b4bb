/** What the master keeps of a task. What state the task is in is its chart's (`tasks.chart`, by `key`) alone. */
import type { Task, TaskInfo, TaskState, TaskStatus } from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';

/** What does not change over the life of a task: the fields of Mesos' `Task` without those about its state. */
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
  /** The history, oldest first: one status a state, without `data`. */
  readonly statuses: TaskStatus[];
  /** The agent's update that is on its way to the framework and not acknowledged yet. */
  unacknowledged: { readonly state: TaskState; readonly uuid: Uint8Array } | undefined;
}

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
    statuses: [],
    unacknowledged: undefined,
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
    container,
    health_check,
    kill_policy,
    limits,
    user,
    executor_id: info.executor?.executor_id,
  };
}

/** A task that its agent brings with it. */
export function reportedTask(key: string, task: Task): TaskRecord {
  const {
    state: _state,
    statuses,
    status_update_state,
    status_update_uuid,
    resources,
    ...description
  } = task;
  return {
    key,
    id: task.task_id.value,
    frameworkId: task.framework_id.value,
    agentId: task.agent_id.value,
    description,
    resources: Resources.of(resources),
    statuses: (statuses ?? []).slice(-STATUSES_MAX).map(withoutData),
    unacknowledged:
      status_update_state === undefined || status_update_uuid === undefined
        ? undefined
        : { state: status_update_state, uuid: status_update_uuid },
  };
}

/** Adds a status to the history; of consecutive ones of the same state the last is kept. */
export function keepStatus(record: TaskRecord, status: TaskStatus): void {
  const { statuses } = record;
  if (statuses.at(-1)?.state === status.state) statuses.pop();
  else if (statuses.length >= STATUSES_MAX) statuses.shift();
  statuses.push(withoutData(status));
}

function withoutData(status: TaskStatus): TaskStatus {
  if (status.data === undefined) return status;
  const { data: _data, ...kept } = status;
  return kept;
}
