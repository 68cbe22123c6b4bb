/** The ContainerInfo of a task (spec: marathon.md §25). */
import {
  type ContainerInfo,
  ContainerInfoDockerInfoNetwork,
  ContainerInfoType,
  ImageType,
  LinuxInfoIpcMode,
  type NetworkInfo,
  type Volume,
  VolumeMode,
  VolumeSourceType,
} from '../../../../proto/index.ts';
import type { App, AppVolume, Container, LinuxSettings, Network } from '../model/app.ts';
import { secretOf } from './environment.ts';
import type { AssignedPort } from './ports.ts';

/** Undefined where the task needs none: plain commands on the host's network. */
export function containerInfoOf(
  app: App,
  ports: readonly AssignedPort[],
  taskId: string,
  bridge: string,
): ContainerInfo | undefined {
  const { container, networks } = app;
  if (container === undefined) return undefined;
  const volumes = container.volumes.flatMap((volume) => volumeInfo(volume, app) ?? []);
  const common = {
    ...(volumes.length > 0 && { volumes }),
    ...(app.tty === true && { tty_info: {} }),
  };
  if (container.type === 'DOCKER')
    return { ...common, type: ContainerInfoType.DOCKER, ...dockerInfo(container, networks, ports, taskId) };
  const linux = linuxInfoOf(container.linuxInfo);
  return {
    ...common,
    type: ContainerInfoType.MESOS,
    mesos: mesosInfo(container, app),
    ...networkInfos(networks, ports, bridge),
    ...(linux !== undefined && { linux_info: linux }),
  };
}

function mesosInfo({ docker }: Container, { secrets }: App): NonNullable<ContainerInfo['mesos']> {
  if (docker?.image === undefined) return {};
  const config = docker.pullConfig?.secret;
  return {
    image: {
      type: ImageType.DOCKER,
      docker: {
        name: docker.image,
        ...(config !== undefined && { config: secretOf(secrets[config]?.source ?? config) }),
      },
      cached: docker.forcePullImage !== true,
    },
  };
}

/** @param sharesCgroups containers of a pod stay in its cgroup */
export function linuxInfoOf(
  given: LinuxSettings | undefined,
  sharesCgroups?: boolean,
): ContainerInfo['linux_info'] {
  if (given === undefined && sharesCgroups === undefined) return undefined;
  const { seccomp, ipcInfo } = given ?? {};
  const { profileName, unconfined } = seccomp ?? {};
  return {
    ...(sharesCgroups !== undefined && { share_cgroups: sharesCgroups }),
    ...(seccomp !== undefined && {
      seccomp: {
        ...(profileName !== undefined && { profile_name: profileName }),
        ...(unconfined !== undefined && { unconfined }),
      },
    }),
    ...(ipcInfo?.mode !== undefined && { ipc_mode: LinuxInfoIpcMode[ipcInfo.mode] }),
    ...(ipcInfo?.shmSize !== undefined && { shm_size: ipcInfo.shmSize }),
  };
}

function dockerInfo(
  { docker }: Container,
  networks: readonly Network[],
  ports: readonly AssignedPort[],
  taskId: string,
): Pick<ContainerInfo, 'docker' | 'network_infos'> {
  const [first] = networks;
  const network =
    first?.mode === 'container/bridge'
      ? ContainerInfoDockerInfoNetwork.BRIDGE
      : first?.mode === 'container'
        ? ContainerInfoDockerInfoNetwork.USER
        : ContainerInfoDockerInfoNetwork.HOST;
  const named = networks.flatMap(({ name }) => (name === undefined ? [] : [{ name }]));
  return {
    docker: {
      image: docker?.image ?? '',
      network,
      port_mappings: mappingsOf(ports),
      privileged: docker?.privileged ?? false,
      force_pull_image: docker?.forcePullImage ?? false,
      parameters: [...(docker?.parameters ?? []), { key: 'label', value: `MESOS_TASK_ID=${taskId}` }],
    },
    ...(named.length > 0 && { network_infos: named }),
  };
}

/** Mappings with a host port, one for each protocol. */
function mappingsOf(
  ports: readonly AssignedPort[],
): { host_port: number; container_port: number; protocol: string }[] {
  return ports.flatMap(({ hostPort, containerPort, protocol }) =>
    hostPort === undefined || containerPort === undefined
      ? []
      : protocol
          .split(',')
          .map((each) => ({ host_port: hostPort, container_port: containerPort, protocol: each })),
  );
}

export function networkInfos(
  networks: readonly Network[],
  ports: readonly AssignedPort[],
  bridge: string,
): Pick<ContainerInfo, 'network_infos'> {
  const port_mappings = mappingsOf(ports);
  const infos = networks
    .filter(({ mode }) => mode !== 'host')
    .map(({ mode, name, labels = {} }): NetworkInfo => {
      const named = mode === 'container/bridge' ? bridge : name;
      return {
        ...(named !== undefined && { name: named }),
        labels: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) },
        ...(port_mappings.length > 0 && { port_mappings }),
      };
    });
  return infos.length === 0 ? {} : { network_infos: infos };
}

/** Volumes that are no resources: host paths, secrets, external ones. */
function volumeInfo(
  { containerPath, hostPath, mode, secret, external }: AppVolume,
  app: App,
): Volume | undefined {
  const base = { container_path: containerPath, mode: mode === 'RO' ? VolumeMode.RO : VolumeMode.RW };
  if (hostPath !== undefined) return { ...base, host_path: hostPath };
  if (secret !== undefined) {
    const source = app.secrets[secret]?.source ?? secret;
    return {
      ...base,
      mode: VolumeMode.RO,
      source: { type: VolumeSourceType.SECRET, secret: secretOf(source) },
    };
  }
  if (external === undefined) return undefined;
  const driver = external.options['dvdi/driver'];
  const parameter = Object.entries(external.options)
    .filter(([key]) => key !== 'dvdi/driver')
    .map(([key, value]) => ({ key, value }));
  return {
    ...base,
    source: {
      type: VolumeSourceType.DOCKER_VOLUME,
      docker_volume: {
        name: external.name,
        ...(driver !== undefined && { driver }),
        ...(parameter.length > 0 && { driver_options: { parameter } }),
      },
    },
  };
}
