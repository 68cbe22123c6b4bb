import * as fs from 'node:fs';
import { join } from 'node:path';
import { NotPlainFile, readPlainFile } from '../../../runtime/storage/index.ts';
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
  /** What is in the way of its files. */
  readonly damaged: readonly string[];
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

/** A note that an isolator left when the container was launched; undefined when there is none. @throws NotPlainFile */
export function readNote(dir: string, name: string): string | undefined {
  return readPlainFile(join(dir, name))?.toString();
}

/** Another text for a note, in one step; nothing when the container has no directory. @throws the file system's error */
export function replaceNote(dir: string, name: string, text: string): void {
  if (!fs.existsSync(dir)) return;
  writeNote(dir, `${name}.new`, text);
  fs.renameSync(join(dir, `${name}.new`), join(dir, name));
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
    if (code === 'ENOENT' || code === 'ENOTDIR') return true;
    throw error;
  }
}

/** Undoes `callOff`: the launch may be tried again. Should an old try still come, only one of both goes on. */
export function callOn(dir: string): void {
  fs.rmSync(join(dir, 'pid'), { force: true, recursive: true });
}

/** Whether a launcher has begun, or an agent called the launch off. */
export function isDecided(dir: string): boolean {
  return fs.existsSync(join(dir, 'pid'));
}

/** Reads what the launcher left; lines without their newline count as not written, and so does what is no plain file. */
export function readRecord(dir: string): ContainerRecord {
  const damaged: string[] = [];
  const lines = readLines(dir, 'pid', damaged);
  return {
    process: processOf(lines),
    status: readStatus(dir, damaged),
    failure: readLines(dir, 'failure', damaged)[0],
    calledOff: lines[0] === CALLED_OFF,
    damaged,
  };
}

/** @param damaged is added to */
export function readStatus(dir: string, damaged: string[] = []): ExitStatus | undefined {
  const [line] = readLines(dir, 'status', damaged);
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
  if (mark === undefined || !isNumber(pid) || !isNumber(leader)) return undefined;
  return { pid: Number(pid), leader: Number(leader), mark };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[1-9]\d*$/.test(text);
}

function readLines(dir: string, name: string, damaged: string[]): string[] {
  try {
    return readPlainFile(join(dir, name))?.toString().split('\n').slice(0, -1) ?? [];
  } catch (error) {
    if (!(error instanceof NotPlainFile)) throw error;
    damaged.push(error.message);
    return [];
  }
}

/** Names in a folder; none where there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
