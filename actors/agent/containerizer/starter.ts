import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SCRIPT_ENVIRONMENT } from './programs.ts';

/** One line of the launcher's report channel. */
export type Report =
  | {
      readonly kind: 'started';
      readonly containerId: string;
      readonly pid: number;
      readonly leader: number;
      /** The word its leader is known by, when it is not the container's own (`markOf`). */
      readonly mark?: string;
    }
  | { readonly kind: 'exited'; readonly containerId: string; readonly status: number }
  /** The command was not started and will not be. */
  | { readonly kind: 'failed'; readonly containerId: string; readonly text: string }
  /** There was no launch file any more. */
  | { readonly kind: 'missing'; readonly containerId: string };

export interface StarterEvents {
  report(report: Report): void;
  /** The starter is gone; what it was given and has not reported started may or may not run. */
  died(text: string): void;
  /** It cannot be done this way here: nothing that was given to the starter was begun, nor would be by another one. */
  unsupported(): void;
}

/** Begins containers whose runtime directory holds a `launch` file. */
export interface Starter {
  start(containerId: string, dir: string): void;
  /** Ends the starter; containers live on and nothing is reported any more. */
  close(): void;
}

export interface StarterOptions {
  /** The shell that the launcher's scripts run in. */
  readonly shell: string;
}

/** The word of a leader's command line by which it is known: its container's runtime directory. */
export function markOf(dir: string): string {
  return `${dir}/`;
}

const LAUNCHER = join('actors', 'agent', 'containerizer', 'launcher');

/** Folder of the launcher's scripts: in the sources, of which compiled modules lie somewhere below. */
function findLauncher(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const candidate = join(dir, LAUNCHER);
    if (existsSync(join(candidate, 'run-container.sh'))) return candidate;
    if (dir === dirname(dir)) throw new Error(`${LAUNCHER}: the launcher's scripts are not installed`);
  }
}

export const launcherDir: string = findLauncher();

/**
 * A long-lived shell that starts a container for every line written to it: about 1,000 a second, while
 * `child_process.spawn` holds up the agent's own thread for nearly a millisecond each.
 */
export class SpawnerProcess implements Starter {
  readonly #child: ChildProcess;
  readonly #reports: ReportReader;

  constructor(options: StarterOptions, events: StarterEvents) {
    const argv = [join(launcherDir, 'spawner.sh'), options.shell, launcherDir];
    // A session of its own: a Ctrl-C meant for the agent is not for the spawner, which ends when its input does.
    this.#child = spawn(options.shell, argv, {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: SCRIPT_ENVIRONMENT,
    });
    let ready = false;
    this.#reports = new ReportReader(events, (word) => {
      ready ||= word === 'ready';
    });
    if (this.#child.stdout !== null) this.#reports.read(this.#child.stdout);
    this.#child.stdin?.on('error', () => {});
    this.#child.on('error', () => events.unsupported());
    // Not `close`: the report channel stays open as long as a container lives.
    this.#child.on('exit', (code, signal) => {
      setImmediate(() => {
        if (ready) events.died(`the spawner ended with ${signal ?? `status ${code}`}`);
        else events.unsupported();
      });
    });
  }

  /** Of the shell, for tests of its death. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  start(containerId: string, dir: string): void {
    this.#child.stdin?.write(`${containerId} ${markOf(dir)}\n`);
  }

  close(): void {
    this.#child.removeAllListeners('exit');
    this.#child.stdin?.end();
    this.#reports.close();
    this.#child.unref();
  }
}

/** Starts each container from Node itself, where there is no `setsid` that can fork. */
export class DetachedStarter implements Starter {
  readonly #options: StarterOptions;
  readonly #events: StarterEvents;
  readonly #readers = new Set<ReportReader>();

  constructor(options: StarterOptions, events: StarterEvents) {
    this.#options = options;
    this.#events = events;
  }

  start(containerId: string, dir: string): void {
    const child = spawn(
      this.#options.shell,
      [join(launcherDir, 'run-container.sh'), containerId, markOf(dir)],
      {
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
        env: SCRIPT_ENVIRONMENT,
      },
    );
    const reader = new ReportReader(this.#events, () => {});
    this.#readers.add(reader);
    const channel = child.stdio[3];
    if (channel) reader.read(channel as Readable);
    child.on('close', () => {
      this.#readers.delete(reader);
      if (!reader.heard) this.#events.report({ kind: 'missing', containerId });
    });
    child.on('error', (error) => this.#events.report({ kind: 'failed', containerId, text: error.message }));
    child.unref();
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#readers.clear();
  }
}

/** Takes a report channel apart into lines and the lines into reports. */
export class ReportReader {
  readonly #events: StarterEvents;
  readonly #onWord: (word: string) => void;
  #channel: Readable | undefined;
  #rest = '';
  /** Whether any report came. */
  heard = false;

  constructor(events: StarterEvents, onWord: (word: string) => void) {
    this.#events = events;
    this.#onWord = onWord;
  }

  read(channel: Readable): void {
    this.#channel = channel;
    channel.on('error', () => {});
    channel.on('data', (chunk: Buffer) => this.#take(chunk.toString()));
  }

  close(): void {
    this.#channel?.removeAllListeners('data');
    this.#channel?.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const report = parseReport(line);
      this.heard ||= report !== undefined;
      if (report === undefined) this.#onWord(line);
      else this.#events.report(report);
    }
  }
}

function parseReport(line: string): Report | undefined {
  const [kind, containerId = '', ...rest] = line.split(' ');
  switch (kind) {
    case 'started':
      return { kind, containerId, pid: Number(rest[0]), leader: Number(rest[1]) };
    case 'exited':
      return { kind, containerId, status: Number(rest[0]) };
    case 'failed':
      return { kind, containerId, text: rest.join(' ') };
    case 'missing':
      return { kind, containerId };
    default:
      return undefined;
  }
}
