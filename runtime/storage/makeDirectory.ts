import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it that are missing; one that is there, or that somebody else makes meanwhile, is left as it is. Where a
 * file system makes no folders (`/proc`) this throws, where Node's own `recursive` tries for ever.
 *
 * @param mode of the folder itself; those above it are as everybody's
 * @throws Error with Node's code and the path
 */
export function makeDirectory(folder: string, mode: number = 0o777): void {
  const problem = problemOf(folder, mode);
  if (problem === undefined) return;
  const parent = path.dirname(folder);
  if (problem.code !== 'ENOENT' || parent === folder) throw problem;
  makeDirectory(parent);
  const again = problemOf(folder, mode);
  if (again !== undefined) throw again;
}

/** Tries to make it. @returns why it is not there then */
function problemOf(folder: string, mode: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(folder, mode);
    return undefined;
  } catch (error) {
    // One that cannot be made may be there all the same: EEXIST, or EROFS, EPERM, EISDIR of what is mounted.
    return isDirectory(folder) ? undefined : (error as NodeJS.ErrnoException);
  }
}

function isDirectory(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
