import type { Plain } from './fields.ts';
import type { Level } from './level.ts';

/** One line of the log. */
export interface LogRecord {
  /** Wall-clock time, milliseconds since 1970. */
  readonly timeMs: number;
  readonly level: Level;
  /** Which part of the node speaks: `master`, `master.allocator`. */
  readonly component: string;
  readonly message: string;
  /** Of the logger, then of the line; plain and without secrets. */
  readonly fields: Readonly<Record<string, Plain>>;
}

/** Where records go. Must not throw. */
export interface LogSink {
  write(record: LogRecord): void;
  /** Writes out what is still held back. */
  flush(): void;
}
