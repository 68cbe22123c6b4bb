import * as fs from 'node:fs';
import type { Disk, DiskCallback, DiskFile, DiskLock } from './disk.ts';
import { acquireLockFile } from './lockFile.ts';
import { makeDirectory } from './makeDirectory.ts';
import { readPlainFile } from './plainFile.ts';

/** The machine's own file system. Errors carry the path and Node's code (`ENOSPC`, `EACCES`, …). */
export class RealDisk implements Disk {
  makeDirectory(path: string): void {
    // What is kept may be secret: environments of tasks, definitions of apps.
    makeDirectory(path, 0o700);
  }

  readFile(path: string): Uint8Array | undefined {
    return readPlainFile(path);
  }

  truncate(path: string, length: number): void {
    const fd = fs.openSync(path, 'r+');
    try {
      fs.ftruncateSync(fd, length);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  remove(path: string): void {
    fs.rmSync(path, { force: true, recursive: true });
  }

  openFile(path: string, options: { truncate: boolean }): DiskFile {
    return new RealFile(path, fs.openSync(path, options.truncate ? 'w' : 'a', 0o600));
  }

  lock(path: string): DiskLock {
    return acquireLockFile(path);
  }

  rename(from: string, to: string, done: DiskCallback): void {
    fs.rename(from, to, (error) => done(error ?? undefined));
  }

  syncDirectory(path: string, done: DiskCallback): void {
    fs.open(path, 'r', (openError, fd) => {
      if (openError) return done(openError);
      fs.fsync(fd, (syncError) => fs.close(fd, () => done(syncError ?? undefined)));
    });
  }

  defer(callback: () => void): void {
    setImmediate(callback);
  }
}

class RealFile implements DiskFile {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  write(chunks: readonly Uint8Array[], done: DiskCallback): void {
    const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    this.#writeFrom(bytes, 0, done);
  }

  /** write(2) may take less than it was given, most of all when a disk gets full: then the rest tells why. */
  #writeFrom(bytes: Uint8Array, offset: number, done: DiskCallback): void {
    fs.write(this.#fd, bytes, offset, bytes.length - offset, null, (error, written) => {
      if (error) return done(error);
      if (offset + written < bytes.length) return this.#writeFrom(bytes, offset + written, done);
      done();
    });
  }

  sync(done: DiskCallback): void {
    fs.fdatasync(this.#fd, (error) => done(error ?? undefined));
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}
