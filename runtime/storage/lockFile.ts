import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DiskLock } from './disk.ts';
import { NotPlainFile, readPlainFile } from './plainFile.ts';

/** Who holds a lock: a pid alone would be fooled when the number is given out again, so its birth belongs to it. */
interface Holder {
  readonly pid: number;
  /** Boot id and start time in ticks since boot; empty where there is no /proc. */
  readonly birth: string;
}

/** Lock attempts before giving up; each failed one means that somebody else moved at the same moment. */
const ATTEMPTS_MAX = 10;

/**
 * Takes `path` as a lock file for this process, with the content in place from the first instant (link(2)).
 *
 * @throws when a living process holds it ("… is locked by process 4711") or the folder cannot be written
 */
export function acquireLockFile(path: string): DiskLock {
  sweep(path);
  const mine = `${path}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) } satisfies Holder);
  fs.writeFileSync(mine, content, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (linked(mine, path)) return { release: () => release(path, content) };
      takeAwayIfStale(path, mine);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
  throw new Error(`${path}: other processes are taking this lock at the same time`);
}

/** Takes away what processes left that were killed in the middle of taking the lock: `PATH.PID`, `PATH.PID.stale`. */
function sweep(path: string): void {
  const dir = dirname(path);
  for (const name of fs.readdirSync(dir)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, pid] = /^\.(\d+)(\.stale)?$/.exec(name.slice(basename(path).length)) ?? [];
    if (pid === undefined || isAlive({ pid: Number(pid), birth: '' })) continue;
    const content = readText(join(dir, name));
    // What somebody moved aside may be the lock of one that lives.
    const holder = content === undefined ? undefined : parse(content);
    if (holder === undefined || !isAlive(holder))
      fs.rmSync(join(dir, name), { force: true, recursive: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeAwayIfStale(path: string, mine: string): void {
  const content = readText(path);
  if (content === undefined) return;
  const holder = parse(content);
  if (holder !== undefined && isAlive(holder)) {
    throw new Error(`${path}: is locked by process ${holder.pid}, which is still running`);
  }
  // Moved, not removed: whoever comes second must not throw away the fresh lock of the first.
  const aside = `${mine}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((readText(aside) ?? content) !== content) linked(aside, path);
  fs.rmSync(aside, { force: true, recursive: true });
}

function release(path: string, content: string): void {
  if (readText(path) === content) fs.rmSync(path, { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readPlainFile(path)?.toString();
  } catch (error) {
    // Nobody's lock, as one whose content makes no sense.
    if (error instanceof NotPlainFile) return '';
    throw error;
  }
}

/** @returns undefined for content that no lock of ours has (a lock is never seen half-written) */
function parse(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, birth } = value as Record<string, unknown>;
    return typeof pid === 'number' && typeof birth === 'string' ? { pid, birth } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.birth === '' || holder.birth === birthOf(holder.pid);
}

function birthOf(pid: number): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold blanks and brackets; the fields after it do not. Field 22 is the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // One that ended and was not yet waited for (in a container without an init, perhaps never) holds nothing any more.
    if (fields[0] === 'Z' || fields[0] === 'X') return '';
    return `${boot}/${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
