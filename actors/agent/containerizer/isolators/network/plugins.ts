/** Calls of CNI plugins: programs that are given a command by their environment and a configuration by their input. */
import { isIP } from 'node:net';
import type { Clock } from '../../../../../runtime/ports.ts';
import { runProgram } from '../../../subprocess.ts';
import type { Dns } from '../../dns.ts';
import { findPlugin, type NetworkConfiguration, type PluginConfiguration } from './configuration.ts';

/** What may become a part of a line of a file. */
const WORD = /^[\w.:-]+$/;

/** A plugin that takes longer is given up. */
const TIMEOUT_MS = 60_000;

/** A container that joins a network or leaves it. */
export interface Attachment {
  readonly containerId: string;
  readonly network: NetworkConfiguration;
  /** File of its network namespace; empty when that is gone. */
  readonly namespace: string;
  /** `eth0` for the first network, and so on. */
  readonly interface: string;
  /** `args` of the configuration: what the container asked for. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly portMappings: readonly PortMapping[];
}

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** A plugin's answer, as far as anybody needs it; the whole is handed on to the next one. */
export interface CniResult {
  /** Addresses without the length of their prefix. */
  readonly addresses: readonly string[];
  readonly dns: Dns;
  readonly raw: unknown;
}

export interface PluginsOptions {
  /** `--network_cni_plugins_dir`. */
  readonly dirs: string;
  readonly clock: Clock;
}

export class CniPlugins {
  readonly #options: PluginsOptions;

  constructor(options: PluginsOptions) {
    this.#options = options;
  }

  /** @throws Error in one line, with what a plugin said */
  async add(attachment: Attachment): Promise<CniResult> {
    const { network, portMappings } = attachment;
    const mapped = network.plugins.some(({ capabilities }) => capabilities?.['portMappings'] === true);
    if (portMappings.length > 0 && !mapped)
      throw new Error(`network '${network.name}': has no plugin that maps ports`);
    let last: unknown;
    for (const plugin of network.plugins) {
      const text = await this.#call('ADD', plugin, attachment, last);
      last = text.trim() === '' ? last : JSON.parse(text);
    }
    return parseResult(last);
  }

  /** @param last what `add` resulted in, if it came to a result @throws Error in one line, having called every plugin */
  async remove(attachment: Attachment, last: unknown): Promise<void> {
    let problem: unknown;
    for (const plugin of [...attachment.network.plugins].reverse()) {
      await this.#call('DEL', plugin, attachment, last).catch((error: unknown) => {
        problem ??= error;
      });
    }
    if (problem !== undefined) throw problem;
  }

  async #call(
    command: 'ADD' | 'DEL',
    plugin: PluginConfiguration,
    attachment: Attachment,
    previous: unknown,
  ): Promise<string> {
    const { dirs, clock } = this.#options;
    const { network } = attachment;
    const path = findPlugin(dirs, plugin.type);
    if (path === undefined)
      throw new Error(`network '${network.name}': plugin '${plugin.type}' is not in ${dirs}`);
    const overdue = new AbortController();
    const timer = clock.setTimer(TIMEOUT_MS, () => overdue.abort());
    try {
      return await runProgram(path, [], {
        input: JSON.stringify(inputOf(plugin, attachment, previous)),
        environment: {
          CNI_COMMAND: command,
          CNI_CONTAINERID: attachment.containerId,
          CNI_NETNS: attachment.namespace,
          CNI_IFNAME: attachment.interface,
          CNI_PATH: dirs,
        },
        signal: overdue.signal,
        complaintOf: messageOf,
      });
    } catch (error) {
      const said = overdue.signal.aborted ? `no answer for ${TIMEOUT_MS / 1000} s` : (error as Error).message;
      throw new Error(`network '${network.name}': ${command} failed: ${said}`);
    } finally {
      timer.cancel();
    }
  }
}

function inputOf(
  plugin: PluginConfiguration,
  { network, args, portMappings }: Attachment,
  previous: unknown,
): Record<string, unknown> {
  const { name, cniVersion } = network;
  const mapsPorts = plugin.capabilities?.['portMappings'] === true && portMappings.length > 0;
  return {
    ...plugin,
    name,
    ...(cniVersion === undefined ? {} : { cniVersion }),
    args: { ...(plugin['args'] as object | undefined), ...args },
    ...(mapsPorts ? { runtimeConfig: { portMappings } } : {}),
    ...(previous === undefined || network.plugins.length === 1 ? {} : { prevResult: previous }),
  };
}

/** Plugins complain by JSON on their standard output. */
function messageOf(output: string): string | undefined {
  try {
    const { msg, details } = JSON.parse(output) as { msg?: unknown; details?: unknown };
    if (typeof msg !== 'string') return undefined;
    const text = typeof details === 'string' && details !== '' ? `${msg}: ${details}` : msg;
    return text.replaceAll(/\s+/g, ' ').slice(0, 300);
  } catch {
    return undefined;
  }
}

/** Results of version 0.2 (`ip4`, `ip6`) and those since (`ips`). @throws Error when it is none */
export function parseResult(raw: unknown): CniResult {
  if (raw === null || typeof raw !== 'object') throw new Error('a plugin gave no result');
  const { ips, ip4, ip6, dns } = raw as Readonly<Record<string, unknown>>;
  const found = [
    ...(Array.isArray(ips) ? ips.map((each) => wordOf(each, 'address')) : []),
    wordOf(ip4, 'ip'),
    wordOf(ip6, 'ip'),
  ];
  const addresses = found.flatMap((text) => text?.split('/')[0] ?? []).filter((text) => isIP(text) > 0);
  return {
    addresses,
    dns: dnsOfPlugin(dns),
    raw,
  };
}

function dnsOfPlugin(dns: unknown): Dns {
  const domain = wordOf(dns, 'domain');
  return {
    nameservers: wordsOf(dns, 'nameservers').filter((text) => isIP(text) > 0),
    search: wordsOf(dns, 'search'),
    options: wordsOf(dns, 'options'),
    ...(domain === undefined || !WORD.test(domain) ? {} : { domain }),
  };
}

function wordOf(value: unknown, key: string): string | undefined {
  const word = (value as Record<string, unknown> | undefined)?.[key];
  return typeof word === 'string' ? word : undefined;
}

function wordsOf(value: unknown, key: string): string[] {
  const words = (value as Record<string, unknown> | undefined)?.[key];
  // Each becomes a part of a line of a file.
  return Array.isArray(words) ? words.filter((word) => typeof word === 'string' && WORD.test(word)) : [];
}
