/** Which host ports an app asks for, and which of its ports are which (spec: marathon.md §23). */
import type { Random } from '../../../../runtime/index.ts';
import { type App, usesHostNetwork } from '../model/app.ts';

/** A port of an app with the numbers it has in a task. */
export interface AssignedPort {
  /** On the agent; undefined: none. */
  readonly hostPort: number | undefined;
  /** In the container; undefined with host networking. */
  readonly containerPort: number | undefined;
  /** As the app has it: `portDefinitions.port`, which is a service port too, or `containerPort`. */
  readonly requested: number;
  readonly name: string | undefined;
  readonly protocol: string;
  readonly labels: Readonly<Record<string, string>>;
}

const CONTAINER_PORT_MIN = 1025;
const CONTAINER_PORT_MAX = 65_535;

/** The host ports an app asks for: numbers, or 0 for any. Ports that need none are left out. */
export function wantedHostPorts(app: App): number[] {
  if (usesHostNetwork(app))
    return (app.portDefinitions ?? []).map(({ port }) => (app.requirePorts ? port : 0));
  return (app.container?.portMappings ?? []).flatMap(({ hostPort }) => hostPort ?? []);
}

/** @param taken host ports, one for each that was wanted */
export function assignPorts(app: App, taken: readonly number[], random: Random): AssignedPort[] {
  const left = [...taken];
  if (usesHostNetwork(app))
    return (app.portDefinitions ?? []).map(({ port, name, protocol, labels }) => ({
      hostPort: left.shift(),
      containerPort: undefined,
      requested: port,
      name,
      protocol,
      labels,
    }));
  const mappings = app.container?.portMappings ?? [];
  const used = new Set(mappings.map(({ containerPort }) => containerPort));
  return mappings.map(({ containerPort, hostPort, name, protocol, labels }) => {
    const host = hostPort === undefined ? undefined : left.shift();
    return {
      hostPort: host,
      containerPort: containerPort !== 0 ? containerPort : (host ?? anyContainerPort(used, random)),
      requested: containerPort,
      name,
      protocol,
      labels,
    };
  });
}

function anyContainerPort(used: Set<number>, random: Random): number {
  const size = CONTAINER_PORT_MAX - CONTAINER_PORT_MIN + 1;
  for (;;) {
    const port = CONTAINER_PORT_MIN + Math.floor(random.next() * size);
    if (used.has(port)) continue;
    used.add(port);
    return port;
  }
}
