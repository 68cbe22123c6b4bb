/** From `--isolation` to isolators, as far as this machine can do what is asked. */
import { join } from 'node:path';
import type { Resource } from '../../../../proto/generated/types/v1.ts';
import type { Clock } from '../../../../runtime/ports.ts';
import { ExitCode, StartError } from '../../../../runtime/startError.ts';
import { placeOf } from '../../operations/volumes.ts';
import type { AgentPaths } from '../../paths.ts';
import type { ContainerFlags } from '../flags.ts';
import { HAS_PROC } from '../processTable.ts';
import { findProgram } from '../programs.ts';
import { CgroupTree } from './cgroups/cgroup.ts';
import { CpuSubsystem } from './cgroups/cpu.ts';
import { Hierarchies } from './cgroups/hierarchies.ts';
import { CgroupsIsolator } from './cgroups/isolator.ts';
import { MemorySubsystem } from './cgroups/memory.ts';
import { NetClsSubsystem } from './cgroups/netCls.ts';
import { BlkioSubsystem, DevicesSubsystem, JoinedSubsystem, PidsSubsystem } from './cgroups/others.ts';
import type { CgroupOptions, Subsystem } from './cgroups/subsystem.ts';
import { chosenGpus } from './gpu/devices.ts';
import { NvidiaIsolator } from './gpu/nvidia.ts';
import type { Isolator, IsolatorEvents } from './isolator.ts';
import { CapabilitiesIsolator } from './linux/capabilities.ts';
import { JoiningIsolator } from './linux/joining.ts';
import { NamespacesIsolator } from './linux/namespaces.ts';
import { NnpIsolator } from './linux/nnp.ts';
import type { SurroundingsOptions } from './linux/surroundings.ts';
import { createNetworks } from './network/create.ts';
import { type PortRange, PortsIsolator } from './network/ports.ts';
import { DiskIsolator } from './posix/disk.ts';
import { RlimitsIsolator } from './posix/rlimits.ts';
import { PosixVolumesIsolator } from './posix/volumes.ts';
import { createSeccomp } from './seccomp/create.ts';

export interface Isolation {
  readonly isolators: readonly Isolator[];
  /** Whether usage is summed over the process tree. */
  readonly sumsProcesses: boolean;
  /** What this machine cannot do of what was asked, a line each. */
  readonly warnings: readonly string[];
}

export interface IsolationOptions {
  readonly flags: ContainerFlags;
  readonly clock: Clock;
  readonly isRoot: boolean;
  readonly events: IsolatorEvents;
  readonly paths: AgentPaths;
  /** The agent's own, that it offers. */
  readonly ports?: readonly PortRange[] | undefined;
  /** Of the machine; for tests. */
  readonly hierarchies?: Hierarchies;
  /** Instead of `/dev`; for tests. */
  readonly devDir?: string;
}

/** Older names and what they stand for. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  process: ['posix/cpu', 'posix/mem'],
  cgroups: ['cgroups/cpu', 'cgroups/mem'],
  'posix/disk': ['disk/du'],
};

/** Names behind `cgroups/`. */
const SUBSYSTEMS = [
  'cpu',
  'mem',
  'pids',
  'devices',
  'blkio',
  'cpuset',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
] as const;
type SubsystemName = (typeof SUBSYSTEMS)[number];

/** That need no cgroup. */
const OTHERS: readonly string[] = [
  'posix/cpu',
  'posix/mem',
  'posix/rlimits',
  'disk/du',
  'filesystem/posix',
  'filesystem/linux',
  'namespaces/pid',
  'namespaces/ipc',
  'linux/capabilities',
  'linux/nnp',
  'linux/seccomp',
  'network/cni',
  'network/ports',
  'gpu/nvidia',
  // What these do is always done.
  'docker/runtime',
  'environment_secret',
  'volume/host_path',
  'volume/image',
  'volume/sandbox_path',
  'volume/secret',
];

/** @throws StartError naming what is not known here */
export function createIsolation(options: IsolationOptions): Isolation {
  const asked = new Set(options.flags.isolation.flatMap((name) => ALIASES[name] ?? [name]));
  if (asked.delete('cgroups/all')) for (const name of SUBSYSTEMS) asked.add(`cgroups/${name}`);
  const known = new Set([...OTHERS, ...SUBSYSTEMS.map((name) => `cgroups/${name}`)]);
  const unknown = [...asked].find((name) => !known.has(name));
  if (unknown !== undefined) {
    const text = `--isolation: '${unknown}' is not known here; known are ${[...known].sort().join(', ')}`;
    throw new StartError(text, ExitCode.usage);
  }
  const warnings: string[] = [];
  const isolators = [
    // First, as whatever the others start is to be within them.
    cgroupsIsolator(options, asked, warnings),
    filesystemIsolator(options, asked, warnings),
    networksOf(options, asked, warnings),
    asked.has('network/ports') ? portsOf(options, warnings) : undefined,
    asked.has('gpu/nvidia') ? gpusOf(options, asked) : undefined,
    ...otherIsolators(options, asked, warnings),
  ].filter((each) => each !== undefined);
  const counted = isolators.flatMap(({ enforces }) => enforces ?? []);
  const sumsProcesses = !(counted.includes('cpus') && counted.includes('mem'));
  return { isolators, sumsProcesses, warnings };
}

/** After the file system, into which it puts files. */
function networksOf(
  { flags, clock, isRoot, paths }: IsolationOptions,
  asked: ReadonlySet<string>,
  warnings: string[],
): Isolator {
  const { workDir, runtimeDir } = paths;
  const isAsked = asked.has('network/cni');
  const dirOf = (id: string) => paths.container(id);
  return createNetworks({ flags, clock, isRoot, workDir, runtimeDir, dirOf, isAsked }, warnings);
}

/** @throws StartError when the flags do not go together */
function portsOf(options: IsolationOptions, warnings: string[]): Isolator | undefined {
  const { flags, clock, events, paths } = options;
  const range = flags.container_ports_isolated_range;
  if (flags.check_agent_port_range_only && range !== undefined)
    throw new StartError(
      '--check_agent_port_range_only and --container_ports_isolated_range do not go together',
      ExitCode.usage,
    );
  if (!HAS_PROC) {
    warnings.push('network/ports: needs /proc; nobody looks who listens');
    return undefined;
  }
  const hierarchies = options.hierarchies ?? Hierarchies.find(flags.cgroups_hierarchy);
  const tree = new CgroupTree(hierarchies, flags.cgroups_root, options.isRoot ? hierarchies.names : []);
  return new PortsIsolator({
    ...{ clock, events, dirOf: (id: string) => paths.container(id) },
    intervalMs: flags.container_ports_watch_interval,
    enforce: flags.enforce_container_ports,
    isolated: flags.check_agent_port_range_only ? (options.ports ?? []) : range,
    processesOf: (id) => tree.processes(id),
  });
}

/** @throws StartError when GPUs cannot be kept apart here, or there are none: who asks for them counts on them */
function gpusOf(options: IsolationOptions, asked: ReadonlySet<string>): Isolator {
  const { flags, isRoot, devDir = '/dev' } = options;
  const gpus = chosenGpus(devDir, flags.nvidia_gpu_devices);
  const hierarchies = options.hierarchies ?? Hierarchies.find(flags.cgroups_hierarchy);
  if (!isRoot || !asked.has('cgroups/devices') || hierarchies.controller('devices')?.version !== 1)
    throw new StartError(
      '--isolation=gpu/nvidia: needs root, cgroups/devices and that of cgroup v1',
      ExitCode.usage,
    );
  return new NvidiaIsolator(gpus, new CgroupTree(hierarchies, flags.cgroups_root, ['devices']));
}

/** Exactly one. */
function filesystemIsolator(
  { flags, isRoot, clock, paths }: IsolationOptions,
  asked: ReadonlySet<string>,
  warnings: string[],
): Isolator {
  const needs = ['namespaces/pid', 'namespaces/ipc'].filter((name) => asked.has(name));
  const filesystem = asked.has('filesystem/linux');
  if (needs.length > 0 && !filesystem) {
    throw new StartError(`--isolation: ${needs.join(', ')}: needs filesystem/linux as well`, ExitCode.usage);
  }
  if (filesystem && !isRoot)
    warnings.push('filesystem/linux: needs root; containers see the files of the machine');
  if (!filesystem || !isRoot) return new PosixVolumesIsolator();
  return new NamespacesIsolator({
    filesystem,
    pid: asked.has('namespaces/pid'),
    ipc: asked.has('namespaces/ipc'),
    sandboxDirectory: flags.sandbox_directory,
    forcedHostPaths: flags.host_path_volume_force_creation.split(':').filter((path) => path !== ''),
    shmMb:
      flags.default_container_shm_size === undefined ? undefined : flags.default_container_shm_size / 2 ** 20,
    keepsAgentPid: flags.disallow_sharing_agent_pid_namespace,
    keepsAgentIpc: flags.disallow_sharing_agent_ipc_namespace,
    surroundings: { clock, dirOf: (id) => paths.container(id) },
    runtimeDir: paths.runtimeDir,
    devices: join(paths.runtimeDir, 'devices'),
  });
}

function otherIsolators(
  { flags, clock, events, isRoot, paths }: IsolationOptions,
  asked: ReadonlySet<string>,
  warnings: string[],
): Isolator[] {
  const surroundings = { clock, dirOf: (id: string) => paths.container(id) };
  const found: Isolator[] = isRoot ? [new JoiningIsolator(surroundings)] : [];
  if (asked.has('disk/du')) {
    const { container_disk_watch_interval: intervalMs, enforce_container_disk_quota: enforce } = flags;
    const place = (volume: Resource) => placeOf(paths, volume).path;
    found.push(
      new DiskIsolator({ clock, events, intervalMs, enforce, dirOf: surroundings.dirOf, placeOf: place }),
    );
  }
  if (asked.has('posix/rlimits')) found.push(new RlimitsIsolator());
  if (asked.has('linux/capabilities')) {
    const { effective_capabilities: effective, bounding_capabilities: bounding } = flags;
    if (isRoot) found.push(new CapabilitiesIsolator({ effective, bounding, surroundings }));
    else
      warnings.push(
        'linux/capabilities: needs root; nothing is taken from containers but what the agent has not',
      );
  }
  if (asked.has('linux/nnp')) found.push(nnpOf(surroundings));
  const limitsCapabilities = isRoot && asked.has('linux/capabilities');
  found.push(createSeccomp({ flags, surroundings, limitsCapabilities, isAsked: asked.has('linux/seccomp') }));
  return found;
}

/** @throws StartError when it cannot be kept */
function nnpOf(surroundings: SurroundingsOptions): Isolator {
  if (findProgram('setpriv') === undefined)
    throw new StartError('--isolation: linux/nnp: setpriv is not installed', ExitCode.usage);
  return new NnpIsolator(surroundings);
}

function cgroupsIsolator(
  options: IsolationOptions,
  asked: ReadonlySet<string>,
  warnings: string[],
): CgroupsIsolator | undefined {
  const { flags, clock, events } = options;
  const names = SUBSYSTEMS.filter((name) => asked.has(`cgroups/${name}`));
  if (names.length === 0 && flags.launcher !== 'linux') return undefined;
  if (!options.isRoot) {
    warnings.push(`${listOf(names)}: cgroups need root; containers are not limited`);
    return undefined;
  }
  const hierarchies = options.hierarchies ?? Hierarchies.find(flags.cgroups_hierarchy);
  const subsystems = subsystemsOf(names, hierarchies, optionsOf(flags), flags.isolation, warnings);
  if (subsystems.length === 0) return undefined;
  return new CgroupsIsolator({
    ...{ hierarchies, subsystems, clock, events, root: flags.cgroups_root },
    destroyTimeoutMs: flags.cgroups_destroy_timeout,
  });
}

function listOf(names: readonly SubsystemName[]): string {
  return names.length === 0 ? '--launcher=linux' : names.map((name) => `cgroups/${name}`).join(', ');
}

function subsystemsOf(
  names: readonly SubsystemName[],
  hierarchies: Hierarchies,
  options: CgroupOptions,
  isolation: readonly string[],
  warnings: string[],
): Subsystem[] {
  const found: Subsystem[] = [];
  // First: a process that is frozen with the others cannot leave.
  if (hierarchies.controller('freezer')?.version === 1) found.push(new JoinedSubsystem('freezer'));
  for (const name of names) {
    const problem = problemOf(name, hierarchies);
    if (problem === undefined) found.push(subsystemOf(name, hierarchies, options));
    // With cgroups/all everything that there is was meant.
    else if (isolation.includes(`cgroups/${name}`) || isolation.includes('cgroups'))
      warnings.push(`cgroups/${name}: ${problem}`);
  }
  return found;
}

/** Controllers of the subsystems whose names differ. */
const CONTROLLERS: Readonly<Partial<Record<SubsystemName, readonly string[]>>> = {
  mem: ['memory'],
  blkio: ['blkio', 'io'],
};

function problemOf(name: SubsystemName, hierarchies: Hierarchies): string | undefined {
  const controllers = CONTROLLERS[name] ?? [name];
  const found = controllers.map((each) => hierarchies.controller(each)).find((each) => each !== undefined);
  if (found !== undefined || name === 'devices')
    return found === undefined
      ? 'needs a cgroup v1 hierarchy with the devices controller; devices are not limited'
      : undefined;
  return `this machine has no cgroup controller ${controllers.join(' or ')}; what it would limit is not limited`;
}

function subsystemOf(name: SubsystemName, hierarchies: Hierarchies, options: CgroupOptions): Subsystem {
  switch (name) {
    case 'cpu':
      return new CpuSubsystem(options);
    case 'mem':
      return new MemorySubsystem(options);
    case 'pids':
      return new PidsSubsystem(options);
    case 'devices':
      return new DevicesSubsystem(options);
    case 'blkio':
      return new BlkioSubsystem(hierarchies.controller('blkio') === undefined ? 'io' : 'blkio');
    case 'net_cls':
      return new NetClsSubsystem(options);
    default:
      return new JoinedSubsystem(name);
  }
}

function optionsOf(flags: ContainerFlags): CgroupOptions {
  const { cgroups_net_cls_primary_handle: primary, cgroups_net_cls_secondary_handles: secondary } = flags;
  return {
    enableCfs: flags.cgroups_enable_cfs,
    limitSwap: flags.cgroups_limit_swap,
    countProcesses: flags.cgroups_cpu_enable_pids_and_tids_count,
    revocableLowPriority: flags.revocable_cpu_low_priority,
    pidsMax: flags.cgroups_pids_max,
    allowedDevices: flags.allowed_devices,
    netCls: primary === undefined ? undefined : { primary, secondary },
  };
}
