// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as google from './google.ts';
import type * as maintenance from './maintenance.ts';
import type * as quota from './quota.ts';
import type * as scheduler from './scheduler.ts';
import type * as v1 from './v1.ts';

/**
 * Operator to master.
 * `mesos.v1.master.Call`.
 */
export interface MasterCall {
  type?: MasterCallType | undefined;
  get_metrics?: MasterCallGetMetrics | undefined;
  set_logging_level?: MasterCallSetLoggingLevel | undefined;
  list_files?: MasterCallListFiles | undefined;
  read_file?: MasterCallReadFile | undefined;
  update_weights?: MasterCallUpdateWeights | undefined;
  reserve_resources?: MasterCallReserveResources | undefined;
  unreserve_resources?: MasterCallUnreserveResources | undefined;
  create_volumes?: MasterCallCreateVolumes | undefined;
  destroy_volumes?: MasterCallDestroyVolumes | undefined;
  grow_volume?: MasterCallGrowVolume | undefined;
  shrink_volume?: MasterCallShrinkVolume | undefined;
  update_maintenance_schedule?: MasterCallUpdateMaintenanceSchedule | undefined;
  start_maintenance?: MasterCallStartMaintenance | undefined;
  stop_maintenance?: MasterCallStopMaintenance | undefined;
  drain_agent?: MasterCallDrainAgent | undefined;
  deactivate_agent?: MasterCallDeactivateAgent | undefined;
  reactivate_agent?: MasterCallReactivateAgent | undefined;
  update_quota?: MasterCallUpdateQuota | undefined;
  teardown?: MasterCallTeardown | undefined;
  mark_agent_gone?: MasterCallMarkAgentGone | undefined;
  /** @deprecated */
  set_quota?: MasterCallSetQuota | undefined;
  /** @deprecated */
  remove_quota?: MasterCallRemoveQuota | undefined;
}

/** `mesos.v1.master.Call.Type`. */
export const MasterCallType = {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  SET_LOGGING_LEVEL: 6,
  LIST_FILES: 7,
  READ_FILE: 8,
  GET_STATE: 9,
  GET_AGENTS: 10,
  GET_FRAMEWORKS: 11,
  GET_EXECUTORS: 12,
  GET_OPERATIONS: 33,
  GET_TASKS: 13,
  GET_ROLES: 14,
  GET_WEIGHTS: 15,
  UPDATE_WEIGHTS: 16,
  GET_MASTER: 17,
  SUBSCRIBE: 18,
  RESERVE_RESOURCES: 19,
  UNRESERVE_RESOURCES: 20,
  CREATE_VOLUMES: 21,
  DESTROY_VOLUMES: 22,
  GROW_VOLUME: 34,
  SHRINK_VOLUME: 35,
  GET_MAINTENANCE_STATUS: 23,
  GET_MAINTENANCE_SCHEDULE: 24,
  UPDATE_MAINTENANCE_SCHEDULE: 25,
  START_MAINTENANCE: 26,
  STOP_MAINTENANCE: 27,
  DRAIN_AGENT: 37,
  DEACTIVATE_AGENT: 38,
  REACTIVATE_AGENT: 39,
  GET_QUOTA: 28,
  UPDATE_QUOTA: 36,
  SET_QUOTA: 29,
  REMOVE_QUOTA: 30,
  TEARDOWN: 31,
  MARK_AGENT_GONE: 32,
} as const;
export type MasterCallType = (typeof MasterCallType)[keyof typeof MasterCallType];

/** `mesos.v1.master.Call.GetMetrics`. */
export interface MasterCallGetMetrics {
  timeout?: v1.DurationInfo | undefined;
}

/** `mesos.v1.master.Call.SetLoggingLevel`. */
export interface MasterCallSetLoggingLevel {
  level: number;
  duration: v1.DurationInfo;
}

/** `mesos.v1.master.Call.ListFiles`. */
export interface MasterCallListFiles {
  path: string;
}

/** `mesos.v1.master.Call.ReadFile`. */
export interface MasterCallReadFile {
  path: string;
  offset: number;
  length?: number | undefined;
}

/** `mesos.v1.master.Call.UpdateWeights`. */
export interface MasterCallUpdateWeights {
  weight_infos?: v1.WeightInfo[] | undefined;
}

/** `mesos.v1.master.Call.ReserveResources`. */
export interface MasterCallReserveResources {
  agent_id: v1.AgentID;
  source?: v1.Resource[] | undefined;
  resources?: v1.Resource[] | undefined;
}

/** `mesos.v1.master.Call.UnreserveResources`. */
export interface MasterCallUnreserveResources {
  agent_id: v1.AgentID;
  resources?: v1.Resource[] | undefined;
}

/** `mesos.v1.master.Call.CreateVolumes`. */
export interface MasterCallCreateVolumes {
  agent_id: v1.AgentID;
  volumes?: v1.Resource[] | undefined;
}

/** `mesos.v1.master.Call.DestroyVolumes`. */
export interface MasterCallDestroyVolumes {
  agent_id: v1.AgentID;
  volumes?: v1.Resource[] | undefined;
}

/** `mesos.v1.master.Call.GrowVolume`. */
export interface MasterCallGrowVolume {
  agent_id?: v1.AgentID | undefined;
  volume: v1.Resource;
  addition: v1.Resource;
}

/** `mesos.v1.master.Call.ShrinkVolume`. */
export interface MasterCallShrinkVolume {
  agent_id?: v1.AgentID | undefined;
  volume: v1.Resource;
  subtract: v1.ValueScalar;
}

/** `mesos.v1.master.Call.UpdateMaintenanceSchedule`. */
export interface MasterCallUpdateMaintenanceSchedule {
  schedule: maintenance.MaintenanceSchedule;
}

/** `mesos.v1.master.Call.StartMaintenance`. */
export interface MasterCallStartMaintenance {
  machines?: v1.MachineID[] | undefined;
}

/** `mesos.v1.master.Call.StopMaintenance`. */
export interface MasterCallStopMaintenance {
  machines?: v1.MachineID[] | undefined;
}

/** `mesos.v1.master.Call.DrainAgent`. */
export interface MasterCallDrainAgent {
  agent_id: v1.AgentID;
  max_grace_period?: google.ProtobufDuration | undefined;
  /** Default: false. */
  mark_gone?: boolean | undefined;
}

/** `mesos.v1.master.Call.DeactivateAgent`. */
export interface MasterCallDeactivateAgent {
  agent_id: v1.AgentID;
}

/** `mesos.v1.master.Call.ReactivateAgent`. */
export interface MasterCallReactivateAgent {
  agent_id: v1.AgentID;
}

/** `mesos.v1.master.Call.UpdateQuota`. */
export interface MasterCallUpdateQuota {
  force?: boolean | undefined;
  quota_configs?: quota.QuotaConfig[] | undefined;
}

/** `mesos.v1.master.Call.SetQuota`. */
export interface MasterCallSetQuota {
  quota_request: quota.QuotaRequest;
}

/** `mesos.v1.master.Call.RemoveQuota`. */
export interface MasterCallRemoveQuota {
  role: string;
}

/** `mesos.v1.master.Call.Teardown`. */
export interface MasterCallTeardown {
  framework_id: v1.FrameworkID;
}

/** `mesos.v1.master.Call.MarkAgentGone`. */
export interface MasterCallMarkAgentGone {
  agent_id: v1.AgentID;
}

/**
 * Master to operator, in answer to the call of the same type.
 * `mesos.v1.master.Response`.
 */
export interface MasterResponse {
  type?: MasterResponseType | undefined;
  get_health?: MasterResponseGetHealth | undefined;
  get_flags?: MasterResponseGetFlags | undefined;
  get_version?: MasterResponseGetVersion | undefined;
  get_metrics?: MasterResponseGetMetrics | undefined;
  get_logging_level?: MasterResponseGetLoggingLevel | undefined;
  list_files?: MasterResponseListFiles | undefined;
  read_file?: MasterResponseReadFile | undefined;
  get_state?: MasterResponseGetState | undefined;
  get_agents?: MasterResponseGetAgents | undefined;
  get_frameworks?: MasterResponseGetFrameworks | undefined;
  get_executors?: MasterResponseGetExecutors | undefined;
  get_operations?: MasterResponseGetOperations | undefined;
  get_tasks?: MasterResponseGetTasks | undefined;
  get_roles?: MasterResponseGetRoles | undefined;
  get_weights?: MasterResponseGetWeights | undefined;
  get_master?: MasterResponseGetMaster | undefined;
  get_maintenance_status?: MasterResponseGetMaintenanceStatus | undefined;
  get_maintenance_schedule?: MasterResponseGetMaintenanceSchedule | undefined;
  get_quota?: MasterResponseGetQuota | undefined;
}

/** `mesos.v1.master.Response.Type`. */
export const MasterResponseType = {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  LIST_FILES: 6,
  READ_FILE: 7,
  GET_STATE: 8,
  GET_AGENTS: 9,
  GET_FRAMEWORKS: 10,
  GET_EXECUTORS: 11,
  GET_OPERATIONS: 19,
  GET_TASKS: 12,
  GET_ROLES: 13,
  GET_WEIGHTS: 14,
  GET_MASTER: 15,
  GET_MAINTENANCE_STATUS: 16,
  GET_MAINTENANCE_SCHEDULE: 17,
  GET_QUOTA: 18,
} as const;
export type MasterResponseType = (typeof MasterResponseType)[keyof typeof MasterResponseType];

/** `mesos.v1.master.Response.GetHealth`. */
export interface MasterResponseGetHealth {
  healthy: boolean;
}

/** `mesos.v1.master.Response.GetFlags`. */
export interface MasterResponseGetFlags {
  flags?: v1.Flag[] | undefined;
}

/** `mesos.v1.master.Response.GetVersion`. */
export interface MasterResponseGetVersion {
  version_info: v1.VersionInfo;
}

/** `mesos.v1.master.Response.GetMetrics`. */
export interface MasterResponseGetMetrics {
  metrics?: v1.Metric[] | undefined;
}

/** `mesos.v1.master.Response.GetLoggingLevel`. */
export interface MasterResponseGetLoggingLevel {
  level: number;
}

/** `mesos.v1.master.Response.ListFiles`. */
export interface MasterResponseListFiles {
  file_infos?: v1.FileInfo[] | undefined;
}

/** `mesos.v1.master.Response.ReadFile`. */
export interface MasterResponseReadFile {
  size: number;
  data: Uint8Array;
}

/** `mesos.v1.master.Response.GetState`. */
export interface MasterResponseGetState {
  get_tasks?: MasterResponseGetTasks | undefined;
  get_executors?: MasterResponseGetExecutors | undefined;
  get_frameworks?: MasterResponseGetFrameworks | undefined;
  get_agents?: MasterResponseGetAgents | undefined;
}

/** `mesos.v1.master.Response.GetAgents`. */
export interface MasterResponseGetAgents {
  agents?: MasterResponseGetAgentsAgent[] | undefined;
  recovered_agents?: v1.AgentInfo[] | undefined;
}

/** `mesos.v1.master.Response.GetAgents.Agent`. */
export interface MasterResponseGetAgentsAgent {
  agent_info: v1.AgentInfo;
  active: boolean;
  deactivated?: boolean | undefined;
  version: string;
  pid?: string | undefined;
  registered_time?: v1.TimeInfo | undefined;
  reregistered_time?: v1.TimeInfo | undefined;
  total_resources?: v1.Resource[] | undefined;
  allocated_resources?: v1.Resource[] | undefined;
  offered_resources?: v1.Resource[] | undefined;
  capabilities?: v1.AgentInfoCapability[] | undefined;
  resource_providers?: MasterResponseGetAgentsAgentResourceProvider[] | undefined;
  drain_info?: v1.DrainInfo | undefined;
  estimated_drain_start_time?: v1.TimeInfo | undefined;
}

/** `mesos.v1.master.Response.GetAgents.Agent.ResourceProvider`. */
export interface MasterResponseGetAgentsAgentResourceProvider {
  resource_provider_info: v1.ResourceProviderInfo;
  total_resources?: v1.Resource[] | undefined;
}

/** `mesos.v1.master.Response.GetFrameworks`. */
export interface MasterResponseGetFrameworks {
  frameworks?: MasterResponseGetFrameworksFramework[] | undefined;
  completed_frameworks?: MasterResponseGetFrameworksFramework[] | undefined;
  /** @deprecated */
  recovered_frameworks?: v1.FrameworkInfo[] | undefined;
}

/** `mesos.v1.master.Response.GetFrameworks.Framework`. */
export interface MasterResponseGetFrameworksFramework {
  framework_info: v1.FrameworkInfo;
  active: boolean;
  connected: boolean;
  recovered: boolean;
  registered_time?: v1.TimeInfo | undefined;
  reregistered_time?: v1.TimeInfo | undefined;
  unregistered_time?: v1.TimeInfo | undefined;
  offers?: v1.Offer[] | undefined;
  inverse_offers?: v1.InverseOffer[] | undefined;
  allocated_resources?: v1.Resource[] | undefined;
  offered_resources?: v1.Resource[] | undefined;
  offer_constraints?: scheduler.SchedulerOfferConstraints | undefined;
}

/** `mesos.v1.master.Response.GetExecutors`. */
export interface MasterResponseGetExecutors {
  executors?: MasterResponseGetExecutorsExecutor[] | undefined;
  /** @deprecated */
  orphan_executors?: MasterResponseGetExecutorsExecutor[] | undefined;
}

/** `mesos.v1.master.Response.GetExecutors.Executor`. */
export interface MasterResponseGetExecutorsExecutor {
  executor_info: v1.ExecutorInfo;
  agent_id: v1.AgentID;
}

/** `mesos.v1.master.Response.GetOperations`. */
export interface MasterResponseGetOperations {
  operations?: v1.Operation[] | undefined;
}

/** `mesos.v1.master.Response.GetTasks`. */
export interface MasterResponseGetTasks {
  /** @deprecated */
  pending_tasks?: v1.Task[] | undefined;
  tasks?: v1.Task[] | undefined;
  unreachable_tasks?: v1.Task[] | undefined;
  completed_tasks?: v1.Task[] | undefined;
  /** @deprecated */
  orphan_tasks?: v1.Task[] | undefined;
}

/** `mesos.v1.master.Response.GetRoles`. */
export interface MasterResponseGetRoles {
  roles?: v1.Role[] | undefined;
}

/** `mesos.v1.master.Response.GetWeights`. */
export interface MasterResponseGetWeights {
  weight_infos?: v1.WeightInfo[] | undefined;
}

/** `mesos.v1.master.Response.GetMaster`. */
export interface MasterResponseGetMaster {
  master_info?: v1.MasterInfo | undefined;
  start_time?: number | undefined;
  elected_time?: number | undefined;
}

/** `mesos.v1.master.Response.GetMaintenanceStatus`. */
export interface MasterResponseGetMaintenanceStatus {
  status: maintenance.MaintenanceClusterStatus;
}

/** `mesos.v1.master.Response.GetMaintenanceSchedule`. */
export interface MasterResponseGetMaintenanceSchedule {
  schedule: maintenance.MaintenanceSchedule;
}

/** `mesos.v1.master.Response.GetQuota`. */
export interface MasterResponseGetQuota {
  status: quota.QuotaStatus;
}

/**
 * Master to operator, on the stream that SUBSCRIBE opens.
 * `mesos.v1.master.Event`.
 */
export interface MasterEvent {
  type?: MasterEventType | undefined;
  subscribed?: MasterEventSubscribed | undefined;
  task_added?: MasterEventTaskAdded | undefined;
  task_updated?: MasterEventTaskUpdated | undefined;
  agent_added?: MasterEventAgentAdded | undefined;
  agent_removed?: MasterEventAgentRemoved | undefined;
  framework_added?: MasterEventFrameworkAdded | undefined;
  framework_updated?: MasterEventFrameworkUpdated | undefined;
  framework_removed?: MasterEventFrameworkRemoved | undefined;
}

/** `mesos.v1.master.Event.Type`. */
export const MasterEventType = {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  TASK_ADDED: 2,
  TASK_UPDATED: 3,
  AGENT_ADDED: 4,
  AGENT_REMOVED: 5,
  FRAMEWORK_ADDED: 6,
  FRAMEWORK_UPDATED: 7,
  FRAMEWORK_REMOVED: 8,
  HEARTBEAT: 9,
} as const;
export type MasterEventType = (typeof MasterEventType)[keyof typeof MasterEventType];

/** `mesos.v1.master.Event.Subscribed`. */
export interface MasterEventSubscribed {
  get_state?: MasterResponseGetState | undefined;
  heartbeat_interval_seconds?: number | undefined;
}

/** `mesos.v1.master.Event.TaskAdded`. */
export interface MasterEventTaskAdded {
  task: v1.Task;
}

/** `mesos.v1.master.Event.TaskUpdated`. */
export interface MasterEventTaskUpdated {
  framework_id: v1.FrameworkID;
  status: v1.TaskStatus;
  state: v1.TaskState;
}

/** `mesos.v1.master.Event.FrameworkAdded`. */
export interface MasterEventFrameworkAdded {
  framework: MasterResponseGetFrameworksFramework;
}

/** `mesos.v1.master.Event.FrameworkUpdated`. */
export interface MasterEventFrameworkUpdated {
  framework: MasterResponseGetFrameworksFramework;
}

/** `mesos.v1.master.Event.FrameworkRemoved`. */
export interface MasterEventFrameworkRemoved {
  framework_info: v1.FrameworkInfo;
}

/** `mesos.v1.master.Event.AgentAdded`. */
export interface MasterEventAgentAdded {
  agent: MasterResponseGetAgentsAgent;
}

/** `mesos.v1.master.Event.AgentRemoved`. */
export interface MasterEventAgentRemoved {
  agent_id: v1.AgentID;
}
