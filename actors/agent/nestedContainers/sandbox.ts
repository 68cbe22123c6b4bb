import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pointLatest } from '../containerizer/index.ts';
import { descend, type HeldFolder, within } from '../heldFolder.ts';
import { removeTree } from '../removal.ts';

/** Mode of a sandbox: its owner's, readable for the group. */
const SANDBOX_MODE = 0o750;

/**
 * Makes the sandbox of a container inside another one: `…/containers/<id>`. What runs in the one around it, or in others there,
 * may put links in the way: nothing is made elsewhere.
 *
 * @param root the sandbox of the outermost container
 * @param below the way from there
 * @throws the file system's error, which names the path
 */
export function createNestedSandbox(root: string, below: string): void {
  makeRoot(root);
  const make = (folder: HeldFolder) => {
    try {
      fs.mkdirSync(folder.at(basename(below)), { mode: SANDBOX_MODE });
    } catch (error) {
      const { code = 'it' } = error as NodeJS.ErrnoException;
      throw new Error(`${join(root, below)}: cannot be made: ${code}`);
    }
  };
  within(root, dirname(below), make, makeOwn);
}

/** The sandbox of a standalone container. @throws as above */
export function createStandaloneSandbox(sandbox: string): void {
  fs.mkdirSync(dirname(sandbox), { recursive: true, mode: 0o755 });
  fs.mkdirSync(sandbox, { mode: SANDBOX_MODE });
}

/** Makes a symbolic link in a sandbox, and the folder that it stands in. @throws as above */
export function linkSandbox(root: string, below: string, target: string): void {
  const folder = descend(root, dirname(below), makeOwn);
  try {
    pointLatest(folder.at(basename(below)), target);
  } finally {
    folder.close();
  }
}

function makeOwn(folder: HeldFolder, name: string): HeldFolder {
  return folder.make(name, 0o755);
}

/** An executor's own is there; of one that an operator swept away there is one again. */
function makeRoot(root: string): void {
  if (!fs.existsSync(root)) fs.mkdirSync(root, { recursive: true, mode: SANDBOX_MODE });
}

/** In the background: nobody waits for it. */
export function removeNestedSandbox(sandbox: string): void {
  removeTree(sandbox).catch(() => undefined);
}
