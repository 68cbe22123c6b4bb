/**
 * Files that the agent itself writes into sandboxes. What runs there, and what was fetched for it, may have put links
 * in the way, and the agent may have more rights than they: no link is followed.
 */
import * as fs from 'node:fs';
import { relative } from 'node:path';
import { descend, HeldFolder, type SandboxWay, type UserNumbers } from './heldFolder.ts';

/** Who files are for; undefined: the agent's own user. */
export type Owner = UserNumbers | undefined;

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** To append to a plain file, without waiting for whoever may read it. */
export const APPENDING = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

/** For a file that must not be there yet. */
const MAKING = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/** A new, empty file in the place of whatever stands there. @throws the file system's error */
export async function makeFile(path: string): Promise<fs.promises.FileHandle> {
  await fs.promises.rm(path, { force: true });
  return fs.promises.open(path, MAKING, 0o644);
}

/** Appends to a plain file; what is none gives way to one. @throws the file system's error */
export async function appendText(path: string, text: string): Promise<void> {
  const stat = await fs.promises.lstat(path).catch(() => undefined);
  if (stat !== undefined && !stat.isFile()) await fs.promises.rm(path, { force: true, recursive: true });
  const file = await fs.promises.open(path, APPENDING, 0o644);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** Gives a plain file to its owner. @throws the file system's error */
export async function handOver(path: string, owner: Owner, isExecutable: boolean): Promise<void> {
  const file = await fs.promises.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    if (isExecutable) await file.chmod(0o755);
  } finally {
    await file.close();
  }
}

/** Links within a sandbox that are gone along, at most. */
const LINKS_MAX = 40;

/**
 * Makes a folder of a sandbox, level by level, and holds it; those that are made belong to the owner.
 *
 * @param path relative to the sandbox, '.' for itself; links on it may lead to where they want within the sandbox
 * @returns undefined when the path, or a link on it, leads out of the sandbox: nothing was made there
 * @throws the file system's error
 */
export function makeFolder(
  way: SandboxWay,
  path: string,
  owner: Owner,
  mode: number = 0o755,
): HeldFolder | undefined {
  const names = namesOf(path);
  if (names.includes('..')) return undefined;
  const sandbox = descend(way.root, way.below);
  try {
    return new Descent(sandbox, owner, mode).from(sandbox.enter('.'), names);
  } finally {
    sandbox.close();
  }
}

class Descent {
  readonly #sandbox: HeldFolder;
  readonly #owner: Owner;
  readonly #mode: number;
  #links = 0;

  constructor(sandbox: HeldFolder, owner: Owner, mode: number) {
    this.#sandbox = sandbox;
    this.#owner = owner;
    this.#mode = mode;
  }

  /** Closes `folder` unless it is the last. */
  from(folder: HeldFolder, [name, ...rest]: readonly string[]): HeldFolder | undefined {
    if (name === undefined) return folder;
    const next = this.#step(folder, name);
    if (next instanceof HeldFolder) return this.from(next, rest);
    if (next[0] === '..' || this.#links > LINKS_MAX) return undefined;
    return this.from(this.#sandbox.enter('.'), [...next, ...rest]);
  }

  /** The folder of that name, or where the link leads that is there; closes the one it is in. */
  #step(folder: HeldFolder, name: string): HeldFolder | readonly string[] {
    try {
      return folder.make(name, this.#mode, this.#owner);
    } catch (error) {
      const linked = this.#linked(folder.at(name));
      if (linked === undefined) throw error;
      return linked;
    } finally {
      folder.close();
    }
  }

  /** Where a link leads, from the sandbox; undefined for what is none. */
  #linked(path: string): string[] | undefined {
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined;
    this.#links += 1;
    return namesOf(relative(this.#sandbox.realPath, fs.realpathSync(path)));
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
