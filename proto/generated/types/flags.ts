// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as cni from './cni.ts';
import type * as v1 from './v1.ts';

/**
 * The --firewall_rules flag: endpoints that are closed.
 * `mesos.internal.Firewall`.
 */
export interface Firewall {
  disabled_endpoints?: FirewallDisabledEndpointsRule | undefined;
}

/** `mesos.internal.Firewall.DisabledEndpointsRule`. */
export interface FirewallDisabledEndpointsRule {
  paths?: string[] | undefined;
}

/**
 * The --default_container_dns flag: resolver settings by kind of network.
 * `mesos.internal.ContainerDNSInfo`.
 */
export interface ContainerDNSInfo {
  mesos?: ContainerDNSInfoMesosInfo[] | undefined;
  docker?: ContainerDNSInfoDockerInfo[] | undefined;
}

/** `mesos.internal.ContainerDNSInfo.MesosInfo`. */
export interface ContainerDNSInfoMesosInfo {
  network_mode?: ContainerDNSInfoMesosInfoNetworkMode | undefined;
  network_name?: string | undefined;
  dns: cni.CniDNS;
}

/** `mesos.internal.ContainerDNSInfo.MesosInfo.NetworkMode`. */
export const ContainerDNSInfoMesosInfoNetworkMode = {
  UNKNOWN: 0,
  HOST: 1,
  CNI: 2,
} as const;
export type ContainerDNSInfoMesosInfoNetworkMode =
  (typeof ContainerDNSInfoMesosInfoNetworkMode)[keyof typeof ContainerDNSInfoMesosInfoNetworkMode];

/** `mesos.internal.ContainerDNSInfo.DockerInfo`. */
export interface ContainerDNSInfoDockerInfo {
  network_mode?: ContainerDNSInfoDockerInfoNetworkMode | undefined;
  network_name?: string | undefined;
  dns: ContainerDNSInfoDockerInfoDNS;
}

/** `mesos.internal.ContainerDNSInfo.DockerInfo.NetworkMode`. */
export const ContainerDNSInfoDockerInfoNetworkMode = {
  UNKNOWN: 0,
  HOST: 1,
  BRIDGE: 2,
  USER: 3,
} as const;
export type ContainerDNSInfoDockerInfoNetworkMode =
  (typeof ContainerDNSInfoDockerInfoNetworkMode)[keyof typeof ContainerDNSInfoDockerInfoNetworkMode];

/** `mesos.internal.ContainerDNSInfo.DockerInfo.DNS`. */
export interface ContainerDNSInfoDockerInfoDNS {
  nameservers?: string[] | undefined;
  search?: string[] | undefined;
  options?: string[] | undefined;
}

/**
 * The --agent_features flag: capabilities the agent shall announce.
 * `mesos.internal.SlaveCapabilities`.
 */
export interface SlaveCapabilities {
  capabilities?: v1.AgentInfoCapability[] | undefined;
}

/**
 * The --image_gc_config flag: when unused image layers are removed.
 * `mesos.internal.ImageGcConfig`.
 */
export interface ImageGcConfig {
  image_disk_headroom: number;
  image_disk_watch_interval: v1.DurationInfo;
  excluded_images?: v1.Image[] | undefined;
}
