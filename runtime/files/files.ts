/**
 * Files of a node over HTTP: logs, sandboxes (`/files/*` and the calls LIST_FILES and READ_FILE; v1-operator-api.md §7.1).
 *
 * A virtual path is resolved by the longest attached prefix; what a symbolic link leads out of the attached tree, or `..`,
 * is refused. Files are read off the actor's thread of events; answers come when the disk does.
 */
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Principal } from '../http/authentication.ts';
import { replyJson } from '../http/json.ts';
import { HttpRefusal } from '../http/refusal.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { Found } from './found.ts';
import type { UserNames } from './userNames.ts';

/** Bytes that one read answers at most (16 pages). */
export const READ_BYTES_MAX = 64 * 1024;

/** Bytes of one chunk of a download. */
const CHUNK_BYTES = 64 * 1024;

/** A tree of files that may be looked into. */
export interface Attachment {
  /** Its real path, a folder or a file. */
  readonly root: string;
  /** Whether that one may look into it; left out: everybody may. */
  readonly admits?: (principal: Principal | undefined) => boolean;
}

/** What is attached, by virtual path. */
export type Attached = () => ReadonlyMap<string, Attachment>;

/** What a listing tells of a file. `mtimeMs` since 1970, `mode` as of stat(2), owner and group by name. */
export interface FileRow {
  readonly path: string;
  readonly nlink: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly mode: number;
  readonly uid: string;
  readonly gid: string;
}

export class Files {
  private readonly attached: Attached;
  private readonly users: UserNames;

  constructor(attached: Attached, users: UserNames) {
    this.attached = attached;
    this.users = users;
  }

  browse(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, async (path) => {
      const rows = await this.list(path, request.principal);
      replyJson(request, reply, `[${rows.map(rowText).join(',')}]`);
    });
  }

  read(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, async (path) => {
      const offset = wholeNumber(request, 'offset');
      const length = wholeNumber(request, 'length');
      const { data, ...part } = await this.part(path, request.principal, offset, length);
      replyJson(request, reply, JSON.stringify({ offset: part.offset, data: data.toString('utf8') }));
    });
  }

  download(request: HttpRequest, reply: HttpReply): void {
    this.answer(request, reply, (path) =>
      this.held(path, request.principal, async (found) => {
        const file = await openPlain(found, 'download', `: '${path}'`);
        try {
          await stream(file, found.path, reply);
        } finally {
          await file.close();
        }
      }),
    );
  }

  debug(request: HttpRequest, reply: HttpReply): void {
    const pairs = [...this.attached()].sort(([a], [b]) => (a < b ? -1 : 1));
    const roots = pairs.map(([path, { root }]) => [path, root]);
    replyJson(request, reply, JSON.stringify(Object.fromEntries(roots)));
  }

  /**
   * Does something with what has a virtual path.
   *
   * @throws (by rejection) HttpRefusal 400 outside of what is attached, 403, 404 when there is no such file
   */
  private async held<T>(
    path: string,
    principal: Principal | undefined,
    act: (found: Found) => Promise<T>,
  ): Promise<T> {
    const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
    const attached = this.attached();
    for (let prefix = trimmed; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
      const attachment = attached.get(prefix);
      if (attachment === undefined) continue;
      if (attachment.admits?.(principal) === false)
        throw new HttpRefusal(403, `You may not look into '${path}'`);
      const found = await Found.below(attachment.root, trimmed.slice(prefix.length), path);
      try {
        return await act(found);
      } finally {
        await found.close();
      }
    }
    throw new HttpRefusal(404, `There is no file '${path}'`);
  }

  private answer(request: HttpRequest, reply: HttpReply, run: (path: string) => Promise<void>): void {
    const path = request.query.get('path');
    if (path === null || path === '') {
      reply.text(400, "Expecting 'path=value' in query.\n");
      return;
    }
    refusing(path, run(path)).catch((error: unknown) => {
      if (reply.closed) return;
      const { status, message } = error as HttpRefusal;
      reply.text(status, message);
    });
  }

  /**
   * A folder's files by name, none for a plain file.
   * @throws (by rejection) HttpRefusal
   */
  list(path: string, principal: Principal | undefined): Promise<FileRow[]> {
    return refusing(path, this.listed(path, principal));
  }

  /**
   * A part of a file of at most READ_BYTES_MAX; without `offset` nothing but the size, with its end as offset.
   * @throws (by rejection) HttpRefusal
   */
  part(
    path: string,
    principal: Principal | undefined,
    offset: number | undefined,
    length: number | undefined,
  ): Promise<FilePart> {
    return refusing(
      path,
      this.held(path, principal, (found) => readPart(found, offset, length)),
    );
  }

  private listed(path: string, principal: Principal | undefined): Promise<FileRow[]> {
    return this.held(path, principal, async (found) => {
      if (!(await found.stat()).isDirectory()) return [];
      const names = (await fs.readdir(found.itself)).sort();
      const rows = await Promise.all(
        names.map((name) => this.row(join(path, name), `${found.itself}/${name}`)),
      );
      return rows.filter((row) => row !== undefined);
    });
  }

  /** undefined for what vanished meanwhile, and for links to nowhere. */
  private async row(path: string, real: string): Promise<FileRow | undefined> {
    const stat = await fs.stat(real).catch(() => undefined);
    if (stat === undefined) return undefined;
    return {
      path,
      nlink: stat.nlink,
      size: stat.size,
      mtimeMs: stat.mtimeMs,
      mode: stat.mode,
      uid: this.users.user(stat.uid),
      gid: this.users.group(stat.gid),
    };
  }
}

export interface FilePart {
  /** Of the whole file. */
  readonly size: number;
  readonly offset: number;
  readonly data: Buffer;
}

/** `{path, nlink, size, mtime (seconds), mode ("-rw-r--r--"), uid, gid}` */
function rowText({ path, nlink, size, mtimeMs, mode, uid, gid }: FileRow): string {
  const [head, tail] = [
    { path, nlink, size },
    { mode: modeText(mode), uid, gid },
  ].map((part) => JSON.stringify(part).slice(1, -1));
  return `{${head},"mtime":${Math.floor(mtimeMs / 1000)}.0,${tail}}`;
}

/** -1 stands for absent, as in Mesos. */
function wholeNumber(request: HttpRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -1))
    throw new HttpRefusal(400, `Expecting a number of at least -1 for '${name}', got '${text}'`);
  return value === -1 ? undefined : value;
}

/** @throws (by rejection) HttpRefusal 400 for what is none; the file system's error */
async function openPlain(found: Found, what: string, which = ''): Promise<fs.FileHandle> {
  const stat = await found.stat();
  if (stat.isDirectory()) throw new HttpRefusal(400, `Cannot ${what} a directory${which}`);
  if (!stat.isFile()) throw new HttpRefusal(400, `Cannot ${what} what is no plain file${which}`);
  return found.open();
}

async function readPart(
  found: Found,
  offset: number | undefined,
  length: number | undefined,
): Promise<FilePart> {
  const file = await openPlain(found, 'read');
  try {
    const { size } = await file.stat();
    if (offset === undefined) return { size, offset: size, data: Buffer.alloc(0) };
    const wanted = Math.min(length ?? READ_BYTES_MAX, READ_BYTES_MAX, Math.max(0, size - offset));
    const buffer = Buffer.alloc(wanted);
    const { bytesRead } = wanted === 0 ? { bytesRead: 0 } : await file.read(buffer, 0, wanted, offset);
    return { size, offset, data: buffer.subarray(0, bytesRead) };
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

/** What the disk says, as answers. */
async function refusing<T>(path: string, run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new HttpRefusal(404, `There is no file '${path}'`);
    if (code === 'EACCES' || code === 'EPERM') throw new HttpRefusal(403, `'${path}' may not be read`);
    throw new HttpRefusal(500, `Cannot read '${path}': ${message}`);
  }
}

/** `-rw-r--r--`, `drwxr-x---`. */
function modeText(mode: number): string {
  const bits = 'rwxrwxrwx';
  const letters = [...bits].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : '-'));
  return `${(mode & constants.S_IFMT) === constants.S_IFDIR ? 'd' : '-'}${letters.join('')}`;
}
