import { join } from 'node:path';
import { type Disk, type DiskCallback, type DiskFile, type DiskLock, isFull } from './disk.ts';
import type { Broken } from './frames.ts';
import {
  decodeFile,
  encodeBatch,
  JournalDamaged,
  MAGIC,
  RECORD_HEADER_BYTES,
  snapshotChunks,
} from './frames.ts';
import { NotPlainFile } from './plainFile.ts';
import { RealDisk } from './realDisk.ts';

export { JournalDamaged } from './frames.ts';

/** Largest record, in bytes. */
export const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** Records are gathered into one batch up to this many bytes; one larger record is a batch of its own. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

/** What was cut off when a journal was opened: a write that a crash interrupted; nobody was told it was durable. */
export interface CutOff extends Broken {
  readonly file: string;
  /** Bytes removed. */
  readonly bytes: number;
}

export interface JournalOptions {
  /** File name without ending: the journal is `<dir>/<name>.journal`, its lock `<dir>/<name>.lock`. */
  readonly name: string;
  /** Called while opening with every record, oldest first. The bytes may be kept. */
  readonly onRecord?: (payload: Uint8Array, index: number) => void;
  /** Told once when the journal stops because the disk failed. Nothing is written afterwards. */
  readonly onFailure?: (error: Error) => void;
  /**
   * Told that the disk has no room for what is to be appended; the journal writes it, in its order, when `again` is called. Without it a
   * full disk is a failure like any other.
   */
  readonly whenFull?: (error: Error, again: () => void) => void;
  readonly disk?: Disk;
}

interface Append {
  readonly kind: 'append';
  readonly payload: Uint8Array;
  readonly done: DiskCallback;
}

interface Compaction {
  readonly kind: 'compact';
  readonly records: readonly Uint8Array[];
  readonly done: DiskCallback;
}

type Work = Append | Compaction;

/** full: what waits stays in the queue until there is room. */
type Mode = 'idle' | 'writing' | 'full' | 'failed' | 'closed';

/**
 * A durable append-only log with group commit: what is appended while one write is on its way to the disk goes
 * out together with the next, so one fdatasync serves hundreds of records.
 *
 * It is fail-stop: after the first error of the disk every waiting and every later callback gets that error and
 * nothing is written any more, because after a failed fsync nobody knows what the disk holds. A write that found no
 * room is no such error for who says `whenFull`: what it left is cut off, and it is made again. Opening it again
 * finds every record that was acknowledged (crash safety as in etcd's WAL; a torn tail is cut off and told in
 * `cutOff`).
 */
export class Journal {
  readonly file: string;
  readonly cutOff: CutOff | undefined;
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #lock: DiskLock;
  readonly #onFailure: ((error: Error) => void) | undefined;
  readonly #whenFull: JournalOptions['whenFull'];
  #handle: DiskFile;
  #mode: Mode = 'idle';
  #failure: Error | undefined;
  #queue: Work[] = [];
  #inFlight = 0;
  #batch: number;
  #size: number;
  #onClosed: (() => void)[] | undefined;

  /**
   * Opens or creates the journal in `dir` (made when missing) and replays it.
   *
   * @throws JournalDamaged naming file and offset; an error when another process has it open, or the folder or
   *   file cannot be read or written
   */
  static open(dir: string, options: JournalOptions): Journal {
    const disk = options.disk ?? new RealDisk();
    disk.makeDirectory(dir);
    const lock = disk.lock(join(dir, `${options.name}.lock`));
    try {
      return new Journal(disk, dir, lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(disk: Disk, dir: string, lock: DiskLock, options: JournalOptions) {
    this.#disk = disk;
    this.#dir = dir;
    this.#lock = lock;
    this.#onFailure = options.onFailure;
    this.#whenFull = options.whenFull;
    this.file = join(dir, `${options.name}.journal`);
    disk.remove(this.#draft());
    const bytes = contentOf(disk, this.file);
    const content = decodeFile(this.file, bytes);
    if (content.torn !== undefined) {
      this.cutOff = { ...content.torn, file: this.file, bytes: bytes.length - content.validBytes };
      disk.truncate(this.file, content.validBytes);
    }
    this.#batch = content.lastBatch;
    this.#size = content.validBytes;
    content.records.forEach((payload, index) => {
      options.onRecord?.(payload, index);
    });
    this.#handle = disk.openFile(this.file, { truncate: false });
  }

  /** Bytes of the file, as far as durable. */
  get size(): number {
    return this.#size;
  }

  /** Appends and compactions accepted and not yet durable. */
  get pending(): number {
    return this.#queue.length + this.#inFlight;
  }

  /** Why the journal stopped, if it did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Adds a record. The bytes must not be changed afterwards.
   *
   * @param onDurable called once, from the event loop and in the order of the appends: without an error when the
   *   record survives a power cut, with one when the journal has stopped or is closed
   * @throws RangeError for a record above RECORD_BYTES_MAX
   */
  append(payload: Uint8Array, onDurable: DiskCallback): void {
    if (payload.length > RECORD_BYTES_MAX) {
      throw new RangeError(
        `${this.file}: a record of ${payload.length} bytes, at most ${RECORD_BYTES_MAX} are taken`,
      );
    }
    this.#enqueue({ kind: 'append', payload, done: onDurable });
  }

  /**
   * Replaces everything appended so far by `records`, in one step: a crash at any instant leaves all of the old or all
   * of the new. Appends made after this call follow the snapshot. With `whenFull`, a disk without room for it leaves
   * the old, `done` is told why, and the journal goes on.
   */
  compact(records: readonly Uint8Array[], done: DiskCallback): void {
    this.#enqueue({ kind: 'compact', records, done });
  }

  /** Writes what is waiting, gives file and lock back, then calls `done`. Closing twice is closing once. */
  close(done?: () => void): void {
    this.#onClosed = [...(this.#onClosed ?? []), done ?? (() => {})];
    if (this.#mode !== 'writing') this.#disk.defer(() => this.#next());
  }

  #enqueue(work: Work): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.#disk.defer(() => work.done(refusal));
      return;
    }
    this.#queue.push(work);
    if (this.#mode !== 'idle') return;
    // A turn later, so that all appends of this turn share the first write too.
    this.#mode = 'writing';
    this.#disk.defer(() => this.#next());
  }

  #refusal(): Error | undefined {
    if (this.#failure !== undefined) return this.#failure;
    return this.#onClosed === undefined ? undefined : new Error(`${this.file}: is closed`);
  }

  #next(): void {
    this.#inFlight = 0;
    const work = this.#queue[0];
    if (this.#mode === 'closed') {
      this.#tellClosed();
    } else if (this.#mode === 'full') {
      this.#giveUpFull();
    } else if (work === undefined || this.#mode === 'failed') {
      this.#rest();
    } else {
      this.#mode = 'writing';
      this.#begin(work);
    }
  }

  #begin(work: Work): void {
    if (work.kind === 'append') {
      this.#writeBatch(this.#takeBatch());
      return;
    }
    this.#queue.shift();
    this.#inFlight = 1;
    this.#compactNow(work);
  }

  #rest(): void {
    if (this.#mode !== 'failed') this.#mode = 'idle';
    if (this.#onClosed === undefined) return;
    this.#mode = 'closed';
    this.#handle.close();
    this.#lock.release();
    this.#tellClosed();
  }

  #tellClosed(): void {
    const waiting = this.#onClosed ?? [];
    this.#onClosed = [];
    for (const done of waiting) done();
  }

  #takeBatch(): Append[] {
    const batch: Append[] = [];
    let bytes = 0;
    for (const work of this.#queue) {
      if (work.kind !== 'append') break;
      bytes += RECORD_HEADER_BYTES + work.payload.length;
      if (batch.length > 0 && bytes > BATCH_BYTES_MAX) break;
      batch.push(work);
    }
    this.#queue = this.#queue.slice(batch.length);
    this.#inFlight = batch.length;
    return batch;
  }

  #writeBatch(batch: readonly Append[]): void {
    const bytes = encodeBatch(
      this.#batch + 1,
      batch.map((append) => append.payload),
    );
    const first = this.#size === 0;
    const chunks = first ? [MAGIC, bytes] : [bytes];
    this.#writeAndSync(this.#handle, chunks, first, (error, isUnwritten) => {
      if (error !== undefined) {
        if (isUnwritten && isFull(error) && this.#whenFull !== undefined) this.#awaitRoom(error, batch);
        else this.#fail(error, batch);
        return;
      }
      this.#batch++;
      this.#size += bytes.length + (first ? MAGIC.length : 0);
      for (const append of batch) append.done();
      this.#next();
    });
  }

  /** Takes back what the write left; nobody was told that it is durable. */
  #awaitRoom(error: Error, batch: readonly Append[]): void {
    try {
      this.#disk.truncate(this.file, this.#size);
    } catch (failure) {
      this.#fail(failure as Error, batch);
      return;
    }
    this.#queue = [...batch, ...this.#queue];
    this.#inFlight = 0;
    this.#mode = 'full';
    // Who closes it now does not wait for room.
    if (this.#onClosed !== undefined) this.#giveUpFull();
    else
      this.#whenFull?.(error, () => {
        if (this.#mode !== 'full') return;
        this.#mode = 'writing';
        this.#disk.defer(() => this.#next());
      });
  }

  #giveUpFull(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const work of waiting) work.done(new Error(`${this.file}: is closed, and the disk is full`));
    this.#rest();
  }

  /**
   * The name of a new file has to be durable as well before anything in it is.
   * @param done told, too, whether it was the write that failed: then what was there before is as it was
   */
  #writeAndSync(
    file: DiskFile,
    chunks: Uint8Array[],
    newFile: boolean,
    done: (error?: Error, isUnwritten?: boolean) => void,
  ): void {
    file.write(chunks, (writeError) => {
      if (writeError !== undefined) return done(writeError, true);
      file.sync((syncError) => {
        if (syncError !== undefined || !newFile) return done(syncError);
        this.#disk.syncDirectory(this.#dir, done);
      });
    });
  }

  #compactNow(work: Compaction): void {
    const chunks = snapshotChunks(work.records, BATCH_BYTES_MAX);
    const draft = this.#openDraft();
    if (draft instanceof Error) {
      this.#compactionFailed(draft, work);
      return;
    }
    const finish: DiskCallback = (error) => {
      if (error !== undefined) {
        draft.close();
        return this.#fail(error, [work]);
      }
      this.#handle.close();
      this.#handle = draft;
      this.#batch = chunks.length - 1;
      this.#size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      work.done();
      this.#next();
    };
    this.#writeAndSync(draft, chunks, false, (error) => {
      if (error !== undefined) {
        draft.close();
        return this.#compactionFailed(error, work);
      }
      this.#disk.rename(this.#draft(), this.file, (renameError) => {
        if (renameError !== undefined) return finish(renameError);
        this.#disk.syncDirectory(this.#dir, finish);
      });
    });
  }

  /** A draft that found no room is none, and the journal is as it was. */
  #compactionFailed(error: Error, work: Compaction): void {
    if (this.#whenFull === undefined || !isFull(error)) {
      this.#fail(error, [work]);
      return;
    }
    try {
      this.#disk.remove(this.#draft());
    } catch (failure) {
      this.#fail(failure as Error, [work]);
      return;
    }
    work.done(error);
    this.#next();
  }

  #openDraft(): DiskFile | Error {
    try {
      return this.#disk.openFile(this.#draft(), { truncate: true });
    } catch (error) {
      return error as Error;
    }
  }

  #draft(): string {
    return `${this.file}.new`;
  }

  #fail(cause: Error, inFlight: readonly Work[]): void {
    const error = new Error(`${this.file}: stopped: ${cause.message}`, { cause });
    this.#failure = error;
    this.#mode = 'failed';
    const waiting = [...inFlight, ...this.#queue];
    this.#queue = [];
    this.#inFlight = 0;
    this.#onFailure?.(error);
    for (const work of waiting) work.done(error);
    if (this.#onClosed !== undefined) this.#rest();
  }
}

function contentOf(disk: Disk, file: string): Uint8Array {
  try {
    return disk.readFile(file) ?? new Uint8Array(0);
  } catch (error) {
    if (error instanceof NotPlainFile) throw new JournalDamaged(file, 0, 'it is no plain file');
    throw error;
  }
}
