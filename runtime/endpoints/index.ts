/** What every node serves, whatever runs on it (spec: the endpoints libprocess gives each process). */
import type { Node } from '../node.ts';
import { Help } from './help.ts';
import { LoggingToggle } from './logging.ts';
import { MetricsEndpoint } from './metrics.ts';
import { ProcessesEndpoint } from './processes.ts';
import { SystemEndpoint } from './system.ts';
import { type BuildFacts, VersionEndpoint } from './version.ts';

export type { BuildFacts } from './version.ts';

/** Spawns `__processes__`, `metrics`, `logging`, `system`, `version` and `help`. */
export function spawnEndpoints(node: Node, build: BuildFacts): void {
  node.spawn(new ProcessesEndpoint());
  node.spawn(new MetricsEndpoint());
  node.spawn(new LoggingToggle());
  node.spawn(new SystemEndpoint());
  node.spawn(new VersionEndpoint(build));
  node.spawn(new Help());
}
