/** Opens the containerizer of an agent on a real machine. */
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import type { MetricsRegistry } from '../../../runtime/metrics/index.ts';
import type { Clock } from '../../../runtime/ports.ts';
import { ExitCode, StartError } from '../../../runtime/startError.ts';
import type { AgentPaths } from '../paths.ts';
import { Containerizer } from './containerizer.ts';
import type { ContainerFlags } from './flags.ts';
import { Provisioner } from './images/provisioner.ts';
import { trustedAuthorities } from './images/registry/authorities.ts';
import { RegistryStore } from './images/registry/registryStore.ts';
import { type ImageSource, ImageStore } from './images/store.ts';
import { createIsolation } from './isolators/create.ts';
import type { PortRange } from './isolators/network/ports.ts';
import { MesosContainerizer } from './mesosContainerizer.ts';
import type { FetcherPort } from './ports.ts';

export interface OpenContainerizerOptions {
  readonly paths: AgentPaths;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly flags: ContainerFlags;
  readonly isRoot: boolean;
  readonly fetcher?: FetcherPort;
  /** The agent's own, that it offers. */
  readonly ports?: readonly PortRange[] | undefined;
  /** Instead of `/dev`; for tests. */
  readonly devDir?: string;
  /** What it cannot do here, and what went wrong that nobody waits for. */
  readonly onWarning: (text: string) => void;
}

/** @throws Error in one line: a flag that does not fit, a hierarchy that cannot be written */
export function openContainerizer(options: OpenContainerizerOptions): MesosContainerizer {
  const { paths, clock, flags, isRoot, fetcher, onWarning } = options;
  let containerizer: MesosContainerizer | undefined;
  const { isolators, sumsProcesses, warnings } = createIsolation({
    ...{ flags, clock, isRoot, paths },
    ...(options.devDir === undefined ? {} : { devDir: options.devDir }),
    events: { limited: (id, limitation) => containerizer?.limited(id, limitation), noticed: onWarning },
    ports: options.ports,
  });
  for (const warning of warnings) onWarning(warning);
  const provisioner = openProvisioner(options);
  const launcher = new Containerizer({ paths, clock, onWarning });
  containerizer = new MesosContainerizer({
    ...{ launcher, clock, isolators, sumsProcesses, onWarning },
    errors: errorCounters(options.metrics),
    ...(fetcher === undefined ? {} : { fetcher }),
    ...(provisioner === undefined ? {} : { provisioner }),
  });
  return containerizer;
}

function errorCounters(metrics: MetricsRegistry) {
  const counter = (name: string, help: string) => metrics.counter(`containerizer/mesos/${name}`, help);
  return {
    destroy: counter('container_destroy_errors', 'Containers of which something could not be taken away'),
    image: counter('provisioner/remove_container_errors', 'Root file systems that could not be removed'),
  };
}

/** @throws StartError when the flags do not go together */
function openProvisioner(options: OpenContainerizerOptions): Provisioner | undefined {
  const { flags, paths, isRoot, onWarning } = options;
  if (flags.image_providers === undefined || flags.image_providers.length === 0) return undefined;
  const other = flags.image_providers.find((name) => name !== 'docker');
  const problem =
    other !== undefined
      ? `--image_providers: expected docker, got '${other}'`
      : !flags.isolation.includes('filesystem/linux')
        ? '--image_providers: needs --isolation=filesystem/linux'
        : undefined;
  if (problem !== undefined) throw new StartError(problem, ExitCode.usage);
  if (!isRoot) {
    onWarning('--image_providers: images need root; containers that ask for one fail');
    return undefined;
  }
  return new Provisioner(join(paths.workDir, 'provisioner'), openImages(options));
}

function openImages({ flags, paths, clock }: OpenContainerizerOptions): ImageSource {
  const dir = flags.docker_store_dir ?? join(paths.workDir, 'store/docker');
  const { docker_registry: place, docker_config: config, fetcher_stall_timeout: stallMs } = flags;
  if (place.startsWith('/')) return new ImageStore(dir, place);
  let trusted: SecureContext | undefined;
  const authorities = () => {
    trusted ??= trustedAuthorities(process.env);
    return trusted;
  };
  const url = place.replace(/\/$/, '');
  return new RegistryStore({ dir, url, config, clock, stallMs, authorities, variables: process.env });
}
