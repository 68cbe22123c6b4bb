/** Opens the containerizers of an agent (`--containerizers`) on a real machine. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ContainerInfoType } from '../../proto/generated/types/v1.ts';
import { ExitCode, StartError } from '../../runtime/startError.ts';
import { MesosContainerizer } from './containerizer/index.ts';
import { Hierarchies } from './containerizer/isolators/cgroups/hierarchies.ts';
import { type OpenContainerizerOptions, openContainerizer } from './containerizer/open.ts';
import { ComposingContainerizer, type Part } from './docker/composing.ts';
import { DockerEngine } from './docker/engine.ts';
import { DockerLauncher } from './docker/launcher.ts';
import type { ContainerPort } from './host.ts';

/** @throws Error in one line: a flag that does not fit, a hierarchy that cannot be written */
export function openContainerizers(options: OpenContainerizerOptions): ContainerPort {
  const names = options.flags.containerizers;
  const unknown = names.find((name) => name !== 'mesos' && name !== 'docker');
  if (unknown !== undefined || names.length === 0)
    throw new StartError(
      `--containerizers: expected mesos, docker or both, got '${unknown ?? ''}'`,
      ExitCode.usage,
    );
  return new ComposingContainerizer(
    names.map((name) => (name === 'mesos' ? mesosPart(options) : dockerPart(options))),
  );
}

function mesosPart(options: OpenContainerizerOptions): Part {
  return {
    containerizer: openContainerizer(options),
    takes: ({ container }) => container?.type !== ContainerInfoType.DOCKER,
  };
}

function dockerPart({ paths, clock, flags, isRoot, fetcher, onWarning }: OpenContainerizerOptions): Part {
  const engine = new DockerEngine(flags.docker_socket);
  engine.ping().catch((error: Error) => onWarning(`--containerizers=docker: ${error.message}`));
  const launcher = new DockerLauncher({
    ...{ engine, clock, onWarning },
    notes: join(paths.runtimeDir, 'docker'),
    owner: createHash('sha256').update(paths.workDir).digest('hex').slice(0, 16),
    enableCfs: flags.cgroups_enable_cfs,
    dns: flags.default_container_dns,
    hierarchies: Hierarchies.find(flags.cgroups_hierarchy),
    isRoot,
    removeDelayMs: flags.docker_remove_delay,
    killOrphans: flags.docker_kill_orphans,
    config: flags.docker_config,
  });
  const containerizer = new MesosContainerizer({
    ...{ launcher, clock, onWarning, isolators: [], sumsProcesses: true, enforces: ['cpus', 'mem'] },
    ...(fetcher === undefined ? {} : { fetcher }),
  });
  return {
    containerizer,
    takes: ({ container, containerId }) =>
      container?.type === ContainerInfoType.DOCKER && !containerId.includes('.'),
    runsInside: true,
  };
}
