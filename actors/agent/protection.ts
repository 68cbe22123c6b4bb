/** Who may use the endpoints of an agent, and for what. */
import {
  type Authorizer,
  guardEndpoint,
  localAuthorizer,
  permitAll,
  protect,
} from '../../proto/authorization/index.ts';
import type { Node } from '../../runtime/node.ts';
import type { AgentFlags } from './flags.ts';

export function agentAuthorizer({ acls }: AgentFlags): Authorizer {
  return acls === undefined ? permitAll : localAuthorizer(acls);
}

/** @param process name of the agent's process */
export function protectAgent(node: Node, process: string, flags: AgentFlags): void {
  const authorizer = agentAuthorizer(flags);
  const asked = [
    ['readonly', flags.authenticate_http_readonly],
    ['readwrite', flags.authenticate_http_readwrite],
  ] as const;
  protect(node, {
    prefix: 'mesos-agent',
    authenticated: asked.flatMap(([realm, wanted]) => (wanted ? [realm] : [])),
    credentials: flags.http_credentials,
    authorizer,
  });
  for (const path of ['/containers', '/containerizer/debug', '/monitor/statistics'])
    guardEndpoint(node, authorizer, `/${process}${path}`);
  guardEndpoint(node, authorizer, '/files/debug', process);
}
