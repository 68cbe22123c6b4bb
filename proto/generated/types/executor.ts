// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Agent to executor, on the subscription stream.
 * `mesos.v1.executor.Event`.
 */
export interface ExecutorEvent {
  type?: ExecutorEventType | undefined;
  subscribed?: ExecutorEventSubscribed | undefined;
  acknowledged?: ExecutorEventAcknowledged | undefined;
  launch?: ExecutorEventLaunch | undefined;
  launch_group?: ExecutorEventLaunchGroup | undefined;
  kill?: ExecutorEventKill | undefined;
  message?: ExecutorEventMessage | undefined;
  error?: ExecutorEventError | undefined;
}

/** `mesos.v1.executor.Event.Type`. */
export const ExecutorEventType = {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  LAUNCH: 2,
  LAUNCH_GROUP: 8,
  KILL: 3,
  ACKNOWLEDGED: 4,
  MESSAGE: 5,
  ERROR: 6,
  SHUTDOWN: 7,
  HEARTBEAT: 9,
} as const;
export type ExecutorEventType = (typeof ExecutorEventType)[keyof typeof ExecutorEventType];

/**
 * First event: who the executor is, for which framework, on which agent.
 * `mesos.v1.executor.Event.Subscribed`.
 */
export interface ExecutorEventSubscribed {
  executor_info: v1.ExecutorInfo;
  framework_info: v1.FrameworkInfo;
  agent_info: v1.AgentInfo;
  container_id?: v1.ContainerID | undefined;
}

/**
 * Run a task.
 * `mesos.v1.executor.Event.Launch`.
 */
export interface ExecutorEventLaunch {
  task: v1.TaskInfo;
}

/**
 * Run tasks together.
 * `mesos.v1.executor.Event.LaunchGroup`.
 */
export interface ExecutorEventLaunchGroup {
  task_group: v1.TaskGroupInfo;
}

/**
 * Kill a task.
 * `mesos.v1.executor.Event.Kill`.
 */
export interface ExecutorEventKill {
  task_id: v1.TaskID;
  kill_policy?: v1.KillPolicy | undefined;
}

/**
 * A status update has been dealt with and need not be sent again.
 * `mesos.v1.executor.Event.Acknowledged`.
 */
export interface ExecutorEventAcknowledged {
  task_id: v1.TaskID;
  uuid: Uint8Array;
}

/**
 * Bytes from the scheduler.
 * `mesos.v1.executor.Event.Message`.
 */
export interface ExecutorEventMessage {
  data: Uint8Array;
}

/**
 * The agent refuses the executor, which should end.
 * `mesos.v1.executor.Event.Error`.
 */
export interface ExecutorEventError {
  message: string;
}

/**
 * Executor to agent.
 * `mesos.v1.executor.Call`.
 */
export interface ExecutorCall {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  type?: ExecutorCallType | undefined;
  subscribe?: ExecutorCallSubscribe | undefined;
  update?: ExecutorCallUpdate | undefined;
  message?: ExecutorCallMessage | undefined;
}

/** `mesos.v1.executor.Call.Type`. */
export const ExecutorCallType = {
  UNKNOWN: 0,
  SUBSCRIBE: 1,
  UPDATE: 2,
  MESSAGE: 3,
  HEARTBEAT: 4,
} as const;
export type ExecutorCallType = (typeof ExecutorCallType)[keyof typeof ExecutorCallType];

/**
 * Opens the event stream; after a reconnect with unacknowledged tasks and updates.
 * `mesos.v1.executor.Call.Subscribe`.
 */
export interface ExecutorCallSubscribe {
  unacknowledged_tasks?: v1.TaskInfo[] | undefined;
  unacknowledged_updates?: ExecutorCallUpdate[] | undefined;
}

/**
 * A status update of a task.
 * `mesos.v1.executor.Call.Update`.
 */
export interface ExecutorCallUpdate {
  status: v1.TaskStatus;
}

/**
 * Bytes to the scheduler.
 * `mesos.v1.executor.Call.Message`.
 */
export interface ExecutorCallMessage {
  data: Uint8Array;
}
