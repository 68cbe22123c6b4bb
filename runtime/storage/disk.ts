/**
 * The port through which durable state reaches a disk.
 *
 * What runs once, while a store is opened, is synchronous and throws; what runs while a node serves takes a
 * callback, which is always called later from the event loop and never before the call returns. With
 * `MemoryDisk` in place of `RealDisk` crashes and torn writes are played without a disk.
 */

/** Called exactly once; `error` is absent when the operation succeeded. */
export type DiskCallback = (error?: Error) => void;

/** A file open for appending. One operation at a time: the next begins after the callback of the one before. */
export interface DiskFile {
  readonly path: string;
  /** Appends the chunks in order. A failed write may have left a part of them. */
  write(chunks: readonly Uint8Array[], done: DiskCallback): void;
  /** Returns through `done` when all that was written survives a power cut (fdatasync). */
  sync(done: DiskCallback): void;
  /** Gives the descriptor back; without a sync before, nothing is promised about what was written. */
  close(): void;
}

/** A lock held until released or until the process is dead. */
export interface DiskLock {
  release(): void;
}

export interface Disk {
  /** Creates the folder, for its owner alone, and its missing parents (as the umask says). Throws when that is not possible. */
  makeDirectory(path: string): void;
  /** The whole file, or undefined when there is none. Throws when it cannot be read: `NotPlainFile` for what is none. */
  readFile(path: string): Uint8Array | undefined;
  /** Cuts a file off at `length` bytes and makes that durable. */
  truncate(path: string, length: number): void;
  /** Removes a file, or what stands in its place, when it is there. */
  remove(path: string): void;
  /** Opens for appending; made (mode 0600) when missing. `truncate` empties it first. */
  openFile(path: string, options: { truncate: boolean }): DiskFile;
  /**
   * Takes the lock file `path` for this process. Throws when a living process holds it; the lock of a dead one
   * is taken over.
   */
  lock(path: string): DiskLock;
  /** Moves a file over another one in one step. Durable after `syncDirectory`. */
  rename(from: string, to: string, done: DiskCallback): void;
  /** Makes the names in a folder durable: created, renamed and removed files. */
  syncDirectory(path: string, done: DiskCallback): void;
  /** Runs `callback` in a later turn. */
  defer(callback: () => void): void;
}

/** No room on the disk, or none that this user may take. */
export function isFull(error: Error): boolean {
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
