/** Root file systems of containers, made from images. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Image, ImageType } from '../../../../proto/generated/types/v1.ts';
import type { ImageConfig, ImageStore } from './store.ts';

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
  readonly #store: ImageStore;

  /** @param dir `<work_dir>/provisioner` */
  constructor(dir: string, store: ImageStore) {
    this.#dir = dir;
    this.#store = store;
  }

  /** @throws Error in one line */
  async provision(containerId: string, image: Image): Promise<ProvisionedImage> {
    const name = image.docker?.name;
    if (image.type !== ImageType.DOCKER || name === undefined)
      throw new Error('this agent has Docker images only');
    const { layers, config } = await this.#store.get(name, image.cached !== false);
    if (layers.some((layer) => /[:,\\]/.test(layer)))
      throw new Error('the folder of images must not hold : or ,');
    const home = join(this.#home(containerId), 'backends/overlay');
    const [root, upper, work] = ['rootfs', 'upper', 'work'].map((each) => join(home, each));
    if (root === undefined || upper === undefined || work === undefined) throw new Error('no folder');
    for (const folder of [root, upper, work])
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o755 });
    return { root, layers, upper, work, config };
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

  #home(containerId: string): string {
    return join(this.#dir, 'containers', containerId);
  }
}
