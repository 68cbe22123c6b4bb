/** Images that a container's root file system is made of: `docker save` archives and folders of a local registry (agent.md §11). */
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { runProgram } from '../../subprocess.ts';
import { unpackLayer } from './layers.ts';

/** The parts of an image's configuration that a container needs. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[] | null;
  readonly WorkingDir?: string;
}

export interface StoredImage {
  /** Folders, the lowest layer first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
}

/** Where images come from. */
export interface ImageSource {
  /**
   * The image, unpacked once however many ask.
   *
   * @param secret who asks for it, where that is somebody of its own: the content of a Docker configuration
   * @param isCached false: looked for anew
   * @throws Error in one line: no such image, damaged, escaping
   */
  get(name: string, isCached: boolean, secret?: unknown): Promise<StoredImage>;
  /**
   * Removes what was unpacked, by this process or one before it, and is not wanted.
   *
   * @param names images that stay
   * @param layers folders that containers use
   */
  prune(names: ReadonlySet<string>, layers: ReadonlySet<string>): Promise<void>;
}

/** Longer descriptions are no image's. */
const JSON_BYTES_MAX = 1024 * 1024;

export class ImageStore implements ImageSource {
  readonly #dir: string;
  readonly #registry: string;
  readonly #pulls = new Map<string, Promise<StoredImage>>();
  /** Names of images by the folder that each was unpacked in. */
  readonly #folders = new Map<string, string>();
  #made = 0;

  /**
   * @param dir `--docker_store_dir`
   * @param registry `--docker_registry`: folder of `NAME.tar` and `NAME/rootfs`
   */
  constructor(dir: string, registry: string) {
    this.#dir = dir;
    this.#registry = registry;
  }

  /** @param isCached false: unpacked anew */
  get(name: string, isCached: boolean): Promise<StoredImage> {
    const present = this.#pulls.get(name);
    if (present !== undefined && isCached) return present;
    const pull = this.#pull(name);
    this.#pulls.set(name, pull);
    pull.catch(() => {
      if (this.#pulls.get(name) === pull) this.#pulls.delete(name);
    });
    return pull;
  }

  async prune(names: ReadonlySet<string>, layers: ReadonlySet<string>): Promise<void> {
    const staging = join(this.#dir, 'staging');
    if (!fs.existsSync(staging)) return;
    const kept = new Set([...names].map(tagged));
    const unwanted = fs
      .readdirSync(staging)
      .map((each) => join(staging, each))
      .filter((folder) => {
        const name = this.#folders.get(folder);
        const isUsed = [...layers].some((layer) => layer.startsWith(`${folder}/`));
        return !isUsed && (name === undefined || !kept.has(tagged(name)));
      });
    // All are forgotten first: whoever asks for one meanwhile has it unpacked anew.
    for (const folder of unwanted) {
      const name = this.#folders.get(folder);
      if (name !== undefined) this.#pulls.delete(name);
      this.#folders.delete(folder);
    }
    for (const folder of unwanted) await fs.promises.rm(folder, { recursive: true, force: true });
  }

  async #pull(name: string): Promise<StoredImage> {
    for (const candidate of candidatesOf(name)) {
      const path = join(this.#registry, candidate);
      if (fs.existsSync(join(path, 'rootfs'))) return this.#folder(path);
      if (fs.existsSync(`${path}.tar`)) return this.#archive(`${path}.tar`, name);
    }
    throw new Error(`image '${name}' is not in ${this.#registry}`);
  }

  async #folder(path: string): Promise<StoredImage> {
    const described = join(path, 'config.json');
    const config = fs.existsSync(described) ? ((await readJson(described)) as ImageConfig) : {};
    return { layers: [join(path, 'rootfs')], config };
  }

  /** Layers are unpacked each into a folder of its own: none can reach into another by its links. */
  async #archive(archive: string, name: string): Promise<StoredImage> {
    const staging = join(
      this.#dir,
      'staging',
      `${basename(archive, '.tar').replaceAll(':', '_')}-${process.pid}-${++this.#made}`,
    );
    this.#folders.set(staging, name);
    await fs.promises.rm(staging, { recursive: true, force: true });
    await fs.promises.mkdir(staging, { recursive: true, mode: 0o700 });
    await runProgram('tar', ['--extract', '--no-same-owner', '--file', archive, '--directory', staging]);
    const [manifest] = (await readJson(join(staging, 'manifest.json'))) as {
      Config?: unknown;
      Layers?: unknown;
    }[];
    if (typeof manifest?.Config !== 'string' || !Array.isArray(manifest.Layers))
      throw new Error(`image '${name}': manifest.json names no configuration and layers`);
    const described = (await readJson(inside(staging, manifest.Config))) as { config?: ImageConfig };
    const layers: string[] = [];
    for (const layer of manifest.Layers)
      layers.push(await this.#layer(inside(staging, String(layer)), staging, layers));
    return { layers, config: described.config ?? {} };
  }

  async #layer(archive: string, staging: string, below: readonly string[]): Promise<string> {
    const folder = join(staging, 'layers', String(below.length));
    await fs.promises.mkdir(folder, { recursive: true });
    await unpackLayer(archive, folder, below);
    return folder;
  }
}

/** `alpine` is `alpine:latest`. */
function tagged(name: string): string {
  return /:[^/]+$/.test(name) ? name : `${name}:latest`;
}

/** `alpine` is `alpine:latest` and `library/alpine`. @throws Error for a name that is no image's */
function candidatesOf(name: string): string[] {
  if (!/^[a-z0-9][\w.:@/-]*$/i.test(name) || name.split('/').some((part) => part === '..' || part === ''))
    throw new Error(`'${name}' is no name of an image`);
  const tagged = /:[^/]+$/.test(name) ? [name, name.replace(/:latest$/, '')] : [name, `${name}:latest`];
  return [...new Set(tagged.flatMap((each) => [each, basename(each)]))];
}

function inside(folder: string, path: string): string {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..'))
    throw new Error(`the image names '${path}' outside of itself`);
  return join(folder, path);
}

async function readJson(path: string): Promise<unknown> {
  const stat = await fs.promises.lstat(path);
  if (!stat.isFile() || stat.size > JSON_BYTES_MAX)
    throw new Error(`${basename(path)}: is no description of an image`);
  return JSON.parse(await fs.promises.readFile(path, 'utf8'));
}
