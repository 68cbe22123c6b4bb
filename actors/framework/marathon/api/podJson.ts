/** Pods and their status as clients read them (spec: marathon.md §4). */
import { isoTime } from '../events/bus.ts';
import type { Instance } from '../instances/instance.ts';
import { endpointPorts } from '../launcher/podTask.ts';
import type { Marathon } from '../marathon.ts';
import type { Pod } from '../model/pod.ts';
import type { EndedInstance } from '../store/history.ts';

/** In the shape in which pods are written. */
export function podJson(pod: Pod): Readonly<Record<string, unknown>> {
  const {
    instances,
    constraints,
    acceptedResourceRoles,
    backoffSeconds,
    backoffFactor,
    maxLaunchDelaySeconds,
  } = pod;
  const { killSelection, upgradeStrategy, unreachableStrategy, versionInfo: _info, ...rest } = pod;
  const shown = rest as Partial<Pod>;
  const { instances: _i, constraints: _c, acceptedResourceRoles: _a, backoffSeconds: _b, ...most } = shown;
  const { backoffFactor: _f, maxLaunchDelaySeconds: _m, ...members } = most;
  return {
    ...members,
    scaling: { kind: 'fixed', instances },
    scheduling: {
      backoff: { backoff: backoffSeconds, backoffFactor, maxLaunchDelay: maxLaunchDelaySeconds },
      upgrade: upgradeStrategy,
      placement: {
        constraints: constraints.map(([fieldName, operator, value]) => ({
          fieldName,
          operator,
          ...(value !== undefined && { value }),
        })),
        acceptedResourceRoles: acceptedResourceRoles ?? [],
      },
      killSelection,
      unreachableStrategy,
    },
  };
}

export function podStatus(marathon: Marathon, pod: Pod): object {
  const instances = marathon.instances.of(pod.id);
  const stable = instances.filter((each) => statusOf(marathon, each) === 'STABLE').length;
  const changed = Math.max(Date.parse(pod.version), ...instances.map(({ sinceMs }) => sinceMs));
  const since = isoTime(changed);
  return {
    id: pod.id,
    spec: podJson(pod),
    status: stable >= pod.instances ? 'STABLE' : 'DEGRADED',
    statusSince: since,
    instances: instances.map((each) => instanceStatus(marathon, pod, each)),
    terminationHistory: marathon.history.of(pod.id).map(terminationOf),
    lastUpdated: since,
    lastChanged: since,
  };
}

function terminationOf(ended: EndedInstance): object {
  return {
    instanceID: ended.id,
    startedAt: ended.startedAt ?? ended.endedAt,
    terminatedAt: ended.endedAt,
    message: ended.condition,
    containers: ended.tasks.map(({ container, containerId, state, message }) => ({
      name: container,
      containerId: containerId ?? '',
      lastKnownState: state,
      ...(message !== undefined && { termination: { ...exitCodeOf(message), message } }),
    })),
  };
}

/** Executors tell the exit code in words. */
function exitCodeOf(message: string): { readonly exitCode?: number } {
  const code = /exited with status (\d+)/.exec(message)?.[1];
  return code === undefined ? {} : { exitCode: Number(code) };
}

function statusOf(marathon: Marathon, instance: Instance): string {
  const { instances, keeper } = marathon;
  switch (instances.state(instance)) {
    case 'running':
      return keeper.healthOf(instance) === false ? 'DEGRADED' : 'STABLE';
    case 'scheduled':
    case 'provisioned':
      return 'PENDING';
    case 'staging':
    case 'starting':
      return 'STAGING';
    case 'killing':
      return 'TERMINAL';
    default:
      return 'DEGRADED';
  }
}

export function instanceStatus(marathon: Marathon, pod: Pod, instance: Instance): object {
  const { place, role, sinceMs, version } = instance;
  const since = isoTime(sinceMs);
  return {
    id: instance.id,
    status: statusOf(marathon, instance),
    statusSince: since,
    conditions: [],
    agentHostname: place?.hostname ?? '',
    agentId: place?.agentId ?? '',
    ...(place?.region !== undefined && { agentRegion: place.region }),
    ...(place?.zone !== undefined && { agentZone: place.zone }),
    role,
    networks: pod.networks.flatMap(({ name }) =>
      name === undefined ? [] : [{ name, addresses: addressesOf(instance) }],
    ),
    containers: containersOf(pod, instance, since),
    specReference: `/v2/pods${pod.id}::versions/${version}`,
    localVolumes: instance.volumes,
    lastUpdated: since,
    lastChanged: since,
  };
}

function addressesOf({ tasks }: Instance): string[] {
  return [...new Set(tasks.flatMap(({ ipAddresses }) => ipAddresses.map(({ ipAddress }) => ipAddress)))];
}

function containersOf(pod: Pod, instance: Instance, since: string): object[] {
  const ports = [...instance.hostPorts];
  return pod.containers.map((container) => {
    const task = instance.tasks.find((each) => each.container === container.name);
    const own = ports.splice(0, container.endpoints.filter(({ hostPort }) => hostPort !== undefined).length);
    return {
      name: container.name,
      status: task?.state ?? 'TASK_STAGING',
      statusSince: since,
      conditions:
        task?.healthy === undefined
          ? []
          : [{ name: 'healthy', value: String(task.healthy), lastChanged: since, lastUpdated: since }],
      ...(task?.containerId !== undefined && { containerId: task.containerId }),
      endpoints: endpointPorts(container, own).map(({ name, hostPort }) => ({
        name,
        ...(hostPort !== undefined && { allocatedHostPort: hostPort }),
        ...(task?.healthy !== undefined && { healthy: task.healthy }),
      })),
      resources: container.resources,
      ...(task?.message !== undefined && { message: task.message }),
      lastUpdated: since,
      lastChanged: since,
    };
  });
}
