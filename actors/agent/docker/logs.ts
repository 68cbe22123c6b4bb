/** What a container writes goes into its sandbox: `stdout` and `stderr`, each byte once, also over restarts of the agent. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { APPENDING } from '../sandboxFiles.ts';

/** Bytes of the sandbox's files before the container began. */
export interface LogStart {
  readonly stdout: number;
  readonly stderr: number;
}

/** A frame: which stream, three bytes of nothing, four of length. */
const HEADER_BYTES = 8;

export function logStart(sandbox: string): LogStart {
  return { stdout: sizeOf(join(sandbox, 'stdout')), stderr: sizeOf(join(sandbox, 'stderr')) };
}

/** Resolves when the container has said all. Bytes that the files have already are not written again. */
export async function pumpLogs(stream: Readable, sandbox: string, start: LogStart): Promise<void> {
  const outputs = [
    new Output(join(sandbox, 'stdout'), start.stdout),
    new Output(join(sandbox, 'stderr'), start.stderr),
  ];
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      while (rest.length >= HEADER_BYTES) {
        const end = HEADER_BYTES + rest.readUInt32BE(4);
        if (rest.length < end) break;
        await outputs[rest[0] === 2 ? 1 : 0]?.write(rest.subarray(HEADER_BYTES, end));
        rest = rest.subarray(end);
      }
    }
  } finally {
    for (const output of outputs) await output.close();
  }
}

class Output {
  readonly #path: string;
  #skip: number;
  #file: fs.promises.FileHandle | undefined;

  constructor(path: string, start: number) {
    this.#path = path;
    this.#skip = Math.max(0, sizeOf(path) - start);
  }

  async write(bytes: Buffer): Promise<void> {
    const fresh = bytes.subarray(Math.min(this.#skip, bytes.length));
    this.#skip -= bytes.length - fresh.length;
    if (fresh.length === 0) return;
    // Nothing that the container put in its sandbox is followed, or waited for.
    this.#file ??= await fs.promises.open(this.#path, APPENDING, 0o644);
    await this.#file.writeFile(fresh);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function sizeOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
