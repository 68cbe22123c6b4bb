/** `--default_container_dns`: what resolves names in containers whose network says nothing of it. */
import { isIP } from 'node:net';
import {
  type ContainerDNSInfo,
  type ContainerDNSInfoDockerInfo,
  type ContainerDNSInfoMesosInfo,
  ContainerDNSInfoDockerInfoNetworkMode as DockerMode,
  ContainerDNSInfoMesosInfoNetworkMode as MesosMode,
} from '../../../proto/generated/types/flags.ts';
import { fromJson } from '../../../proto/json.ts';

export interface Dns {
  readonly nameservers: readonly string[];
  readonly domain?: string;
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Kinds of networks: those of CNI, and Docker's. */
export type NetworkMode = 'CNI' | 'BRIDGE' | 'USER';

export interface DnsEntry {
  readonly mode: NetworkMode;
  /** Undefined: of all networks of the kind that have no entry of their own. */
  readonly network: string | undefined;
  readonly dns: Dns;
}

export type ContainerDns = readonly DnsEntry[];

type Modes = Readonly<Record<number, NetworkMode>>;

const MESOS_MODES: Modes = { [MesosMode.CNI]: 'CNI' };
const DOCKER_MODES: Modes = { [DockerMode.BRIDGE]: 'BRIDGE', [DockerMode.USER]: 'USER' };

type Wire = ContainerDNSInfoMesosInfo | ContainerDNSInfoDockerInfo;

/** Each becomes a part of a line of a file. */
const WORD = /^[\w.:@-]+$/;

/** @throws Error in one line: what of the flag's value is wrong */
export function containerDns(value: unknown): ContainerDns {
  const { mesos = [], docker = [] } = fromJson('mesos.internal.ContainerDNSInfo', value) as ContainerDNSInfo;
  const entries = [
    ...mesos.map((each) => entryOf(each, MESOS_MODES)),
    ...docker.map((each) => entryOf(each, DOCKER_MODES)),
  ];
  const twice = entries.find(
    ({ mode, network }, at) =>
      entries.findIndex((other) => other.mode === mode && other.network === network) !== at,
  );
  if (twice !== undefined)
    throw new Error(`network_mode ${twice.mode}${named(twice)}: expected one entry, got several`);
  return entries;
}

function entryOf({ network_mode, network_name, dns }: Wire, modes: Modes): DnsEntry {
  const mode = modes[network_mode ?? 0];
  if (mode === undefined)
    throw new Error(`network_mode: expected one of ${Object.values(modes).join(', ')} in each entry`);
  if (mode === 'BRIDGE' && network_name !== undefined)
    throw new Error('network_mode BRIDGE: expected no network_name');
  const { nameservers = [], search = [], options = [] } = dns;
  const domain = 'domain' in dns ? dns.domain : undefined;
  const wrong = nameservers.find((each) => isIP(each) === 0);
  if (wrong !== undefined) throw new Error(`nameserver '${wrong}': expected an IP address`);
  const odd = [...search, ...options, ...(domain === undefined ? [] : [domain])].find(
    (each) => !WORD.test(each),
  );
  if (odd !== undefined) throw new Error(`'${odd}': expected a word`);
  const all = { nameservers, search, options, ...(domain === undefined ? {} : { domain }) };
  return { mode, network: network_name, dns: all };
}

function named({ network }: DnsEntry): string {
  return network === undefined ? '' : `, network_name ${network}`;
}

/** The entry of a network, else that of its kind. */
export function dnsOf(
  entries: ContainerDns | undefined,
  mode: NetworkMode,
  network: string | undefined,
): Dns | undefined {
  const ofMode = (entries ?? []).filter((entry) => entry.mode === mode);
  const own = network === undefined ? undefined : ofMode.find((entry) => entry.network === network);
  return (own ?? ofMode.find((entry) => entry.network === undefined))?.dns;
}

/** Lines of a resolv.conf; of several networks together. */
export function resolvConf(all: readonly Dns[]): string {
  const words = (pick: (dns: Dns) => readonly string[]): string[] => [...new Set(all.flatMap(pick))];
  const [search, options] = [words((dns) => dns.search), words((dns) => dns.options)];
  const [domain] = words((dns) => (dns.domain === undefined ? [] : [dns.domain]));
  return [
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
    ...words((dns) => dns.nameservers).map((address) => `nameserver ${address}`),
    '',
  ].join('\n');
}
