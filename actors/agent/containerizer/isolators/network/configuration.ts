/** The networks that an operator configured for the CNI plugins: a file of JSON each, read anew whenever a container joins one. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** One plugin of a network, as its configuration has it. */
export interface PluginConfiguration {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [key: string]: unknown;
}

/** A network: its plugins are called in their order when a container joins, in reverse when it leaves. */
export interface NetworkConfiguration {
  readonly name: string;
  /** Absent: what each plugin takes for the oldest one. */
  readonly cniVersion: string | undefined;
  readonly plugins: readonly PluginConfiguration[];
}

/** Larger files describe no network. */
const FILE_BYTES_MAX = 1024 * 1024;

/** Mesos' own plugin: another one, and ports of the host mapped to the container's. */
const PORT_MAPPER = 'mesos-cni-port-mapper';

/** Versions before this one know of no chains of plugins. */
const CHAIN_VERSION = '0.3.1';

export interface Networks {
  readonly networks: ReadonlyMap<string, NetworkConfiguration>;
  /** Files that describe none, a line each. */
  readonly problems: readonly string[];
}

/** @param dir `--network_cni_config_dir` @throws the file system's error, which names the path */
export function readNetworks(dir: string): Networks {
  const networks = new Map<string, NetworkConfiguration>();
  const problems: string[] = [];
  for (const file of fs.readdirSync(dir).sort()) {
    const path = join(dir, file);
    try {
      const stat = fs.statSync(path);
      if (!stat.isFile()) continue;
      if (stat.size > FILE_BYTES_MAX) throw new Error(`has more than ${FILE_BYTES_MAX} bytes`);
      const network = parseNetwork(JSON.parse(fs.readFileSync(path, 'utf8')));
      if (networks.has(network.name)) throw new Error(`network '${network.name}' is described before`);
      networks.set(network.name, network);
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message}`);
    }
  }
  return { networks, problems };
}

/** @throws Error saying what is missing of a configuration, or of a list of them */
export function parseNetwork(value: unknown): NetworkConfiguration {
  const { name, cniVersion, plugins, ...rest } = objectOf(value);
  if (typeof name !== 'string' || !/^[\w.-]+$/.test(name)) throw new Error("has no 'name' of a network");
  const version = typeof cniVersion === 'string' ? cniVersion : undefined;
  const list = Array.isArray(plugins) ? plugins.map(pluginOf) : unfolded(pluginOf(rest));
  if (list.length === 0) throw new Error('names no plugin');
  return { name, cniVersion: version ?? (list.length > 1 ? CHAIN_VERSION : undefined), plugins: list };
}

/** Mesos' port mapper is two plugins in a row: the one that it hands on to, and CNI's own port mapper. */
function unfolded(plugin: PluginConfiguration): PluginConfiguration[] {
  if (plugin.type !== PORT_MAPPER) return [plugin];
  return [pluginOf(plugin['delegate']), { type: 'portmap', capabilities: { portMappings: true } }];
}

function pluginOf(value: unknown): PluginConfiguration {
  const plugin = objectOf(value);
  const { type } = plugin;
  // It becomes the name of a program.
  if (typeof type !== 'string' || !/^[\w][\w.-]*$/.test(type)) throw new Error("has no 'type' of a plugin");
  return { ...plugin, type };
}

function objectOf(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error('is no JSON object');
  return value as Record<string, unknown>;
}

/** @param dirs `--network_cni_plugins_dir`, folders separated by colons @returns undefined when none of them has it */
export function findPlugin(dirs: string, type: string): string | undefined {
  return dirs
    .split(':')
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, type))
    .find((path) => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
