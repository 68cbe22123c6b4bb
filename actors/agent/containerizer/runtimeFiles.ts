import * as fs from 'node:fs';
import { join } from 'node:path';
import { type ExitStatus, exitStatusOfShell } from './exitStatus.ts';
import type { LaunchIsolation } from './launchScript.ts';

/** Who runs a container, as recorded in its runtime directory. */
export interface ContainerProcess {
  /** The command's own process. */
  readonly pid: number;
  /** Leader of the container's session: the shell that waits for the command. */
  readonly leader: number;
  /** A word of the leader's command line that no later process of that number has. */
  readonly mark: string;
}

/** What the runtime directory of a container says. */
export interface ContainerRecord {
  readonly process: ContainerProcess | undefined;
  readonly status: ExitStatus | undefined;
  /** Why the command was never started. */
  readonly failure: string | undefined;
  /** An agent decided that it is not to be started. */
  readonly calledOff: boolean;
}

/** What stands in `pid` of a container that was called off. */
const CALLED_OFF = 'called off';

/** Makes the runtime directory (mode 0700) and writes the launch script into it. */
export function writeLaunchFile(dir: string, script: string, isolation: LaunchIsolation | undefined): void {
  const { inside, notes = {} } = isolation ?? {};
  makeOwnDirectory(dir);
  for (const [name, text] of Object.entries(notes)) writeNote(dir, name, text);
  if (inside !== undefined) fs.writeFileSync(join(dir, 'inside'), inside, { mode: 0o600 });
  fs.writeFileSync(join(dir, 'launch'), script, { mode: 0o600 });
}

function writeNote(dir: string, name: string, text: string): void {
  fs.writeFileSync(join(dir, name), text, { mode: 0o600 });
}

/** A note that an isolator left when the container was launched; undefined when there is none. */
export function readNote(dir: string, name: string): string | undefined {
  const path = join(dir, name);
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined;
}

/** @throws Error when it is there already: it is another launch's */
function makeOwnDirectory(dir: string): void {
  try {
    fs.mkdirSync(dir, 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Error(`runtime directory ${dir} exists already`);
    if (code !== 'ENOENT') throw error;
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
}

/**
 * Calls a launch off: a launcher that has not said that it started by now never will.
 *
 * @returns false when one has: the record says which
 */
export function callOff(dir: string): boolean {
  try {
    fs.writeFileSync(join(dir, 'pid'), `${CALLED_OFF}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // No directory: there never was a launch.
    if (code === 'ENOENT') return true;
    throw error;
  }
}

/** Undoes `callOff`: the launch may be tried again. Should an old try still come, only one of both goes on. */
export function callOn(dir: string): void {
  fs.rmSync(join(dir, 'pid'), { force: true });
}

/** Whether a launcher has begun, or an agent called the launch off. */
export function isDecided(dir: string): boolean {
  return fs.existsSync(join(dir, 'pid'));
}

/** Reads what the launcher left; lines without their newline count as not written. */
export function readRecord(dir: string): ContainerRecord {
  const lines = readLines(dir, 'pid') ?? [];
  return {
    process: processOf(lines),
    status: readStatus(dir),
    failure: readLines(dir, 'failure')?.[0],
    calledOff: lines[0] === CALLED_OFF,
  };
}

export function readStatus(dir: string): ExitStatus | undefined {
  const line = readLines(dir, 'status')?.[0];
  return line === undefined ? undefined : exitStatusOfShell(Number(line));
}

/**
 * Removes a container's runtime directory, in the background: nobody waits for it, and on a busy disk it takes as long as
 * starting a task. What is left of one after a crash is an ended container to the next agent, which removes it then.
 */
export function removeRuntimeDirectory(dir: string): void {
  fs.rm(dir, { recursive: true, force: true }, () => undefined);
}

function processOf([pid, leader, mark]: readonly string[]): ContainerProcess | undefined {
  if (pid === undefined || leader === undefined || mark === undefined) return undefined;
  return { pid: Number(pid), leader: Number(leader), mark };
}

function readLines(dir: string, name: string): string[] | undefined {
  const path = join(dir, name);
  if (fs.statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return fs.readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
