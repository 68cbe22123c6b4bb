import { dirname } from 'node:path';
import type { Disk, DiskCallback, DiskFile, DiskLock } from './disk.ts';

/** Thrown by, or told through, every operation on a disk whose power is off. */
export class PowerCut extends Error {
  constructor() {
    super('the power is off');
    this.name = 'PowerCut';
  }
}

/** One file's bytes: what its programs see, and how much of that a power cut would surely leave. */
interface Inode {
  bytes: Uint8Array;
  durable: Uint8Array;
  /** Where `bytes` lie, with room behind them: what is appended copies nothing of what is there. */
  room?: Uint8Array;
}

/** A change of a folder's names that no `syncDirectory` has made durable yet. */
interface NameChange {
  readonly folder: string;
  apply(names: Map<string, Inode>): void;
}

const ROOM_MIN = 256;

export interface MemoryDiskOptions {
  /** Runs a callback later: a clock's timer in a simulation. Default: a macrotask of Node. */
  readonly schedule?: (callback: () => void) => void;
  /** Cuts the power before the change with this number (0 is the first) takes place. */
  readonly crashAt?: number;
  /** Answers every change that grows or creates a file from this number on with ENOSPC, having written a half. */
  readonly fullAt?: number;
}

/**
 * A disk in memory that forgets, in a crash, what no sync has made durable: of each file a prefix of the unsynced
 * bytes survives (its last part perhaps as zeros, as file systems leave them), of the unsynced names the earlier ones.
 *
 * Each write, sync, rename, … is counted as one change; `crashAt` cuts the power before any one of them, `restart()`
 * gives the disk as the machine finds it afterwards.
 */
export class MemoryDisk implements Disk {
  readonly #schedule: (callback: () => void) => void;
  readonly #crashAt: number;
  #fullAt: number;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #pendingNames: NameChange[] = [];
  #locks = new Set<string>();
  #changes = 0;
  #powered = true;

  constructor(options: MemoryDiskOptions = {}) {
    this.#schedule = options.schedule ?? setImmediate;
    this.#crashAt = options.crashAt ?? Number.POSITIVE_INFINITY;
    this.#fullAt = options.fullAt ?? Number.POSITIVE_INFINITY;
  }

  /** Changes made or begun so far; a run without a crash says how many boundaries there are to crash at. */
  get changes(): number {
    return this.#changes;
  }

  /** False once the power was cut. */
  get powered(): boolean {
    return this.#powered;
  }

  /** From now on there is no room for what is written. */
  fill(): void {
    this.#fullAt = 0;
  }

  /** From now on there is. */
  makeRoom(): void {
    this.#fullAt = Number.POSITIVE_INFINITY;
  }

  /** Cuts the power now: nothing answers any more. */
  crash(): void {
    this.#powered = false;
  }

  /**
   * The disk after the power came back.
   *
   * @param chance uniform numbers in [0, 1): decides how much of what was not synced is there nevertheless
   */
  restart(chance: () => number, options: MemoryDiskOptions = {}): MemoryDisk {
    this.crash();
    const names = new Map(this.#durableNames);
    const kept = Math.floor(chance() * (this.#pendingNames.length + 1));
    for (const change of this.#pendingNames.slice(0, kept)) change.apply(names);
    const next = new MemoryDisk(options);
    for (const [path, inode] of names) {
      const bytes = surviving(inode, chance);
      next.#names.set(path, { bytes, durable: bytes });
    }
    next.#durableNames = new Map(next.#names);
    return next;
  }

  makeDirectory(_path: string): void {
    this.#step();
  }

  readFile(path: string): Uint8Array | undefined {
    this.#mustHavePower();
    return this.#names.get(path)?.bytes.slice();
  }

  /** What of a file a power cut would surely leave; undefined when its name might be lost. */
  durable(path: string): Uint8Array | undefined {
    return this.#durableNames.get(path)?.durable;
  }

  truncate(path: string, length: number): void {
    this.#step();
    const inode = this.#mustFind(path);
    inode.bytes = inode.bytes.slice(0, length);
    inode.durable = inode.bytes;
  }

  remove(path: string): void {
    this.#step();
    if (!this.#names.has(path)) return;
    this.#changeNames({ folder: dirname(path), apply: (names) => names.delete(path) });
  }

  openFile(path: string, options: { truncate: boolean }): DiskFile {
    this.#step();
    let inode = this.#names.get(path);
    if (inode === undefined) {
      const made: Inode = { bytes: new Uint8Array(0), durable: new Uint8Array(0) };
      this.#changeNames({ folder: dirname(path), apply: (names) => names.set(path, made) });
      inode = made;
    } else if (options.truncate) {
      inode.bytes = new Uint8Array(0);
    }
    return this.#fileOf(path, inode);
  }

  lock(path: string): DiskLock {
    this.#mustHavePower();
    if (this.#locks.has(path)) throw new Error(`${path}: is locked by this process, which is still running`);
    this.#locks.add(path);
    return { release: () => this.#locks.delete(path) };
  }

  rename(from: string, to: string, done: DiskCallback): void {
    this.#answer(done, () => {
      const inode = this.#mustFind(from);
      this.#changeNames({
        folder: dirname(to),
        apply: (names) => {
          names.delete(from);
          names.set(to, inode);
        },
      });
    });
  }

  syncDirectory(path: string, done: DiskCallback): void {
    this.#answer(done, () => {
      for (const change of this.#pendingNames) if (change.folder === path) change.apply(this.#durableNames);
      this.#pendingNames = this.#pendingNames.filter((change) => change.folder !== path);
    });
  }

  defer(callback: () => void): void {
    this.#schedule(() => {
      if (this.#powered) callback();
    });
  }

  #fileOf(path: string, inode: Inode): DiskFile {
    return {
      path,
      write: (chunks, done) => {
        const bytes = Buffer.concat(chunks);
        this.#answer(done, (number) => {
          const full = number >= this.#fullAt;
          const taken = full ? bytes.subarray(0, bytes.length >> 1) : bytes;
          append(inode, taken);
          if (full) throw noSpace(path);
        });
      },
      sync: (done) => {
        this.#answer(done, () => {
          inode.durable = inode.bytes;
        });
      },
      close: () => this.#mustHavePower(),
    };
  }

  /** Makes a change in a later turn and answers in the same one; a disk without power never answers. */
  #answer(done: DiskCallback, change: (number: number) => void): void {
    this.#schedule(() => {
      if (!this.#powered) return;
      let failure: Error | undefined;
      try {
        change(this.#step());
      } catch (error) {
        failure = error as Error;
      }
      if (this.#powered) done(failure);
    });
  }

  #step(): number {
    this.#mustHavePower();
    if (this.#changes >= this.#crashAt) {
      this.crash();
      throw new PowerCut();
    }
    return this.#changes++;
  }

  #mustHavePower(): void {
    if (!this.#powered) throw new PowerCut();
  }

  #mustFind(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return inode;
  }

  #changeNames(change: NameChange): void {
    change.apply(this.#names);
    this.#pendingNames.push(change);
  }
}

function noSpace(path: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC' });
}

/** Bytes before stay where they are, since `durable` may be a part of the same room. */
function append(inode: Inode, taken: Uint8Array): void {
  const { bytes, room } = inode;
  const length = bytes.length + taken.length;
  let into = room;
  if (into === undefined || into.buffer !== bytes.buffer || length > into.length) {
    into = new Uint8Array(Math.max(ROOM_MIN, 2 * length));
    into.set(bytes);
  }
  into.set(taken, bytes.length);
  inode.room = into;
  inode.bytes = into.subarray(0, length);
}

/** What a crash leaves of a file: all that was synced and perhaps a part of the rest, the end of it perhaps as zeros. */
function surviving(inode: Inode, chance: () => number): Uint8Array {
  const { bytes, durable } = inode;
  const appended = bytes.length >= durable.length && startsWith(bytes, durable);
  if (!appended) return chance() < 0.5 ? durable : bytes.slice(0, Math.floor(chance() * (bytes.length + 1)));
  const extra = bytes.length - durable.length;
  const kept = durable.length + Math.floor(chance() * (extra + 1));
  const result = bytes.slice(0, kept);
  if (chance() < 0.3) result.fill(0, durable.length + Math.floor(chance() * (kept - durable.length + 1)));
  return result;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, at) => bytes[at] === byte);
}
