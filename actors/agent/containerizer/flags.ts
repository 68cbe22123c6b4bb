/** The flags of containers and their isolation, with Mesos' names and defaults. */
import * as fs from 'node:fs';
import type { CapabilityInfo, DeviceWhitelist } from '../../../proto/generated/types/v1.ts';
import { fromJson } from '../../../proto/json.ts';
import * as flag from '../../../runtime/flags/index.ts';
import { containerDns } from './dns.ts';
import { deviceNumber } from './isolators/gpu/devices.ts';
import type { PortRange } from './isolators/network/ports.ts';

/** Lines of a cgroup's `devices.allow`: `c 10:229 rwm`. */
function allowedDevices(value: unknown): readonly string[] {
  const { allowed_devices = [] } = fromJson('mesos.v1.DeviceWhitelist', value) as DeviceWhitelist;
  return allowed_devices.map(({ device, access }) => {
    const rights = `${access.read ? 'r' : ''}${access.write ? 'w' : ''}${access.mknod ? 'm' : ''}`;
    const { number, path } = device;
    if (rights === '') throw new Error(`device ${path ?? ''}: no access is allowed`);
    if (number !== undefined) return `c ${number.major_number}:${number.minor_number} ${rights}`;
    if (path === undefined) throw new Error('a device has neither path nor number');
    return `${deviceOf(path)} ${rights}`;
  });
}

function capabilityInfo(value: unknown): CapabilityInfo {
  return fromJson('mesos.v1.CapabilityInfo', value) as CapabilityInfo;
}

function deviceOf(path: string): string {
  const stat = fs.statSync(path);
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) throw new Error(`${path}: is no device`);
  return `${stat.isBlockDevice() ? 'b' : 'c'} ${deviceNumber(stat.rdev)}`;
}

function gpuNumbers(text: string): readonly number[] {
  const words = text.split(',').map((word) => word.trim());
  if (!words.every((word) => /^\d{1,4}$/.test(word))) throw new Error('expected numbers separated by commas');
  return words.map(Number);
}

function portRanges(text: string): readonly PortRange[] {
  const [, list] = /^\[(.*)\]$/.exec(text.trim()) ?? [];
  const ranges = (list ?? '').split(',').map((word) => {
    const [, begin, end] = /^\s*(\d{1,5})\s*-\s*(\d{1,5})\s*$/.exec(word) ?? [];
    return { begin: Number(begin), end: Number(end) };
  });
  if (!ranges.every(({ begin, end }) => begin <= end && end <= 65535))
    throw new Error('expected ranges of ports such as [0-35000]');
  return ranges;
}

/** Of a class of packets. */
function handleOf(text: string): number {
  const value = /^0x[0-9a-f]{1,4}$/i.test(text.trim()) ? Number(text) : 0;
  if (value === 0) throw new Error('expected 0x0001 to 0xffff');
  return value;
}

function shownHandle(handle: number): string {
  return `0x${handle.toString(16).padStart(4, '0')}`;
}

function handleRange(text: string): readonly [number, number] {
  const [first = '', last = '', ...more] = text.split(',');
  const range = [handleOf(first), handleOf(last)] as const;
  if (more.length > 0 || range[0] > range[1]) throw new Error('expected the first and the last one');
  return range;
}

function registryPlace(place: string): void {
  const isUrl = /^https?:\/\/[^/?#]+\/?$/.test(place) && URL.canParse(place);
  if (!isUrl && !place.startsWith('/')) throw new Error('expected an http(s) URL or an absolute path');
}

export const containerFlags = {
  isolation: flag.list({
    default: 'posix/cpu,posix/mem',
    help: `What is put around containers: posix/cpu, posix/mem (they count), cgroups/cpu, cgroups/mem, cgroups/pids,
      cgroups/devices, cgroups/blkio, cgroups/cpuset, cgroups/all (they limit, as root). The agent says at its start what of
      it this machine cannot do`,
  }),
  launcher: flag.choice({
    values: ['posix', 'linux'],
    default: 'posix',
    help: `How containers are started and ended: posix, by sessions and process groups; linux, by these and by a cgroup
      for each container, which nothing leaves. Any cgroups/ isolator implies linux`,
  }),
  cgroups_hierarchy: flag.path({
    default: '/sys/fs/cgroup',
    help: 'Folder below which the cgroup hierarchies are mounted',
  }),
  cgroups_root: flag.string({
    default: 'mesos',
    expected: 'the name of a folder',
    validate: (name) => {
      if (!/^[\w.-]+(\/[\w.-]+)*$/.test(name) || name.split('/').includes('..'))
        throw new Error('expected the name of a folder');
    },
    help: 'Cgroup of all containers, in each hierarchy. No two agents of one machine may share it',
  }),
  cgroups_enable_cfs: flag.boolean({ help: 'Limit cpus of containers also when the machine is idle' }),
  cgroups_limit_swap: flag.boolean({ help: 'Limit memory and swap together' }),
  cgroups_cpu_enable_pids_and_tids_count: flag.boolean({
    help: 'Count processes and threads of containers in their statistics',
  }),
  cgroups_destroy_timeout: flag.duration({
    default: '1mins',
    help: 'How long the cgroup of a container may take to become empty',
  }),
  cgroups_pids_max: flag.integer({
    min: 1,
    help: 'With cgroups/pids: processes and threads that a container may have at a time; without it there is no limit',
  }),
  cgroups_net_cls_primary_handle: flag.text({
    expected: 'a number of 16 bits such as 0x0012',
    placeholder: '0xAAAA',
    parse: handleOf,
    print: shownHandle,
    help: 'With cgroups/net_cls: upper half of the class of all containers here; without it they have none',
  }),
  cgroups_net_cls_secondary_handles: flag.text({
    default: '0x0001,0xffff',
    expected: 'two numbers of 16 bits such as 0x0001,0xffff',
    placeholder: '0xAAAA,0xBBBB',
    parse: handleRange,
    print: (range) => range.map(shownHandle).join(','),
    help: 'With cgroups/net_cls: first and last of the lower halves, of which each container gets one',
  }),
  allowed_devices: flag.json({
    default: '{}',
    validate: allowedDevices,
    help: 'With cgroups/devices: JSON {"allowed_devices": […]} of what containers may use besides the usual devices',
  }),
  containerizers: flag.list({
    default: 'mesos',
    help: `What runs containers, the first that takes one: mesos, this agent itself; docker, Docker's engine, for
      containers of type DOCKER`,
  }),
  docker_socket: flag.path({ default: '/var/run/docker.sock', help: "Where Docker's engine listens" }),
  docker_remove_delay: flag.duration({
    default: '6hrs',
    help: 'How long a Docker container that has ended can be looked at before it is removed',
  }),
  docker_kill_orphans: flag.boolean({
    default: true,
    help: 'End Docker containers that an earlier run of this agent started and nobody knows any more',
  }),
  docker_config: flag.json({
    secret: true,
    validate: (value) => value,
    help: 'JSON {"auths": …} as of docker login: who this agent is to private registries',
  }),
  sandbox_directory: flag.path({
    default: '/mnt/mesos/sandbox',
    help: 'Where a container with an image finds its sandbox',
  }),
  image_providers: flag.list({ help: 'Kinds of images for containers: docker. Needs filesystem/linux' }),
  docker_registry: flag.string({
    default: 'https://registry-1.docker.io',
    expected: 'an http(s) URL or an absolute path',
    validate: registryPlace,
    help: `Where images are: a registry by its URL, or a folder of NAME.tar as docker save writes it and NAME/rootfs. An image that
      names another registry comes from there, unless this is a folder`,
  }),
  docker_store_dir: flag.path({ help: 'Folder of unpacked images. Default: WORK_DIR/store/docker' }),
  host_path_volume_force_creation: flag.string({
    default: '',
    help: 'Folders, separated by colons, below which volumes of the host are made when they are missing',
  }),
  default_container_shm_size: flag.bytes({
    help: 'With namespaces/ipc: shared memory of containers that do not say how much. Default: half of the memory',
  }),
  disallow_sharing_agent_pid_namespace: flag.boolean({
    help: 'With namespaces/pid: no container shares the namespace of the agent',
  }),
  disallow_sharing_agent_ipc_namespace: flag.boolean({
    help: 'With namespaces/ipc: no container shares the namespace of the agent',
  }),
  network_cni_config_dir: flag.path({
    help: 'Folder of networks that containers may join: a CNI configuration, or a list of them, in each file',
  }),
  network_cni_plugins_dir: flag.string({
    expected: 'folders, separated by colons',
    help: 'Folders of the CNI plugins, separated by colons',
  }),
  network_cni_root_dir_persist: flag.boolean({
    help: 'Keep what is known of networks of containers in the work_dir, not in the runtime_dir: over a boot of the machine',
  }),
  network_cni_metrics: flag.boolean({
    default: true,
    help: 'Tell what containers sent and received on networks of their own in their statistics',
  }),
  default_container_dns: flag.json({
    validate: containerDns,
    help: `Resolvers of containers whose network names none: JSON {"mesos": [{"network_mode": "CNI", "network_name": …, "dns":
      {"nameservers": […], "domain": …, "search": […], "options": […]}}], "docker": [{"network_mode": "BRIDGE" or "USER", …}]}`,
  }),
  container_ports_watch_interval: flag.duration({
    default: '30secs',
    min: '1ms',
    help: 'With network/ports: how often is looked who listens on which port',
  }),
  check_agent_port_range_only: flag.boolean({
    help: 'With network/ports: only at ports that the agent offers is looked',
  }),
  container_ports_isolated_range: flag.text({
    expected: 'ranges such as [0-35000]',
    placeholder: '[BEGIN-END,…]',
    parse: portRanges,
    print: (ranges) => `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`,
    help: 'With network/ports: only at these ports is looked; without it, at all',
  }),
  enforce_container_ports: flag.boolean({
    help: 'With network/ports: end containers that listen on ports which they were not given; else it is only told in the log',
  }),
  nvidia_gpu_devices: flag.text({
    expected: 'numbers separated by commas',
    placeholder: '0,1,…',
    parse: gpuNumbers,
    print: (numbers) => numbers.join(','),
    help: 'With gpu/nvidia: the GPUs to give out, by the numbers that nvidia-smi tells; without it, all',
  }),
  effective_capabilities: flag.json({
    validate: capabilityInfo,
    help: 'With linux/capabilities: JSON {"capabilities": […]} of containers that ask for none',
  }),
  bounding_capabilities: flag.json({
    validate: capabilityInfo,
    help: 'With linux/capabilities: JSON of what containers may have at most',
  }),
  seccomp_config_dir: flag.path({
    help: 'With linux/seccomp: folder of profiles, in the JSON form of Docker',
  }),
  seccomp_profile_name: flag.string({
    expected: 'the name of a file',
    help: 'With linux/seccomp: profile of containers that ask for none; without it these may make any system call',
  }),
  container_disk_watch_interval: flag.duration({
    default: '15secs',
    min: '1ms',
    help: 'With disk/du: how often sandboxes are counted',
  }),
  enforce_container_disk_quota: flag.boolean({
    help: 'With disk/du: end containers that hold more than their disk',
  }),
  fetcher_cache_dir: flag.path({
    help: 'Folder for a folder `fetch` of files that several tasks want, which is emptied at the start. Default: the work_dir',
  }),
  fetcher_cache_size: flag.bytes({ default: '2GB', help: 'Room for these files; 0B for no cache' }),
  fetcher_stall_timeout: flag.duration({
    default: '1mins',
    min: '1secs',
    help: 'A download during which nothing comes for so long is given up',
  }),
  frameworks_home: flag.string({ default: '', help: 'Folder in which URIs that are relative paths begin' }),
  hadoop_home: flag.path({
    help: `Where hadoop is installed, which fetches hdfs:// and other URIs; without it, HADOOP_HOME of the environment,
      else hadoop is looked for in the PATH`,
  }),
  revocable_cpu_low_priority: flag.boolean({
    default: true,
    help: 'Whether containers with revocable cpus get the least share of them',
  }),
};

export type ContainerFlags = flag.FlagValues<typeof containerFlags>;
