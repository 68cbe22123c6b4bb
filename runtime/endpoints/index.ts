/** What every node serves, whatever runs on it (spec: the endpoints libprocess gives each process). */
import type { Node } from '../node.ts';
import type { Rate } from '../units/index.ts';
import { Help } from './help.ts';
import { LoggingToggle } from './logging.ts';
import { MetricsEndpoint } from './metrics.ts';
import { PausesEndpoint } from './pauses.ts';
import { ProcessesEndpoint } from './processes.ts';
import { SystemEndpoint } from './system.ts';
import { type BuildFacts, VersionEndpoint } from './version.ts';

export type { BuildFacts } from './version.ts';

export interface EndpointOptions {
  /** Answers of `/metrics/snapshot` to all clients together; undefined: as many as are asked for. */
  readonly snapshotRate?: Rate | undefined;
}

/** Realms of what every node serves: what only tells, and what changes something. */
export const REALMS = { readonly: 'readonly', readwrite: 'readwrite' } as const;

/** Spawns `__processes__`, `__pauses__`, `metrics`, `logging`, `system`, `version` and `help`. */
export function spawnEndpoints(node: Node, build: BuildFacts, options: EndpointOptions = {}): void {
  node.spawn(new ProcessesEndpoint(REALMS.readonly));
  node.spawn(new PausesEndpoint(REALMS.readonly));
  node.spawn(new MetricsEndpoint(REALMS.readonly, options.snapshotRate));
  node.spawn(new LoggingToggle(REALMS.readwrite));
  node.spawn(new SystemEndpoint());
  node.spawn(new VersionEndpoint(build));
  node.spawn(new Help());
}
