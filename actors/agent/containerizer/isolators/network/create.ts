/** From flags to the isolator of networks, as far as this machine can do what is asked. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../../runtime/ports.ts';
import { ExitCode, StartError } from '../../../../../runtime/startError.ts';
import type { ContainerFlags } from '../../flags.ts';
import { readRecord } from '../../runtimeFiles.ts';
import type { Isolator } from '../isolator.ts';
import { CniIsolator } from './cni.ts';
import { findPlugin, readNetworks } from './configuration.ts';
import { NetworkStore } from './networkStore.ts';
import { NoNetworksIsolator } from './none.ts';
import { CniPlugins } from './plugins.ts';

export interface NetworkOptions {
  readonly flags: ContainerFlags;
  readonly clock: Clock;
  readonly isRoot: boolean;
  readonly workDir: string;
  readonly runtimeDir: string;
  /** Runtime directory of a container. */
  readonly dirOf: (containerId: string) => string;
  /** Whether `network/cni` stands in `--isolation`. */
  readonly isAsked: boolean;
}

/** @throws StartError when the flags do not go together */
export function createNetworks(options: NetworkOptions, warnings: string[]): Isolator {
  const { flags, clock, isRoot, isAsked } = options;
  const { network_cni_plugins_dir: dirs, network_cni_config_dir: configDir } = flags;
  if ((dirs === undefined) !== (configDir === undefined))
    throw new StartError(
      '--network_cni_plugins_dir and --network_cni_config_dir go together',
      ExitCode.usage,
    );
  if (dirs === undefined || configDir === undefined) {
    if (isAsked)
      warnings.push(
        'network/cni: needs --network_cni_plugins_dir and --network_cni_config_dir; there are no networks',
      );
    return new NoNetworksIsolator('this agent has no networks but that of its machine');
  }
  if (!isRoot) {
    warnings.push('network/cni: needs root; containers that name a network fail');
    return new NoNetworksIsolator('networks need root, which this agent has not');
  }
  warnings.push(...problemsOf(dirs, configDir));
  const root = flags.network_cni_root_dir_persist ? options.workDir : options.runtimeDir;
  const store = new NetworkStore(join(root, 'isolators/network/cni'));
  const processOf = (id: string) => readRecord(options.dirOf(id)).process?.pid;
  return new CniIsolator({
    ...{ configDir, store, plugins: new CniPlugins({ dirs, clock }) },
    dns: flags.default_container_dns,
    processOf: flags.network_cni_metrics ? processOf : undefined,
  });
}

function problemsOf(dirs: string, configDir: string): string[] {
  if (findPlugin(dirs, 'loopback') === undefined)
    return [`network/cni: no plugins are installed in ${dirs}; containers that name a network fail`];
  if (!fs.existsSync(configDir))
    throw new StartError(`--network_cni_config_dir: ${configDir} is not there`, ExitCode.usage);
  const { networks, problems } = readNetworks(configDir);
  const missing = [...networks.values()].flatMap(({ name, plugins }) =>
    plugins
      .filter(({ type }) => findPlugin(dirs, type) === undefined)
      .map(({ type }) => `network '${name}': plugin '${type}' is not in ${dirs}`),
  );
  return [...problems, ...missing].map((text) => `network/cni: ${text}`);
}
