/** A program that is started again whenever it ends, as an operator's supervisor would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { later } from '../support/until.ts';

export interface Supervised {
  readonly name: string;
  /** How often it was started. */
  readonly starts: number;
  readonly paused: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Ends it for good. */
  end(): Promise<void>;
}

/**
 * @param restartMs pause before it is started again
 * @param logFile everything it prints, over all runs
 */
export function supervise(
  name: string,
  command: string,
  args: readonly string[],
  { restartMs, logFile }: { readonly restartMs: number; readonly logFile: string },
): Supervised {
  let child: ChildProcess;
  let over = false;
  let starts = 0;
  let paused = false;
  let exited: Promise<void>;
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
        if (!over) later(restartMs, () => over || begin());
      });
    });
  };
  begin();
  return {
    name,
    get starts() {
      return starts;
    },
    get paused() {
      return paused;
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
