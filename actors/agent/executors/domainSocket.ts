/** The Unix socket on which executors may speak to their agent (v1-executor-api.md §1). */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type DomainSocket, listenOnDomainSocket, type Node } from '../../../runtime/index.ts';
import { ExitCode, StartError } from '../../../runtime/startError.ts';
import type { AgentFlags } from '../flags.ts';

/**
 * Only the APIs of executors and operators are served there, under the agent's own prefix.
 *
 * @param agentId name of the agent's process
 * @returns undefined where the flags want none
 * @throws StartError (by rejection) when it cannot be made
 */
export async function openDomainSocket(
  node: Node,
  agentId: string,
  flags: Pick<AgentFlags, 'http_executor_domain_sockets' | 'domain_socket_location'>,
  runtimeDir: string,
): Promise<DomainSocket | undefined> {
  if (!flags.http_executor_domain_sockets) return undefined;
  const location = flags.domain_socket_location ?? path.resolve(runtimeDir, 'agent.sock');
  const paths = new Set([`/${agentId}/api/v1`, `/${agentId}/api/v1/executor`]);
  try {
    if (!location.startsWith('systemd:')) mkdirSync(path.dirname(location), { recursive: true });
    return await listenOnDomainSocket(node, { location, paths });
  } catch (error) {
    throw new StartError(`--domain_socket_location: ${(error as Error).message}`, ExitCode.configuration);
  }
}
