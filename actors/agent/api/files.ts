/**
 * `/files/*`: sandboxes over HTTP (v1-operator-api.md §7.1).
 *
 * A virtual path is resolved by the longest attached prefix; what a symbolic link leads out of the attached tree, or `..`,
 * is refused. Files are read off the actor's thread of events; answers come when the disk does.
 */
import * as fs from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { Double, jsonText } from '../../../proto/json.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import type { HttpReply } from '../../../runtime/http/reply.ts';
import type { HttpRequest } from '../../../runtime/http/request.ts';
import type { UserNames } from './userNames.ts';

/** Bytes that one read answers at most (16 pages). */
export const READ_BYTES_MAX = 64 * 1024;

/** Bytes of one chunk of a download. */
const CHUNK_BYTES = 64 * 1024;

/** A request that is not answered with what it asked for. */
export class FilesError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What is attached: virtual path → real path. */
export type Attached = () => ReadonlyMap<string, string>;

export class Files {
  private readonly attached: Attached;
  private readonly users: UserNames;

  constructor(attached: Attached, users: UserNames) {
    this.attached = attached;
    this.users = users;
  }

  browse(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, async (path) => {
      const listing = await this.list(path);
      replyJson(request, reply, jsonText(listing));
    });
  }

  read(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, async (path) => {
      const offset = wholeNumber(request, 'offset');
      const length = wholeNumber(request, 'length');
      replyJson(request, reply, jsonText(await readPart(await this.resolved(path), offset, length)));
    });
  }

  download(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, async (path) => {
      const real = await this.resolved(path);
      const file = await fs.open(real, 'r');
      try {
        if ((await file.stat()).isDirectory())
          throw new FilesError(400, `Cannot download a directory: '${path}'`);
        await stream(file, real, reply);
      } finally {
        await file.close();
      }
    });
  }

  debug(request: HttpRequest, reply: HttpReply): void {
    const pairs = [...this.attached()].sort(([a], [b]) => (a < b ? -1 : 1));
    replyJson(request, reply, jsonText(Object.fromEntries(pairs)));
  }

  /**
   * The real path of a virtual one.
   *
   * @throws FilesError 400 outside of what is attached, 404 when there is no such file
   */
  async resolved(path: string): Promise<string> {
    const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
    const attached = this.attached();
    for (let prefix = trimmed; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
      const root = attached.get(prefix);
      if (root !== undefined) return await inside(root, trimmed.slice(prefix.length), path);
    }
    throw new FilesError(404, `There is no file '${path}'`);
  }

  private answer(request: HttpRequest, reply: HttpReply, run: (path: string) => Promise<void>): void {
    const path = request.query.get('path');
    if (path === null || path === '') {
      reply.text(400, "Expecting 'path=value' in query.\n");
      return;
    }
    run(path).catch((error: unknown) => {
      if (reply.closed) return;
      const { status, text } = problemOf(error, path);
      reply.text(status, text);
    });
  }

  private async list(path: string): Promise<object[]> {
    const real = await this.resolved(path);
    if (!(await fs.stat(real)).isDirectory()) return [];
    const names = (await fs.readdir(real)).sort();
    const rows = await Promise.all(names.map((name) => this.row(join(path, name), join(real, name))));
    return rows.filter((row) => row !== undefined);
  }

  /** undefined for what vanished meanwhile, and for links to nowhere. */
  private async row(path: string, real: string): Promise<object | undefined> {
    const stat = await fs.stat(real).catch(() => undefined);
    if (stat === undefined) return undefined;
    return {
      path,
      nlink: stat.nlink,
      size: stat.size,
      mtime: new Double(Math.floor(stat.mtimeMs / 1000)),
      mode: modeText(stat.mode, stat.isDirectory()),
      uid: this.users.user(stat.uid),
      gid: this.users.group(stat.gid),
    };
  }
}

async function inside(root: string, below: string, path: string): Promise<string> {
  const realRoot = await fs.realpath(root);
  const wanted = resolve(realRoot, `.${below}`);
  // Before the disk is asked, so that nobody learns what there is outside.
  const real = isBelow(realRoot, wanted) ? await fs.realpath(wanted) : wanted;
  if (!isBelow(realRoot, real)) throw new FilesError(400, `'${path}' leads out of its sandbox`);
  return real;
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** -1 stands for absent, as in Mesos. */
function wholeNumber(request: HttpRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -1))
    throw new FilesError(400, `Expecting a number of at least -1 for '${name}', got '${text}'`);
  return value === -1 ? undefined : value;
}

async function readPart(
  real: string,
  offset: number | undefined,
  length: number | undefined,
): Promise<object> {
  const file = await fs.open(real, 'r');
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new FilesError(400, 'Cannot read a directory');
    if (offset === undefined) return { offset: stat.size, data: '' };
    const wanted = Math.min(length ?? READ_BYTES_MAX, READ_BYTES_MAX, Math.max(0, stat.size - offset));
    const buffer = Buffer.alloc(wanted);
    const { bytesRead } = wanted === 0 ? { bytesRead: 0 } : await file.read(buffer, 0, wanted, offset);
    return { offset, data: buffer.toString('utf8', 0, bytesRead) };
  } finally {
    await file.close();
  }
}

/** Sends the file in chunks, no faster than the client reads. */
async function stream(file: fs.FileHandle, real: string, reply: HttpReply): Promise<void> {
  const { size } = await file.stat();
  const name = basename(real).replaceAll(/["\\\r\n]/g, '_');
  const headers = {
    'Content-Type': TYPES[extname(real)] ?? 'application/octet-stream',
    'Content-Disposition': `attachment; filename=${name}`,
  };
  if (size <= CHUNK_BYTES) {
    reply.send(200, await file.readFile(), headers);
    return;
  }
  const out = reply.stream(200, headers);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; out.open; ) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    await out.drained();
    out.write(Uint8Array.prototype.slice.call(buffer, 0, bytesRead));
  }
  out.end();
}

const TYPES: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'application/javascript',
  '.json': 'application/json',
  '.xml': 'text/xml',
  '.csv': 'text/csv',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
  '.gz': 'application/x-gzip',
  '.tar': 'application/x-tar',
  '.zip': 'application/zip',
};

function problemOf(error: unknown, path: string): { status: number; text: string } {
  if (error instanceof FilesError) return { status: error.status, text: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 404, text: `There is no file '${path}'` };
  if (code === 'EACCES' || code === 'EPERM') return { status: 403, text: `'${path}' may not be read` };
  return { status: 500, text: `Cannot read '${path}': ${message}` };
}

/** `-rw-r--r--`, `drwxr-x---`. */
function modeText(mode: number, isDirectory: boolean): string {
  const bits = 'rwxrwxrwx';
  const letters = [...bits].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : '-'));
  return `${isDirectory ? 'd' : '-'}${letters.join('')}`;
}
