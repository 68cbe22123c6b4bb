/** Who listens on TCP ports of this machine, as /proc tells. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** State of a socket that listens. */
const LISTEN = '0A';

const TABLES = ['tcp', 'tcp6'] as const;

/** Port of each listening socket of the agent's network namespace, by the socket's inode. */
export function listeningSockets(procDir = '/proc'): Map<string, number> {
  const sockets = new Map<string, number>();
  for (const table of TABLES) {
    for (const line of readText(join(procDir, 'self/net', table))
      .split('\n')
      .slice(1)) {
      // Number, local address `0100007F:1F90`, remote address, state, queues, timers, retransmissions, user, timeout, inode.
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTEN && inode !== undefined)
        sockets.set(inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
    }
  }
  return sockets;
}

/** The ports among these sockets that a process has open. Nothing of a process that is gone, or not ours to look into. */
export function portsOf(pid: number, sockets: ReadonlyMap<string, number>, procDir = '/proc'): number[] {
  const dir = join(procDir, String(pid), 'fd');
  return namesIn(dir).flatMap((name) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readLink(join(dir, name)))?.[1];
    return (inode === undefined ? undefined : sockets.get(inode)) ?? [];
  });
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    // Without IPv6 there is no such table.
    return '';
  }
}

function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}
