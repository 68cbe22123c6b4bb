/**
 * What an executor needs to be let in where nodes speak TLS or share a secret. The secret itself is never in its arguments
 * or environment, which show in listings of processes and in dumps: a file that only its user can read holds it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What the agent's own node was started with. */
export interface NodeAccess {
  /** `LIBPROCESS_SSL_*`: names of files and choices, nothing secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clusterSecret: string | undefined;
}

/** For one container. */
export interface Grant {
  readonly variables: Readonly<Record<string, string>>;
  /** Files that have to belong to the user it runs as. */
  readonly files: readonly string[];
}

export interface AccessPort {
  /** @throws the file system's error, which names the path */
  grant(containerId: string): Grant;
  /** The container is over. */
  revoke(containerId: string): void;
}

/** Where nodes neither speak TLS nor share a secret. */
export const NOTHING_NEEDED: AccessPort = {
  grant: () => ({ variables: {}, files: [] }),
  revoke: () => undefined,
};

/** Secrets in files of mode 0600, one for each container, in a folder whose names only its owner can list. */
export class ExecutorAccess implements AccessPort {
  private readonly access: NodeAccess;
  private readonly folder: string;

  /** @param runtimeDir of the agent */
  constructor(access: NodeAccess, runtimeDir: string) {
    this.access = access;
    this.folder = path.join(runtimeDir, 'secrets');
  }

  grant(containerId: string): Grant {
    const { variables, clusterSecret } = this.access;
    if (clusterSecret === undefined) return { variables, files: [] };
    mkdirSync(this.folder, { recursive: true, mode: 0o711 });
    const file = this.fileOf(containerId);
    writeFileSync(file, `${clusterSecret}\n`, { mode: 0o600, flag: 'wx' });
    return { variables: { ...variables, MESOS_CLUSTER_SECRET: `file://${file}` }, files: [file] };
  }

  revoke(containerId: string): void {
    if (this.access.clusterSecret !== undefined) rmSync(this.fileOf(containerId), { force: true });
  }

  private fileOf(containerId: string): string {
    return path.join(this.folder, containerId);
  }
}
