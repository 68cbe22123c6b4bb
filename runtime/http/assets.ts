/** Files of the web page, served from one folder and nothing above it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Process } from '../process.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** The page runs only its own scripts and talks only to where it came from. */
const SAFETY = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

export interface AssetsOptions {
  /** File that `/app` is. Default: index.html */
  readonly page?: string;
  /** Name of the authentication realm, when not everybody may have the page. */
  readonly realm?: string;
}

/** Serves `/app/<file>` from a folder, and `/app` (and `/`, where the node's home is here) as its page. */
export class Assets extends Process {
  private readonly folder: string;
  private readonly options: AssetsOptions;
  private readonly cache = new Map<string, Uint8Array | undefined>();

  constructor(folder: string, options: AssetsOptions = {}) {
    super('app');
    this.folder = path.resolve(folder);
    this.options = options;
  }

  override initialize(): void {
    const { realm } = this.options;
    this.route('/', (request, reply) => this.serve(request, reply), {
      help: 'The web page',
      ...(realm !== undefined && { realm }),
    });
  }

  private serve(request: HttpRequest, reply: HttpReply): void {
    const name = request.rest === '' ? (this.options.page ?? 'index.html') : request.rest;
    const type = MIME[path.extname(name)];
    const bytes = type === undefined ? undefined : this.read(name);
    if (type === undefined || bytes === undefined) {
      reply.text(404, `There is nothing at '${request.path}' here`);
      return;
    }
    reply.send(200, bytes, { 'Content-Type': type, 'Cache-Control': 'no-cache', ...SAFETY });
  }

  /** Only plain names below the folder; read once, as the files of a release do not change under it. */
  private read(name: string): Uint8Array | undefined {
    if (!/^[\w-]+(?:[./][\w-]+)*$/.test(name)) return undefined;
    if (!this.cache.has(name)) this.cache.set(name, readOrNothing(path.join(this.folder, name)));
    return this.cache.get(name);
  }
}

function readOrNothing(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
