/**
 * What an executor needs to be let in where nodes speak TLS or share a secret, or executors show tokens. The secret itself is never in its arguments
 * or environment, which show in listings of processes and in dumps: a file that only its user can read holds it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { signJwt } from '../../../runtime/security/jwt.ts';
import type { ExecutorEntry } from '../tables/entries.ts';

/** What the agent's own node was started with. */
export interface NodeAccess {
  /** `LIBPROCESS_SSL_*`: names of files and choices, nothing secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clusterSecret: string | undefined;
  /** Where executors reach the agent without its network, if anywhere. */
  readonly domainSocket?: string | undefined;
}

/** One run of one executor of one framework: the claims of its token. */
export interface ExecutorClaims {
  readonly fid: string;
  readonly eid: string;
  readonly cid: string;
}

export function claimsOf({ framework, info, containerId }: ExecutorEntry): ExecutorClaims {
  return { fid: framework.id, eid: info.executor_id.value, cid: containerId };
}

/** For one container. */
export interface Grant {
  readonly variables: Readonly<Record<string, string>>;
  /** Files that have to belong to the user it runs as. */
  readonly files: readonly string[];
}

export interface AccessPort {
  /** @throws the file system's error, which names the path */
  grant(claims: ExecutorClaims): Grant;
  /** The container is over. */
  revoke(containerId: string): void;
}

/** Where nodes neither speak TLS nor share a secret, and executors need no token. */
export const NOTHING_NEEDED: AccessPort = {
  grant: () => ({ variables: {}, files: [] }),
  revoke: () => undefined,
};

/** Secrets in files of mode 0600, one for each container, in a folder whose names only its owner can list. */
export class ExecutorAccess implements AccessPort {
  private readonly access: NodeAccess;
  private readonly folder: string;
  private readonly tokenKey: string | undefined;

  /**
   * @param runtimeDir of the agent
   * @param tokenKey what tokens are signed with; undefined: there are none
   */
  constructor(access: NodeAccess, runtimeDir: string, tokenKey?: string) {
    this.access = access;
    this.folder = path.join(runtimeDir, 'secrets');
    this.tokenKey = tokenKey;
  }

  grant(claims: ExecutorClaims): Grant {
    const { clusterSecret, domainSocket } = this.access;
    const variables = {
      ...this.access.variables,
      ...(domainSocket !== undefined && { MESOS_DOMAIN_SOCKET: domainSocket }),
      ...this.tokenOf(claims),
    };
    const { cid: containerId } = claims;
    if (clusterSecret === undefined) return { variables, files: [] };
    mkdirSync(this.folder, { recursive: true, mode: 0o711 });
    const file = this.fileOf(containerId);
    writeFileSync(file, `${clusterSecret}\n`, { mode: 0o600, flag: 'wx' });
    return { variables: { ...variables, MESOS_CLUSTER_SECRET: `file://${file}` }, files: [file] };
  }

  revoke(containerId: string): void {
    if (this.access.clusterSecret !== undefined) rmSync(this.fileOf(containerId), { force: true });
  }

  /** In the environment, where Mesos' executors look for it; nobody but its own user can read that. */
  private tokenOf({ fid, eid, cid }: ExecutorClaims): Record<string, string> {
    if (this.tokenKey === undefined) return {};
    return { MESOS_EXECUTOR_AUTHENTICATION_TOKEN: signJwt({ fid, eid, cid }, this.tokenKey) };
  }

  private fileOf(containerId: string): string {
    return path.join(this.folder, containerId);
  }
}
