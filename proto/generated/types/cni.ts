// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * A route into the container.
 * `mesos.internal.slave.cni.spec.Route`.
 */
export interface CniRoute {
  dst: string;
  gw?: string | undefined;
}

/**
 * Resolver settings.
 * `mesos.internal.slave.cni.spec.DNS`.
 */
export interface CniDNS {
  nameservers?: string[] | undefined;
  domain?: string | undefined;
  search?: string[] | undefined;
  options?: string[] | undefined;
}

/**
 * An address with its gateway and routes.
 * `mesos.internal.slave.cni.spec.IPConfig`.
 */
export interface CniIPConfig {
  ip: string;
  gateway?: string | undefined;
  routes?: CniRoute[] | undefined;
}

/**
 * What a plugin is given.
 * `mesos.internal.slave.cni.spec.NetworkConfig`.
 */
export interface CniNetworkConfig {
  name: string;
  type: string;
  ipam?: CniNetworkConfigIPAM | undefined;
  dns?: CniDNS | undefined;
}

/** `mesos.internal.slave.cni.spec.NetworkConfig.IPAM`. */
export interface CniNetworkConfigIPAM {
  type: string;
  routes?: CniRoute[] | undefined;
}

/**
 * What a plugin answers.
 * `mesos.internal.slave.cni.spec.NetworkInfo`.
 */
export interface CniNetworkInfo {
  ip4?: CniIPConfig | undefined;
  ip6?: CniIPConfig | undefined;
  dns?: CniDNS | undefined;
}

/**
 * What a plugin answers when it fails.
 * `mesos.internal.slave.cni.spec.Error`.
 */
export interface CniError {
  cniVersion: string;
  code: number;
  msg: string;
  details?: string | undefined;
}
