/** The task group of a pod's instance (spec: marathon.md §4). */
import {
  type CheckInfo,
  CheckInfoType,
  type ContainerInfo,
  ContainerInfoType,
  type DiscoveryInfo,
  DiscoveryInfoVisibility,
  type EnvironmentVariable,
  type ExecutorInfo,
  ExecutorInfoType,
  type HealthCheck,
  HealthCheckType,
  ImageType,
  type OfferOperation,
  OfferOperationType,
  type Resource,
  type TaskInfo,
  type Volume,
  VolumeMode,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../../proto/index.ts';
import type { Instance } from '../instances/instance.ts';
import { reversedName } from '../model/ids.ts';
import type { Pod, PodCheck, PodContainer, PodHealthCheck, PodVolume } from '../model/pod.ts';
import type { Taken } from '../offers/pool.ts';
import { commandOf } from './checks.ts';
import { linuxInfoOf, networkInfos } from './container.ts';
import { labelVariables, secretOf, variableOf } from './environment.ts';
import { Shares } from './shares.ts';
import { drainLabel, limitsOf, uriOf } from './taskInfo.ts';

export interface PodOptions {
  readonly frameworkId: string;
  readonly envPrefix: string;
  readonly bridgeName: string;
}

export function podOperation(
  pod: Pod,
  instance: Instance,
  taken: Taken,
  options: PodOptions,
): OfferOperation {
  const ports = [...taken.ports];
  const shares = new Shares(taken.resources);
  const executorResources = shares.take({ ...pod.executorResources });
  const tasks = pod.containers.map((container) => {
    const own = container.endpoints.flatMap(({ hostPort }) =>
      hostPort === undefined ? [] : (ports.shift() ?? []),
    );
    return taskOf(pod, container, instance, shares.take({ ...container.resources }, own), own, options);
  });
  return {
    type: OfferOperationType.LAUNCH_GROUP,
    launch_group: { executor: executorOf(pod, instance, executorResources, options), task_group: { tasks } },
  };
}

function executorOf(
  pod: Pod,
  instance: Instance,
  resources: Resource[],
  { frameworkId, bridgeName }: PodOptions,
): ExecutorInfo {
  const networks = networkInfos(pod.networks, [], bridgeName);
  const linux = linuxInfoOf(pod.linuxInfo);
  return {
    type: ExecutorInfoType.DEFAULT,
    executor_id: { value: instance.id },
    framework_id: { value: frameworkId },
    resources,
    labels: { labels: Object.entries(pod.labels).map(([key, value]) => ({ key, value })) },
    ...((networks.network_infos !== undefined || linux !== undefined) && {
      container: {
        type: ContainerInfoType.MESOS,
        ...networks,
        ...(linux !== undefined && { linux_info: linux }),
      },
    }),
  };
}

function taskOf(
  pod: Pod,
  container: PodContainer,
  instance: Instance,
  resources: Resource[],
  hostPorts: readonly number[],
  { envPrefix }: PodOptions,
): TaskInfo {
  const { name, exec, user = pod.user, artifacts, labels, lifecycle, healthCheck, check } = container;
  const variables = environment(pod, container, instance, hostPorts, envPrefix);
  const info = containerInfoOf(pod, container);
  const limits = limitsOf(container);
  const grace = lifecycle?.killGracePeriodSeconds;
  return {
    name,
    task_id: { value: `${instance.id}.${name}` },
    agent_id: { value: instance.place?.agentId ?? '' },
    resources,
    command: {
      ...(exec === undefined ? { shell: false } : commandOf(exec.command)),
      uris: artifacts.map(uriOf),
      environment: { variables },
      ...(user !== undefined && { user }),
    },
    ...(info !== undefined && { container: info }),
    ...(healthCheck !== undefined && { health_check: healthOf(container, healthCheck, hostPorts) }),
    ...(check !== undefined && { check: checkOf(container, check, hostPorts) }),
    ...(grace !== undefined && { kill_policy: { grace_period: { nanoseconds: Math.round(grace * 1e9) } } }),
    ...(limits !== undefined && { limits }),
    labels: {
      labels: Object.entries({ ...labels, ...drainLabel(pod) }).map(([key, value]) => ({ key, value })),
    },
    discovery: discoveryOf(pod, container, hostPorts),
  };
}

/** Undefined where the container has nothing of its own: a command in the pod's. */
function containerInfoOf(pod: Pod, container: PodContainer): ContainerInfo | undefined {
  const { image, tty, linuxInfo } = container;
  const volumes = volumesOf(pod, container);
  const linux = linuxInfoOf(linuxInfo, sharesCgroups(pod));
  if (image === undefined && volumes.length === 0 && tty !== true && linux === undefined) return undefined;
  const config = image?.pullConfig?.secret;
  const source = config === undefined ? undefined : (pod.secrets[config]?.source ?? config);
  return {
    type: ContainerInfoType.MESOS,
    ...(volumes.length > 0 && { volumes }),
    ...(tty === true && { tty_info: {} }),
    ...(linux !== undefined && { linux_info: linux }),
    mesos:
      image === undefined
        ? {}
        : {
            image: {
              type: ImageType.DOCKER,
              docker: { name: image.id, ...(source !== undefined && { config: secretOf(source) }) },
              cached: image.forcePull !== true,
            },
          },
  };
}

/** Containers that have limits are in cgroups of their own; else it is as the pod says, or the agent's default. */
function sharesCgroups({ containers, legacySharedCgroups }: Pod): boolean | undefined {
  return containers.some(({ resourceLimits }) => resourceLimits !== undefined) ? false : legacySharedCgroups;
}

/** Each endpoint by each of its protocols. */
function discoveryOf(pod: Pod, container: PodContainer, hostPorts: readonly number[]): DiscoveryInfo {
  const numbers = endpointPorts(container, hostPorts);
  const ports = container.endpoints.flatMap(({ name, protocol, labels }, index) => {
    const { port = 0, hostPort } = numbers[index] ?? {};
    const scope = { 'network-scope': hostPort === undefined ? 'container' : 'host' };
    return protocol.map((each) => ({
      ...{ number: port, name, protocol: each },
      labels: { labels: Object.entries({ ...labels, ...scope }).map(([key, value]) => ({ key, value })) },
    }));
  });
  return {
    visibility: DiscoveryInfoVisibility.FRAMEWORK,
    name: reversedName(pod.id),
    ...(ports.length > 0 && { ports: { ports } }),
  };
}

function environment(
  pod: Pod,
  container: PodContainer,
  instance: Instance,
  hostPorts: readonly number[],
  prefix: string,
): EnvironmentVariable[] {
  const endpoints = endpointPorts(container, hostPorts);
  const computed: Record<string, string> = {
    [`${prefix}HOST`]: instance.place?.hostname ?? '',
    MESOS_TASK_ID: `${instance.id}.${container.name}`,
    MARATHON_APP_ID: pod.id,
    MARATHON_APP_VERSION: pod.version,
    MARATHON_CONTAINER_ID: container.name,
    MARATHON_APP_INSTANCE_NUMBER: String(instance.number),
    ...labelVariables({ ...pod.labels, ...container.labels }),
    ...Object.fromEntries(
      endpoints.map(({ name, port }) => [
        `${prefix}ENDPOINT_${name.replaceAll(/\W+/g, '_').toUpperCase()}`,
        String(port),
      ]),
    ),
  };
  const own = { ...pod.environment, ...container.environment };
  return [
    ...Object.entries(computed)
      .filter(([name]) => !Object.hasOwn(own, name))
      .map(([name, value]) => ({ name, value })),
    ...Object.entries(own).map(([name, value]) => variableOf(name, value, pod.secrets)),
  ];
}

/** The ports of a container's endpoints: on the host where they have one. */
export function endpointPorts(
  { endpoints }: PodContainer,
  hostPorts: readonly number[],
): { readonly name: string; readonly port: number; readonly hostPort: number | undefined }[] {
  const left = [...hostPorts];
  return endpoints.map(({ name, containerPort = 0, hostPort }) => {
    const host = hostPort === undefined ? undefined : left.shift();
    return { name, port: host ?? containerPort, hostPort: host };
  });
}

function portOf(container: PodContainer, hostPorts: readonly number[], endpoint: string): number {
  return endpointPorts(container, hostPorts).find(({ name }) => name === endpoint)?.port ?? 0;
}

function healthOf(
  container: PodContainer,
  { http, tcp, exec, ...times }: PodHealthCheck,
  hostPorts: readonly number[],
): HealthCheck {
  const common = {
    delay_seconds: times.delaySeconds,
    interval_seconds: times.intervalSeconds,
    timeout_seconds: times.timeoutSeconds,
    consecutive_failures: times.maxConsecutiveFailures,
    grace_period_seconds: times.gracePeriodSeconds,
  };
  if (exec !== undefined)
    return { ...common, type: HealthCheckType.COMMAND, command: commandOf(exec.command) };
  if (tcp !== undefined)
    return {
      ...common,
      type: HealthCheckType.TCP,
      tcp: { port: portOf(container, hostPorts, tcp.endpoint) },
    };
  const scheme = (http?.scheme ?? 'http').toLowerCase();
  const port = portOf(container, hostPorts, http?.endpoint ?? '');
  return { ...common, type: HealthCheckType.HTTP, http: { port, scheme, path: http?.path ?? '/' } };
}

function checkOf(
  container: PodContainer,
  { http, tcp, exec, ...times }: PodCheck,
  hostPorts: readonly number[],
): CheckInfo {
  const common = {
    delay_seconds: times.delaySeconds,
    interval_seconds: times.intervalSeconds,
    timeout_seconds: times.timeoutSeconds,
  };
  if (exec !== undefined)
    return { ...common, type: CheckInfoType.COMMAND, command: { command: commandOf(exec.command) } };
  if (tcp !== undefined)
    return { ...common, type: CheckInfoType.TCP, tcp: { port: portOf(container, hostPorts, tcp.endpoint) } };
  const port = portOf(container, hostPorts, http?.endpoint ?? '');
  return { ...common, type: CheckInfoType.HTTP, http: { port, path: http?.path ?? '/' } };
}

function volumesOf(pod: Pod, { volumeMounts }: PodContainer): Volume[] {
  return volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const volume = pod.volumes.find((each) => each.name === name);
    if (volume === undefined) return [];
    const mode = readOnly === true || volume.secret !== undefined ? VolumeMode.RO : VolumeMode.RW;
    return [{ container_path: mountPath, mode, ...sourceOf(volume, pod) }];
  });
}

/** Volumes without a source are folders of the pod, shared by its containers. */
function sourceOf({ name, host, secret }: PodVolume, pod: Pod): Pick<Volume, 'host_path' | 'source'> {
  if (host !== undefined) return { host_path: host };
  if (secret !== undefined)
    return {
      source: { type: VolumeSourceType.SECRET, secret: secretOf(pod.secrets[secret]?.source ?? secret) },
    };
  const sandbox_path = { type: VolumeSourceSandboxPathType.PARENT, path: `volumes/${name}` };
  return { source: { type: VolumeSourceType.SANDBOX_PATH, sandbox_path } };
}
