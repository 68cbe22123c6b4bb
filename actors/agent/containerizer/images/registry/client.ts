/** One repository of a registry, by the Docker Registry HTTP API v2 and OCI's distribution specification. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from './credentials.ts';
import { bytesOf, eachChunk, get, type RequestOptions } from './http.ts';
import { type Descriptor, MANIFEST_TYPES } from './manifest.ts';
import { DIGEST } from './reference.ts';

export interface RepositoryOptions extends RequestOptions {
  /** `https://registry-1.docker.io` */
  readonly url: string;
  readonly repository: string;
  readonly credentials: Credentials | undefined;
}

/** What a registry asks for: `Bearer realm="…",service="…",scope="…"`. */
const CHALLENGE_WORD = /([a-z_]+)="([^"]*)"/g;

export class RepositoryClient {
  readonly #options: RepositoryOptions;
  #authorization: string | undefined;

  constructor(options: RepositoryOptions) {
    this.#options = options;
  }

  /** @param version tag or digest @throws Error in one line; also when the content is not that of the digest */
  async manifest(version: string): Promise<Buffer> {
    const response = await this.#get(`manifests/${version}`, { accept: MANIFEST_TYPES.join(', ') });
    const bytes = await bytesOf(response, this.#options);
    const told = response.headers['docker-content-digest'];
    const digest = DIGEST.test(version)
      ? version
      : typeof told === 'string' && DIGEST.test(told)
        ? told
        : undefined;
    if (digest !== undefined && digestOf(bytes) !== digest)
      throw new Error(`the manifest is not what its digest ${digest} says`);
    return bytes;
  }

  /** A small one. @throws as `manifest` does */
  async blob({ digest }: Descriptor): Promise<Buffer> {
    const bytes = await bytesOf(await this.#get(`blobs/${digest}`), this.#options);
    if (digestOf(bytes) !== digest) throw new Error(`${digest} has another content than it says`);
    return bytes;
  }

  /** Any, into a file. @throws as `manifest` does; when it is larger than was said, before it is there as a whole */
  async download({ digest, size }: Descriptor, path: string): Promise<void> {
    const response = await this.#get(`blobs/${digest}`);
    const file = await fs.promises.open(path, 'wx', 0o600);
    const hash = createHash('sha256');
    let length = 0;
    try {
      await eachChunk(response, this.#options, async (chunk) => {
        length += chunk.length;
        if (length > size) throw new Error(`${digest} has more than the ${size} bytes that were announced`);
        hash.update(chunk);
        await file.writeFile(chunk);
      });
    } finally {
      await file.close();
    }
    if (length !== size || `sha256:${hash.digest('hex')}` !== digest)
      throw new Error(`${digest} has another content than it says`);
  }

  async #get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const { url, repository } = this.#options;
    const target = `${url}/v2/${repository}/${path}`;
    const ask = () => {
      const authorization = this.#authorization;
      return get(
        target,
        { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        this.#options,
      );
    };
    let response = await ask();
    if (response.statusCode === 401) {
      response.destroy();
      this.#authorization = await this.#authorize(response.headers['www-authenticate'] ?? '');
      response = await ask();
    }
    if (response.statusCode === 200) return response;
    const text = await bytesOf(response, this.#options).catch(() => Buffer.alloc(0));
    throw new Error(`${url} answered ${response.statusCode}${complaintOf(text)}`);
  }

  /** @returns content of the header */
  async #authorize(challenge: string): Promise<string> {
    const { url, credentials } = this.#options;
    const basic = credentials && basicOf(credentials);
    if (/^basic\b/i.test(challenge)) {
      if (basic === undefined)
        throw new Error(`${url} wants a name and a password, and --docker_config has none for it`);
      return basic;
    }
    const { realm, service, scope } = Object.fromEntries(
      [...challenge.matchAll(CHALLENGE_WORD)].map(([, key = '', value = '']) => [key, value]),
    );
    if (!/^bearer\b/i.test(challenge) || realm === undefined || !URL.canParse(realm))
      throw new Error(`${url} refuses, and does not say by whom it wants to be convinced`);
    const at = new URL(realm);
    // A password does not travel openly on behalf of a registry that is spoken to in secret.
    if (at.protocol !== 'https:' && url.startsWith('https:'))
      throw new Error(`${url} hands on to ${at.protocol}`);
    if (service !== undefined) at.searchParams.set('service', service);
    at.searchParams.set('scope', scope ?? `repository:${this.#options.repository}:pull`);
    const response = await get(at.href, basic === undefined ? {} : { authorization: basic }, this.#options);
    const bytes = await bytesOf(response, this.#options);
    if (response.statusCode !== 200)
      throw new Error(`${at.host} answered ${response.statusCode}${complaintOf(bytes)}`);
    return `Bearer ${tokenOf(bytes)}`;
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function basicOf({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function tokenOf(bytes: Buffer): string {
  const { token, access_token } = parse(bytes) as { token?: unknown; access_token?: unknown };
  const found = token ?? access_token;
  if (typeof found !== 'string' || !/^[\x21-\x7e]+$/.test(found)) throw new Error('no token was given');
  return found;
}

/** What a registry says of an error: `{errors: [{code, message}]}`. */
function complaintOf(bytes: Buffer): string {
  const { errors } = parse(bytes) as { errors?: { message?: unknown }[] };
  const message = Array.isArray(errors) ? errors[0]?.message : undefined;
  return typeof message === 'string' ? `: ${message.replaceAll(/\s+/g, ' ').slice(0, 200)}` : '';
}

function parse(bytes: Buffer): object {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
