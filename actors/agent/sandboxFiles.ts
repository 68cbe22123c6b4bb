/**
 * Files that the agent itself writes into sandboxes. What runs there, and what was fetched for it, may have put links
 * in the way, and the agent may have more rights than they: no link is followed.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** Who files are for; undefined: the agent's own user. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined;

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

/**
 * Makes a folder of a sandbox, level by level; those that are made belong to the owner.
 *
 * @param below path relative to the sandbox, '.' for itself
 * @returns false when a link on the way leads out of the sandbox: nothing was made behind it
 */
export async function makeFolder(
  sandbox: string,
  below: string,
  owner: Owner,
  mode: number = 0o755,
): Promise<boolean> {
  const root = await fs.promises.realpath(sandbox);
  let folder = root;
  for (const part of below.split('/')) {
    folder = join(folder, part);
    const made = await fs.promises.mkdir(folder, { mode }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (made && owner !== undefined) await fs.promises.lchown(folder, owner.uid, owner.gid);
    const real = await fs.promises.realpath(folder);
    if (real !== root && !real.startsWith(`${root}/`)) return false;
  }
  return true;
}
