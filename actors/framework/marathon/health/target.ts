/** Where a running instance is asked (spec: marathon.md §18, §20). */
import type { Instance } from '../instances/instance.ts';
import { type App, usesHostNetwork } from '../model/app.ts';

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
