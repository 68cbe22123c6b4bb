import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

/** Mode of a sandbox: its owner's, readable for the group. */
const SANDBOX_MODE = 0o750;

/**
 * Creates the sandbox of a run (mode 0750, parents 0755) and points `runs/latest` at it. `stdout` and `stderr`
 * are made when the command starts, by the user it runs as.
 *
 * @param sandbox `…/runs/<container>`
 * @throws the file system's error, which names the path
 */
export function createSandbox(sandbox: string): void {
  const runs = dirname(sandbox);
  makeFolder(dirname(runs));
  makeFolder(runs);
  fs.mkdirSync(sandbox, { recursive: true, mode: SANDBOX_MODE });
  if ((process.umask() & SANDBOX_MODE) !== 0) fs.chmodSync(sandbox, SANDBOX_MODE);
  pointLatest(join(runs, 'latest'), sandbox);
}

/** Level by level, as all but the last ones exist: a recursive mkdir would begin at the wrong end. */
function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, 0o755);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') fs.mkdirSync(path, { recursive: true, mode: 0o755 });
    else if (code !== 'EEXIST') throw error;
  }
}

/** Makes `link` a symbolic link to `target`, in one step where it was one to something else. */
export function pointLatest(link: string, target: string): void {
  try {
    fs.symlinkSync(target, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const draft = `${link}.new`;
    fs.rmSync(draft, { force: true });
    fs.symlinkSync(target, draft);
    fs.renameSync(draft, link);
  }
}
