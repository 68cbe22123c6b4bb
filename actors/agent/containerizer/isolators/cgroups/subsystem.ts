import type { ContainerStatus, ResourceStatistics } from '../../../../../proto/generated/types/v1.ts';
import type { ContainerResources } from '../../resources.ts';
import type { Limitation } from '../isolator.ts';
import type { Cgroup } from './cgroup.ts';

/** What an agent's flags say about cgroups. */
export interface CgroupOptions {
  /** `--cgroups_enable_cfs`: a hard limit of cpu for containers without one of their own. */
  readonly enableCfs: boolean;
  /** `--cgroups_limit_swap`: memory and swap together are limited as memory is. */
  readonly limitSwap: boolean;
  /** `--cgroups_cpu_enable_pids_and_tids_count`. */
  readonly countProcesses: boolean;
  /** `--revocable_cpu_low_priority`. */
  readonly revocableLowPriority: boolean;
  /** `--cgroups_pids_max`: processes and threads of one container, at most. */
  readonly pidsMax: number | undefined;
  /** `--allowed_devices`, as lines of `devices.allow`. */
  readonly allowedDevices: readonly string[];
  /** Classes of packets; absent: containers have none. */
  readonly netCls?: NetClsHandles | undefined;
}

/** Of 16 bits each. */
export interface NetClsHandles {
  /** `--cgroups_net_cls_primary_handle` */
  readonly primary: number;
  /** `--cgroups_net_cls_secondary_handles`: first and last. */
  readonly secondary: readonly [number, number];
}

/** One controller, or several that go together: what is set in a container's cgroup and what is read there. */
export interface Subsystem {
  /** As in `--isolation`, behind `cgroups/`. */
  readonly name: string;
  readonly controllers: readonly string[];
  readonly enforces?: readonly string[];
  /** The cgroup was made. @throws Error naming the file that could not be set */
  prepare?(cgroup: Cgroup, containerId: string): void;
  /** A container of an agent process before this one. */
  recover?(cgroup: Cgroup, containerId: string): void;
  /** @param isFirst the container has not begun */
  update?(cgroup: Cgroup, resources: ContainerResources, isFirst: boolean): void;
  /** Lines for the launch script. */
  entering?(resources: ContainerResources): readonly string[];
  usage?(cgroup: Cgroup): Partial<ResourceStatistics>;
  status?(containerId: string): Partial<ContainerStatus>;
  /** A limit that the container broke, now or before its end. */
  limitation?(cgroup: Cgroup, resources: ContainerResources | undefined): Limitation | undefined;
  cleanup?(containerId: string): void;
}
