/** Where an agent can be reached, as offers tell it. */
import type { URL } from '../../../proto/index.ts';
import type { AgentRecord } from '../agents/record.ts';

/** @param scheme `https` where the nodes of this cluster speak TLS */
export function agentUrl({ description: { info }, pid }: AgentRecord, scheme: 'http' | 'https'): URL {
  return {
    scheme,
    address: { hostname: info.hostname, ip: pid.host, port: pid.port },
    path: `/${pid.id}`,
  };
}
