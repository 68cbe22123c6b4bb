/** Who may use the endpoints of an agent, and for what. */
import {
  type Authorizer,
  guardEndpoint,
  localAuthorizer,
  permitAll,
  protect,
  withoutExecutors,
} from '../../proto/authorization/index.ts';
import {
  basicAuthenticator,
  combinedAuthenticator,
  jwtAuthenticator,
  type Node,
} from '../../runtime/index.ts';
import { EXECUTOR_REALM } from './api/executor.ts';
import type { AgentFlags } from './flags.ts';

export function agentAuthorizer({ acls }: AgentFlags): Authorizer {
  return withoutExecutors(acls === undefined ? permitAll : localAuthorizer(acls));
}

/** @param process name of the agent's process */
export function protectAgent(node: Node, process: string, flags: AgentFlags): void {
  const authorizer = agentAuthorizer(flags);
  const asked = [
    ['readonly', flags.authenticate_http_readonly],
    ['readwrite', flags.authenticate_http_readwrite],
    // Whoever brings disks says which folders of the machine tasks are given.
    ['resource-provider', flags.authenticate_http_readwrite],
  ] as const;
  protect(node, {
    prefix: 'mesos-agent',
    authenticated: asked.flatMap(([realm, wanted]) => (wanted ? [realm] : [])),
    credentials: flags.http_credentials,
    authorizer,
  });
  protectFromExecutors(node, flags);
  for (const path of ['/containers', '/containerizer/debug', '/monitor/statistics'])
    guardEndpoint(node, authorizer, `/${process}${path}`);
  guardEndpoint(node, authorizer, '/files/debug', process);
}

/** Executors show the tokens that they were started with: for their own calls, and for containers inside theirs. */
function protectFromExecutors(node: Node, flags: AgentFlags): void {
  const { authenticate_http_executors, authenticate_http_readwrite, jwt_secret_key } = flags;
  if (!authenticate_http_executors || jwt_secret_key === undefined) return;
  const byToken = (realm: string) => jwtAuthenticator(realm, jwt_secret_key, node.clock);
  node.setAuthenticator(EXECUTOR_REALM, byToken(EXECUTOR_REALM));
  if (!authenticate_http_readwrite) return;
  const realm = 'mesos-agent-readwrite';
  const byPassword = basicAuthenticator(realm, flags.http_credentials ?? []);
  node.setAuthenticator(realm, combinedAuthenticator([byPassword, byToken(realm)]));
}
