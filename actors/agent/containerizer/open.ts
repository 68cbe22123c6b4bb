/** Opens the containerizer of an agent on a real machine. */
import type { Clock } from '../../../runtime/ports.ts';
import type { AgentPaths } from '../paths.ts';
import { Containerizer } from './containerizer.ts';
import type { ContainerFlags } from './flags.ts';
import { createIsolation } from './isolators/create.ts';
import { type FetcherPort, MesosContainerizer } from './mesosContainerizer.ts';

export interface OpenContainerizerOptions {
  readonly paths: AgentPaths;
  readonly clock: Clock;
  readonly flags: ContainerFlags;
  readonly isRoot: boolean;
  readonly fetcher?: FetcherPort;
  /** What it cannot do here, and what went wrong that nobody waits for. */
  readonly onWarning: (text: string) => void;
}

/** @throws Error in one line: a flag that does not fit, a hierarchy that cannot be written */
export function openContainerizer(options: OpenContainerizerOptions): MesosContainerizer {
  const { paths, clock, flags, isRoot, fetcher, onWarning } = options;
  let containerizer: MesosContainerizer | undefined;
  const { isolators, sumsProcesses, warnings } = createIsolation({
    ...{ flags, clock, isRoot },
    events: { limited: (id, limitation) => containerizer?.limited(id, limitation) },
  });
  for (const warning of warnings) onWarning(warning);
  const launcher = new Containerizer({ paths, clock });
  containerizer = new MesosContainerizer({
    ...{ launcher, clock, isolators, sumsProcesses, onWarning },
    ...(fetcher === undefined ? {} : { fetcher }),
  });
  return containerizer;
}
