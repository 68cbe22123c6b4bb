/** A log file that does not grow for ever. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';

export interface LogFileLimits {
  readonly bytesMax: number;
  /** Old files beside it: `PATH.1` is the youngest. */
  readonly kept: number;
}

const { O_WRONLY, O_APPEND, O_CREAT } = constants;

export class LogFile {
  readonly #path: string;
  readonly #limits: LogFileLimits | undefined;
  #descriptor: number;

  /** @throws Error when it cannot be opened */
  constructor(path: string, limits: LogFileLimits | undefined) {
    this.#path = path;
    this.#limits = limits;
    this.#descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT, 0o644);
  }

  /** Where the next so many bytes go. What cannot be rotated, on a full disk say, goes on growing. */
  descriptorFor(bytes: number): number {
    try {
      if (this.#isMoved()) this.#open();
      const size = fstatSync(this.#descriptor).size;
      if (this.#limits !== undefined && size > 0 && size + bytes > this.#limits.bytesMax)
        this.#rotate(this.#limits.kept);
    } catch {
      // The descriptor is as good as ever.
    }
    return this.#descriptor;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** logrotate(8), or a person, took it away. */
  #isMoved(): boolean {
    const there = statSync(this.#path, { throwIfNoEntry: false });
    return there === undefined || there.ino !== fstatSync(this.#descriptor).ino;
  }

  #open(): void {
    const former = this.#descriptor;
    this.#descriptor = openSync(this.#path, O_WRONLY | O_APPEND | O_CREAT, 0o644);
    closeSync(former);
  }

  #rotate(kept: number): void {
    if (!fstatSync(this.#descriptor).isFile()) return;
    if (kept === 0) {
      ftruncateSync(this.#descriptor);
      return;
    }
    rmSync(`${this.#path}.${kept}`, { force: true });
    for (let age = kept - 1; age > 0; age--)
      renameIfThere(`${this.#path}.${age}`, `${this.#path}.${age + 1}`);
    renameSync(this.#path, `${this.#path}.1`);
    this.#open();
  }
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
