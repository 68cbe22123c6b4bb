// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as agent_info from './agent_info.ts';
import type * as resource_provider from './resource_provider.ts';
import type * as v1 from './v1.ts';

/**
 * A status update on its way from executor to framework, with what its delivery needs.
 * `mesos.internal.StatusUpdate`.
 */
export interface StatusUpdate {
  framework_id: v1.FrameworkID;
  executor_id?: v1.ExecutorID | undefined;
  slave_id?: v1.AgentID | undefined;
  status: v1.TaskStatus;
  /** Seconds since the Unix epoch. */
  timestamp: number;
  /** 16 bytes; absent in updates the master makes up, which need no acknowledgement. */
  uuid?: Uint8Array | undefined;
  /** State of the task now, which may be ahead of the update. */
  latest_state?: v1.TaskState | undefined;
}

/**
 * One entry of a task's update log on the agent's disk: an update or its acknowledgement.
 * `mesos.internal.StatusUpdateRecord`.
 */
export interface StatusUpdateRecord {
  type: StatusUpdateRecordType;
  update?: StatusUpdate | undefined;
  uuid?: Uint8Array | undefined;
}

/** `mesos.internal.StatusUpdateRecord.Type`. */
export const StatusUpdateRecordType = {
  UPDATE: 0,
  ACK: 1,
} as const;
export type StatusUpdateRecordType = (typeof StatusUpdateRecordType)[keyof typeof StatusUpdateRecordType];

/**
 * Asks a node to start a scheduler by name; nothing sends it any more.
 * `mesos.internal.SubmitSchedulerRequest`.
 */
export interface SubmitSchedulerRequest {
  name: string;
}

/**
 * Answers SubmitSchedulerRequest.
 * `mesos.internal.SubmitSchedulerResponse`.
 */
export interface SubmitSchedulerResponse {
  okay: boolean;
}

/**
 * Executor to scheduler, by way of the agent: bytes of the framework's own.
 * `mesos.internal.ExecutorToFrameworkMessage`.
 */
export interface ExecutorToFrameworkMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/**
 * Scheduler to executor, by way of master and agent: bytes of the framework's own.
 * `mesos.internal.FrameworkToExecutorMessage`.
 */
export interface FrameworkToExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/**
 * Scheduler to master: a new framework.
 * `mesos.internal.RegisterFrameworkMessage`.
 */
export interface RegisterFrameworkMessage {
  framework: v1.FrameworkInfo;
}

/**
 * Scheduler to master: a framework that has an id; `failover` if it takes over from another scheduler.
 * `mesos.internal.ReregisterFrameworkMessage`.
 */
export interface ReregisterFrameworkMessage {
  framework: v1.FrameworkInfo;
  failover: boolean;
}

/**
 * Master to scheduler: registered, under this id.
 * `mesos.internal.FrameworkRegisteredMessage`.
 */
export interface FrameworkRegisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}

/**
 * Master to scheduler: known again.
 * `mesos.internal.FrameworkReregisteredMessage`.
 */
export interface FrameworkReregisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}

/**
 * Scheduler to master: the framework ends and its tasks with it.
 * `mesos.internal.UnregisterFrameworkMessage`.
 */
export interface UnregisterFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/**
 * Scheduler to master: no more offers; tasks keep running.
 * `mesos.internal.DeactivateFrameworkMessage`.
 */
export interface DeactivateFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/**
 * Scheduler to master: resources it would like to be offered.
 * `mesos.internal.ResourceRequestMessage`.
 */
export interface ResourceRequestMessage {
  framework_id: v1.FrameworkID;
  requests?: v1.Request[] | undefined;
}

/**
 * Master to scheduler: offers, with the agents' PIDs in the same order.
 * `mesos.internal.ResourceOffersMessage`.
 */
export interface ResourceOffersMessage {
  offers?: v1.Offer[] | undefined;
  pids?: string[] | undefined;
}

/**
 * Master to scheduler: inverse offers, with the agents' PIDs in the same order.
 * `mesos.internal.InverseOffersMessage`.
 */
export interface InverseOffersMessage {
  inverse_offers?: v1.InverseOffer[] | undefined;
  pids?: string[] | undefined;
}

/**
 * Scheduler to master: launch these tasks on these offers; an empty list declines them.
 * `mesos.internal.LaunchTasksMessage`.
 */
export interface LaunchTasksMessage {
  framework_id: v1.FrameworkID;
  tasks?: v1.TaskInfo[] | undefined;
  filters: v1.Filters;
  offer_ids?: v1.OfferID[] | undefined;
}

/**
 * Master to scheduler: an offer is no longer valid.
 * `mesos.internal.RescindResourceOfferMessage`.
 */
export interface RescindResourceOfferMessage {
  offer_id: v1.OfferID;
}

/**
 * Master to scheduler: an inverse offer is no longer valid.
 * `mesos.internal.RescindInverseOfferMessage`.
 */
export interface RescindInverseOfferMessage {
  inverse_offer_id: v1.OfferID;
}

/**
 * Scheduler to master: forget my filters.
 * `mesos.internal.ReviveOffersMessage`.
 */
export interface ReviveOffersMessage {
  framework_id: v1.FrameworkID;
  roles?: string[] | undefined;
}

/**
 * Master to agent, and agent to executor: run this task.
 * `mesos.internal.RunTaskMessage`.
 */
export interface RunTaskMessage {
  /** @deprecated */
  framework_id?: v1.FrameworkID | undefined;
  framework: v1.FrameworkInfo;
  task: v1.TaskInfo;
  resource_version_uuids?: ResourceVersionUUID[] | undefined;
  pid?: string | undefined;
  launch_executor?: boolean | undefined;
}

/**
 * Master to agent: run these tasks in one executor, all or none.
 * `mesos.internal.RunTaskGroupMessage`.
 */
export interface RunTaskGroupMessage {
  framework: v1.FrameworkInfo;
  executor: v1.ExecutorInfo;
  task_group: v1.TaskGroupInfo;
  resource_version_uuids?: ResourceVersionUUID[] | undefined;
  launch_executor?: boolean | undefined;
}

/**
 * Scheduler to master to agent to executor: kill this task.
 * `mesos.internal.KillTaskMessage`.
 */
export interface KillTaskMessage {
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  kill_policy?: v1.KillPolicy | undefined;
}

/**
 * Executor to agent to master to scheduler: a status update. `pid` is where to acknowledge to.
 * `mesos.internal.StatusUpdateMessage`.
 */
export interface StatusUpdateMessage {
  update: StatusUpdate;
  /** Where to send the acknowledgement; absent when none is wanted. */
  pid?: string | undefined;
}

/**
 * Scheduler to master to agent to executor: this update has arrived for good.
 * `mesos.internal.StatusUpdateAcknowledgementMessage`.
 */
export interface StatusUpdateAcknowledgementMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  uuid: Uint8Array;
}

/**
 * Master to agent: this operation status has arrived for good.
 * `mesos.internal.AcknowledgeOperationStatusMessage`.
 */
export interface AcknowledgeOperationStatusMessage {
  status_uuid: v1.UUID;
  operation_uuid: v1.UUID;
  resource_provider_id?: v1.ResourceProviderID | undefined;
}

/**
 * Master to scheduler: an agent is gone.
 * `mesos.internal.LostSlaveMessage`.
 */
export interface LostSlaveMessage {
  slave_id: v1.AgentID;
}

/**
 * Scheduler to master: what are the states of these tasks, or of all when none is named?
 * `mesos.internal.ReconcileTasksMessage`.
 */
export interface ReconcileTasksMessage {
  framework_id: v1.FrameworkID;
  statuses?: v1.TaskStatus[] | undefined;
  framework?: v1.FrameworkInfo | undefined;
}

/**
 * Master to agent: which of these operations do you know?
 * `mesos.internal.ReconcileOperationsMessage`.
 */
export interface ReconcileOperationsMessage {
  operations?: ReconcileOperationsMessageOperation[] | undefined;
  framework_id?: v1.FrameworkID | undefined;
}

/** `mesos.internal.ReconcileOperationsMessage.Operation`. */
export interface ReconcileOperationsMessageOperation {
  operation_uuid?: v1.UUID | undefined;
  operation_id?: v1.OperationID | undefined;
  resource_provider_id?: v1.ResourceProviderID | undefined;
}

/**
 * Master to scheduler: refused; the driver aborts.
 * `mesos.internal.FrameworkErrorMessage`.
 */
export interface FrameworkErrorMessage {
  message: string;
}

/**
 * Agent to master: a new agent.
 * `mesos.internal.RegisterSlaveMessage`.
 */
export interface RegisterSlaveMessage {
  slave: agent_info.SlaveInfo;
  checkpointed_resources?: v1.Resource[] | undefined;
  version?: string | undefined;
  agent_capabilities?: v1.AgentInfoCapability[] | undefined;
  resource_version_uuid?: v1.UUID | undefined;
}

/**
 * Agent to master: an agent that has an id, with everything it runs, so that a new master learns the cluster.
 * `mesos.internal.ReregisterSlaveMessage`.
 */
export interface ReregisterSlaveMessage {
  slave: agent_info.SlaveInfo;
  checkpointed_resources?: v1.Resource[] | undefined;
  executor_infos?: v1.ExecutorInfo[] | undefined;
  tasks?: v1.Task[] | undefined;
  frameworks?: v1.FrameworkInfo[] | undefined;
  completed_frameworks?: ArchiveFramework[] | undefined;
  version?: string | undefined;
  agent_capabilities?: v1.AgentInfoCapability[] | undefined;
  resource_version_uuid?: v1.UUID | undefined;
}

/**
 * Master to agent: registered, under this id.
 * `mesos.internal.SlaveRegisteredMessage`.
 */
export interface SlaveRegisteredMessage {
  slave_id: v1.AgentID;
  connection?: MasterSlaveConnection | undefined;
}

/**
 * Master to agent: known again, with the tasks whose fate the agent shall report.
 * `mesos.internal.SlaveReregisteredMessage`.
 */
export interface SlaveReregisteredMessage {
  slave_id: v1.AgentID;
  reconciliations?: ReconcileTasksMessage[] | undefined;
  connection?: MasterSlaveConnection | undefined;
}

/**
 * Agent to master: shutting down.
 * `mesos.internal.UnregisterSlaveMessage`.
 */
export interface UnregisterSlaveMessage {
  slave_id: v1.AgentID;
}

/**
 * How often a master pings its agents and how many missed pings it forgives.
 * `mesos.internal.MasterSlaveConnection`.
 */
export interface MasterSlaveConnection {
  /** Seconds without a ping after which the agent registers anew. */
  total_ping_timeout_seconds?: number | undefined;
}

/**
 * Master to agent: are you there? `connected` tells the agent whether the master thinks it registered.
 * `mesos.internal.PingSlaveMessage`.
 */
export interface PingSlaveMessage {
  connected: boolean;
}

/**
 * Agent to master: here.
 * `mesos.internal.PongSlaveMessage`.
 */
export type PongSlaveMessage = Record<string, never>;

/**
 * Master to agent: end this framework's executors.
 * `mesos.internal.ShutdownFrameworkMessage`.
 */
export interface ShutdownFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/**
 * Master to agent to executor: end.
 * `mesos.internal.ShutdownExecutorMessage`.
 */
export interface ShutdownExecutorMessage {
  executor_id?: v1.ExecutorID | undefined;
  framework_id?: v1.FrameworkID | undefined;
}

/**
 * Master to agent: a framework's scheduler has moved or its description has changed.
 * `mesos.internal.UpdateFrameworkMessage`.
 */
export interface UpdateFrameworkMessage {
  framework_id: v1.FrameworkID;
  pid?: string | undefined;
  framework_info?: v1.FrameworkInfo | undefined;
}

/**
 * Master to agent: the reservations and volumes the agent shall have; the older way of ApplyOperationMessage.
 * `mesos.internal.CheckpointResourcesMessage`.
 */
export interface CheckpointResourcesMessage {
  resources?: v1.Resource[] | undefined;
}

/**
 * Version of an agent's or a provider's resources, by which stale operations are told.
 * `mesos.internal.ResourceVersionUUID`.
 */
export interface ResourceVersionUUID {
  resource_provider_id?: v1.ResourceProviderID | undefined;
  uuid: v1.UUID;
}

/**
 * Agent to master: oversubscribed resources, or resources, operations and providers have changed.
 * `mesos.internal.UpdateSlaveMessage`.
 */
export interface UpdateSlaveMessage {
  slave_id: v1.AgentID;
  update_oversubscribed_resources?: boolean | undefined;
  oversubscribed_resources?: v1.Resource[] | undefined;
  operations?: UpdateSlaveMessageOperations | undefined;
  resource_version_uuid?: v1.UUID | undefined;
  resource_providers?: UpdateSlaveMessageResourceProviders | undefined;
}

/** `mesos.internal.UpdateSlaveMessage.Operations`. */
export interface UpdateSlaveMessageOperations {
  operations?: v1.Operation[] | undefined;
}

/** `mesos.internal.UpdateSlaveMessage.ResourceProvider`. */
export interface UpdateSlaveMessageResourceProvider {
  info?: v1.ResourceProviderInfo | undefined;
  total_resources?: v1.Resource[] | undefined;
  operations: UpdateSlaveMessageOperations;
  resource_version_uuid: v1.UUID;
}

/** `mesos.internal.UpdateSlaveMessage.ResourceProviders`. */
export interface UpdateSlaveMessageResourceProviders {
  providers?: UpdateSlaveMessageResourceProvider[] | undefined;
}

/**
 * Agent to master to scheduler: an operation has reached a state.
 * `mesos.internal.UpdateOperationStatusMessage`.
 */
export interface UpdateOperationStatusMessage {
  framework_id?: v1.FrameworkID | undefined;
  slave_id?: v1.AgentID | undefined;
  status: v1.OperationStatus;
  latest_status?: v1.OperationStatus | undefined;
  operation_uuid?: v1.UUID | undefined;
}

/**
 * One entry of an operation's update log on disk: an update or its acknowledgement.
 * `mesos.internal.UpdateOperationStatusRecord`.
 */
export interface UpdateOperationStatusRecord {
  type: UpdateOperationStatusRecordType;
  update?: UpdateOperationStatusMessage | undefined;
  uuid?: v1.UUID | undefined;
}

/** `mesos.internal.UpdateOperationStatusRecord.Type`. */
export const UpdateOperationStatusRecordType = {
  UPDATE: 0,
  ACK: 1,
} as const;
export type UpdateOperationStatusRecordType =
  (typeof UpdateOperationStatusRecordType)[keyof typeof UpdateOperationStatusRecordType];

/**
 * Master to agent: apply this operation.
 * `mesos.internal.ApplyOperationMessage`.
 */
export interface ApplyOperationMessage {
  framework_id?: v1.FrameworkID | undefined;
  operation_info: v1.OfferOperation;
  operation_uuid: v1.UUID;
  resource_version_uuid: ResourceVersionUUID;
}

/**
 * Resource provider to its manager inside the agent.
 * `mesos.internal.ResourceProviderCallMessage`.
 */
export interface ResourceProviderCallMessage {
  call: resource_provider.ResourceProviderCall;
  uuid?: v1.UUID | undefined;
}

/**
 * Resource provider manager inside the agent to a provider.
 * `mesos.internal.ResourceProviderEventMessage`.
 */
export interface ResourceProviderEventMessage {
  resource_provider_id: v1.ResourceProviderID;
  event: resource_provider.ResourceProviderEvent;
  uuid?: v1.UUID | undefined;
}

/**
 * Executor to agent: started.
 * `mesos.internal.RegisterExecutorMessage`.
 */
export interface RegisterExecutorMessage {
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
}

/**
 * Agent to executor: registered, with what it was described as.
 * `mesos.internal.ExecutorRegisteredMessage`.
 */
export interface ExecutorRegisteredMessage {
  executor_info: v1.ExecutorInfo;
  framework_id: v1.FrameworkID;
  framework_info: v1.FrameworkInfo;
  slave_id: v1.AgentID;
  slave_info: agent_info.SlaveInfo;
}

/**
 * Agent to executor: known again after the agent's restart.
 * `mesos.internal.ExecutorReregisteredMessage`.
 */
export interface ExecutorReregisteredMessage {
  slave_id: v1.AgentID;
  slave_info: agent_info.SlaveInfo;
}

/**
 * Agent to master to scheduler: an executor has ended, with this wait status.
 * `mesos.internal.ExitedExecutorMessage`.
 */
export interface ExitedExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  status: number;
}

/**
 * Restarted agent to executor: come back.
 * `mesos.internal.ReconnectExecutorMessage`.
 */
export interface ReconnectExecutorMessage {
  /** The agent that came back. */
  slave_id: v1.AgentID;
}

/**
 * Executor to restarted agent: tasks it runs and updates not yet acknowledged.
 * `mesos.internal.ReregisterExecutorMessage`.
 */
export interface ReregisterExecutorMessage {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  tasks?: v1.TaskInfo[] | undefined;
  updates?: StatusUpdate[] | undefined;
}

/**
 * Master to agent: kill your tasks, giving each at most this grace.
 * `mesos.internal.DrainSlaveMessage`.
 */
export interface DrainSlaveMessage {
  config: v1.DrainConfig;
}

/**
 * Master to agent: shut down, for this reason.
 * `mesos.internal.ShutdownMessage`.
 */
export interface ShutdownMessage {
  message?: string | undefined;
}

/**
 * Frameworks and tasks that have ended, kept by the master for those who ask.
 * `mesos.internal.Archive`.
 */
export interface Archive {
  frameworks?: ArchiveFramework[] | undefined;
}

/** `mesos.internal.Archive.Framework`. */
export interface ArchiveFramework {
  framework_info: v1.FrameworkInfo;
  pid?: string | undefined;
  tasks?: v1.Task[] | undefined;
}

/**
 * Health checker to executor: a result.
 * `mesos.internal.TaskHealthStatus`.
 */
export interface TaskHealthStatus {
  task_id: v1.TaskID;
  healthy: boolean;
  /** Default: false. */
  kill_task?: boolean | undefined;
  consecutive_failures?: number | undefined;
}

/**
 * Test hook to test: it ran.
 * `mesos.internal.HookExecuted`.
 */
export interface HookExecuted {
  module?: string | undefined;
}
