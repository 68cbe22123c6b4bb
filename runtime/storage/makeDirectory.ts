import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it that are missing; one that is there is left as it is. Where a file system makes no folders
 * (`/proc`) this throws, where Node's own `recursive` tries for ever.
 *
 * @throws Error with Node's code and the path
 */
export function makeDirectory(folder: string, mode: number = 0o777): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = path.dirname(folder);
    if (code === 'ENOENT' && !existsSync(parent)) {
      makeDirectory(parent, mode);
      mkdirSync(folder, mode);
      return;
    }
    // One that cannot be made may be there all the same: EEXIST, or EROFS, EPERM, EISDIR of what is mounted.
    if (!isDirectory(folder)) throw error;
  }
}

function isDirectory(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
