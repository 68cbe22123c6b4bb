/**
 * Folders of sandboxes, held open while the agent works in them. What runs there may put a link in the place of any of them at any
 * instant, and the agent may have more rights than it: names are looked up in a folder itself, not along a path (openat(2), which Node
 * reaches by `/proc/self/fd`). Where there is no /proc, links are looked for before each step.
 */
import * as fs from 'node:fs';
import { join, sep } from 'node:path';

/** A user and group. */
export interface UserNumbers {
  readonly uid: number;
  readonly gid: number;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;

const DESCRIPTORS = '/proc/self/fd';

const HAS_DESCRIPTORS = fs.existsSync(DESCRIPTORS);

export class HeldFolder {
  readonly #fd: number;
  readonly #path: string;

  private constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  /** @throws the file system's error; Error when the path ends in a link or in what is no folder */
  static open(path: string): HeldFolder {
    return HeldFolder.#hold(path, path);
  }

  static #hold(at: string, path: string): HeldFolder {
    try {
      return new HeldFolder(fs.openSync(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP' || code === 'ENOTDIR') throw new Error(`${path}: is not a folder of the sandbox`);
      throw error;
    }
  }

  /** The folder itself, for one call of this process. */
  get itself(): string {
    return HAS_DESCRIPTORS ? `${DESCRIPTORS}/${this.#fd}` : this.#path;
  }

  /** What is in it under this name, for one call of this process that follows no link at the end. */
  at(name: string): string {
    return `${this.itself}/${name}`;
  }

  /** The folder in it. @throws as `open` does */
  enter(name: string): HeldFolder {
    return HeldFolder.#hold(this.at(name), join(this.#path, name));
  }

  /** The same, made when it is not there. @param owner of one that is made */
  make(name: string, mode: number, owner?: UserNumbers): HeldFolder {
    const isMade = made(this.at(name), mode);
    const folder = this.enter(name);
    try {
      if (isMade && owner !== undefined) folder.give(owner);
    } catch (error) {
      folder.close();
      throw error;
    }
    return folder;
  }

  give({ uid, gid }: UserNumbers): void {
    fs.fchownSync(this.#fd, uid, gid);
  }

  /** Where it is now, without links. */
  get realPath(): string {
    return HAS_DESCRIPTORS ? fs.readlinkSync(this.itself) : fs.realpathSync(this.#path);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

function made(path: string, mode: number): boolean {
  try {
    fs.mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Goes down from a folder, name by name, and does something in the last one.
 *
 * @param step how a name is entered; default: it has to be there
 * @throws what `step` and `act` throw; Error when a link is on the way
 */
export function within<T>(
  root: string | HeldFolder,
  below: string,
  act: (folder: HeldFolder) => T,
  step: (folder: HeldFolder, name: string) => HeldFolder = (folder, name) => folder.enter(name),
): T {
  const folder = descend(root, below, step);
  try {
    return act(folder);
  } finally {
    folder.close();
  }
}

/** The same with what takes its time. */
export async function withHeld<T>(folder: HeldFolder, act: (folder: HeldFolder) => Promise<T>): Promise<T> {
  try {
    return await act(folder);
  } finally {
    folder.close();
  }
}

/** The way down, for who closes its end. */
export function descend(
  root: string | HeldFolder,
  below: string,
  step: (folder: HeldFolder, name: string) => HeldFolder = (folder, name) => folder.enter(name),
): HeldFolder {
  let folder = typeof root === 'string' ? HeldFolder.open(root) : root.enter('.');
  for (const name of below.split(sep)) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      folder.close();
      throw new Error(`${below}: leads up`);
    }
    const above = folder;
    try {
      folder = step(above, name);
    } finally {
      above.close();
    }
  }
  return folder;
}

/** A sandbox: the folder that nobody but the agent can move, and the way down from there ('' for itself). */
export interface SandboxWay {
  readonly root: string;
  readonly below: string;
}

/** The way to a container's sandbox: its own, or for one inside another, and for what looks into one, from that of the outermost. */
export function sandboxWay(containerId: string, sandbox: string): SandboxWay {
  const names = containerId.split('.').slice(1);
  for (let count = names.length; count > 0; count--) {
    const below = names
      .slice(0, count)
      .map((name) => join('containers', name))
      .join(sep);
    if (sandbox.endsWith(sep + below)) return { root: sandbox.slice(0, -below.length - 1), below };
  }
  return { root: sandbox, below: '' };
}

/**
 * The path without links of a sandbox in or around which others are at work; undefined of one where nobody is yet, or where there is no
 * telling what a descriptor is of.
 *
 * @throws the file system's error
 */
export function sharedSandbox({
  containerId,
  sandbox,
}: {
  readonly containerId: string;
  readonly sandbox: string;
}): string | undefined {
  if (!HAS_DESCRIPTORS || !containerId.includes('.')) return undefined;
  const { root, below } = sandboxWay(containerId, sandbox);
  return join(fs.realpathSync(root), below);
}
