/** What a container is created with: the words of Mesos' `docker run` (agent.md §13), as the Engine API has them. */
import { isAbsolute, join, normalize } from 'node:path';
import {
  type ContainerInfoDockerInfo,
  ContainerInfoDockerInfoNetwork as Network,
  type Volume,
  VolumeMode,
  VolumeSourceType,
} from '../../../proto/generated/types/v1.ts';
import { type ContainerDns, dnsOf } from '../containerizer/dns.ts';
import type { ContainerLaunch, ContainerResources } from '../containerizer/index.ts';
import { applyParameters, type CreateBody } from './parameters.ts';

const MB = 1024 * 1024;
const MEM_MB_MIN = 32;

/** Where a container finds its sandbox. */
const SANDBOX = '/mnt/mesos/sandbox';

export interface CreateOptions {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `--cgroups_enable_cfs`. */
  readonly enableCfs: boolean;
  /** `--default_container_dns`. */
  readonly dns: ContainerDns | undefined;
}

/** @throws Error in one line saying what of the ContainerInfo does not go together */
export function createBody(launch: ContainerLaunch, options: CreateOptions): CreateBody {
  const info = launch.container;
  const docker = info?.docker;
  if (docker === undefined) throw new Error('the container has no DockerInfo');
  const mode = networkMode(launch, docker);
  if (mode === 'host' && info?.hostname !== undefined)
    throw new Error('a container of the host network has no hostname of its own');
  const environment = { ...launch.environment, MESOS_SANDBOX: SANDBOX, MESOS_CONTAINER_NAME: options.name };
  // The agent's PATH is none of the image's.
  const { PATH: _, ...variables }: Record<string, string> = environment;
  const body: CreateBody = {
    Image: docker.image,
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    Labels: options.labels,
    ...(info?.hostname === undefined ? {} : { Hostname: info.hostname }),
    ...commandOf(launch),
    HostConfig: {
      NetworkMode: mode,
      Privileged: docker.privileged === true,
      Binds: [
        ...(info?.volumes ?? []).map((volume) => bindOf(volume, launch.sandbox)),
        `${launch.sandbox}:${SANDBOX}`,
      ],
      ...limitsOf(launch.resources, options.enableCfs),
    },
  };
  if (docker.volume_driver !== undefined) body.HostConfig['VolumeDriver'] = docker.volume_driver;
  publishPorts(body, launch, docker, mode);
  addResolvers(body, docker, mode, options.dns);
  applyParameters(body, docker.parameters ?? []);
  return body;
}

function commandOf({ command, user }: ContainerLaunch): object {
  // Within the image the user is the image's business, as `docker run` without --user.
  void user;
  const { shell, value, arguments: argv = [] } = command;
  if (shell !== false) {
    if (value === undefined || value === '') throw new Error('a shell command needs a value');
    return { Entrypoint: ['/bin/sh'], Cmd: ['-c', value] };
  }
  const words = [...(value === undefined || value === '' ? [] : [value]), ...argv];
  return words.length === 0 ? {} : { Cmd: words };
}

function networkMode({ container }: ContainerLaunch, docker: ContainerInfoDockerInfo): string {
  switch (docker.network ?? Network.HOST) {
    case Network.HOST:
      return 'host';
    case Network.BRIDGE:
      return 'bridge';
    case Network.NONE:
      return 'none';
    default: {
      const infos = container?.network_infos ?? [];
      const given = docker.parameters?.find(({ key }) => key === 'net' || key === 'network')?.value;
      const name = given ?? infos[0]?.name;
      if (infos.length > 1) throw new Error('a Docker container has one network at most');
      if (name === undefined) throw new Error('network USER needs the name of a network');
      return name;
    }
  }
}

function limitsOf(resources: ContainerResources | undefined, enableCfs: boolean): Record<string, number> {
  if (resources === undefined) return {};
  const { cpus, mem, cpusLimit, memLimit } = resources;
  const limits: Record<string, number> = {};
  if (cpus > 0) limits['CpuShares'] = Math.max(2, Math.floor(1024 * cpus));
  const cpuBound = cpusLimit ?? (enableCfs ? cpus : undefined);
  if (cpuBound !== undefined)
    limits['CpuQuota'] = Number.isFinite(cpuBound) ? Math.max(1000, Math.floor(100_000 * cpuBound)) : -1;
  if (memLimit !== undefined && memLimit > mem) {
    limits['MemoryReservation'] = Math.floor(Math.max(mem, MEM_MB_MIN) * MB);
    limits['Memory'] = Number.isFinite(memLimit) ? Math.floor(memLimit * MB) : -1;
  } else if (mem > 0) limits['Memory'] = Math.floor(Math.max(mem, MEM_MB_MIN) * MB);
  return limits;
}

function bindOf({ container_path, mode, host_path, source }: Volume, sandbox: string): string {
  const to = isAbsolute(container_path) ? container_path : join(SANDBOX, container_path);
  const suffix = mode === VolumeMode.RO ? ':ro' : ':rw';
  if (source?.type === VolumeSourceType.DOCKER_VOLUME && source.docker_volume !== undefined)
    return `${source.docker_volume.name}:${to}${suffix}`;
  const from = source?.host_path?.path ?? source?.sandbox_path?.path ?? host_path;
  if (from === undefined) throw new Error(`volume at '${container_path}': has no source that Docker knows`);
  if (isAbsolute(from)) return `${from}:${to}${suffix}`;
  if (normalize(from).split('/').includes('..'))
    throw new Error(`volume at '${container_path}': leads out of the sandbox`);
  return `${join(sandbox, from)}:${to}${suffix}`;
}

/** Host ports have to be among those of the task. */
function publishPorts(
  body: CreateBody,
  launch: ContainerLaunch,
  docker: ContainerInfoDockerInfo,
  mode: string,
): void {
  const mappings = docker.port_mappings ?? [];
  if (mappings.length === 0) return;
  if (mode === 'host' || mode === 'none') throw new Error(`a container of network ${mode} maps no ports`);
  const own = launch.resources?.ports ?? [];
  const bindings: Record<string, { HostPort: string }[]> = {};
  for (const { host_port, container_port, protocol = 'tcp' } of mappings) {
    if (!own.some(({ begin, end }) => host_port >= begin && host_port <= end))
      throw new Error(`port ${host_port} of the host is not among the resources of the task`);
    const key = `${container_port}/${protocol.toLowerCase()}`;
    bindings[key] = [...(bindings[key] ?? []), { HostPort: String(host_port) }];
  }
  body['ExposedPorts'] = Object.fromEntries(Object.keys(bindings).map((key) => [key, {}]));
  body.HostConfig['PortBindings'] = bindings;
}

/** Resolvers of the agent, unless the task names its own. */
function addResolvers(
  body: CreateBody,
  { parameters = [] }: ContainerInfoDockerInfo,
  mode: string,
  dns: ContainerDns | undefined,
): void {
  if (mode === 'host' || mode === 'none' || parameters.some(({ key }) => key.startsWith('dns'))) return;
  const found = mode === 'bridge' ? dnsOf(dns, 'BRIDGE', undefined) : dnsOf(dns, 'USER', mode);
  if (found === undefined) return;
  const { nameservers, search, options } = found;
  Object.assign(body.HostConfig, { Dns: nameservers, DnsSearch: search, DnsOptions: options });
}
