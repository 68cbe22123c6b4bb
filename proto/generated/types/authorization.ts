// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as quota from './quota.ts';
import type * as v1 from './v1.ts';

/**
 * Who asks: a principal and its claims; nobody when absent.
 * `mesos.authorization.Subject`.
 */
export interface AuthorizationSubject {
  value?: string | undefined;
  claims?: v1.Labels | undefined;
}

/**
 * What is asked about, as much of it as the action needs.
 * `mesos.authorization.Object`.
 */
export interface AuthorizationObject {
  value?: string | undefined;
  framework_info?: v1.FrameworkInfo | undefined;
  task?: v1.Task | undefined;
  task_info?: v1.TaskInfo | undefined;
  executor_info?: v1.ExecutorInfo | undefined;
  /** @deprecated */
  quota_info?: quota.QuotaInfo | undefined;
  weight_info?: v1.WeightInfo | undefined;
  resource?: v1.Resource | undefined;
  command_info?: v1.CommandInfo | undefined;
  container_id?: v1.ContainerID | undefined;
  machine_id?: v1.MachineID | undefined;
}

/**
 * What is to be done.
 * `mesos.authorization.Action`.
 */
export const AuthorizationAction = {
  UNKNOWN: 0,
  REGISTER_FRAMEWORK: 1,
  REGISTER_FRAMEWORK_WITH_ROLE: 1,
  RUN_TASK: 2,
  TEARDOWN_FRAMEWORK: 3,
  TEARDOWN_FRAMEWORK_WITH_PRINCIPAL: 3,
  RESERVE_RESOURCES: 4,
  RESERVE_RESOURCES_WITH_ROLE: 4,
  UNRESERVE_RESOURCES: 5,
  UNRESERVE_RESOURCES_WITH_PRINCIPAL: 5,
  CREATE_VOLUME: 6,
  CREATE_VOLUME_WITH_ROLE: 6,
  DESTROY_VOLUME: 7,
  DESTROY_VOLUME_WITH_PRINCIPAL: 7,
  GET_ENDPOINT_WITH_PATH: 8,
  VIEW_ROLE: 9,
  UPDATE_WEIGHT: 10,
  UPDATE_WEIGHT_WITH_ROLE: 10,
  GET_QUOTA: 11,
  GET_QUOTA_WITH_ROLE: 11,
  UPDATE_QUOTA: 12,
  UPDATE_QUOTA_WITH_CONFIG: 50,
  VIEW_FRAMEWORK: 13,
  VIEW_TASK: 14,
  VIEW_EXECUTOR: 15,
  ACCESS_SANDBOX: 16,
  ACCESS_MESOS_LOG: 17,
  VIEW_FLAGS: 18,
  LAUNCH_NESTED_CONTAINER: 19,
  KILL_NESTED_CONTAINER: 20,
  WAIT_NESTED_CONTAINER: 21,
  LAUNCH_NESTED_CONTAINER_SESSION: 22,
  ATTACH_CONTAINER_INPUT: 23,
  ATTACH_CONTAINER_OUTPUT: 24,
  VIEW_CONTAINER: 25,
  SET_LOG_LEVEL: 26,
  REMOVE_NESTED_CONTAINER: 27,
  REGISTER_AGENT: 28,
  UPDATE_MAINTENANCE_SCHEDULE: 29,
  GET_MAINTENANCE_SCHEDULE: 30,
  START_MAINTENANCE: 31,
  STOP_MAINTENANCE: 32,
  GET_MAINTENANCE_STATUS: 33,
  DRAIN_AGENT: 51,
  DEACTIVATE_AGENT: 52,
  REACTIVATE_AGENT: 53,
  MARK_AGENT_GONE: 34,
  LAUNCH_STANDALONE_CONTAINER: 35,
  KILL_STANDALONE_CONTAINER: 36,
  WAIT_STANDALONE_CONTAINER: 37,
  REMOVE_STANDALONE_CONTAINER: 38,
  VIEW_STANDALONE_CONTAINER: 40,
  MODIFY_RESOURCE_PROVIDER_CONFIG: 39,
  MARK_RESOURCE_PROVIDER_GONE: 48,
  VIEW_RESOURCE_PROVIDER: 47,
  PRUNE_IMAGES: 41,
  RESIZE_VOLUME: 42,
  CREATE_BLOCK_DISK: 43,
  DESTROY_BLOCK_DISK: 44,
  CREATE_MOUNT_DISK: 45,
  DESTROY_MOUNT_DISK: 46,
  DESTROY_RAW_DISK: 49,
} as const;
export type AuthorizationAction = (typeof AuthorizationAction)[keyof typeof AuthorizationAction];

/**
 * The question as a whole.
 * `mesos.authorization.Request`.
 */
export interface AuthorizationRequest {
  subject?: AuthorizationSubject | undefined;
  action?: AuthorizationAction | undefined;
  object?: AuthorizationObject | undefined;
}
