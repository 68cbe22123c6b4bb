/** Input and output of one container, and who is attached to them. */
import type { OutputName, Pipes } from './pipes.ts';

/** Reads a container's output. */
export interface OutputReader {
  /** @param taken lets the next piece come */
  data(name: OutputName, bytes: Uint8Array, taken: () => void): void;
  ended(): void;
}

export class ContainerIo {
  readonly isTerminal: boolean;
  /** What came before there was anybody to read it; undefined where that is let go. */
  private early: (() => void)[] | undefined;
  private readonly readers = new Set<OutputReader>();
  private pipes: Pipes | undefined;
  private over = false;
  private writer = false;

  /** @param holds the output waits for its first reader */
  constructor(isTerminal: boolean, holds: boolean) {
    this.isTerminal = isTerminal;
    this.early = holds ? [] : undefined;
  }

  connect(pipes: Pipes): void {
    this.pipes = pipes;
  }

  data(name: OutputName, bytes: Uint8Array, taken: () => void): void {
    if (this.early !== undefined && this.readers.size === 0) {
      this.early.push(() => this.data(name, bytes, taken));
      return;
    }
    // One that is alone sets the pace; among several the slow ones are cut off by the bound of their streams.
    const [only] = this.readers.size === 1 ? this.readers : [];
    if (only !== undefined) {
      only.data(name, bytes, taken);
      return;
    }
    for (const reader of this.readers) reader.data(name, bytes, () => undefined);
    taken();
  }

  ended(): void {
    this.over = true;
    if (this.early !== undefined && this.early.length > 0 && this.readers.size === 0) return;
    for (const reader of this.readers) reader.ended();
  }

  /** @returns detaches it */
  attach(reader: OutputReader): () => void {
    this.readers.add(reader);
    const early = this.early ?? [];
    this.early = undefined;
    for (const replay of early) replay();
    if (this.over) reader.ended();
    return () => void this.readers.delete(reader);
  }

  /** @returns false when somebody else is attached to the input */
  attachInput(): boolean {
    if (this.writer) return false;
    this.writer = true;
    return true;
  }

  detachInput(): void {
    this.writer = false;
  }

  write(bytes: Uint8Array, taken: () => void): void {
    if (this.pipes === undefined || this.over) taken();
    else this.pipes.write(bytes, taken);
  }

  /** The end of the input: for a terminal a character, as a user types it. */
  endInput(): void {
    if (this.isTerminal) this.write(Uint8Array.of(4), () => undefined);
    else this.pipes?.endInput();
  }

  close(): void {
    this.pipes?.close();
  }
}
