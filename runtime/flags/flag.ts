/** What a flag is: the types that kinds, parser and help text share. */

/** How values of one kind are read from text and written back. */
export interface Kind<T> {
  /** Stands for the value in help texts: `PORT` in `--port=PORT`. */
  readonly placeholder: string;
  /** What a value must be, with its article: `a port number 0…65535`. */
  readonly expected: string;
  /** @throws Error saying `expected …, got '…'` */
  parse(text: string): T;
  /** The value as Mesos prints it in `/flags`. */
  print(value: T): string;
  /**
   * - `switch`: may stand without a value (`--flag`, `--no-flag`)
   * - `path`: names a file, so `file://` is a prefix to strip and not a file to read
   * - `document`: a value beginning with `/` is the file that holds it
   */
  readonly form?: 'switch' | 'path' | 'document';
}

/** What every kind of flag can be told. */
export interface FlagOptions {
  /** One sentence or more for `--help`. */
  readonly help: string;
  /** The value when none is given, as one would write it on the command line. */
  readonly default?: string | number | boolean;
  /** Refuse to start without a value. */
  readonly required?: boolean;
  /** Former names, accepted with a warning. */
  readonly aliases?: readonly string[];
  /** Never print the value, not even a wrong one. */
  readonly secret?: boolean;
}

/** Options under which a flag always has a value. */
export type AlwaysPresent = { readonly default: string | number | boolean } | { readonly required: true };

/** One row of a flag table; `T` is the type of its value, with undefined where it may be missing. */
export interface Flag<T> {
  readonly kind: Kind<T>;
  readonly help: string;
  readonly defaultText: string | undefined;
  readonly required: boolean;
  readonly aliases: readonly string[];
  readonly secret: boolean;
}

/** The rows of a table by flag name. Names are Mesos' (`work_dir`). */
export type FlagRecord = Readonly<Record<string, Flag<unknown>>>;

/** The values of a table's flags, by name. */
export type FlagValues<F extends FlagRecord> = {
  readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never;
};

/**
 * A rule over several flags (`ip` and `ip_discovery_command` exclude each other), asked once every single flag is right.
 * @returns a line naming the flags and what was expected, or undefined when it is kept
 */
export type FlagRule<F extends FlagRecord> = (values: FlagValues<F>) => string | undefined;

/**
 * A flag of Apache Mesos that means nothing here, so that who moves is told why. With `harmless` it is passed over with a warning; else the
 * program does not start, for what was asked for would not be there.
 */
export interface ForeignFlag {
  readonly instead: string;
  readonly harmless: boolean;
  /** Whose flag it is; default: Apache Mesos'. */
  readonly of?: string;
}

/** The rows of a table, whatever their values. */
export interface FlagRows {
  readonly flags: FlagRecord;
  readonly foreign: Readonly<Record<string, ForeignFlag>>;
  /** Every accepted name, aliases too, to the name of its flag. */
  readonly names: ReadonlyMap<string, string>;
}

/** A checked table: what `parseFlags` parses and `helpText` prints. */
export interface FlagTable<F extends FlagRecord> extends FlagRows {
  readonly flags: F;
  readonly rules: ReadonlyArray<FlagRule<F>>;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Makes a table of its rows. Rows of several tables are joined with spreads: `{...loggingFlags, port: port({...})}`.
 * @throws Error on a mistake in the table itself: a bad or doubled name, a default that its own kind refuses
 */
export function defineFlags<F extends FlagRecord>(
  flags: F,
  rules: ReadonlyArray<FlagRule<F>> = [],
  foreign: FlagRows['foreign'] = {},
): FlagTable<F> {
  const names = new Map<string, string>();
  for (const [name, flag] of Object.entries(flags)) {
    for (const accepted of [name, ...flag.aliases]) {
      if (!NAME.test(accepted)) throw new Error(`flag table: '${accepted}' is not a flag name`);
      if (names.has(accepted)) throw new Error(`flag table: '${accepted}' is defined twice`);
      names.set(accepted, name);
    }
    checkDefault(name, flag);
  }
  for (const name of Object.keys(foreign)) {
    if (names.has(name)) throw new Error(`flag table: '${name}' is defined, and foreign`);
  }
  return { flags, rules, names, foreign };
}

function checkDefault(name: string, flag: Flag<unknown>): void {
  if (flag.defaultText === undefined) return;
  try {
    flag.kind.parse(flag.defaultText);
  } catch (error) {
    throw new Error(`flag table: default of '${name}': ${messageOf(error)}`);
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
