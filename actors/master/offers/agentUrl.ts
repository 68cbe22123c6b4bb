/** Where an agent can be reached, as offers tell it. */
import type { URL } from '../../../proto/index.ts';
import type { AgentRecord } from '../agents/record.ts';

export function agentUrl({ description: { info }, pid }: AgentRecord): URL {
  return {
    scheme: 'http',
    address: { hostname: info.hostname, ip: pid.host, port: pid.port },
    path: `/${pid.id}`,
  };
}
