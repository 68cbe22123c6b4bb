/** Rotates one file that others write to: copies it and cuts it off, so that who has it open goes on. */
import * as fs from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { HeldFolder } from '../heldFolder.ts';
import type { LogLimit } from './limits.ts';

const PIECE_BYTES = 256 * 1024;

const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Does nothing while the file is not larger than its limit. It belongs to a task, who may have put anything in its place:
 * links and what is no plain file are left alone. The folder is to stay open until it is done.
 *
 * @returns whether it was rotated
 * @throws the file system's error
 */
export async function rotateFile(
  folder: HeldFolder,
  name: string,
  { bytesMax, kept }: LogLimit,
): Promise<boolean> {
  const path = folder.at(name);
  const file = await openPlain(path);
  if (file === undefined) return false;
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.nlink !== 1 || stat.size <= bytesMax) return false;
    if (kept === 0) {
      await file.truncate(0);
      return true;
    }
    await keep(file, path, kept, stat);
    return true;
  } finally {
    await file.close();
  }
}

async function openPlain(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Not there yet; a link; a folder; a pipe's end or a device.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}

/** Old files are let go of when there is a whole copy: on a full disk all stays as it is. */
async function keep(file: FileHandle, path: string, kept: number, stat: fs.Stats): Promise<void> {
  const draft = `${path}.rotating`;
  await rm(draft, { force: true });
  const copy = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, stat.mode & 0o777);
  try {
    if (process.getuid?.() === 0) await copy.chown(stat.uid, stat.gid);
    const end = await copied(file, copy, 0);
    await rm(`${path}.${kept}`, { force: true });
    for (let age = kept - 1; age > 0; age--) await renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
    await rename(draft, `${path}.1`);
    cutAfter(file, copy, await copied(file, copy, end));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await copy.close();
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** @returns where the copy ends now */
async function copied(file: FileHandle, copy: FileHandle, from: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = from; ; ) {
    const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, at);
    await copy.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
    if (bytesRead < PIECE_BYTES) return at;
  }
}

/** What came since is copied and cut off without anything in between but the task itself. */
function cutAfter(file: FileHandle, copy: FileHandle, at: number): void {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  const end = fs.readSync(file.fd, buffer, 0, PIECE_BYTES, at);
  for (let done = 0; done < end; ) done += fs.writeSync(copy.fd, buffer, done, end - done);
  fs.ftruncateSync(file.fd, 0);
}
