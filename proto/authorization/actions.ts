/** What may be allowed or denied, and under which rules of `--acls` that is written (master.md §14). */
import type { ACLEntity, ACLs, AuthorizationAction } from '../index.ts';

/** Name of an action; several names may stand for one number of the wire. */
export type Action = keyof typeof AuthorizationAction;

/** Rules of one kind: the list in `--acls`, and which of a rule's entities is the object. */
export interface RuleKind {
  readonly key: Exclude<keyof ACLs, 'permissive'>;
  readonly object: string;
}

/** A rule as it stands in any of the lists. */
export type Rule = { readonly principals: ACLEntity } & Readonly<Record<string, ACLEntity>>;

const by = (object: string, ...keys: RuleKind['key'][]): readonly RuleKind[] =>
  keys.map((key) => ({ key, object }));

/** Where there are two kinds of rules, both must allow. */
export const ruleKinds: Readonly<Partial<Record<Action, readonly RuleKind[]>>> = {
  REGISTER_FRAMEWORK: by('roles', 'register_frameworks'),
  RUN_TASK: by('users', 'run_tasks'),
  TEARDOWN_FRAMEWORK: by('framework_principals', 'teardown_frameworks'),
  RESERVE_RESOURCES: by('roles', 'reserve_resources'),
  UNRESERVE_RESOURCES: by('reserver_principals', 'unreserve_resources'),
  CREATE_VOLUME: by('roles', 'create_volumes'),
  DESTROY_VOLUME: by('creator_principals', 'destroy_volumes'),
  RESIZE_VOLUME: by('roles', 'resize_volumes'),
  GET_ENDPOINT_WITH_PATH: by('paths', 'get_endpoints'),
  VIEW_ROLE: by('roles', 'view_roles'),
  UPDATE_WEIGHT: by('roles', 'update_weights'),
  GET_QUOTA: by('roles', 'get_quotas'),
  UPDATE_QUOTA: by('roles', 'update_quotas'),
  UPDATE_QUOTA_WITH_CONFIG: by('roles', 'update_quotas'),
  VIEW_FRAMEWORK: by('users', 'view_frameworks'),
  VIEW_TASK: by('users', 'view_tasks'),
  VIEW_EXECUTOR: by('users', 'view_executors'),
  ACCESS_SANDBOX: by('users', 'access_sandboxes'),
  ACCESS_MESOS_LOG: by('logs', 'access_mesos_logs'),
  VIEW_FLAGS: by('flags', 'view_flags'),
  LAUNCH_NESTED_CONTAINER: by(
    'users',
    'launch_nested_containers_as_user',
    'launch_nested_containers_under_parent_with_user',
  ),
  KILL_NESTED_CONTAINER: by('users', 'kill_nested_containers'),
  WAIT_NESTED_CONTAINER: by('users', 'wait_nested_containers'),
  REMOVE_NESTED_CONTAINER: by('users', 'remove_nested_containers'),
  LAUNCH_NESTED_CONTAINER_SESSION: by(
    'users',
    'launch_nested_container_sessions_as_user',
    'launch_nested_container_sessions_under_parent_with_user',
  ),
  ATTACH_CONTAINER_INPUT: by('users', 'attach_containers_input'),
  ATTACH_CONTAINER_OUTPUT: by('users', 'attach_containers_output'),
  VIEW_CONTAINER: by('users', 'view_containers'),
  SET_LOG_LEVEL: by('level', 'set_log_level'),
  REGISTER_AGENT: by('agents', 'register_agents'),
  UPDATE_MAINTENANCE_SCHEDULE: by('machines', 'update_maintenance_schedules'),
  GET_MAINTENANCE_SCHEDULE: by('machines', 'get_maintenance_schedules'),
  START_MAINTENANCE: by('machines', 'start_maintenances'),
  STOP_MAINTENANCE: by('machines', 'stop_maintenances'),
  GET_MAINTENANCE_STATUS: by('machines', 'get_maintenance_statuses'),
  DRAIN_AGENT: by('agents', 'drain_agents'),
  DEACTIVATE_AGENT: by('agents', 'deactivate_agents'),
  REACTIVATE_AGENT: by('agents', 'reactivate_agents'),
  MARK_AGENT_GONE: by('agents', 'mark_agents_gone'),
  LAUNCH_STANDALONE_CONTAINER: by('users', 'launch_standalone_containers'),
  KILL_STANDALONE_CONTAINER: by('users', 'kill_standalone_containers'),
  WAIT_STANDALONE_CONTAINER: by('users', 'wait_standalone_containers'),
  REMOVE_STANDALONE_CONTAINER: by('users', 'remove_standalone_containers'),
  VIEW_STANDALONE_CONTAINER: by('users', 'view_standalone_containers'),
  MODIFY_RESOURCE_PROVIDER_CONFIG: by('resource_providers', 'modify_resource_provider_configs'),
  MARK_RESOURCE_PROVIDER_GONE: by('resource_providers', 'mark_resource_providers_gone'),
  VIEW_RESOURCE_PROVIDER: by('resource_providers', 'view_resource_providers'),
  PRUNE_IMAGES: by('images', 'prune_images'),
  CREATE_BLOCK_DISK: by('roles', 'create_block_disks'),
  DESTROY_BLOCK_DISK: by('roles', 'destroy_block_disks'),
  CREATE_MOUNT_DISK: by('roles', 'create_mount_disks'),
  DESTROY_MOUNT_DISK: by('roles', 'destroy_mount_disks'),
  DESTROY_RAW_DISK: by('roles', 'destroy_raw_disks'),
};
