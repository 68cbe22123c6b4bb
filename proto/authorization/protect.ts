/** What stands before the routes of a master or an agent: who asks, by realm, and who may use what every node serves. */
import { basicAuthenticator, type Credential, type Node } from '../../runtime/index.ts';
import type { Authorizer } from './authorizer.ts';

/** Routes of every node that GET_ENDPOINT_WITH_PATH is about. */
const GUARDED = ['/logging/toggle', '/metrics/snapshot', '/metrics', '/__inspect__'];

export interface Protection {
  /** `mesos-master` or `mesos-agent`: what realms begin with. */
  readonly prefix: string;
  /** Realms without the prefix that are served to authenticated clients only. */
  readonly authenticated: readonly string[];
  readonly credentials: readonly Credential[] | undefined;
  readonly authorizer: Authorizer;
}

/** Clients prove who they are by HTTP Basic. */
export function protect(node: Node, { prefix, authenticated, credentials, authorizer }: Protection): void {
  for (const name of authenticated) {
    const realm = `${prefix}-${name}`;
    const authenticator = basicAuthenticator(realm, credentials ?? []);
    node.setAuthenticator(realm, authenticator);
    // What every node serves has realms without a prefix.
    node.setAuthenticator(name, authenticator);
  }
  for (const path of GUARDED) guardEndpoint(node, authorizer, path);
}

/**
 * Lets only those use a route whom the authorizer lets.
 * @param path as rules name it: `/metrics/snapshot`, `/slave(1)/containers`
 * @param process whose route it is, when the path does not begin with its id
 */
export function guardEndpoint(node: Node, authorizer: Authorizer, path: string, process?: string): void {
  const route = process === undefined ? path : `/${process}${path}`;
  node.setAuthorization(route, (principal) => authorizer.approver(principal, 'GET_ENDPOINT_WITH_PATH')(path));
}
