// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as agent_info from './agent_info.ts';
import type * as resource_provider from './resource_provider.ts';
import type * as v1 from './v1.ts';

/** `mesos.internal.StatusUpdate`. */
export interface StatusUpdate {
  framework_id: v1.FrameworkID;
  executor_id?: v1.ExecutorID | undefined;
  slave_id?: v1.AgentID | undefined;
  status: v1.TaskStatus;
  timestamp: number;
  uuid?: Uint8Array | undefined;
  latest_state?: v1.TaskState | undefined;
}

/** `mesos.internal.StatusUpdateRecord`. */
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

/** `mesos.internal.SubmitSchedulerRequest`. */
export interface SubmitSchedulerRequest {
  name: string;
}

/** `mesos.internal.SubmitSchedulerResponse`. */
export interface SubmitSchedulerResponse {
  okay: boolean;
}

/** `mesos.internal.ExecutorToFrameworkMessage`. */
export interface ExecutorToFrameworkMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/** `mesos.internal.FrameworkToExecutorMessage`. */
export interface FrameworkToExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/** `mesos.internal.RegisterFrameworkMessage`. */
export interface RegisterFrameworkMessage {
  framework: v1.FrameworkInfo;
}

/** `mesos.internal.ReregisterFrameworkMessage`. */
export interface ReregisterFrameworkMessage {
  framework: v1.FrameworkInfo;
  failover: boolean;
}

/** `mesos.internal.FrameworkRegisteredMessage`. */
export interface FrameworkRegisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}

/** `mesos.internal.FrameworkReregisteredMessage`. */
export interface FrameworkReregisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}

/** `mesos.internal.UnregisterFrameworkMessage`. */
export interface UnregisterFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/** `mesos.internal.DeactivateFrameworkMessage`. */
export interface DeactivateFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/** `mesos.internal.ResourceRequestMessage`. */
export interface ResourceRequestMessage {
  framework_id: v1.FrameworkID;
  requests?: v1.Request[] | undefined;
}

/** `mesos.internal.ResourceOffersMessage`. */
export interface ResourceOffersMessage {
  offers?: v1.Offer[] | undefined;
  pids?: string[] | undefined;
}

/** `mesos.internal.InverseOffersMessage`. */
export interface InverseOffersMessage {
  inverse_offers?: v1.InverseOffer[] | undefined;
  pids?: string[] | undefined;
}

/** `mesos.internal.LaunchTasksMessage`. */
export interface LaunchTasksMessage {
  framework_id: v1.FrameworkID;
  tasks?: v1.TaskInfo[] | undefined;
  filters: v1.Filters;
  offer_ids?: v1.OfferID[] | undefined;
}

/** `mesos.internal.RescindResourceOfferMessage`. */
export interface RescindResourceOfferMessage {
  offer_id: v1.OfferID;
}

/** `mesos.internal.RescindInverseOfferMessage`. */
export interface RescindInverseOfferMessage {
  inverse_offer_id: v1.OfferID;
}

/** `mesos.internal.ReviveOffersMessage`. */
export interface ReviveOffersMessage {
  framework_id: v1.FrameworkID;
  roles?: string[] | undefined;
}

/** `mesos.internal.RunTaskMessage`. */
export interface RunTaskMessage {
  /** @deprecated */
  framework_id?: v1.FrameworkID | undefined;
  framework: v1.FrameworkInfo;
  task: v1.TaskInfo;
  resource_version_uuids?: ResourceVersionUUID[] | undefined;
  pid?: string | undefined;
  launch_executor?: boolean | undefined;
}

/** `mesos.internal.RunTaskGroupMessage`. */
export interface RunTaskGroupMessage {
  framework: v1.FrameworkInfo;
  executor: v1.ExecutorInfo;
  task_group: v1.TaskGroupInfo;
  resource_version_uuids?: ResourceVersionUUID[] | undefined;
  launch_executor?: boolean | undefined;
}

/** `mesos.internal.KillTaskMessage`. */
export interface KillTaskMessage {
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  kill_policy?: v1.KillPolicy | undefined;
}

/** `mesos.internal.StatusUpdateMessage`. */
export interface StatusUpdateMessage {
  update: StatusUpdate;
  pid?: string | undefined;
}

/** `mesos.internal.StatusUpdateAcknowledgementMessage`. */
export interface StatusUpdateAcknowledgementMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  uuid: Uint8Array;
}

/** `mesos.internal.AcknowledgeOperationStatusMessage`. */
export interface AcknowledgeOperationStatusMessage {
  status_uuid: v1.UUID;
  operation_uuid: v1.UUID;
  resource_provider_id?: v1.ResourceProviderID | undefined;
}

/** `mesos.internal.LostSlaveMessage`. */
export interface LostSlaveMessage {
  slave_id: v1.AgentID;
}

/** `mesos.internal.ReconcileTasksMessage`. */
export interface ReconcileTasksMessage {
  framework_id: v1.FrameworkID;
  statuses?: v1.TaskStatus[] | undefined;
  framework?: v1.FrameworkInfo | undefined;
}

/** `mesos.internal.ReconcileOperationsMessage`. */
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

/** `mesos.internal.FrameworkErrorMessage`. */
export interface FrameworkErrorMessage {
  message: string;
}

/** `mesos.internal.RegisterSlaveMessage`. */
export interface RegisterSlaveMessage {
  slave: agent_info.SlaveInfo;
  checkpointed_resources?: v1.Resource[] | undefined;
  version?: string | undefined;
  agent_capabilities?: v1.AgentInfoCapability[] | undefined;
  resource_version_uuid?: v1.UUID | undefined;
}

/** `mesos.internal.ReregisterSlaveMessage`. */
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

/** `mesos.internal.SlaveRegisteredMessage`. */
export interface SlaveRegisteredMessage {
  slave_id: v1.AgentID;
  connection?: MasterSlaveConnection | undefined;
}

/** `mesos.internal.SlaveReregisteredMessage`. */
export interface SlaveReregisteredMessage {
  slave_id: v1.AgentID;
  reconciliations?: ReconcileTasksMessage[] | undefined;
  connection?: MasterSlaveConnection | undefined;
}

/** `mesos.internal.UnregisterSlaveMessage`. */
export interface UnregisterSlaveMessage {
  slave_id: v1.AgentID;
}

/** `mesos.internal.MasterSlaveConnection`. */
export interface MasterSlaveConnection {
  total_ping_timeout_seconds?: number | undefined;
}

/** `mesos.internal.PingSlaveMessage`. */
export interface PingSlaveMessage {
  connected: boolean;
}

/** `mesos.internal.PongSlaveMessage`. */
export type PongSlaveMessage = Record<string, never>;

/** `mesos.internal.ShutdownFrameworkMessage`. */
export interface ShutdownFrameworkMessage {
  framework_id: v1.FrameworkID;
}

/** `mesos.internal.ShutdownExecutorMessage`. */
export interface ShutdownExecutorMessage {
  executor_id?: v1.ExecutorID | undefined;
  framework_id?: v1.FrameworkID | undefined;
}

/** `mesos.internal.UpdateFrameworkMessage`. */
export interface UpdateFrameworkMessage {
  framework_id: v1.FrameworkID;
  pid?: string | undefined;
  framework_info?: v1.FrameworkInfo | undefined;
}

/** `mesos.internal.CheckpointResourcesMessage`. */
export interface CheckpointResourcesMessage {
  resources?: v1.Resource[] | undefined;
}

/** `mesos.internal.ResourceVersionUUID`. */
export interface ResourceVersionUUID {
  resource_provider_id?: v1.ResourceProviderID | undefined;
  uuid: v1.UUID;
}

/** `mesos.internal.UpdateSlaveMessage`. */
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

/** `mesos.internal.UpdateOperationStatusMessage`. */
export interface UpdateOperationStatusMessage {
  framework_id?: v1.FrameworkID | undefined;
  slave_id?: v1.AgentID | undefined;
  status: v1.OperationStatus;
  latest_status?: v1.OperationStatus | undefined;
  operation_uuid?: v1.UUID | undefined;
}

/** `mesos.internal.UpdateOperationStatusRecord`. */
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

/** `mesos.internal.ApplyOperationMessage`. */
export interface ApplyOperationMessage {
  framework_id?: v1.FrameworkID | undefined;
  operation_info: v1.OfferOperation;
  operation_uuid: v1.UUID;
  resource_version_uuid: ResourceVersionUUID;
}

/** `mesos.internal.ResourceProviderCallMessage`. */
export interface ResourceProviderCallMessage {
  call: resource_provider.ResourceProviderCall;
  uuid?: v1.UUID | undefined;
}

/** `mesos.internal.ResourceProviderEventMessage`. */
export interface ResourceProviderEventMessage {
  resource_provider_id: v1.ResourceProviderID;
  event: resource_provider.ResourceProviderEvent;
  uuid?: v1.UUID | undefined;
}

/** `mesos.internal.RegisterExecutorMessage`. */
export interface RegisterExecutorMessage {
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
}

/** `mesos.internal.ExecutorRegisteredMessage`. */
export interface ExecutorRegisteredMessage {
  executor_info: v1.ExecutorInfo;
  framework_id: v1.FrameworkID;
  framework_info: v1.FrameworkInfo;
  slave_id: v1.AgentID;
  slave_info: agent_info.SlaveInfo;
}

/** `mesos.internal.ExecutorReregisteredMessage`. */
export interface ExecutorReregisteredMessage {
  slave_id: v1.AgentID;
  slave_info: agent_info.SlaveInfo;
}

/** `mesos.internal.ExitedExecutorMessage`. */
export interface ExitedExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  status: number;
}

/** `mesos.internal.ReconnectExecutorMessage`. */
export interface ReconnectExecutorMessage {
  slave_id: v1.AgentID;
}

/** `mesos.internal.ReregisterExecutorMessage`. */
export interface ReregisterExecutorMessage {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  tasks?: v1.TaskInfo[] | undefined;
  updates?: StatusUpdate[] | undefined;
}

/** `mesos.internal.DrainSlaveMessage`. */
export interface DrainSlaveMessage {
  config: v1.DrainConfig;
}

/** `mesos.internal.ShutdownMessage`. */
export interface ShutdownMessage {
  message?: string | undefined;
}

/** `mesos.internal.Archive`. */
export interface Archive {
  frameworks?: ArchiveFramework[] | undefined;
}

/** `mesos.internal.Archive.Framework`. */
export interface ArchiveFramework {
  framework_info: v1.FrameworkInfo;
  pid?: string | undefined;
  tasks?: v1.Task[] | undefined;
}

/** `mesos.internal.TaskHealthStatus`. */
export interface TaskHealthStatus {
  task_id: v1.TaskID;
  healthy: boolean;
  /** Default: false. */
  kill_task?: boolean | undefined;
  consecutive_failures?: number | undefined;
}

/** `mesos.internal.HookExecuted`. */
export interface HookExecuted {
  module?: string | undefined;
}
