/** The terminal, or what stands in for it: the streams a command talks to and the ports it takes time from. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../runtime/ports.ts';
import { realPorts } from '../runtime/realPorts.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Environment;
  readonly clock: Clock;
  /** Calls back at each SIGINT, SIGTERM or change of the window's size; the answer takes the handler off. */
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGWINCH', handler: () => void): () => void;
}

/** The process's own. */
export function realTerminal(env: Environment): Terminal {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env,
    clock: realPorts().clock,
    on: (signal, handler) => {
      process.on(signal, handler);
      return () => void process.off(signal, handler);
    },
  };
}
