import type { Clock } from '../ports.ts';
import { type Fields, type Plain, plainFields, SECRET_NAMES } from './fields.ts';
import { type Level, rankOf } from './level.ts';
import { LogLevel } from './logLevel.ts';
import type { LogSink } from './record.ts';

const TRACE = rankOf('trace');
const DEBUG = rankOf('debug');
const INFO = rankOf('info');
const WARN = rankOf('warn');
const ERROR = rankOf('error');

/** Fields, or a function that makes them and runs only when the line is written. */
export type LazyFields = Fields | (() => Fields);

/** What a logger and its children have in common. */
interface Shared {
  readonly clock: Clock;
  readonly sink: LogSink;
  readonly level: LogLevel;
  readonly secretNames: ReadonlySet<string>;
  /** Fields of every line, as they are at that moment. */
  readonly context?: () => Readonly<Record<string, Plain>> | undefined;
}

/** What a logger is made of. */
export interface LoggerOptions {
  readonly clock: Clock;
  readonly sink: LogSink;
  /** The level to start with; `info` when left out. */
  readonly level?: Level;
  /** Field names, in lower case, to veil besides the usual ones (`secret`, `password`, `token`, …). */
  readonly secretNames?: Iterable<string>;
}

/**
 * Writes structured lines: a message that is always the same words, and fields that differ.
 * A call below the level costs one comparison. No call ever throws.
 */
export class Logger {
  readonly component: string;
  readonly #shared: Shared;
  readonly #fields: Readonly<Record<string, Plain>>;

  /** Use `createLogger` and `child`. */
  constructor(shared: Shared, component: string, fields: Readonly<Record<string, Plain>>) {
    this.#shared = shared;
    this.component = component;
    this.#fields = fields;
  }

  /** The level of this logger and of all its relatives, to ask and to change. */
  get level(): LogLevel {
    return this.#shared.level;
  }

  /** Whether lines of this level are written: ask before costly preparations. */
  enabled(level: Level): boolean {
    return rankOf(level) >= this.#shared.level.threshold;
  }

  /** A logger for a part: `log.child('allocator', { role })` speaks as `master.allocator`. */
  child(component: string, fields: Fields = {}): Logger {
    const name = this.component === '' ? component : `${this.component}.${component}`;
    return new Logger(this.#shared, name, {
      ...this.#fields,
      ...plainFields(fields, this.#shared.secretNames),
    });
  }

  /** The same speaker with more fields: `log.with({ framework_id })`. */
  with(fields: Fields): Logger {
    const all = { ...this.#fields, ...plainFields(fields, this.#shared.secretNames) };
    return new Logger(this.#shared, this.component, all);
  }

  /** The same speaker, whose lines (and those of its children) end with what `context` says when they are written. */
  within(context: () => Readonly<Record<string, Plain>> | undefined): Logger {
    return new Logger({ ...this.#shared, context }, this.component, this.#fields);
  }

  /** Every step, for the one who hunts a fault. */
  trace(message: string, fields?: LazyFields): void {
    if (TRACE >= this.#shared.level.threshold) this.#write('trace', message, fields);
  }

  /** What explains a decision. */
  debug(message: string, fields?: LazyFields): void {
    if (DEBUG >= this.#shared.level.threshold) this.#write('debug', message, fields);
  }

  /** What an operator wants to know. */
  info(message: string, fields?: LazyFields): void {
    if (INFO >= this.#shared.level.threshold) this.#write('info', message, fields);
  }

  /** What went wrong and was dealt with. */
  warn(message: string, fields?: LazyFields): void {
    if (WARN >= this.#shared.level.threshold) this.#write('warn', message, fields);
  }

  /** What went wrong and needs someone. */
  error(message: string, fields?: LazyFields): void {
    if (ERROR >= this.#shared.level.threshold) this.#write('error', message, fields);
  }

  /** Writes out what the sink still holds back; before the process ends. */
  flush(): void {
    this.#shared.sink.flush();
  }

  #write(level: Level, message: string, fields: LazyFields | undefined): void {
    const { clock, sink, secretNames, context } = this.#shared;
    try {
      const own = typeof fields === 'function' ? fields() : fields;
      const said = own === undefined ? this.#fields : { ...this.#fields, ...plainFields(own, secretNames) };
      const around = context?.();
      const all = around === undefined ? said : { ...said, ...around };
      sink.write({ timeMs: clock.now(), level, component: this.component, message, fields: all });
    } catch {
      // The program is more important than its log.
    }
  }
}

/** The first logger of a node; all others are its children. */
export function createLogger(options: LoggerOptions, component = ''): Logger {
  const { clock, sink, level, secretNames = [] } = options;
  const names = new Set([...SECRET_NAMES, ...secretNames]);
  return new Logger({ clock, sink, level: new LogLevel(clock, level), secretNames: names }, component, {});
}
