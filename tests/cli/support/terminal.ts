/** A terminal that keeps what is printed, and whose keys are pressed by the test. */
import { PassThrough, Writable } from 'node:stream';
import { cli } from '../../../cli/main.ts';
import type { Environment, Terminal } from '../../../cli/terminal.ts';
import { realPorts } from '../../../runtime/realPorts.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class TestTerminal implements Terminal {
  readonly stdin = new PassThrough();
  readonly env: Environment;
  readonly clock = realPorts().clock;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly #printed: string[] = [];
  readonly #said: string[] = [];
  readonly #handlers = new Map<string, Set<() => void>>();

  constructor(env: Environment = {}) {
    this.env = { HOME: '/nonexistent', ...env };
    this.stdout = collecting(this.#printed);
    this.stderr = collecting(this.#said);
  }

  get printed(): string {
    return this.#printed.join('');
  }

  get said(): string {
    return this.#said.join('');
  }

  on(signal: string, handler: () => void): () => void {
    const handlers = this.#handlers.get(signal) ?? new Set();
    this.#handlers.set(signal, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** As if the terminal had sent the signal. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGWINCH'): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler();
  }
}

/** Runs `mesostate WORD…` to its end. */
export async function run(words: readonly string[], env: Environment = {}): Promise<Outcome> {
  const terminal = new TestTerminal(env);
  const code = await cli(words, terminal);
  return { code, stdout: terminal.printed, stderr: terminal.said };
}

function collecting(into: string[]): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      into.push(chunk.toString());
      done();
    },
  });
}
