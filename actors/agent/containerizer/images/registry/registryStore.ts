/**
 * Images of registries over HTTP (agent.md §11). `<docker_store_dir>/{layers/<chain>/rootfs,images/<name>.json,staging}`: a layer is kept
 * once for all images that have it upon the same layers below; what is in `layers` is whole.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { unpackLayer } from '../layers.ts';
import type { ImageConfig, ImageSource, StoredImage } from '../store.ts';
import { RepositoryClient } from './client.ts';
import { credentialsFor } from './credentials.ts';
import type { RequestOptions } from './http.ts';
import { type Descriptor, type Manifest, readManifest } from './manifest.ts';
import { type ImageReference, parseReference } from './reference.ts';

export interface RegistryStoreOptions extends RequestOptions {
  /** `--docker_store_dir`. */
  readonly dir: string;
  /** `--docker_registry`: for images that do not name another. */
  readonly url: string;
  /** `--docker_config`. */
  readonly config: unknown;
}

/** Docker's own registry keeps what has no owner in this one. */
const HUB = 'registry-1.docker.io';
const HUB_OWNER = 'library';

/** Letters of a layer's folder: all of them are named in one page of memory when a container's root is mounted. */
const CHAIN_LETTERS = 32;

/** An image as it is on record. */
interface Kept {
  readonly name: string;
  /** Folders in `layers`, the lowest first. */
  readonly chains: readonly string[];
  readonly config: ImageConfig;
}

export class RegistryStore implements ImageSource {
  readonly #options: RegistryStoreOptions;
  readonly #pulls = new Map<string, Promise<StoredImage>>();
  /** Layers that are being brought here. */
  readonly #layers = new Map<string, Promise<void>>();
  /** Layers of images that are not on record yet, with how many want them. */
  readonly #wanted = new Map<string, number>();
  #made = 0;

  constructor(options: RegistryStoreOptions) {
    this.#options = options;
    // What was not whole when an agent before this one ended.
    fs.rmSync(this.#path('staging'), { recursive: true, force: true });
    for (const folder of ['staging', 'layers', 'images'])
      fs.mkdirSync(this.#path(folder), { recursive: true, mode: 0o700 });
  }

  /** One pull serves all who ask for the same as the same meanwhile. */
  async get(name: string, isCached: boolean, secret?: unknown): Promise<StoredImage> {
    const reference = parseReference(name);
    const known = isCached ? this.#read(nameOf(reference)) : undefined;
    if (known !== undefined) return this.#stored(known);
    const key = JSON.stringify([nameOf(reference), secret]);
    const present = this.#pulls.get(key);
    if (present !== undefined) return present;
    const pull = this.#pull(reference, secret).finally(() => this.#pulls.delete(key));
    this.#pulls.set(key, pull);
    return pull;
  }

  async prune(names: ReadonlySet<string>, layers: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...names].map(normalName));
    const used = new Set([
      ...this.#wanted.keys(),
      ...[...layers].map((layer) => layer.split('/').at(-2) ?? ''),
    ]);
    for (const file of fs.readdirSync(this.#path('images'))) {
      const image = this.#readFile(file);
      const stays =
        image !== undefined && (kept.has(image.name) || image.chains.every((chain) => used.has(chain)));
      if (stays) for (const chain of image.chains) used.add(chain);
      else fs.rmSync(this.#path('images', file), { force: true });
    }
    const unwanted = fs.readdirSync(this.#path('layers')).filter((chain) => !used.has(chain));
    // Out of sight first: whoever asks for one meanwhile has it brought anew.
    const away = unwanted.map((chain) => {
      const gone = this.#staging();
      fs.renameSync(this.#path('layers', chain), gone);
      return gone;
    });
    for (const folder of away) await fs.promises.rm(folder, { recursive: true, force: true });
  }

  // ---- pulling --------------------------------------------------------------------------------------------------

  async #pull(reference: ImageReference, secret: unknown): Promise<StoredImage> {
    const name = nameOf(reference);
    try {
      const client = this.#clientOf(reference, secret);
      const { config, layers } = await manifestOf(client, reference.version);
      const described = JSON.parse((await client.blob(config)).toString()) as { config?: ImageConfig };
      const chains = chainsOf(layers);
      await this.#holding(chains, async () => {
        for (const [at, layer] of layers.entries())
          await this.#provide(client, layer, chains.slice(0, at + 1));
        this.#keep({ name, chains, config: described.config ?? {} });
      });
      return this.#stored({ name, chains, config: described.config ?? {} });
    } catch (error) {
      throw new Error(`image '${name}' cannot be pulled: ${(error as Error).message}`);
    }
  }

  #clientOf({ registry, repository }: ImageReference, secret: unknown): RepositoryClient {
    const { clock, stallMs, config, authorities, variables } = this.#options;
    const url = registry === undefined ? this.#options.url : urlOf(registry, this.#options.url);
    const { host } = new URL(url);
    return new RepositoryClient({
      ...{ clock, stallMs, url },
      ...(authorities && { authorities }),
      ...(variables && { variables }),
      repository: host === HUB && !repository.includes('/') ? `${HUB_OWNER}/${repository}` : repository,
      credentials: credentialsFor(secret, host) ?? credentialsFor(config, host),
    });
  }

  /** @param chains that of the layer, and before it those below */
  async #provide(client: RepositoryClient, layer: Descriptor, chains: readonly string[]): Promise<void> {
    const chain = chains.at(-1) ?? '';
    if (fs.existsSync(this.#path('layers', chain))) return;
    const present = this.#layers.get(chain);
    if (present !== undefined) return present;
    const made = this.#bring(client, layer, chains).finally(() => this.#layers.delete(chain));
    this.#layers.set(chain, made);
    return made;
  }

  async #bring(client: RepositoryClient, layer: Descriptor, chains: readonly string[]): Promise<void> {
    const folder = this.#staging();
    const rootfs = join(folder, 'rootfs');
    await fs.promises.mkdir(rootfs, { recursive: true, mode: 0o755 });
    try {
      const archive = join(folder, 'layer.tar');
      await client.download(layer, archive);
      await unpackLayer(archive, rootfs, this.#foldersOf(chains.slice(0, -1)));
      await fs.promises.rm(archive);
      await fs.promises.rename(folder, this.#path('layers', chains.at(-1) ?? ''));
    } finally {
      await fs.promises.rm(folder, { recursive: true, force: true });
    }
  }

  /** Nobody takes these layers away meanwhile. */
  async #holding(chains: readonly string[], work: () => Promise<void>): Promise<void> {
    for (const chain of chains) this.#wanted.set(chain, (this.#wanted.get(chain) ?? 0) + 1);
    try {
      await work();
    } finally {
      for (const chain of chains) {
        const left = (this.#wanted.get(chain) ?? 1) - 1;
        if (left === 0) this.#wanted.delete(chain);
        else this.#wanted.set(chain, left);
      }
    }
  }

  // ---- what is on record ----------------------------------------------------------------------------------------

  #keep(image: Kept): void {
    const draft = this.#staging();
    fs.writeFileSync(draft, JSON.stringify(image), { mode: 0o600, flush: true });
    fs.renameSync(draft, this.#path('images', fileOf(image.name)));
  }

  /** @returns undefined also for one of which a layer is missing */
  #read(name: string): Kept | undefined {
    const image = this.#readFile(fileOf(name));
    if (image === undefined) return undefined;
    return image.chains.every((chain) => fs.existsSync(this.#path('layers', chain))) ? image : undefined;
  }

  #readFile(file: string): Kept | undefined {
    try {
      return JSON.parse(fs.readFileSync(this.#path('images', file), 'utf8')) as Kept;
    } catch {
      return undefined;
    }
  }

  #stored({ chains, config }: Kept): StoredImage {
    return { layers: this.#foldersOf(chains), config };
  }

  #foldersOf(chains: readonly string[]): string[] {
    return chains.map((chain) => this.#path('layers', chain, 'rootfs'));
  }

  #staging(): string {
    return this.#path('staging', `${process.pid}-${++this.#made}`);
  }

  #path(...parts: string[]): string {
    return join(this.#options.dir, ...parts);
  }
}

async function manifestOf(client: RepositoryClient, version: string): Promise<Manifest> {
  const first = readManifest(await client.manifest(version));
  if (typeof first !== 'string') return first;
  const second = readManifest(await client.manifest(first));
  if (typeof second === 'string') throw new Error('the list of manifests names another list');
  return second;
}

/** A registry of this machine, or that of the agent, may be spoken to openly; all others are not. */
function urlOf(registry: string, own: string): string {
  const url = new URL(own);
  if (url.host === registry) return own;
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(registry);
  return `${isHere ? 'http' : 'https'}://${registry}`;
}

function nameOf({ registry, repository, version }: ImageReference): string {
  const separator = version.includes(':') ? '@' : ':';
  return `${registry === undefined ? '' : `${registry}/`}${repository}${separator}${version}`;
}

/** As it is on record; what is no name of an image is none of one on record. */
function normalName(name: string): string {
  try {
    return nameOf(parseReference(name));
  } catch {
    return name;
  }
}

function fileOf(name: string): string {
  return `${createHash('sha256').update(name).digest('hex')}.json`;
}

/** Each layer by what it is and what is below it: what it deletes there depends on that. */
function chainsOf(layers: readonly Descriptor[]): string[] {
  const chains: string[] = [];
  for (const { digest } of layers) {
    const text = `${chains.at(-1) ?? ''} ${digest}`;
    chains.push(createHash('sha256').update(text).digest('hex').slice(0, CHAIN_LETTERS));
  }
  return chains;
}
