import { writeSync } from 'node:fs';
import { formatRecord, type LogFormat } from './format.ts';
import { LogFile, type LogFileLimits } from './logFile.ts';
import type { LogRecord, LogSink } from './record.ts';

/** Lines of one turn of the loop are written together, this many characters at the latest. */
const BUFFER_CHARACTERS_MAX = 64 * 1024;
/** A reader that cannot keep up (a full pipe) is waited for so long in all, then lines are dropped and counted. */
const FULL_WAIT_MS = 10;
const FULL_WAITS_MAX = 20;

/** Keeps records for tests to look at. */
export class MemorySink implements LogSink {
  readonly records: LogRecord[] = [];

  write(record: LogRecord): void {
    this.records.push(record);
  }

  flush(): void {}

  /** The records as lines of text. */
  lines(format: LogFormat = 'text'): string[] {
    return this.records.map((record) => formatRecord(record, format));
  }
}

/** Tells where the next so many bytes go. */
type DescriptorFor = (bytes: number) => number;

/**
 * Writes lines to a file descriptor (2 is stderr), or to whichever it is told of: those of one turn of the event loop in one call, at its end or
 * when the process exits.
 */
export class DescriptorSink implements LogSink {
  /** Lines lost because nobody read them, or the disk was full. */
  droppedLines = 0;
  readonly #descriptorFor: DescriptorFor;
  readonly #format: LogFormat;
  readonly #onExit = () => this.flush();
  #lines: string[] = [];
  #characters = 0;
  #flushing: NodeJS.Immediate | undefined;

  constructor(descriptor: number | DescriptorFor, format: LogFormat) {
    this.#descriptorFor = typeof descriptor === 'number' ? () => descriptor : descriptor;
    this.#format = format;
    process.once('exit', this.#onExit);
  }

  write(record: LogRecord): void {
    const line = formatRecord(record, this.#format);
    this.#lines.push(line);
    this.#characters += line.length + 1;
    if (this.#characters >= BUFFER_CHARACTERS_MAX) this.flush();
    else this.#flushing ??= setImmediate(this.#onExit);
  }

  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#characters = 0;
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    if (!writeAll(this.#descriptorFor(bytes.length), bytes)) this.droppedLines += lines.length;
  }

  /** Writes what is left and forgets the process' exit. The descriptor stays open. */
  close(): void {
    this.flush();
    process.removeListener('exit', this.#onExit);
  }
}

/** Lines to stderr. */
export function stderrSink(format: LogFormat = 'text'): DescriptorSink {
  return new DescriptorSink(2, format);
}

/**
 * Lines appended to a file, which is made when missing, and again when somebody has moved it away.
 *
 * @param limits without them it grows for ever
 * @throws Error when it cannot be opened
 */
export function fileSink(
  path: string,
  format: LogFormat = 'text',
  limits?: LogFileLimits,
): LogSink & { close(): void } {
  const file = new LogFile(path, limits);
  const sink = new DescriptorSink((bytes) => file.descriptorFor(bytes), format);
  return {
    write: (record) => sink.write(record),
    flush: () => sink.flush(),
    close: () => {
      sink.close();
      file.close();
    },
  };
}

/** One sink that feeds several. */
export function teeSink(sinks: readonly LogSink[]): LogSink {
  return {
    write: (record) => {
      for (const sink of sinks) sink.write(record);
    },
    flush: () => {
      for (const sink of sinks) sink.flush();
    },
  };
}

/** @returns false when something could not be written */
function writeAll(descriptor: number, bytes: Uint8Array): boolean {
  let waits = 0;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      // A pipe that someone made non-blocking says EAGAIN while full.
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full || ++waits > FULL_WAITS_MAX) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_WAIT_MS);
    }
  }
  return true;
}
