import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { pointLatest } from '../containerizer/index.ts';
import type { SandboxLink } from './volumes.ts';

/** Mode of a sandbox: its owner's, readable for the group. */
const SANDBOX_MODE = 0o750;

/**
 * Makes the sandbox of a container inside another one, with links to what it shares.
 *
 * @throws the file system's error, which names the path
 */
export function createNestedSandbox(sandbox: string, links: readonly SandboxLink[]): void {
  fs.mkdirSync(dirname(sandbox), { recursive: true, mode: 0o755 });
  fs.mkdirSync(sandbox, { mode: SANDBOX_MODE });
  for (const { path, target } of links) {
    fs.mkdirSync(target, { recursive: true });
    linkSandbox(path, target);
  }
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
