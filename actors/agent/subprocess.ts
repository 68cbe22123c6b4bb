/** Programs that the agent runs for itself (tar, du, mount, CNI plugins): asynchronous, bounded, with errors in one line. */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** Output beyond this is an error, unless it goes to a file. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

const ERROR_CHARACTERS_MAX = 300;

export interface ProgramOptions {
  readonly cwd?: string;
  /** Run as this user and group; supplementary groups are dropped. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly input?: string;
  /** Where its standard output goes, an open file. */
  readonly outputFd?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines of its output, told as they come; the result is empty then. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** For programs that complain on their standard output. @returns what they complain of, undefined when of nothing */
  readonly complaintOf?: (output: string) => string | undefined;
}

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws Error `tar: the last line of its complaints`, or that it is not installed
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.user ?? {}),
      ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' }),
      env: { PATH: process.env['PATH'], LC_ALL: 'C', ...options.environment },
      stdio: ['pipe', options.outputFd ?? 'pipe', 'pipe'],
    });
    const output = new Output(options.onLine);
    let complaints = '';
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!output.take(chunk)) child.kill('SIGKILL');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-4096);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${program} is not installed on this agent`) : error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output.end());
      else {
        const said = options.complaintOf?.(output.end()) ?? lastLine(complaints);
        reject(
          new Error(`${basename(program)}: ${said ?? output.problem ?? signal ?? `ended with ${code}`}`),
        );
      }
    });
  });
}

class Output {
  readonly #onLine: ((line: string) => void) | undefined;
  #text = '';
  problem: string | undefined;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  /** @returns false when it is too much */
  take(chunk: Buffer): boolean {
    this.#text += chunk.toString();
    if (this.#onLine !== undefined) {
      const lines = this.#text.split('\n');
      this.#text = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    }
    if (this.#text.length <= OUTPUT_BYTES_MAX) return true;
    this.problem = `its output has more than ${OUTPUT_BYTES_MAX} bytes`;
    return false;
  }

  end(): string {
    if (this.#onLine !== undefined && this.#text !== '') this.#onLine(this.#text);
    return this.#onLine === undefined ? this.#text : '';
  }
}

function lastLine(text: string): string | undefined {
  const line = text.trimEnd().split('\n').at(-1)?.trim();
  return line === undefined || line === '' ? undefined : line.slice(0, ERROR_CHARACTERS_MAX);
}

/** Numbers of a user of this machine. @throws Error when there is none of that name */
export async function userNumbers(name: string): Promise<{ uid: number; gid: number }> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map((option) => runProgram('id', [option, '--', name])),
    );
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    throw new Error(`user ${name} does not exist on this agent`);
  }
}
