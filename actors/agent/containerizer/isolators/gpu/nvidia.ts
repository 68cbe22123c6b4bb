/** gpu/nvidia: whole GPUs for containers, as many as their resources say (agent.md §10.2); no other container can open them. */
import { quoted } from '../../launchScript.ts';
import type { ContainerResources } from '../../resources.ts';
import type { CgroupTree } from '../cgroups/cgroup.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import type { GpuDevice, Gpus } from './devices.ts';

export class NvidiaIsolator implements Isolator {
  readonly name = 'gpu/nvidia';
  readonly #tree: CgroupTree;
  readonly #gpus: Gpus;
  /** GPUs of each top-level container that has any. */
  readonly #given = new Map<string, readonly GpuDevice[]>();

  /** @param tree with the devices controller of version 1; the cgroups themselves are made by another isolator before */
  constructor(gpus: Gpus, tree: CgroupTree) {
    this.#gpus = gpus;
    this.#tree = tree;
  }

  /** What looks into a container is in its cgroup. */
  concerns({ launch }: IsolatedLaunch): boolean {
    return launch.looksIntoParent !== true;
  }

  /** @throws Error when there are not as many left */
  prepare({ containerId, parentId, launch, resources, image }: IsolatedLaunch): Preparation {
    if (parentId === undefined) this.#give(containerId, resources.gpus ?? 0);
    const devices = this.#devicesOf(containerId);
    if (parentId !== undefined && launch.container?.linux_info?.share_cgroups === false)
      this.#set(containerId, 'devices.allow', devices);
    if (image === undefined || devices.length === 0) return {};
    const lines = devices.map(({ path }) =>
      [
        'place',
        quoted(path, 'path'),
        quoted(image.root, 'path'),
        quoted(`/dev/${nameOf(path)}`, 'path'),
        'rw',
      ].join(' '),
    );
    return { namespaces: { kinds: ['mount'], lines } };
  }

  /** @throws as `prepare` does */
  update(containerId: string, resources: ContainerResources): void {
    if (!containerId.includes('.')) this.#give(containerId, resources.gpus ?? 0);
  }

  cleanup(containerId: string): void {
    this.#given.delete(containerId);
  }

  /** What the container may open tells which are its own. */
  recover(containerId: string): void {
    if (containerId.includes('.')) return;
    const lines = (this.#tree.cgroup(containerId).read('devices', 'devices.list') ?? '').split('\n');
    const allowed = new Set(lines.map((line) => line.split(' ')[1]));
    const own = [...this.#gpus.gpus.values()].filter(({ number }) => allowed.has(number));
    if (own.length > 0) this.#given.set(containerId, own);
  }

  #give(containerId: string, count: number): void {
    if (!Number.isInteger(count)) throw new Error(`${count} gpus: they are given as a whole`);
    const present = this.#given.get(containerId) ?? [];
    if (count === present.length) return;
    const taken = new Set([...this.#given.values()].flat());
    const free = [...this.#gpus.gpus.values()].filter((gpu) => !taken.has(gpu));
    if (count - present.length > free.length)
      throw new Error(`${count} gpus: only ${free.length} of this agent's ${this.#gpus.gpus.size} are left`);
    const kept = present.slice(0, count);
    const added = free.slice(0, count - kept.length);
    this.#set(containerId, 'devices.deny', present.slice(count));
    this.#set(containerId, 'devices.allow', count === 0 ? [] : [...added, ...this.#gpus.shared]);
    this.#given.set(containerId, [...kept, ...added]);
  }

  /** With what goes with them. */
  #devicesOf(containerId: string): GpuDevice[] {
    const own = this.#given.get(containerId.split('.')[0] ?? '') ?? [];
    return own.length === 0 ? [] : [...own, ...this.#gpus.shared];
  }

  #set(containerId: string, file: 'devices.allow' | 'devices.deny', devices: readonly GpuDevice[]): void {
    const cgroup = this.#tree.cgroup(containerId);
    for (const { number } of devices) cgroup.write('devices', file, `c ${number} rwm`);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
