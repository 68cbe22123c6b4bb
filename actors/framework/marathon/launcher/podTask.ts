/** The task group of a pod's instance (spec: marathon.md §4). */
import {
  ContainerInfoType,
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
import { fromMilli, toMilli } from '../../../../proto/resources/values.ts';
import type { Instance } from '../instances/instance.ts';
import { reversedName } from '../model/ids.ts';
import type { Pod, PodContainer, PodVolume } from '../model/pod.ts';
import type { Taken } from '../offers/pool.ts';
import { commandOf } from './checks.ts';
import { networkInfos } from './container.ts';
import { labelVariables, secretOf, variableOf } from './environment.ts';
import { uriOf } from './taskInfo.ts';

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
  const executorResources = shares.take({ ...pod.executorResources, gpus: 0 }, []);
  const tasks = pod.containers.map((container) => {
    const own = container.endpoints.flatMap(({ hostPort }) =>
      hostPort === undefined ? [] : (ports.shift() ?? []),
    );
    return taskOf(pod, container, instance, shares.take(container.resources, own), own, options);
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
  return {
    type: ExecutorInfoType.DEFAULT,
    executor_id: { value: instance.id },
    framework_id: { value: frameworkId },
    resources,
    labels: { labels: Object.entries(pod.labels).map(([key, value]) => ({ key, value })) },
    ...(networks.network_infos !== undefined && {
      container: { type: ContainerInfoType.MESOS, ...networks },
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
  const { name, exec, user = pod.user, artifacts, labels, lifecycle, healthCheck, image } = container;
  const variables = environment(pod, container, instance, hostPorts, envPrefix);
  const volumes = volumesOf(pod, container);
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
    ...((image !== undefined || volumes.length > 0) && {
      container: {
        type: ContainerInfoType.MESOS,
        ...(volumes.length > 0 && { volumes }),
        mesos:
          image === undefined
            ? {}
            : {
                image: {
                  type: ImageType.DOCKER,
                  docker: { name: image.id },
                  cached: image.forcePull !== true,
                },
              },
      },
    }),
    ...(healthCheck !== undefined && { health_check: healthOf(container, hostPorts) }),
    ...(grace !== undefined && { kill_policy: { grace_period: { nanoseconds: Math.round(grace * 1e9) } } }),
    labels: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) },
    discovery: { visibility: 1, name: reversedName(pod.id) },
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

function healthOf(container: PodContainer, hostPorts: readonly number[]): HealthCheck {
  const { healthCheck } = container;
  if (healthCheck === undefined) return { type: HealthCheckType.UNKNOWN };
  const { http, tcp, exec } = healthCheck;
  const common = {
    delay_seconds: healthCheck.delaySeconds,
    interval_seconds: healthCheck.intervalSeconds,
    timeout_seconds: healthCheck.timeoutSeconds,
    consecutive_failures: healthCheck.maxConsecutiveFailures,
    grace_period_seconds: healthCheck.gracePeriodSeconds,
  };
  const portOf = (endpoint: string): number =>
    endpointPorts(container, hostPorts).find(({ name }) => name === endpoint)?.port ?? 0;
  if (exec !== undefined)
    return { ...common, type: HealthCheckType.COMMAND, command: commandOf(exec.command) };
  if (tcp !== undefined) return { ...common, type: HealthCheckType.TCP, tcp: { port: portOf(tcp.endpoint) } };
  const scheme = (http?.scheme ?? 'http').toLowerCase();
  return {
    ...common,
    type: HealthCheckType.HTTP,
    http: { port: portOf(http?.endpoint ?? ''), scheme, path: http?.path ?? '/' },
  };
}

function volumesOf(pod: Pod, { volumeMounts }: PodContainer): Volume[] {
  return volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const volume = pod.volumes.find((each) => each.name === name);
    if (volume === undefined) return [];
    const mode = readOnly === true ? VolumeMode.RO : VolumeMode.RW;
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

/** What was taken for the whole pod, handed out to its containers. */
class Shares {
  readonly #parts: { readonly resource: Resource; leftMilli: number }[];
  readonly #ports: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.#parts = resources
      .filter(({ scalar }) => scalar !== undefined)
      .map((resource) => ({ resource, leftMilli: toMilli(resource.scalar?.value ?? 0) }));
    this.#ports = resources.filter(({ name }) => name === 'ports');
  }

  take(amounts: Pod['containers'][number]['resources'], ports: readonly number[]): Resource[] {
    const taken: Resource[] = [];
    for (const [name, amount] of Object.entries(amounts)) {
      let missing = toMilli(amount);
      for (const part of this.#parts.filter(({ resource }) => resource.name === name)) {
        const milli = Math.min(missing, part.leftMilli);
        if (milli === 0) continue;
        part.leftMilli -= milli;
        missing -= milli;
        taken.push({ ...part.resource, scalar: { value: fromMilli(milli) } });
      }
    }
    for (const port of ports) {
      const holder = this.#ports.find(({ ranges }) =>
        ranges?.range?.some(({ begin, end }) => begin <= port && port <= end),
      );
      if (holder !== undefined) taken.push({ ...holder, ranges: { range: [{ begin: port, end: port }] } });
    }
    return taken;
  }
}
