/**
 * Secrets on their way into containers (volume/secret): files that are in memory only, which a container moves to memory of its own when it
 * makes its view of the files.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Secret, SecretType } from '../../../../../proto/generated/types/v1.ts';
import { namesIn } from '../../runtimeFiles.ts';

/** Types of file systems that are memory: tmpfs, ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

const SHARED_MEMORY = '/dev/shm';

/** @throws Error for a secret that is not given but referred to: there is nobody here who could resolve it */
export function secretData({ type, value }: Secret): Uint8Array {
  if (type === SecretType.VALUE && value !== undefined) return value.data;
  throw new Error('a secret by reference cannot be resolved, this agent has no secret resolver');
}

export class SecretFiles {
  readonly #runtimeDir: string;
  #folder: string | undefined;

  /** @param runtimeDir of the agent: where the files are when that is memory */
  constructor(runtimeDir: string) {
    this.#runtimeDir = runtimeDir;
  }

  /** @returns a file of root's own. @throws Error in one line: there is no memory to be had */
  keep(containerId: string, data: Uint8Array): string {
    const folder = join(this.#opened(), containerId);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, String(fs.readdirSync(folder).length));
    fs.writeFileSync(file, data, { mode: 0o400, flag: 'wx' });
    return file;
  }

  forget(containerId: string): void {
    if (!isOwn(this.#place)) return;
    fs.rmSync(join(this.#place, containerId), { recursive: true, force: true });
    // Nothing stays of an agent that has none.
    if (this.known().length === 0) fs.rmSync(this.#place, { recursive: true, force: true });
  }

  /** Containers of which there is something. */
  known(): string[] {
    return isOwn(this.#place) ? namesIn(this.#place) : [];
  }

  get #place(): string {
    if (this.#folder !== undefined) return this.#folder;
    const own = createHash('sha256').update(this.#runtimeDir).digest('hex').slice(0, 16);
    this.#folder = isMemory(this.#runtimeDir)
      ? join(this.#runtimeDir, 'secret-volumes')
      : join(SHARED_MEMORY, `mesostate-secrets-${own}`);
    return this.#folder;
  }

  /** Anybody may make folders in the memory that all share: one that is not ours is not used. @throws Error in one line */
  #opened(): string {
    const folder = this.#place;
    if (folder.startsWith(`${SHARED_MEMORY}/`) && !isMemory(SHARED_MEMORY))
      throw new Error(`neither ${this.#runtimeDir} nor ${SHARED_MEMORY} is memory: secrets would be on disk`);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder)) throw new Error(`${folder}: is not a folder of the agent alone`);
    return folder;
  }
}

/** Whether it is a folder in which nobody else can put or exchange anything. */
function isOwn(folder: string): boolean {
  const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.geteuid?.() && (stat.mode & 0o77) === 0;
}

function isMemory(folder: string): boolean {
  try {
    return IN_MEMORY.has(fs.statfsSync(folder).type);
  } catch {
    return false;
  }
}
