/**
 * network/cni: containers that name networks have a network namespace, which CNI plugins connect to these (agent.md §12).
 * They see a hostname, /etc/hosts and /etc/resolv.conf of their own. Containers inside others are in the networks of these unless
 * they name their own.
 */
import * as fs from 'node:fs';
import { isIPv4 } from 'node:net';
import {
  type ContainerInfo,
  type ContainerStatus,
  type NetworkInfo,
  NetworkInfoProtocol,
  type ResourceStatistics,
} from '../../../../../proto/generated/types/v1.ts';
import { toJson } from '../../../../../proto/json.ts';
import { type ContainerDns, dnsOf, resolvConf } from '../../dns.ts';
import { quoted } from '../../launchScript.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { type NetworkConfiguration, readNetworks } from './configuration.ts';
import type { Joined, NetworkStore } from './networkStore.ts';
import type { Attachment, CniPlugins, CniResult, PortMapping } from './plugins.ts';
import { networkStatistics } from './statistics.ts';

export interface CniOptions {
  /** `--network_cni_config_dir`. */
  readonly configDir: string;
  readonly plugins: CniPlugins;
  readonly store: NetworkStore;
  /** `--default_container_dns`. */
  readonly dns: ContainerDns | undefined;
  /** `--network_cni_metrics`: a process of each container, whose networks are looked at; undefined: none are. */
  readonly processOf: ((containerId: string) => number | undefined) | undefined;
}

/** Every namespace has a loopback, which is down at first. */
const LOOPBACK: NetworkConfiguration = {
  name: 'loopback',
  cniVersion: '0.3.1',
  plugins: [{ type: 'loopback' }],
};

/** Networks that a container asks to join; a NetworkInfo without a name is the machine's own. */
export function namedNetworks(container: ContainerInfo | undefined): (NetworkInfo & { name: string })[] {
  return (container?.network_infos ?? []).flatMap((info) =>
    info.name === undefined ? [] : { ...info, name: info.name },
  );
}

export class CniIsolator implements Isolator {
  readonly name = 'network/cni';
  readonly #options: CniOptions;
  /** What is told of each container that has a network of its own. */
  readonly #infos = new Map<string, readonly NetworkInfo[]>();

  constructor(options: CniOptions) {
    this.#options = options;
    for (const id of options.store.containerIds) this.recover(id);
  }

  /** What looks into a container is where that is. */
  concerns({ containerId, launch }: IsolatedLaunch): boolean {
    if (launch.looksIntoParent === true) return false;
    return namedNetworks(launch.container).length > 0 || this.#ownerOf(containerId) !== undefined;
  }

  /** @throws Error in one line: a network that is not known, a plugin that fails */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation> {
    const { containerId, launch, image } = isolated;
    const named = namedNetworks(launch.container);
    if (named.length > 0) await this.#join(isolated, named);
    const owner = this.#ownerOf(containerId);
    if (owner === undefined) return {};
    const { store } = this.#options;
    const root = image?.root ?? '';
    const placing = (['hosts', 'hostname', 'resolv.conf'] as const).map((name) => {
      const words = [store.file(owner, name), root, `/etc/${name}`].map((word) => quoted(word, 'path'));
      return `netfile ${words.join(' ')}`;
    });
    const hostname = fs.readFileSync(store.file(owner, 'hostname'), 'utf8').trim();
    const [address] = this.#addressesOf(owner);
    return {
      joins: { namespaces: new Map([['net', store.namespace(owner)]]) },
      namespaces: { kinds: ['mount', 'uts'], lines: [`ownname ${quoted(hostname, 'hostname')}`, ...placing] },
      overrides: {
        LIBPROCESS_IP: '0.0.0.0',
        ...(address === undefined ? {} : { MESOS_CONTAINER_IP: address }),
      },
    };
  }

  status(containerId: string): Partial<ContainerStatus> {
    const owner = this.#ownerOf(containerId);
    return owner === undefined ? {} : { network_infos: [...(this.#infos.get(owner) ?? [])] };
  }

  /** What went over its own networks; of containers inside another one that one tells. */
  usage(containerId: string): Partial<ResourceStatistics> {
    if (!this.#infos.has(containerId)) return {};
    const pid = this.#options.processOf?.(containerId);
    return pid === undefined ? {} : networkStatistics(pid);
  }

  /** File of the network namespace that the container is in; undefined for the machine's own. */
  networkOf(containerId: string): string | undefined {
    const owner = this.#ownerOf(containerId);
    return owner === undefined ? undefined : this.#options.store.namespace(owner);
  }

  recover(containerId: string): void {
    const joined = this.#options.store.read(containerId);
    if (joined.length > 0) this.#infos.set(containerId, toldOf(joined));
  }

  known(): readonly string[] {
    return [...new Set(this.#options.store.containerIds.map((id) => id.split('.')[0] ?? id))];
  }

  /** @throws Error when a plugin does not let go; then it is asked again after the agent's next start */
  async cleanup(containerId: string): Promise<void> {
    const { store } = this.#options;
    const own = store.containerIds.filter((id) => id === containerId || id.startsWith(`${containerId}.`));
    for (const id of own) await this.#leave(id);
  }

  async #join(
    { containerId, launch }: IsolatedLaunch,
    named: readonly (NetworkInfo & { name: string })[],
  ): Promise<void> {
    const { store, plugins, configDir } = this.#options;
    const { networks } = readNetworks(configDir);
    const attachments = named.map((info, at): Attachment => {
      const network = networks.get(info.name);
      if (network === undefined) throw new Error(`network '${info.name}': is not in ${configDir}`);
      if (named.findIndex(({ name }) => name === info.name) !== at)
        throw new Error(`network '${info.name}': is named twice`);
      return {
        ...{ containerId, network, namespace: store.namespace(containerId), interface: `eth${at}` },
        args: argsOf(info),
        portMappings: mappingsOf(info, launch.resources?.ports ?? []),
      };
    });
    await store.create(containerId);
    const loopback = {
      containerId,
      network: LOOPBACK,
      namespace: store.namespace(containerId),
      interface: 'lo',
    };
    await plugins.add({ ...loopback, args: {}, portMappings: [] });
    const results: CniResult[] = [];
    for (const attachment of attachments) {
      results.push(await this.#add(attachment));
    }
    this.recover(containerId);
    const resolvConf = resolvers(
      results,
      named.map(({ name }) => name),
      this.#options.dns,
    );
    this.#writeFiles(containerId, launch.container?.hostname ?? containerId, results, resolvConf);
  }

  /** A plugin that failed is asked to take back what it did; if it fails in that, too, there is nothing to be asked later. */
  async #add(attachment: Attachment): Promise<CniResult> {
    const { store, plugins } = this.#options;
    store.keep(attachment);
    try {
      const result = await plugins.add(attachment);
      store.keepResult(attachment, result);
      return result;
    } catch (error) {
      await plugins.remove(attachment, undefined).catch(() => undefined);
      store.forget(attachment);
      throw error;
    }
  }

  #writeFiles(containerId: string, name: string, results: readonly CniResult[], resolvConf: string): void {
    const { store } = this.#options;
    // A hostname has 64 characters at most.
    const hostname = name.replaceAll(/[^\w.-]/g, '-').slice(0, 63);
    const addresses = results.flatMap((result) => [...result.addresses]);
    const hosts = [
      '127.0.0.1 localhost',
      '::1 localhost',
      ...addresses.map((address) => `${address} ${hostname}`),
    ];
    store.write(containerId, 'hosts', `${hosts.join('\n')}\n`);
    store.write(containerId, 'hostname', `${hostname}\n`);
    store.write(containerId, 'resolv.conf', resolvConf);
  }

  async #leave(containerId: string): Promise<void> {
    const { store, plugins } = this.#options;
    const namespace = store.liveNamespace(containerId);
    let problem: unknown;
    for (const { attachment, result } of store.read(containerId).reverse()) {
      await plugins.remove({ ...attachment, namespace }, result?.raw).catch((error: unknown) => {
        problem ??= error;
      });
    }
    if (problem !== undefined) throw problem;
    await store.remove(containerId);
    this.#infos.delete(containerId);
  }

  /** The container itself, or the nearest one around it, that has a network namespace. */
  #ownerOf(containerId: string): string | undefined {
    for (let id = containerId; ; id = id.slice(0, id.lastIndexOf('.'))) {
      if (this.#infos.has(id)) return id;
      if (!id.includes('.')) return undefined;
    }
  }

  #addressesOf(containerId: string): string[] {
    const infos = this.#infos.get(containerId) ?? [];
    return infos
      .flatMap(({ ip_addresses }) => ip_addresses ?? [])
      .flatMap(({ ip_address }) => ip_address ?? []);
  }
}

/** What a container asked of a network, for plugins that know how: Mesos' own way, and CNI's of asking for addresses. */
function argsOf(info: NetworkInfo): Record<string, unknown> {
  const ips = (info.ip_addresses ?? []).flatMap(({ ip_address }) => ip_address ?? []);
  return {
    'org.apache.mesos': { network_info: toJson('mesos.v1.NetworkInfo', info) },
    ...(ips.length === 0 ? {} : { cni: { ips } }),
  };
}

/** Ports of the host have to be among those of the task. */
function mappingsOf(
  { port_mappings = [] }: NetworkInfo,
  own: readonly { readonly begin: number; readonly end: number }[],
): PortMapping[] {
  return port_mappings.map(({ host_port, container_port, protocol = 'tcp' }) => {
    if (!own.some(({ begin, end }) => host_port >= begin && host_port <= end))
      throw new Error(`port ${host_port} of the host is not among the resources of the task`);
    return { hostPort: host_port, containerPort: container_port, protocol: protocol.toLowerCase() };
  });
}

function toldOf(joined: readonly Joined[]): NetworkInfo[] {
  return joined.map(({ attachment, result }) => {
    const { name } = attachment.network;
    const mappings = attachment.portMappings.map(({ hostPort, containerPort, protocol }) => {
      return { host_port: hostPort, container_port: containerPort, protocol };
    });
    const ip_addresses = (result?.addresses ?? []).map((ip_address) => {
      return {
        protocol: isIPv4(ip_address) ? NetworkInfoProtocol.IPv4 : NetworkInfoProtocol.IPv6,
        ip_address,
      };
    });
    return { name, ip_addresses, ...(mappings.length === 0 ? {} : { port_mappings: mappings }) };
  });
}

/** Of all networks together, each by its plugin or by the agent's flag; the machine's own when none has a nameserver. */
function resolvers(
  results: readonly CniResult[],
  networks: readonly string[],
  defaults: ContainerDns | undefined,
): string {
  const all = results.map((result, at) =>
    result.dns.nameservers.length > 0 ? result.dns : (dnsOf(defaults, 'CNI', networks[at]) ?? result.dns),
  );
  if (all.some(({ nameservers }) => nameservers.length > 0)) return resolvConf(all);
  const path = '/etc/resolv.conf';
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
}
