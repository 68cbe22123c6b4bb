/**
 * Removal of what tasks wrote. Others of the same user may exchange folders for links meanwhile, and the agent may have more rights than
 * they: rm(1) and find(1) go down by open folders (openat, no links), which Node's own removal does not.
 */
import * as fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { HeldFolder, withHeld } from './heldFolder.ts';
import { runProgram } from './subprocess.ts';

/** Removes a file or folder with all that is in it, if it is there. @throws Error in one line: the first that stayed */
export async function removeTree(path: string): Promise<void> {
  if (fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  await withHeld(HeldFolder.open(dirname(path)), (folder) =>
    runProgram('rm', ['-rf', '--', basename(path)], { cwd: folder.itself }),
  );
}

/** Removes all that is in a folder, which stays. @throws as above */
export async function emptyFolder(path: string): Promise<void> {
  await withHeld(HeldFolder.open(path), (folder) =>
    runProgram('find', ['.', '-mindepth', '1', '-delete'], { cwd: folder.itself }),
  );
}
