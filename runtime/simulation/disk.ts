/** A machine's disk in a simulation: a `MemoryDisk` that outlives crashes, may be slow, and may fail. */
import type { Clock, Random } from '../ports.ts';
import type { Disk, DiskCallback, DiskFile, DiskLock } from '../storage/disk.ts';
import { MemoryDisk } from '../storage/memoryDisk.ts';
import type { Gate } from '../transport/memory.ts';

const ORDINARY_MS = 0.1;
/** All that was written is there: for `MemoryDisk.restart` after the end of a process whose machine went on. */
const ALL = 1 - Number.EPSILON;

/** What a machine keeps its files on. `disk` is one node's view of it and is used up with the node. */
export class SimulatedDisk {
  /** How long each operation takes, in milliseconds. */
  delayMs = ORDINARY_MS;
  /** Told to every write and sync instead of doing them (`ENOSPC …`, `EIO …`); undefined: the disk is well. */
  failure: string | undefined;
  private readonly clock: Clock;
  private readonly random: Random;
  private memory: MemoryDisk;
  private gate: Gate;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.gate = (input) => input();
    this.memory = new MemoryDisk({ schedule: this.scheduleFor(this.gate) });
  }

  /**
   * The disk as the next node finds it.
   * @param powerCut what was not synced may be lost or torn; otherwise all that was written is there
   */
  restart(gate: Gate, powerCut: boolean): void {
    this.gate = gate;
    const chance = powerCut ? () => this.random.next() : () => ALL;
    this.memory = this.memory.restart(chance, { schedule: this.scheduleFor(gate) });
  }

  /** What of a file is there whatever happens now; undefined when there may be no such file. */
  durable(path: string): Uint8Array | undefined {
    return this.memory.durable(path);
  }

  /** Neither slow nor failing any more. */
  mend(): void {
    this.failure = undefined;
    this.delayMs = ORDINARY_MS;
  }

  /** For one node: from the first operation to its end. */
  open(): Disk {
    const { memory } = this;
    return {
      makeDirectory: (path) => memory.makeDirectory(path),
      readFile: (path) => memory.readFile(path),
      truncate: (path, length) => memory.truncate(path, length),
      remove: (path) => memory.remove(path),
      openFile: (path, options) => this.file(memory, memory.openFile(path, options)),
      lock: (path): DiskLock => memory.lock(path),
      rename: (from, to, done) => this.unlessFailing(memory, done, () => memory.rename(from, to, done)),
      syncDirectory: (path, done) => this.unlessFailing(memory, done, () => memory.syncDirectory(path, done)),
      defer: (callback) => memory.defer(callback),
    };
  }

  private file(memory: MemoryDisk, file: DiskFile): DiskFile {
    return {
      path: file.path,
      write: (chunks, done) => this.unlessFailing(memory, done, () => file.write(chunks, done)),
      sync: (done) => this.unlessFailing(memory, done, () => file.sync(done)),
      close: () => file.close(),
    };
  }

  private unlessFailing(memory: MemoryDisk, done: DiskCallback, operate: () => void): void {
    const { failure } = this;
    if (failure === undefined) operate();
    else memory.defer(() => done(new Error(failure)));
  }

  private scheduleFor(gate: Gate): (callback: () => void) => void {
    return (callback) => void this.clock.setTimer(this.delayMs, () => gate(callback));
  }
}
