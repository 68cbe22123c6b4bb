/** The cgroups of containers: making, entering, emptying and removing them. */
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { send } from '../../signals.ts';
import type { Controller, Hierarchies } from './hierarchies.ts';

/** Where a nested container's cgroup lies within its parent's. */
const NESTED = 'mesos';

/** A process in a unified hierarchy lives in a leaf below its container's cgroup. */
const LEAF = 'leaf';

/** Controllers whose groups take no process before these files are filled, from the parent's. */
const COPIED_FILES: Readonly<Record<string, readonly string[]>> = { cpuset: ['cpuset.cpus', 'cpuset.mems'] };

/** The cgroup of one container in one hierarchy for each controller. */
export class Cgroup {
  readonly #dirs: ReadonlyMap<string, Controller & { readonly dir: string }>;

  constructor(dirs: ReadonlyMap<string, Controller & { readonly dir: string }>) {
    this.#dirs = dirs;
  }

  version(controller: string): 1 | 2 {
    return this.#at(controller).version;
  }

  /** @returns undefined when the file cannot be read, as in a cgroup that is gone */
  read(controller: string, file: string): string | undefined {
    try {
      return fs.readFileSync(join(this.#at(controller).dir, file), 'utf8').trimEnd();
    } catch {
      return undefined;
    }
  }

  readNumber(controller: string, file: string): number | undefined {
    const text = this.read(controller, file);
    return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  /** Files of lines `key number`. */
  readTable(controller: string, file: string): ReadonlyMap<string, number> {
    const table = new Map<string, number>();
    for (const line of this.read(controller, file)?.split('\n') ?? []) {
      const [key, value] = line.split(' ');
      if (key !== undefined && value !== undefined) table.set(key, Number(value));
    }
    return table;
  }

  /** @throws Error naming file and value */
  write(controller: string, file: string, value: string | number): void {
    const path = join(this.#at(controller).dir, file);
    try {
      fs.writeFileSync(path, String(value));
    } catch (error) {
      throw new Error(`${path}: cannot be set to ${value}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }

  #at(controller: string): Controller & { readonly dir: string } {
    const found = this.#dirs.get(controller);
    if (found === undefined) throw new Error(`cgroup controller ${controller}: is not in use`);
    return found;
  }
}

/** All cgroups of an agent's containers: below `<hierarchy>/<cgroups_root>`. */
export class CgroupTree {
  readonly #root: string;
  readonly #controllers: readonly Controller[];
  /** Distinct hierarchies: root → version. */
  readonly #hierarchies: ReadonlyMap<string, 1 | 2>;

  /**
   * @param root `--cgroups_root`
   * @param names controllers in use; those that this machine does not have are left out
   */
  constructor(hierarchies: Hierarchies, root: string, names: readonly string[]) {
    this.#root = root;
    this.#controllers = names.flatMap((name) => hierarchies.controller(name) ?? []);
    this.#hierarchies = new Map(this.#controllers.map((controller) => [controller.root, controller.version]));
  }

  get controllers(): readonly Controller[] {
    return this.#controllers;
  }

  /** Makes `<cgroups_root>` in each hierarchy. @throws the file system's error, which names the path */
  open(): void {
    for (const [mount, version] of this.#hierarchies) {
      const own = this.#controllers.filter((controller) => controller.root === mount);
      if (version === 2) delegate(mount, own);
      makeGroup(mount, join(mount, this.#root), own);
      if (version === 2) delegate(join(mount, this.#root), own);
    }
  }

  cgroup(containerId: string): Cgroup {
    const dirs = this.#controllers.map(
      (controller) =>
        [controller.name, { ...controller, dir: this.#dir(controller.root, containerId) }] as const,
    );
    return new Cgroup(new Map(dirs));
  }

  create(containerId: string): Cgroup {
    for (const [mount, version] of this.#hierarchies) {
      const dir = this.#dir(mount, containerId);
      const own = this.#controllers.filter((controller) => controller.root === mount);
      makeGroup(mount, dir, own);
      if (version === 2) fs.mkdirSync(join(dir, LEAF), { recursive: true });
    }
    return this.cgroup(containerId);
  }

  /** The container itself, or the nearest one around it, that has a cgroup; undefined when none has. */
  ownerOf(containerId: string): string | undefined {
    for (let id = containerId; ; id = id.slice(0, id.lastIndexOf('.'))) {
      if ([...this.#hierarchies.keys()].every((mount) => fs.existsSync(this.#dir(mount, id)))) return id;
      if (!id.includes('.')) return undefined;
    }
  }

  /** Shell lines by which the process that runs them enters. */
  entering(containerId: string): string[] {
    return [...this.#hierarchies].map(([mount, version]) => {
      const dir = this.#dir(mount, containerId);
      // A single thread moves itself without the lock that moving a process takes.
      const file = version === 1 ? join(dir, 'tasks') : join(dir, LEAF, 'cgroup.procs');
      return `echo 0 >'${file}' || fail 'cgroup ${dir} cannot be entered'`;
    });
  }

  /** Ids of top-level containers that have a cgroup. */
  known(): string[] {
    const ids = new Set<string>();
    for (const mount of this.#hierarchies.keys()) {
      for (const entry of folders(join(mount, this.#root))) ids.add(entry);
    }
    ids.delete('agent');
    return [...ids];
  }

  /** Processes of the container, by the first of its cgroups that there is; those of containers inside it among them. */
  processes(containerId: string): number[] {
    for (const mount of this.#hierarchies.keys()) {
      const groups = groupsOf(this.#dir(mount, containerId));
      if (groups.length > 0) return groups.flatMap(processesOf);
    }
    return [];
  }

  /** Kills whatever is in the container's cgroups. @returns how many processes were found */
  kill(containerId: string): number {
    const pids = new Set<number>();
    for (const [mount, version] of this.#hierarchies) {
      const dir = this.#dir(mount, containerId);
      for (const group of groupsOf(dir)) for (const pid of processesOf(group)) pids.add(pid);
      if (version === 2) tryWrite(join(dir, 'cgroup.kill'), '1');
    }
    if (pids.size === 0) return 0;
    const freezer = this.#controllers.find(({ name }) => name === 'freezer');
    const state = freezer && join(this.#dir(freezer.root, containerId), 'freezer.state');
    // Frozen, they cannot fork away from the list.
    if (state !== undefined) tryWrite(state, 'FROZEN');
    for (const pid of pids) send(pid, constants.signals.SIGKILL);
    if (state !== undefined) tryWrite(state, 'THAWED');
    return pids.size;
  }

  /** Removes the container's cgroups, those that it made itself among them. @returns false when some are in use */
  async remove(containerId: string): Promise<boolean> {
    let done = true;
    for (const mount of this.#hierarchies.keys()) {
      for (const group of groupsOf(this.#dir(mount, containerId)).reverse()) {
        const gone = await fs.promises.rmdir(group).then(
          () => true,
          (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
        );
        done &&= gone;
      }
    }
    return done;
  }

  #dir(mount: string, containerId: string): string {
    return join(mount, this.#root, ...containerId.split('.').join(`/${NESTED}/`).split('/'));
  }
}

function makeGroup(mount: string, dir: string, controllers: readonly Controller[]): void {
  if (fs.existsSync(dir)) return;
  fs.mkdirSync(dir, { recursive: true });
  for (const { name, version } of controllers) {
    if (version === 2) continue;
    for (const file of COPIED_FILES[name] ?? []) copyDown(mount, dir, file);
  }
}

/** From the top of the hierarchy to `dir`, into files that are still empty. */
function copyDown(mount: string, dir: string, file: string): void {
  let above = mount;
  for (const step of dir.slice(mount.length + 1).split('/')) {
    const here = join(above, step);
    if (fs.readFileSync(join(here, file), 'utf8').trim() === '')
      fs.writeFileSync(join(here, file), fs.readFileSync(join(above, file), 'utf8').trim());
    above = here;
  }
}

/** Hands controllers on to the groups below. */
function delegate(dir: string, controllers: readonly Controller[]): void {
  fs.mkdirSync(dir, { recursive: true });
  for (const { name } of controllers) tryWrite(join(dir, 'cgroup.subtree_control'), `+${name}`);
}

/** The group and all below it, parents first. */
function groupsOf(dir: string): string[] {
  if (!fs.existsSync(dir)) return [];
  return [dir, ...folders(dir).flatMap((name) => groupsOf(join(dir, name)))];
}

function folders(dir: string): string[] {
  try {
    return fs
      .readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function processesOf(group: string): number[] {
  try {
    return fs.readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function tryWrite(path: string, value: string): void {
  try {
    fs.writeFileSync(path, value);
  } catch {
    // Gone already, or not of this kernel.
  }
}
