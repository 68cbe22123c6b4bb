/** Some of a node's endpoints on a Unix socket, for programs of the same machine that shall not need its network. */
import { chmodSync, lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { defaultLimits } from '../limits.ts';
import type { Node } from '../node.ts';
import { HttpServer } from './server.ts';

/** `sun_path` of Linux, less its final NUL. */
const PATH_BYTES_MAX = 107;
/** Where systemd begins to count what it hands over (sd_listen_fds). */
const FIRST_HANDED_OVER = 3;

export interface DomainSocketOptions {
  /** Path of the socket, or `systemd:NAME`: the one that systemd hands over under that name. */
  readonly location: string;
  /** Paths that are served; whoever asks for another one is answered 403. */
  readonly paths: ReadonlySet<string>;
  /** For `systemd:`; default: of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface DomainSocket {
  /** Where it is. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Everybody on the machine may connect: who they are is the endpoints' to ask.
 *
 * @throws (by rejection) Error in one line: a path that is too long or something else than a socket, nothing handed over
 */
export async function listenOnDomainSocket(
  node: Node,
  { location, paths, environment = process.env }: DomainSocketOptions,
): Promise<DomainSocket> {
  const name = /^systemd:(.*)$/.exec(location)?.[1];
  const server = serverOf(node, paths);
  if (name !== undefined) {
    const fd = handedOver(name, environment);
    await server.listenLocally({ fd });
    return { path: pathOf(fd), close: () => server.close() };
  }
  if (Buffer.byteLength(location) > PATH_BYTES_MAX)
    throw new Error(`'${location}' is too long for a socket: at most ${PATH_BYTES_MAX} bytes`);
  removeFormer(location);
  await server.listenLocally({ path: location });
  chmodSync(location, 0o666);
  return { path: location, close: () => server.close() };
}

function serverOf(node: Node, paths: ReadonlySet<string>): HttpServer {
  return new HttpServer({
    bodyBytesMax: defaultLimits.bodyBytesMax,
    halfOpenMax: defaultLimits.httpHalfOpenMax,
    streamBufferBytesMax: defaultLimits.streamBufferBytesMax,
    dispatch: (request, reply) => {
      if (paths.has(request.path.replace(/\/$/, ''))) node.handleRequest(request, reply);
      else reply.text(403, `'${request.path}' is not served on this socket`);
    },
    upgrade: (_request, socket) => void socket.destroy(),
  });
}

/** What a former run has left; nobody's file. */
function removeFormer(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`'${path}' is there, and is no socket`);
  rmSync(path);
}

function handedOver(name: string, environment: Readonly<Record<string, string | undefined>>): number {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = environment;
  const names = LISTEN_PID === String(process.pid) ? LISTEN_FDNAMES.split(':') : [];
  const at = names.slice(0, Number(LISTEN_FDS)).indexOf(name);
  if (at < 0) throw new Error(`systemd hands no socket '${name}' over`);
  return FIRST_HANDED_OVER + at;
}

/** Of a socket of this process: the kernel's list of sockets has it by its inode. */
function pathOf(fd: number): string {
  const inode = /\d+/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[0];
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  const path = lines.map((line) => line.split(/\s+/)).find((fields) => fields[6] === inode)?.[7];
  if (path === undefined) throw new Error('the socket that systemd hands over has no path');
  return path;
}
