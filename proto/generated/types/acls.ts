// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * One rule for each kind of action: subjects (principals) and objects.
 * `mesos.ACL`.
 */
export type ACL = Record<string, never>;

/** `mesos.ACL.Entity`. */
export interface ACLEntity {
  /** Default: SOME. */
  type?: ACLEntityType | undefined;
  values?: string[] | undefined;
}

/** `mesos.ACL.Entity.Type`. */
export const ACLEntityType = {
  SOME: 0,
  ANY: 1,
  NONE: 2,
} as const;
export type ACLEntityType = (typeof ACLEntityType)[keyof typeof ACLEntityType];

/** `mesos.ACL.RegisterFramework`. */
export interface ACLRegisterFramework {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.RunTask`. */
export interface ACLRunTask {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.TeardownFramework`. */
export interface ACLTeardownFramework {
  principals: ACLEntity;
  framework_principals: ACLEntity;
}

/** `mesos.ACL.ReserveResources`. */
export interface ACLReserveResources {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.UnreserveResources`. */
export interface ACLUnreserveResources {
  principals: ACLEntity;
  reserver_principals: ACLEntity;
}

/** `mesos.ACL.CreateVolume`. */
export interface ACLCreateVolume {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.DestroyVolume`. */
export interface ACLDestroyVolume {
  principals: ACLEntity;
  creator_principals: ACLEntity;
}

/** `mesos.ACL.ResizeVolume`. */
export interface ACLResizeVolume {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.GetQuota`. */
export interface ACLGetQuota {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.UpdateQuota`. */
export interface ACLUpdateQuota {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.ViewRole`. */
export interface ACLViewRole {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.UpdateWeight`. */
export interface ACLUpdateWeight {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.GetEndpoint`. */
export interface ACLGetEndpoint {
  principals: ACLEntity;
  paths: ACLEntity;
}

/** `mesos.ACL.ViewFramework`. */
export interface ACLViewFramework {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.ViewTask`. */
export interface ACLViewTask {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.ViewExecutor`. */
export interface ACLViewExecutor {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.AccessSandbox`. */
export interface ACLAccessSandbox {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.AccessMesosLog`. */
export interface ACLAccessMesosLog {
  principals: ACLEntity;
  logs: ACLEntity;
}

/** `mesos.ACL.ViewFlags`. */
export interface ACLViewFlags {
  principals: ACLEntity;
  flags: ACLEntity;
}

/** `mesos.ACL.LaunchNestedContainerAsUser`. */
export interface ACLLaunchNestedContainerAsUser {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.LaunchNestedContainerUnderParentWithUser`. */
export interface ACLLaunchNestedContainerUnderParentWithUser {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.LaunchNestedContainerSessionAsUser`. */
export interface ACLLaunchNestedContainerSessionAsUser {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.LaunchNestedContainerSessionUnderParentWithUser`. */
export interface ACLLaunchNestedContainerSessionUnderParentWithUser {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.AttachContainerInput`. */
export interface ACLAttachContainerInput {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.AttachContainerOutput`. */
export interface ACLAttachContainerOutput {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.KillNestedContainer`. */
export interface ACLKillNestedContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.WaitNestedContainer`. */
export interface ACLWaitNestedContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.ViewContainer`. */
export interface ACLViewContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.RemoveNestedContainer`. */
export interface ACLRemoveNestedContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.SetLogLevel`. */
export interface ACLSetLogLevel {
  principals: ACLEntity;
  level: ACLEntity;
}

/** `mesos.ACL.RegisterAgent`. */
export interface ACLRegisterAgent {
  principals: ACLEntity;
  agents: ACLEntity;
}

/** `mesos.ACL.UpdateMaintenanceSchedule`. */
export interface ACLUpdateMaintenanceSchedule {
  principals: ACLEntity;
  machines: ACLEntity;
}

/** `mesos.ACL.GetMaintenanceSchedule`. */
export interface ACLGetMaintenanceSchedule {
  principals: ACLEntity;
  machines: ACLEntity;
}

/** `mesos.ACL.StartMaintenance`. */
export interface ACLStartMaintenance {
  principals: ACLEntity;
  machines: ACLEntity;
}

/** `mesos.ACL.StopMaintenance`. */
export interface ACLStopMaintenance {
  principals: ACLEntity;
  machines: ACLEntity;
}

/** `mesos.ACL.GetMaintenanceStatus`. */
export interface ACLGetMaintenanceStatus {
  principals: ACLEntity;
  machines: ACLEntity;
}

/** `mesos.ACL.DrainAgent`. */
export interface ACLDrainAgent {
  principals: ACLEntity;
  agents: ACLEntity;
}

/** `mesos.ACL.DeactivateAgent`. */
export interface ACLDeactivateAgent {
  principals: ACLEntity;
  agents: ACLEntity;
}

/** `mesos.ACL.ReactivateAgent`. */
export interface ACLReactivateAgent {
  principals: ACLEntity;
  agents: ACLEntity;
}

/** `mesos.ACL.MarkAgentGone`. */
export interface ACLMarkAgentGone {
  principals: ACLEntity;
  agents: ACLEntity;
}

/** `mesos.ACL.LaunchStandaloneContainer`. */
export interface ACLLaunchStandaloneContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.KillStandaloneContainer`. */
export interface ACLKillStandaloneContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.WaitStandaloneContainer`. */
export interface ACLWaitStandaloneContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.RemoveStandaloneContainer`. */
export interface ACLRemoveStandaloneContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.ViewStandaloneContainer`. */
export interface ACLViewStandaloneContainer {
  principals: ACLEntity;
  users: ACLEntity;
}

/** `mesos.ACL.MarkResourceProvidersGone`. */
export interface ACLMarkResourceProvidersGone {
  principals: ACLEntity;
  resource_providers: ACLEntity;
}

/** `mesos.ACL.ModifyResourceProviderConfig`. */
export interface ACLModifyResourceProviderConfig {
  principals: ACLEntity;
  resource_providers: ACLEntity;
}

/** `mesos.ACL.PruneImages`. */
export interface ACLPruneImages {
  principals: ACLEntity;
  images: ACLEntity;
}

/** `mesos.ACL.CreateBlockDisk`. */
export interface ACLCreateBlockDisk {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.DestroyBlockDisk`. */
export interface ACLDestroyBlockDisk {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.CreateMountDisk`. */
export interface ACLCreateMountDisk {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.DestroyMountDisk`. */
export interface ACLDestroyMountDisk {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.DestroyRawDisk`. */
export interface ACLDestroyRawDisk {
  principals: ACLEntity;
  roles: ACLEntity;
}

/** `mesos.ACL.ViewResourceProvider`. */
export interface ACLViewResourceProvider {
  principals: ACLEntity;
  resource_providers: ACLEntity;
}

/**
 * All rules; for each action the first that matches decides, and `permissive` when none does.
 * `mesos.ACLs`.
 */
export interface ACLs {
  /** Default: true. */
  permissive?: boolean | undefined;
  register_frameworks?: ACLRegisterFramework[] | undefined;
  run_tasks?: ACLRunTask[] | undefined;
  reserve_resources?: ACLReserveResources[] | undefined;
  unreserve_resources?: ACLUnreserveResources[] | undefined;
  create_volumes?: ACLCreateVolume[] | undefined;
  destroy_volumes?: ACLDestroyVolume[] | undefined;
  teardown_frameworks?: ACLTeardownFramework[] | undefined;
  update_weights?: ACLUpdateWeight[] | undefined;
  get_endpoints?: ACLGetEndpoint[] | undefined;
  get_quotas?: ACLGetQuota[] | undefined;
  update_quotas?: ACLUpdateQuota[] | undefined;
  view_frameworks?: ACLViewFramework[] | undefined;
  view_tasks?: ACLViewTask[] | undefined;
  view_executors?: ACLViewExecutor[] | undefined;
  access_sandboxes?: ACLAccessSandbox[] | undefined;
  access_mesos_logs?: ACLAccessMesosLog[] | undefined;
  view_roles?: ACLViewRole[] | undefined;
  view_flags?: ACLViewFlags[] | undefined;
  launch_nested_containers_as_user?: ACLLaunchNestedContainerAsUser[] | undefined;
  launch_nested_containers_under_parent_with_user?: ACLLaunchNestedContainerUnderParentWithUser[] | undefined;
  kill_nested_containers?: ACLKillNestedContainer[] | undefined;
  wait_nested_containers?: ACLWaitNestedContainer[] | undefined;
  launch_nested_container_sessions_as_user?: ACLLaunchNestedContainerSessionAsUser[] | undefined;
  launch_nested_container_sessions_under_parent_with_user?:
    | ACLLaunchNestedContainerSessionUnderParentWithUser[]
    | undefined;
  attach_containers_input?: ACLAttachContainerInput[] | undefined;
  attach_containers_output?: ACLAttachContainerOutput[] | undefined;
  view_containers?: ACLViewContainer[] | undefined;
  set_log_level?: ACLSetLogLevel[] | undefined;
  remove_nested_containers?: ACLRemoveNestedContainer[] | undefined;
  register_agents?: ACLRegisterAgent[] | undefined;
  update_maintenance_schedules?: ACLUpdateMaintenanceSchedule[] | undefined;
  get_maintenance_schedules?: ACLGetMaintenanceSchedule[] | undefined;
  start_maintenances?: ACLStartMaintenance[] | undefined;
  stop_maintenances?: ACLStopMaintenance[] | undefined;
  get_maintenance_statuses?: ACLGetMaintenanceStatus[] | undefined;
  drain_agents?: ACLDrainAgent[] | undefined;
  deactivate_agents?: ACLDeactivateAgent[] | undefined;
  reactivate_agents?: ACLReactivateAgent[] | undefined;
  mark_agents_gone?: ACLMarkAgentGone[] | undefined;
  launch_standalone_containers?: ACLLaunchStandaloneContainer[] | undefined;
  kill_standalone_containers?: ACLKillStandaloneContainer[] | undefined;
  wait_standalone_containers?: ACLWaitStandaloneContainer[] | undefined;
  remove_standalone_containers?: ACLRemoveStandaloneContainer[] | undefined;
  view_standalone_containers?: ACLViewStandaloneContainer[] | undefined;
  modify_resource_provider_configs?: ACLModifyResourceProviderConfig[] | undefined;
  mark_resource_providers_gone?: ACLMarkResourceProvidersGone[] | undefined;
  view_resource_providers?: ACLViewResourceProvider[] | undefined;
  prune_images?: ACLPruneImages[] | undefined;
  resize_volumes?: ACLResizeVolume[] | undefined;
  create_block_disks?: ACLCreateBlockDisk[] | undefined;
  destroy_block_disks?: ACLDestroyBlockDisk[] | undefined;
  create_mount_disks?: ACLCreateMountDisk[] | undefined;
  destroy_mount_disks?: ACLDestroyMountDisk[] | undefined;
  destroy_raw_disks?: ACLDestroyRawDisk[] | undefined;
}
