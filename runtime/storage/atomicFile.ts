import { dirname } from 'node:path';
import type { Disk, DiskCallback, DiskFile } from './disk.ts';

/**
 * Replaces the file `path` by `bytes` in one step: temporary file beside it, fsync, rename, fsync of the folder. A
 * crash at any instant leaves the old file or the new one, whole. The folder must exist; the file gets mode 0600.
 *
 * One write of the same path at a time.
 *
 * @param done called from the event loop; with the disk's error when the old file is still in place (or, when only
 *   the last fsync failed, when it is not known which of both a power cut would leave)
 */
export function writeFileAtomically(disk: Disk, path: string, bytes: Uint8Array, done: DiskCallback): void {
  const draft = `${path}.new`;
  let file: DiskFile;
  try {
    file = disk.openFile(draft, { truncate: true });
  } catch (error) {
    disk.defer(() => done(error as Error));
    return;
  }
  file.write([bytes], (writeError) => {
    if (writeError !== undefined) return giveUp(disk, file, writeError, done);
    file.sync((syncError) => {
      if (syncError !== undefined) return giveUp(disk, file, syncError, done);
      file.close();
      disk.rename(draft, path, (renameError) => {
        if (renameError !== undefined) return done(renameError);
        disk.syncDirectory(dirname(path), done);
      });
    });
  });
}

function giveUp(disk: Disk, file: DiskFile, error: Error, done: DiskCallback): void {
  file.close();
  try {
    disk.remove(file.path);
  } catch {
    // The first error is the one to tell; a leftover draft is overwritten by the next write.
  }
  done(error);
}
