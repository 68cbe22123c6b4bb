/** Where a running instance is asked (spec: marathon.md §18, §20). */
import type { Instance } from '../instances/instance.ts';
import { type App, usesHostNetwork } from '../model/app.ts';
import type { ProbeAnswer, ProbeTarget } from './prober.ts';

interface Asked {
  readonly protocol: string;
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly portIndex?: number | undefined;
  readonly timeoutSeconds: number;
}

/** What a check of Marathon's own asks; undefined when the instance has no such port. */
export function targetOf(app: App, instance: Instance, check: Asked): ProbeTarget | undefined {
  const at = endpointOf(app, instance, check);
  if (at === undefined) return undefined;
  const protocol = check.protocol === 'HTTPS' ? 'HTTPS' : check.protocol === 'TCP' ? 'TCP' : 'HTTP';
  return { ...at, protocol, path: check.path ?? '/', timeoutMs: check.timeoutSeconds * 1000 };
}

/** A connection, or a status of 200 to 399. */
export function hasPassed({ protocol }: { readonly protocol: string }, answer: ProbeAnswer): boolean {
  const { status = 0 } = answer;
  return protocol === 'TCP' ? answer.connected : status >= 200 && status < 400;
}

/** Host and port of one of an instance's ports; undefined when it has none there. */
export function endpointOf(
  app: App,
  instance: Instance,
  { port, portIndex = 0 }: { readonly port?: number | undefined; readonly portIndex?: number | undefined },
): { readonly host: string; readonly port: number } | undefined {
  const host = instance.place?.hostname;
  if (host === undefined) return undefined;
  const hostPort = instance.hostPorts[portIndex];
  if (usesHostNetwork(app) || app.networks.some(({ mode }) => mode === 'container/bridge')) {
    const number = port ?? hostPort ?? 0;
    return number === 0 ? undefined : { host, port: number };
  }
  const address = instance.tasks[0]?.ipAddresses[0]?.ipAddress;
  const number = port ?? app.container?.portMappings?.[portIndex]?.containerPort ?? 0;
  return address === undefined || number === 0 ? undefined : { host: address, port: number };
}
