// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as appc from './appc.ts';
import type * as docker from './docker.ts';
import type * as seccomp from './seccomp.ts';
import type * as v1 from './v1.ts';

/**
 * Whether a container is an ordinary one or exists only for debugging another.
 * `mesos.slave.ContainerClass`.
 */
export const ContainerClass = {
  DEFAULT: 1,
  DEBUG: 2,
} as const;
export type ContainerClass = (typeof ContainerClass)[keyof typeof ContainerClass];

/**
 * A limit that a container has broken: which resources, and the reason to report.
 * `mesos.slave.ContainerLimitation`.
 */
export interface ContainerLimitation {
  resources?: v1.Resource[] | undefined;
  message?: string | undefined;
  reason?: v1.TaskStatusReason | undefined;
}

/**
 * A container that outlived its agent, as recovery found it.
 * `mesos.slave.ContainerState`.
 */
export interface ContainerState {
  executor_info?: v1.ExecutorInfo | undefined;
  container_info?: v1.ContainerInfo | undefined;
  container_id: v1.ContainerID;
  pid: number;
  directory: string;
  ephemeral_volumes?: string[] | undefined;
}

/**
 * Containers an isolator shall know again, and orphans it shall clean up.
 * `mesos.slave.ContainerRecoverInfo`.
 */
export interface ContainerRecoverInfo {
  checkpointed_container_states?: ContainerState[] | undefined;
  orphan_container_ids?: v1.ContainerID[] | undefined;
  known_container_ids?: v1.ContainerID[] | undefined;
}

/**
 * What a container was asked to be.
 * `mesos.slave.ContainerConfig`.
 */
export interface ContainerConfig {
  executor_info?: v1.ExecutorInfo | undefined;
  task_info?: v1.TaskInfo | undefined;
  command_info: v1.CommandInfo;
  container_info?: v1.ContainerInfo | undefined;
  resources?: v1.Resource[] | undefined;
  limits?: { [key: string]: v1.ValueScalar } | undefined;
  container_class?: ContainerClass | undefined;
  directory: string;
  ephemeral_volumes?: string[] | undefined;
  user?: string | undefined;
  rootfs?: string | undefined;
  docker?: ContainerConfigDocker | undefined;
  appc?: ContainerConfigAppc | undefined;
}

/** `mesos.slave.ContainerConfig.Docker`. */
export interface ContainerConfigDocker {
  manifest?: docker.DockerImageManifest | undefined;
}

/** `mesos.slave.ContainerConfig.Appc`. */
export interface ContainerConfigAppc {
  manifest?: appc.AppcImageManifest | undefined;
}

/**
 * A mount to make before the container starts.
 * `mesos.slave.ContainerMountInfo`.
 */
export interface ContainerMountInfo {
  target: string;
  source?: string | undefined;
  type?: string | undefined;
  flags?: number | undefined;
  options?: string | undefined;
}

/**
 * A change of the file system to make before the container starts.
 * `mesos.slave.ContainerFileOperation`.
 */
export interface ContainerFileOperation {
  operation?: ContainerFileOperationOperation | undefined;
  symlink?: ContainerFileOperationSymlink | undefined;
  mkdir?: ContainerFileOperationMkdir | undefined;
  rename?: ContainerFileOperationRename | undefined;
  mount?: ContainerMountInfo | undefined;
}

/** `mesos.slave.ContainerFileOperation.Operation`. */
export const ContainerFileOperationOperation = {
  SYMLINK: 1,
  MOUNT: 2,
  RENAME: 3,
  MKDIR: 4,
} as const;
export type ContainerFileOperationOperation =
  (typeof ContainerFileOperationOperation)[keyof typeof ContainerFileOperationOperation];

/** `mesos.slave.ContainerFileOperation.Symlink`. */
export interface ContainerFileOperationSymlink {
  source?: string | undefined;
  target?: string | undefined;
}

/** `mesos.slave.ContainerFileOperation.Rename`. */
export interface ContainerFileOperationRename {
  source?: string | undefined;
  target?: string | undefined;
}

/** `mesos.slave.ContainerFileOperation.Mkdir`. */
export interface ContainerFileOperationMkdir {
  target?: string | undefined;
  recursive?: boolean | undefined;
}

/**
 * What isolators and provisioner contribute to a launch: commands, environment, mounts, namespaces, identity.
 * `mesos.slave.ContainerLaunchInfo`.
 */
export interface ContainerLaunchInfo {
  /** @deprecated */
  pre_exec_commands?: v1.CommandInfo[] | undefined;
  environment?: v1.Environment | undefined;
  rootfs?: string | undefined;
  enter_namespaces?: number[] | undefined;
  clone_namespaces?: number[] | undefined;
  user?: string | undefined;
  supplementary_groups?: number[] | undefined;
  command?: v1.CommandInfo | undefined;
  working_directory?: string | undefined;
  mounts?: ContainerMountInfo[] | undefined;
  masked_paths?: string[] | undefined;
  file_operations?: ContainerFileOperation[] | undefined;
  seccomp_profile?: seccomp.ContainerSeccompProfile | undefined;
  effective_capabilities?: v1.CapabilityInfo | undefined;
  bounding_capabilities?: v1.CapabilityInfo | undefined;
  rlimits?: v1.RLimitInfo | undefined;
  tty_slave_path?: string | undefined;
  task_environment?: v1.Environment | undefined;
  task_supplementary_groups?: number[] | undefined;
  no_new_privileges?: boolean | undefined;
}

/**
 * How a container ended.
 * `mesos.slave.ContainerTermination`.
 */
export interface ContainerTermination {
  status?: number | undefined;
  state?: v1.TaskState | undefined;
  reason?: v1.TaskStatusReason | undefined;
  message?: string | undefined;
  limited_resources?: v1.Resource[] | undefined;
}

/**
 * Image layers a container was provisioned from.
 * `mesos.slave.ContainerLayers`.
 */
export interface ContainerLayers {
  paths?: string[] | undefined;
  config?: string | undefined;
}
