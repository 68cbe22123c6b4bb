/** Where this machine's cgroup controllers are: in hierarchies of version 1, one or several each, or in the unified one. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** A controller and the mount point of its hierarchy. */
export interface Controller {
  readonly name: string;
  readonly version: 1 | 2;
  readonly root: string;
}

/** A mounted cgroup file system. */
export interface CgroupMount {
  readonly version: 1 | 2;
  readonly root: string;
  readonly controllers: readonly string[];
}

/** Words in a mount's options that name no controller. */
const NO_CONTROLLER = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'none']);

/**
 * The cgroup file systems mounted below `under`.
 *
 * @param mountinfo content of /proc/self/mountinfo; blanks in paths stand there as `\040`
 * @param controllersOf of a unified hierarchy (`cgroup.controllers`)
 */
export function cgroupMounts(
  mountinfo: string,
  under: string,
  controllersOf: (root: string) => readonly string[] = readControllers,
): CgroupMount[] {
  const found: CgroupMount[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const root = (before.split(' ')[4] ?? '').replaceAll('\\040', ' ');
    const [type, , options = ''] = after.split(' ');
    if (root !== under && !root.startsWith(`${under}/`)) continue;
    if (type === 'cgroup2') found.push({ version: 2, root, controllers: controllersOf(root) });
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((word) => !NO_CONTROLLER.has(word) && !word.includes('='));
    if (controllers.length > 0) found.push({ version: 1, root, controllers });
  }
  return found;
}

function readControllers(root: string): string[] {
  try {
    return fs
      .readFileSync(join(root, 'cgroup.controllers'), 'utf8')
      .split(/\s+/)
      .filter((word) => word !== '');
  } catch {
    return [];
  }
}

/** A controller in a hierarchy of its own wins over the unified one, as the kernel has each in one place only. */
export class Hierarchies {
  readonly unified: string | undefined;
  readonly #controllers = new Map<string, Controller>();

  constructor(mounts: readonly CgroupMount[]) {
    this.unified = mounts.find(({ version }) => version === 2)?.root;
    for (const { version, root, controllers } of [...mounts].sort((a, b) => b.version - a.version)) {
      for (const name of controllers) this.#controllers.set(name, { name, version, root });
    }
  }

  /** Those of this machine. @param under `--cgroups_hierarchy` */
  static find(under: string): Hierarchies {
    try {
      return new Hierarchies(cgroupMounts(fs.readFileSync('/proc/self/mountinfo', 'utf8'), under));
    } catch {
      return new Hierarchies([]);
    }
  }

  get names(): string[] {
    return [...this.#controllers.keys()];
  }

  controller(name: string): Controller | undefined {
    return this.#controllers.get(name);
  }
}
