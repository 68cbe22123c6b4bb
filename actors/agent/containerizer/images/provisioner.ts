/** Root file systems of containers, made from images. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Image, ImageType } from '../../../../proto/generated/types/v1.ts';
import { secretConfig } from './registry/credentials.ts';
import type { ImageConfig, ImageSource, StoredImage } from './store.ts';

/** A root file system that is mounted by its container: layers below, and folders for what the container writes. */
export interface ProvisionedImage {
  /** Where it is to be mounted. */
  readonly root: string;
  /** The lowest first. */
  readonly layers: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly config: ImageConfig;
}

export class Provisioner {
  readonly #dir: string;
  readonly #store: ImageSource;
  /** Images of containers whose layers are not on record yet. */
  readonly #provisioning = new Map<string, readonly string[]>();

  /** @param dir `<work_dir>/provisioner` */
  constructor(dir: string, store: ImageSource) {
    this.#dir = dir;
    this.#store = store;
  }

  /**
   * All images of a container: of its root file system, and of volumes.
   *
   * @returns in the order of the images
   * @throws Error in one line
   */
  async provision(containerId: string, images: readonly Image[]): Promise<ProvisionedImage[]> {
    const names = images.map(({ type, docker }) => {
      if (type === ImageType.DOCKER && docker !== undefined) return docker.name;
      throw new Error('this agent has Docker images only');
    });
    this.#provisioning.set(containerId, names);
    try {
      const made: ProvisionedImage[] = [];
      for (const [at, image] of images.entries()) {
        const secret = secretConfig(image.docker?.config);
        const stored = await this.#store.get(names[at] ?? '', image.cached !== false, secret);
        const home = join(this.#home(containerId), 'backends/overlay', at === 0 ? '' : String(at));
        made.push(await provisionFrom(home, stored));
      }
      const layers = new Set(made.flatMap((image) => [...image.layers]));
      await fs.promises.writeFile(this.#record(containerId), JSON.stringify([...layers]));
      return made;
    } finally {
      this.#provisioning.delete(containerId);
    }
  }

  /**
   * Removes images that no container uses (PRUNE_IMAGES).
   *
   * @param excluded names of images that stay
   */
  async prune(excluded: readonly string[]): Promise<void> {
    const known = this.known().filter((id) => !this.#provisioning.has(id));
    const used = known.map((id) => this.#layersOf(id));
    // What a container is made of must not go: where that cannot be told, nothing does.
    if (used.includes(undefined)) throw new Error('a container does not tell which image it is made of');
    const layers = new Set(used.flatMap((each) => each ?? []));
    await this.#store.prune(new Set([...excluded, ...[...this.#provisioning.values()].flat()]), layers);
  }

  /** Takes away what a container wrote outside of its sandbox; does nothing when there is nothing. */
  async release(containerId: string): Promise<void> {
    await fs.promises.rm(this.#home(containerId), { recursive: true, force: true });
  }

  /** Containers of which there is something. */
  known(): string[] {
    const folder = join(this.#dir, 'containers');
    return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  }

  /** undefined when it is not on record. */
  #layersOf(containerId: string): string[] | undefined {
    try {
      const layers: unknown = JSON.parse(fs.readFileSync(this.#record(containerId), 'utf8'));
      return Array.isArray(layers) ? layers.map(String) : undefined;
    } catch {
      return undefined;
    }
  }

  #record(containerId: string): string {
    return join(this.#home(containerId), 'layers.json');
  }

  #home(containerId: string): string {
    return join(this.#dir, 'containers', containerId);
  }
}

/** Folders for an overlay of these layers. */
async function provisionFrom(home: string, { layers, config }: StoredImage): Promise<ProvisionedImage> {
  if (layers.some((layer) => /[:,\\]/.test(layer)))
    throw new Error('the folder of images must not hold : or ,');
  const [root, upper, work] = [join(home, 'rootfs'), join(home, 'upper'), join(home, 'work')];
  for (const folder of [root, upper, work]) await fs.promises.mkdir(folder, { recursive: true, mode: 0o755 });
  return { root, layers, upper, work, config };
}
