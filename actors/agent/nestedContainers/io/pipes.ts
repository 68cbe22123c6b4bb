/**
 * The ends of a container's input and output that an agent holds: named pipes in the runtime directory. A container keeps its
 * own ends open for reading and writing, so that it does not notice when an agent goes and another one comes.
 */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { readEnvironment } from '../../containerizer/processTable.ts';
import { type SandboxWay, within } from '../../heldFolder.ts';
import { APPENDING } from '../../sandboxFiles.ts';

export type OutputName = 'stdout' | 'stderr';

/** What is told of a container's output; from the event loop. */
export interface PipeEvents {
  /** @param taken lets the next piece come */
  data(name: OutputName, bytes: Uint8Array, taken: () => void): void;
  /** Nothing more will come. */
  ended(): void;
}

export interface Pipes {
  /** @param taken called when there is room for more */
  write(bytes: Uint8Array, taken: () => void): void;
  /** The end of the input. */
  endInput(): void;
  close(): void;
}

/** Where pipes come from, and terminals are told their size. */
export interface PipesPort {
  /** Makes the pipes of a container in a folder of their own. @param done with a line of text if it cannot be */
  make(dir: string, done: (error?: Error) => void): void;
  /** @param log the sandbox with the file `stdout` that all output goes to as well */
  open(dir: string, events: PipeEvents, log: SandboxWay | undefined): Pipes;
  /** Sets the size of the terminal below that process. */
  resize(pid: number, rows: number, columns: number): void;
  /** The environment of a running process. */
  environmentOf(pid: number): Record<string, string>;
  /** Whether there are pipes from an earlier run. */
  has(dir: string): boolean;
  remove(dir: string): void;
}

const NAMES = ['stdin', 'stdout', 'stderr'] as const;

export const namedPipes: PipesPort = {
  make,
  open,
  resize,
  environmentOf: readEnvironment,
  has: (dir) => fs.existsSync(join(dir, 'stdin')),
  remove,
};

/** Lines of a launch script that put the pipes in the place of a container's input and output. */
export function pipeLines(dir: string, isTerminal: boolean): string[] {
  const [input, output, errors] = NAMES.map((name) => quotedPath(join(dir, name)));
  // The end of a terminal's input is a character; that of a pipe is that nobody has it open for writing.
  return [`exec ${isTerminal ? '0<>' : '<'}${input} 1<>${output} 2<>${errors}`];
}

function quotedPath(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function make(dir: string, done: (error?: Error) => void): void {
  try {
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    setImmediate(() => done(error as Error));
    return;
  }
  const paths = NAMES.map((name) => join(dir, name));
  execFile('mkfifo', ['-m', '600', ...paths], (error) => done(error ?? undefined));
}

/** @returns undefined, too, when the container has put something else there: its output goes to who is attached alone */
function openLog(log: SandboxWay | undefined): number | undefined {
  try {
    return log && within(log.root, log.below, (folder) => fs.openSync(folder.at('stdout'), APPENDING, 0o644));
  } catch {
    return undefined;
  }
}

/** A full disk costs what does not fit, not the agent. */
function writeLog(file: number | undefined, bytes: Buffer): void {
  if (file === undefined) return;
  try {
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at);
  } catch {
    // What is attached is told, the file is not.
  }
}

function open(dir: string, events: PipeEvents, log: SandboxWay | undefined): Pipes {
  const { O_RDONLY, O_RDWR, O_NONBLOCK } = fs.constants;
  const input = socketOf(join(dir, 'stdin'), O_RDWR | O_NONBLOCK, 'writable');
  const file = openLog(log);
  const outputs = (['stdout', 'stderr'] as const).map((name) => {
    const socket = socketOf(join(dir, name), O_RDONLY | O_NONBLOCK, 'readable');
    socket.on('data', (bytes: Buffer) => {
      socket.pause();
      writeLog(file, bytes);
      events.data(name, bytes, () => socket.resume());
    });
    return socket;
  });
  let open = outputs.length;
  for (const socket of outputs) {
    socket.once('close', () => {
      open -= 1;
      if (open > 0) return;
      if (file !== undefined) fs.closeSync(file);
      input.destroy();
      events.ended();
    });
  }
  return {
    write: (bytes, taken) => void input.write(bytes, taken),
    endInput: () => input.end(),
    close: () => {
      input.destroy();
      for (const socket of outputs) socket.destroy();
    },
  };
}

function socketOf(path: string, flags: number, way: 'readable' | 'writable'): Socket {
  const fd = fs.openSync(path, flags);
  const socket = new Socket({ fd, readable: way === 'readable', writable: way === 'writable' });
  // A process that ended while it was written to is no mistake of ours.
  socket.on('error', () => socket.destroy());
  return socket;
}

/** The terminal is that of whatever `script` has started. */
function resize(pid: number, rows: number, columns: number): void {
  const terminal = terminalBelow(pid);
  if (terminal === undefined) return;
  execFile('stty', ['-F', terminal, 'rows', String(rows), 'cols', String(columns)], () => undefined);
}

function terminalBelow(pid: number): string | undefined {
  try {
    const [child] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const terminal = fs.readlinkSync(`/proc/${child}/fd/0`);
    return terminal.startsWith('/dev/pts/') ? terminal : undefined;
  } catch {
    return undefined;
  }
}

function remove(dir: string): void {
  fs.rm(dir, { recursive: true, force: true }, () => undefined);
}
