/** A program that is started again whenever it ends, as an operator's supervisor would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { later } from '../support/until.ts';

export interface Supervised {
  readonly name: string;
  /** How often it was started. */
  readonly starts: number;
  readonly paused: boolean;
  /** Ended for good: by `end`, or by itself when that was allowed. */
  readonly over: boolean;
  /** Its exit code, when it ended by itself and that was allowed. */
  readonly done: Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it for good. */
  end(): Promise<void>;
}

export interface SupervisedOptions {
  /** Pause before it is started again. */
  readonly restartMs: number;
  /** Everything it prints, over all runs. */
  readonly logFile: string;
  /** It may come to an end by itself: then it is not started again, as it is when a signal ended it. Default: no. */
  readonly mayEnd?: boolean;
}

export function supervise(
  name: string,
  command: string,
  args: readonly string[],
  { restartMs, logFile, mayEnd = false }: SupervisedOptions,
): Supervised {
  let child: ChildProcess;
  let over = false;
  let starts = 0;
  let paused = false;
  let exited: Promise<void>;
  let finish: (code: number) => void = () => undefined;
  const done = new Promise<number>((resolve) => {
    finish = resolve;
  });
  const begin = (): void => {
    starts++;
    paused = false;
    appendFileSync(logFile, `---- start ${starts}\n`);
    child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk));
    exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        appendFileSync(logFile, `---- ended ${code ?? signal}\n`);
        resolve();
        if (mayEnd && code !== null) {
          over = true;
          finish(code);
        }
        if (!over) later(restartMs, () => over || begin());
      });
    });
  };
  begin();
  return {
    name,
    done,
    get starts() {
      return starts;
    },
    get paused() {
      return paused;
    },
    get over() {
      return over;
    },
    signal: (signal) => {
      if (signal === 'SIGSTOP') paused = true;
      if (signal === 'SIGCONT') paused = false;
      child.kill(signal);
    },
    end: async () => {
      over = true;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      later(10_000, () => child.kill('SIGKILL'));
      await exited;
    },
  };
}
