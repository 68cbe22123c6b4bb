import * as fs from 'node:fs';
import { join } from 'node:path';
import type { DiskLock } from './disk.ts';
import { acquireLockFile } from './lockFile.ts';
import { makeDirectory } from './makeDirectory.ts';

/** An archive of full size consists of so many files at least: no more of it goes at a time. */
const FILES_MIN = 8;
/** Bytes that may wait for the disk. */
const WAITING_MAX = 32 * 1024 * 1024;
const NEWLINE = 0x0a;
const END = Buffer.of(NEWLINE);

/** Where a line stands. */
export interface LinePlace {
  /** Number of its file; higher ones are younger. */
  readonly file: number;
  readonly offset: number;
  /** Bytes, without the end of the line. */
  readonly length: number;
}

export interface LineArchiveOptions {
  /** Files are `<dir>/<name>.<number>`, the lock `<dir>/<name>.lock`. */
  readonly name: string;
  /** What all files together may have, in bytes. */
  readonly bytesMax: number;
  /** Called while opening with every line, oldest first. */
  readonly onLine: (line: Buffer, place: LinePlace) => void;
}

type Written = (result: LinePlace | Error) => void;
type Read = (result: Buffer | Error) => void;

interface Append {
  readonly kind: 'append';
  readonly line: Buffer;
  readonly done: Written;
}

type Work = Append | { readonly kind: 'read'; readonly place: LinePlace; readonly done: Read };

/**
 * Lines of text that people may want to see again, in files of bounded size of which the oldest goes when there is no room: a
 * memory, not a record. What was written in the last moments before a power cut may be missing; a line that a crash or a full disk
 * cut off is passed over. After an error of the disk a new file is begun with the next line.
 */
export class LineArchive {
  /** Told the number of the oldest file that is still there, after older ones went. */
  onForgotten: (oldest: number) => void = () => {};
  readonly #dir: string;
  readonly #name: string;
  readonly #bytesMax: number;
  readonly #fileBytesMax: number;
  readonly #lock: DiskLock;
  /** Bytes by number, oldest first; the last is written to. */
  readonly #files: Map<number, number>;
  #current: number | undefined;
  /** The highest number that was tried: none comes twice, also when its file went, or could not be made. */
  #last: number;
  #queue: Work[] = [];
  #waitingBytes = 0;
  #isBusy = false;
  #closing: Promise<void> | undefined;
  #onClosed: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param dir made when missing
   * @throws Error when it cannot be read or written, or another process has it
   */
  static open(dir: string, options: LineArchiveOptions): LineArchive {
    makeDirectory(dir, 0o700);
    const lock = acquireLockFile(join(dir, `${options.name}.lock`));
    try {
      return new LineArchive(dir, lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(dir: string, lock: DiskLock, { name, bytesMax, onLine }: LineArchiveOptions) {
    this.#dir = dir;
    this.#name = name;
    this.#lock = lock;
    this.#bytesMax = bytesMax;
    this.#fileBytesMax = Math.max(1, Math.floor(bytesMax / FILES_MIN));
    this.#files = new Map(numbersIn(dir, name).map((file) => [file, fs.statSync(this.#path(file)).size]));
    this.#last = Math.max(0, ...this.#files.keys());
    this.#makeRoom(0);
    for (const file of this.#files.keys()) forEachLine(file, fs.readFileSync(this.#path(file)), onLine);
  }

  /** @param line without an end; not to be changed afterwards. @param done called from the event loop */
  append(line: Buffer, done: Written): void {
    if (this.#waitingBytes + line.length > WAITING_MAX) {
      setImmediate(() => done(new Error(`${this.#dir}: the disk is too slow`)));
      return;
    }
    this.#waitingBytes += line.length;
    this.#enqueue({ kind: 'append', line, done });
  }

  /** A line, after all that was appended before. @param done called from the event loop; with an error when it is gone */
  read(place: LinePlace, done: Read): void {
    this.#enqueue({ kind: 'read', place, done });
  }

  /** Writes what waits, then gives the folder back. Closing twice is closing once. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#onClosed = resolve;
      if (!this.#isBusy) this.#next();
    });
    return this.#closing;
  }

  #enqueue(work: Work): void {
    if (this.#isClosed) {
      const error = new Error(`${this.#dir}: is closed`);
      setImmediate(() => work.done(error));
      return;
    }
    this.#queue.push(work);
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    const work = this.#queue[0];
    this.#isBusy = work !== undefined;
    if (work?.kind === 'append') this.#write(work);
    else if (work?.kind === 'read') {
      this.#queue.shift();
      this.#readAt(work.place, work.done);
    } else if (this.#onClosed !== undefined && !this.#isClosed) this.#end(this.#onClosed);
  }

  #end(onClosed: () => void): void {
    this.#isClosed = true;
    this.#leave();
    this.#lock.release();
    onClosed();
  }

  /** All appends that stand first and fit, in one write. */
  #write(first: Append): void {
    let opened: number | Error;
    try {
      opened = this.#fileFor(first.line.length + 1);
    } catch (error) {
      opened = error as Error;
    }
    const file = this.#newest;
    const offset = this.#files.get(file) ?? 0;
    const batch = this.#take(this.#fileBytesMax - offset);
    const end = (error?: Error): void => {
      if (error === undefined) this.#tell(batch, file, offset);
      else {
        this.#leave();
        if (offset === 0) this.#drop(file);
        for (const { done } of batch) done(error);
      }
      this.#next();
    };
    if (opened instanceof Error) {
      const error = opened;
      setImmediate(() => end(error));
      return;
    }
    writeWhole(opened, Buffer.concat(batch.flatMap(({ line }) => [line, END])), end);
  }

  #tell(batch: readonly Append[], file: number, offset: number): void {
    let at = offset;
    for (const { line, done } of batch) {
      done({ file, offset: at, length: line.length });
      at += line.length + 1;
    }
    this.#files.set(file, at);
  }

  /** Takes appends that stand first out of the queue: one, and as many more as there is room for. */
  #take(room: number): Append[] {
    const batch: Append[] = [];
    let bytes = 0;
    for (const work of this.#queue) {
      if (work.kind !== 'append') break;
      bytes += work.line.length + 1;
      if (batch.length > 0 && bytes > room) break;
      this.#waitingBytes -= work.line.length;
      batch.push(work);
    }
    this.#queue = this.#queue.slice(batch.length);
    return batch;
  }

  /** The descriptor of the file that so many bytes go to. @throws Error of the disk */
  #fileFor(bytes: number): number {
    const size = this.#files.get(this.#newest) ?? 0;
    if (this.#current !== undefined && size + bytes <= this.#fileBytesMax) return this.#current;
    this.#leave();
    this.#makeRoom(this.#fileBytesMax);
    const number = ++this.#last;
    const fd = fs.openSync(this.#path(number), 'wx', 0o600);
    this.#files.set(number, 0);
    this.#current = fd;
    return fd;
  }

  #leave(): void {
    const fd = this.#current;
    this.#current = undefined;
    try {
      if (fd !== undefined) fs.closeSync(fd);
    } catch {
      // What a file system tells only now is of lines that a power cut would have taken as well.
    }
  }

  get #newest(): number {
    return Math.max(0, ...this.#files.keys());
  }

  /** Oldest files go until there is room for so many bytes. */
  #makeRoom(bytes: number): void {
    let sum = bytes;
    for (const size of this.#files.values()) sum += size;
    let isForgetful = false;
    for (const [file, size] of this.#files) {
      if (sum <= this.#bytesMax) break;
      this.#drop(file);
      sum -= size;
      isForgetful = true;
    }
    if (isForgetful) this.onForgotten(Math.min(...this.#files.keys()));
  }

  /** One that cannot be removed is tried again when the archive is opened. */
  #drop(file: number): void {
    this.#files.delete(file);
    try {
      fs.rmSync(this.#path(file), { force: true });
    } catch {
      // What it holds is not told any more.
    }
  }

  #readAt({ file, offset, length }: LinePlace, done: Read): void {
    const answer = (result: Buffer | Error): void => {
      done(result);
      this.#next();
    };
    fs.open(this.#path(file), 'r', (openError, fd) => {
      if (openError !== null) return answer(openError);
      fs.read(fd, Buffer.alloc(length), 0, length, offset, (readError, read, bytes) => {
        fs.closeSync(fd);
        if (readError !== null) answer(readError);
        else
          answer(read === length ? bytes : new Error(`${this.#path(file)}: ends before ${offset + length}`));
      });
    });
  }

  #path(file: number): string {
    return join(this.#dir, `${this.#name}.${file}`);
  }
}

function numbersIn(dir: string, name: string): number[] {
  const pattern = /^\.([1-9]\d{0,14})$/;
  return fs
    .readdirSync(dir)
    .flatMap((each) => (each.startsWith(name) ? [pattern.exec(each.slice(name.length))?.[1]] : []))
    .flatMap((digits) => (digits === undefined ? [] : [Number(digits)]))
    .sort((a, b) => a - b);
}

/** What stands behind the last end of a line was not written whole. */
function forEachLine(file: number, bytes: Buffer, onLine: LineArchiveOptions['onLine']): void {
  let offset = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, offset);
    if (end === -1) return;
    onLine(bytes.subarray(offset, end), { file, offset, length: end - offset });
    offset = end + 1;
  }
}

function writeWhole(fd: number, bytes: Buffer, done: (error?: Error) => void): void {
  fs.write(fd, bytes, 0, bytes.length, null, (error, written) => {
    if (error !== null) done(error);
    else if (written < bytes.length) writeWhole(fd, bytes.subarray(written), done);
    else done();
  });
}
