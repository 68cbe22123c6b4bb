import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { pointLatest } from '../containerizer/index.ts';

/** Mode of a sandbox: its owner's, readable for the group. */
const SANDBOX_MODE = 0o750;

/**
 * Makes the sandbox of a container inside another one.
 *
 * @throws the file system's error, which names the path
 */
export function createNestedSandbox(sandbox: string): void {
  fs.mkdirSync(dirname(sandbox), { recursive: true, mode: 0o755 });
  fs.mkdirSync(sandbox, { mode: SANDBOX_MODE });
}

/** Makes a symbolic link, and the folder it stands in. @throws as above */
export function linkSandbox(path: string, target: string): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  pointLatest(path, target);
}

/** In the background: nobody waits for it. */
export function removeNestedSandbox(sandbox: string): void {
  fs.rm(sandbox, { recursive: true, force: true }, () => undefined);
}
