/** Images made of real layers, and a registry of them over HTTP that can be told to misbehave. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { scratch } from '../../../../../support/processes.ts';

export const DOCKER_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

export interface MadeImage {
  readonly manifest: Buffer;
  /** Configuration and layers, by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly layers: readonly string[];
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A layer from files: path → content; undefined for a folder. */
export function layerOf(t: ExecutionContext, files: Readonly<Record<string, string | undefined>>): Buffer {
  const dir = scratch(t);
  const root = join(dir, 'root');
  fs.mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(root, path, content === undefined ? '.' : '..'), { recursive: true });
    if (content !== undefined) fs.writeFileSync(join(root, path), content, { mode: 0o755 });
  }
  return archiveOf(root, join(dir, 'layer.tgz'));
}

export function archiveOf(root: string, path: string): Buffer {
  execFileSync('tar', ['--create', '--gzip', '--file', path, '--directory', root, '.']);
  return fs.readFileSync(path);
}

export function imageOf(layers: readonly Buffer[], config: object = {}): MadeImage {
  const described = Buffer.from(JSON.stringify({ config, architecture: 'any' }));
  const blobs = new Map([described, ...layers].map((bytes) => [digestOf(bytes), bytes]));
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: DOCKER_TYPE,
    config: descriptor('application/vnd.docker.container.image.v1+json', described),
    layers: layers.map((layer) => descriptor('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)),
  };
  return { manifest: Buffer.from(JSON.stringify(manifest)), blobs, layers: layers.map(digestOf) };
}

/** A list of manifests, of which one is for this machine. */
export function indexOf(own: Buffer, other: Buffer): Buffer {
  const entry = (bytes: Buffer, architecture: string) => ({
    ...{ mediaType: DOCKER_TYPE, digest: digestOf(bytes), size: bytes.length },
    platform: { os: 'linux', architecture },
  });
  const mine = arch() === 'x64' ? 'amd64' : arch();
  const manifests = [entry(other, 'somewhere'), entry(own, mine)];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}

export class SmallRegistry {
  /** `repository:version` → manifest. */
  readonly manifests = new Map<string, Buffer>();
  readonly blobs = new Map<string, Buffer>();
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Authorization of each of them. */
  readonly shown: (string | undefined)[] = [];
  /** Answers instead of the usual one. @returns whether it did */
  intercept: (request: IncomingMessage, answer: ServerResponse) => boolean = () => false;
  host = '';

  static async open(t: ExecutionContext): Promise<SmallRegistry> {
    const registry = new SmallRegistry();
    const server = createServer((request, answer) => registry.#answer(request, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    registry.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return registry;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  add(repository: string, tag: string, image: MadeImage): void {
    for (const version of [tag, digestOf(image.manifest)])
      this.manifests.set(`${repository}:${version}`, image.manifest);
    for (const [digest, bytes] of image.blobs) this.blobs.set(digest, bytes);
  }

  /** How often a blob was asked for. */
  count(digest: string): number {
    return this.asked.filter((path) => path.endsWith(digest)).length;
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    const path = request.url ?? '';
    this.asked.push(path);
    this.shown.push(request.headers.authorization);
    if (this.intercept(request, answer)) return;
    const [, repository, kind, version = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(path) ?? [];
    const found = kind === 'blobs' ? this.blobs.get(version) : this.manifests.get(`${repository}:${version}`);
    if (found === undefined) {
      const errors = [{ code: 'NAME_UNKNOWN', message: 'there is no such thing' }];
      answer.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
    } else if (kind === 'manifests')
      answer.writeHead(200, { 'docker-content-digest': digestOf(found) }).end(found);
    else answer.writeHead(200, { 'content-length': found.length }).end(found);
  }
}
