// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Operator or executor to agent.
 * `mesos.v1.agent.Call`.
 */
export interface AgentCall {
  type?: AgentCallType | undefined;
  get_metrics?: AgentCallGetMetrics | undefined;
  set_logging_level?: AgentCallSetLoggingLevel | undefined;
  list_files?: AgentCallListFiles | undefined;
  read_file?: AgentCallReadFile | undefined;
  get_containers?: AgentCallGetContainers | undefined;
  /** @deprecated */
  launch_nested_container?: AgentCallLaunchNestedContainer | undefined;
  /** @deprecated */
  wait_nested_container?: AgentCallWaitNestedContainer | undefined;
  /** @deprecated */
  kill_nested_container?: AgentCallKillNestedContainer | undefined;
  /** @deprecated */
  remove_nested_container?: AgentCallRemoveNestedContainer | undefined;
  launch_nested_container_session?: AgentCallLaunchNestedContainerSession | undefined;
  attach_container_input?: AgentCallAttachContainerInput | undefined;
  attach_container_output?: AgentCallAttachContainerOutput | undefined;
  launch_container?: AgentCallLaunchContainer | undefined;
  wait_container?: AgentCallWaitContainer | undefined;
  kill_container?: AgentCallKillContainer | undefined;
  remove_container?: AgentCallRemoveContainer | undefined;
  add_resource_provider_config?: AgentCallAddResourceProviderConfig | undefined;
  update_resource_provider_config?: AgentCallUpdateResourceProviderConfig | undefined;
  remove_resource_provider_config?: AgentCallRemoveResourceProviderConfig | undefined;
  mark_resource_provider_gone?: AgentCallMarkResourceProviderGone | undefined;
  prune_images?: AgentCallPruneImages | undefined;
}

/** `mesos.v1.agent.Call.Type`. */
export const AgentCallType = {
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
  GET_CONTAINERS: 10,
  GET_FRAMEWORKS: 11,
  GET_EXECUTORS: 12,
  GET_OPERATIONS: 31,
  GET_TASKS: 13,
  GET_AGENT: 20,
  GET_RESOURCE_PROVIDERS: 26,
  LAUNCH_NESTED_CONTAINER: 14,
  WAIT_NESTED_CONTAINER: 15,
  KILL_NESTED_CONTAINER: 16,
  REMOVE_NESTED_CONTAINER: 21,
  LAUNCH_NESTED_CONTAINER_SESSION: 17,
  ATTACH_CONTAINER_INPUT: 18,
  ATTACH_CONTAINER_OUTPUT: 19,
  LAUNCH_CONTAINER: 22,
  WAIT_CONTAINER: 23,
  KILL_CONTAINER: 24,
  REMOVE_CONTAINER: 25,
  ADD_RESOURCE_PROVIDER_CONFIG: 27,
  UPDATE_RESOURCE_PROVIDER_CONFIG: 28,
  REMOVE_RESOURCE_PROVIDER_CONFIG: 29,
  MARK_RESOURCE_PROVIDER_GONE: 32,
  PRUNE_IMAGES: 30,
} as const;
export type AgentCallType = (typeof AgentCallType)[keyof typeof AgentCallType];

/** `mesos.v1.agent.Call.GetMetrics`. */
export interface AgentCallGetMetrics {
  timeout?: v1.DurationInfo | undefined;
}

/** `mesos.v1.agent.Call.SetLoggingLevel`. */
export interface AgentCallSetLoggingLevel {
  level: number;
  duration: v1.DurationInfo;
}

/** `mesos.v1.agent.Call.ListFiles`. */
export interface AgentCallListFiles {
  path: string;
}

/** `mesos.v1.agent.Call.ReadFile`. */
export interface AgentCallReadFile {
  path: string;
  offset: number;
  length?: number | undefined;
}

/** `mesos.v1.agent.Call.GetContainers`. */
export interface AgentCallGetContainers {
  show_nested?: boolean | undefined;
  show_standalone?: boolean | undefined;
}

/** `mesos.v1.agent.Call.LaunchNestedContainer`. */
export interface AgentCallLaunchNestedContainer {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo | undefined;
  container?: v1.ContainerInfo | undefined;
}

/** `mesos.v1.agent.Call.WaitNestedContainer`. */
export interface AgentCallWaitNestedContainer {
  container_id: v1.ContainerID;
}

/** `mesos.v1.agent.Call.KillNestedContainer`. */
export interface AgentCallKillNestedContainer {
  container_id: v1.ContainerID;
  signal?: number | undefined;
}

/** `mesos.v1.agent.Call.RemoveNestedContainer`. */
export interface AgentCallRemoveNestedContainer {
  container_id: v1.ContainerID;
}

/** `mesos.v1.agent.Call.LaunchNestedContainerSession`. */
export interface AgentCallLaunchNestedContainerSession {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo | undefined;
  container?: v1.ContainerInfo | undefined;
}

/** `mesos.v1.agent.Call.AttachContainerInput`. */
export interface AgentCallAttachContainerInput {
  type?: AgentCallAttachContainerInputType | undefined;
  container_id?: v1.ContainerID | undefined;
  process_io?: AgentProcessIO | undefined;
}

/** `mesos.v1.agent.Call.AttachContainerInput.Type`. */
export const AgentCallAttachContainerInputType = {
  UNKNOWN: 0,
  CONTAINER_ID: 1,
  PROCESS_IO: 2,
} as const;
export type AgentCallAttachContainerInputType =
  (typeof AgentCallAttachContainerInputType)[keyof typeof AgentCallAttachContainerInputType];

/** `mesos.v1.agent.Call.AttachContainerOutput`. */
export interface AgentCallAttachContainerOutput {
  container_id: v1.ContainerID;
}

/** `mesos.v1.agent.Call.LaunchContainer`. */
export interface AgentCallLaunchContainer {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo | undefined;
  resources?: v1.Resource[] | undefined;
  container?: v1.ContainerInfo | undefined;
  limits?: { [key: string]: v1.ValueScalar } | undefined;
}

/** `mesos.v1.agent.Call.WaitContainer`. */
export interface AgentCallWaitContainer {
  container_id: v1.ContainerID;
}

/** `mesos.v1.agent.Call.KillContainer`. */
export interface AgentCallKillContainer {
  container_id: v1.ContainerID;
  signal?: number | undefined;
}

/** `mesos.v1.agent.Call.RemoveContainer`. */
export interface AgentCallRemoveContainer {
  container_id: v1.ContainerID;
}

/** `mesos.v1.agent.Call.AddResourceProviderConfig`. */
export interface AgentCallAddResourceProviderConfig {
  info: v1.ResourceProviderInfo;
}

/** `mesos.v1.agent.Call.UpdateResourceProviderConfig`. */
export interface AgentCallUpdateResourceProviderConfig {
  info: v1.ResourceProviderInfo;
}

/** `mesos.v1.agent.Call.RemoveResourceProviderConfig`. */
export interface AgentCallRemoveResourceProviderConfig {
  type: string;
  name: string;
}

/** `mesos.v1.agent.Call.MarkResourceProviderGone`. */
export interface AgentCallMarkResourceProviderGone {
  resource_provider_id: v1.ResourceProviderID;
}

/** `mesos.v1.agent.Call.PruneImages`. */
export interface AgentCallPruneImages {
  excluded_images?: v1.Image[] | undefined;
}

/**
 * Agent to operator, in answer to the call of the same type.
 * `mesos.v1.agent.Response`.
 */
export interface AgentResponse {
  type?: AgentResponseType | undefined;
  get_health?: AgentResponseGetHealth | undefined;
  get_flags?: AgentResponseGetFlags | undefined;
  get_version?: AgentResponseGetVersion | undefined;
  get_metrics?: AgentResponseGetMetrics | undefined;
  get_logging_level?: AgentResponseGetLoggingLevel | undefined;
  list_files?: AgentResponseListFiles | undefined;
  read_file?: AgentResponseReadFile | undefined;
  get_state?: AgentResponseGetState | undefined;
  get_containers?: AgentResponseGetContainers | undefined;
  get_frameworks?: AgentResponseGetFrameworks | undefined;
  get_executors?: AgentResponseGetExecutors | undefined;
  get_operations?: AgentResponseGetOperations | undefined;
  get_tasks?: AgentResponseGetTasks | undefined;
  get_agent?: AgentResponseGetAgent | undefined;
  get_resource_providers?: AgentResponseGetResourceProviders | undefined;
  wait_nested_container?: AgentResponseWaitNestedContainer | undefined;
  wait_container?: AgentResponseWaitContainer | undefined;
}

/** `mesos.v1.agent.Response.Type`. */
export const AgentResponseType = {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  LIST_FILES: 6,
  READ_FILE: 7,
  GET_STATE: 8,
  GET_CONTAINERS: 9,
  GET_FRAMEWORKS: 10,
  GET_EXECUTORS: 11,
  GET_OPERATIONS: 17,
  GET_TASKS: 12,
  GET_AGENT: 14,
  GET_RESOURCE_PROVIDERS: 16,
  WAIT_NESTED_CONTAINER: 13,
  WAIT_CONTAINER: 15,
} as const;
export type AgentResponseType = (typeof AgentResponseType)[keyof typeof AgentResponseType];

/** `mesos.v1.agent.Response.GetHealth`. */
export interface AgentResponseGetHealth {
  healthy: boolean;
}

/** `mesos.v1.agent.Response.GetFlags`. */
export interface AgentResponseGetFlags {
  flags?: v1.Flag[] | undefined;
}

/** `mesos.v1.agent.Response.GetVersion`. */
export interface AgentResponseGetVersion {
  version_info: v1.VersionInfo;
}

/** `mesos.v1.agent.Response.GetMetrics`. */
export interface AgentResponseGetMetrics {
  metrics?: v1.Metric[] | undefined;
}

/** `mesos.v1.agent.Response.GetLoggingLevel`. */
export interface AgentResponseGetLoggingLevel {
  level: number;
}

/** `mesos.v1.agent.Response.ListFiles`. */
export interface AgentResponseListFiles {
  file_infos?: v1.FileInfo[] | undefined;
}

/** `mesos.v1.agent.Response.ReadFile`. */
export interface AgentResponseReadFile {
  size: number;
  data: Uint8Array;
}

/** `mesos.v1.agent.Response.GetState`. */
export interface AgentResponseGetState {
  get_tasks?: AgentResponseGetTasks | undefined;
  get_executors?: AgentResponseGetExecutors | undefined;
  get_frameworks?: AgentResponseGetFrameworks | undefined;
}

/** `mesos.v1.agent.Response.GetContainers`. */
export interface AgentResponseGetContainers {
  containers?: AgentResponseGetContainersContainer[] | undefined;
}

/** `mesos.v1.agent.Response.GetContainers.Container`. */
export interface AgentResponseGetContainersContainer {
  framework_id?: v1.FrameworkID | undefined;
  executor_id?: v1.ExecutorID | undefined;
  executor_name?: string | undefined;
  container_id: v1.ContainerID;
  container_status?: v1.ContainerStatus | undefined;
  resource_statistics?: v1.ResourceStatistics | undefined;
}

/** `mesos.v1.agent.Response.GetFrameworks`. */
export interface AgentResponseGetFrameworks {
  frameworks?: AgentResponseGetFrameworksFramework[] | undefined;
  completed_frameworks?: AgentResponseGetFrameworksFramework[] | undefined;
}

/** `mesos.v1.agent.Response.GetFrameworks.Framework`. */
export interface AgentResponseGetFrameworksFramework {
  framework_info: v1.FrameworkInfo;
}

/** `mesos.v1.agent.Response.GetExecutors`. */
export interface AgentResponseGetExecutors {
  executors?: AgentResponseGetExecutorsExecutor[] | undefined;
  completed_executors?: AgentResponseGetExecutorsExecutor[] | undefined;
}

/** `mesos.v1.agent.Response.GetExecutors.Executor`. */
export interface AgentResponseGetExecutorsExecutor {
  executor_info: v1.ExecutorInfo;
}

/** `mesos.v1.agent.Response.GetOperations`. */
export interface AgentResponseGetOperations {
  operations?: v1.Operation[] | undefined;
}

/** `mesos.v1.agent.Response.GetTasks`. */
export interface AgentResponseGetTasks {
  pending_tasks?: v1.Task[] | undefined;
  queued_tasks?: v1.Task[] | undefined;
  launched_tasks?: v1.Task[] | undefined;
  terminated_tasks?: v1.Task[] | undefined;
  completed_tasks?: v1.Task[] | undefined;
}

/** `mesos.v1.agent.Response.GetAgent`. */
export interface AgentResponseGetAgent {
  agent_info?: v1.AgentInfo | undefined;
  drain_config?: v1.DrainConfig | undefined;
  estimated_drain_start_time?: v1.TimeInfo | undefined;
}

/** `mesos.v1.agent.Response.GetResourceProviders`. */
export interface AgentResponseGetResourceProviders {
  resource_providers?: AgentResponseGetResourceProvidersResourceProvider[] | undefined;
}

/** `mesos.v1.agent.Response.GetResourceProviders.ResourceProvider`. */
export interface AgentResponseGetResourceProvidersResourceProvider {
  resource_provider_info: v1.ResourceProviderInfo;
  total_resources?: v1.Resource[] | undefined;
}

/** `mesos.v1.agent.Response.WaitNestedContainer`. */
export interface AgentResponseWaitNestedContainer {
  exit_status?: number | undefined;
  state?: v1.TaskState | undefined;
  reason?: v1.TaskStatusReason | undefined;
  limitation?: v1.TaskResourceLimitation | undefined;
  message?: string | undefined;
}

/** `mesos.v1.agent.Response.WaitContainer`. */
export interface AgentResponseWaitContainer {
  exit_status?: number | undefined;
  state?: v1.TaskState | undefined;
  reason?: v1.TaskStatusReason | undefined;
  limitation?: v1.TaskResourceLimitation | undefined;
  message?: string | undefined;
}

/**
 * A piece of a container's input or output, or a control message between them.
 * `mesos.v1.agent.ProcessIO`.
 */
export interface AgentProcessIO {
  type?: AgentProcessIOType | undefined;
  data?: AgentProcessIOData | undefined;
  control?: AgentProcessIOControl | undefined;
}

/** `mesos.v1.agent.ProcessIO.Type`. */
export const AgentProcessIOType = {
  UNKNOWN: 0,
  DATA: 1,
  CONTROL: 2,
} as const;
export type AgentProcessIOType = (typeof AgentProcessIOType)[keyof typeof AgentProcessIOType];

/** `mesos.v1.agent.ProcessIO.Data`. */
export interface AgentProcessIOData {
  type?: AgentProcessIODataType | undefined;
  data?: Uint8Array | undefined;
}

/** `mesos.v1.agent.ProcessIO.Data.Type`. */
export const AgentProcessIODataType = {
  UNKNOWN: 0,
  STDIN: 1,
  STDOUT: 2,
  STDERR: 3,
} as const;
export type AgentProcessIODataType = (typeof AgentProcessIODataType)[keyof typeof AgentProcessIODataType];

/** `mesos.v1.agent.ProcessIO.Control`. */
export interface AgentProcessIOControl {
  type?: AgentProcessIOControlType | undefined;
  tty_info?: v1.TTYInfo | undefined;
  heartbeat?: AgentProcessIOControlHeartbeat | undefined;
}

/** `mesos.v1.agent.ProcessIO.Control.Type`. */
export const AgentProcessIOControlType = {
  UNKNOWN: 0,
  TTY_INFO: 1,
  HEARTBEAT: 2,
} as const;
export type AgentProcessIOControlType =
  (typeof AgentProcessIOControlType)[keyof typeof AgentProcessIOControlType];

/** `mesos.v1.agent.ProcessIO.Control.Heartbeat`. */
export interface AgentProcessIOControlHeartbeat {
  interval?: v1.DurationInfo | undefined;
}
