import * as fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { pointLatest } from '../containerizer/index.ts';

/** Mode of a sandbox: its owner's, readable for the group. */
const SANDBOX_MODE = 0o750;

/**
 * Makes the sandbox of a container inside another one: `…/containers/<id>`.
 *
 * @throws the file system's error, which names the path
 */
export function createNestedSandbox(sandbox: string): void {
  makeOwnFolder(dirname(sandbox));
  fs.mkdirSync(sandbox, { mode: SANDBOX_MODE });
}

/** Makes a symbolic link, and the folder of a sandbox that it stands in. @throws as above */
export function linkSandbox(path: string, target: string): void {
  makeOwnFolder(dirname(path));
  pointLatest(path, target);
}

/** What runs in the sandbox, or in one around it, may have put a link there: nothing is to be made elsewhere. */
function makeOwnFolder(folder: string): void {
  fs.mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  for (let at = folder; at === folder || isInside(at); at = dirname(at)) {
    const stat = fs.lstatSync(at, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) throw new Error(`${at}: is not a folder of the sandbox`);
  }
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
}

/** Whether it belongs to the user of the sandbox around it: `…/containers`, `…/containers/<id>`. */
function isInside(path: string): boolean {
  return basename(path) === 'containers' || basename(dirname(path)) === 'containers';
}

/** In the background: nobody waits for it. */
export function removeNestedSandbox(sandbox: string): void {
  fs.rm(sandbox, { recursive: true, force: true }, () => undefined);
}
