import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';

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

/** Told once, from the event loop; the error is the file system's, which names the path. */
type Done = (error: Error | null) => void;

/**
 * The same as `createSandbox`, away from the agent's own thread: on a journalling disk each folder takes as long as all else
 * that a launch does there.
 */
export function createSandboxSoon(sandbox: string, done: Done): void {
  const runs = dirname(sandbox);
  makeFolderSoon(dirname(runs), (error) => {
    if (error !== null) return done(error);
    makeFolderSoon(runs, (error) => {
      if (error !== null) return done(error);
      const both = whenBoth(done);
      makeOwnSoon(sandbox, both);
      pointLatestSoon(join(runs, 'latest'), sandbox, both);
    });
  });
}

function makeOwnSoon(sandbox: string, done: Done): void {
  fs.mkdir(sandbox, { recursive: true, mode: SANDBOX_MODE }, (error) => {
    if (error !== null || (process.umask() & SANDBOX_MODE) === 0) return done(error);
    fs.chmod(sandbox, SANDBOX_MODE, done);
  });
}

function makeFolderSoon(path: string, done: Done): void {
  fs.mkdir(path, 0o755, (error) => {
    if (error?.code === 'ENOENT') fs.mkdir(path, { recursive: true, mode: 0o755 }, done);
    else done(error?.code === 'EEXIST' ? null : error);
  });
}

/** The first error of two, or none, when both are over. */
function whenBoth(done: Done): Done {
  let first: { readonly error: Error | null } | undefined;
  return (error) => {
    if (first === undefined) first = { error };
    else done(first.error ?? error);
  };
}

function pointLatestSoon(link: string, target: string, done: Done): void {
  fs.symlink(target, link, (error) => {
    if (error?.code !== 'EEXIST') return done(error);
    const draft = `${link}.${basename(target)}`;
    fs.rm(draft, { force: true }, (error) => {
      if (error !== null) return done(error);
      fs.symlink(target, draft, (error) => (error === null ? fs.rename(draft, link, done) : done(error)));
    });
  });
}
