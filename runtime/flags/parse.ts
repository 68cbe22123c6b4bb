import {
  type Arguments,
  type Environment,
  findArguments,
  type Given,
  type ReadingWays,
} from './arguments.ts';
import { resolveFileValue } from './fileValue.ts';
import {
  type Flag,
  type FlagRecord,
  type FlagRows,
  type FlagTable,
  type FlagValues,
  messageOf,
} from './flag.ts';
import { withoutPasswords } from './passwords.ts';

/** Exit code of a program started with wrong flags (`EX_USAGE` of sysexits.h). */
export const EX_USAGE = 64;

/** What came of a command line. */
export type ParsedFlags<F extends FlagRecord> =
  /** Every flag is right. */
  | {
      readonly outcome: 'values';
      readonly values: FlagValues<F>;
      /** Names of the flags that were given, on the command line or in the environment. */
      readonly given: ReadonlySet<string>;
      /** One line each: flags given under a deprecated name. */
      readonly warnings: readonly string[];
    }
  /** Something is wrong: one line each, beginning with the flag as the user wrote it. Exit with `EX_USAGE`. */
  | { readonly outcome: 'errors'; readonly errors: readonly string[]; readonly warnings: readonly string[] }
  /** `--help` or `--version` was asked for, whatever else is right or wrong (tables with such a boolean flag). */
  | { readonly outcome: 'help' | 'version' };

/**
 * Reads the flags of a table as Mesos does: `--flag=value`, `--flag`, `--no-flag`, then `MESOS_FLAG` in the
 * environment, then the default; `file://PATH` stands for that file's content. Never exits, never prints.
 * @param argv without the program's own name
 */
export function parseFlags<F extends FlagRecord>(
  table: FlagTable<F>,
  argv: readonly string[],
  env: Environment,
  ways: ReadingWays = {},
): ParsedFlags<F> {
  const found = findArguments(table, argv, env, ways);
  for (const outcome of ['help', 'version'] as const) if (asksFor(outcome, table, found)) return { outcome };

  const { given, errors, warnings } = found;
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries<Flag<unknown>>(table.flags)) {
    const source = given.get(name);
    if (source !== undefined) values[name] = readValue(flag, source, errors);
    else if (flag.defaultText !== undefined) values[name] = flag.kind.parse(flag.defaultText);
    else if (flag.required) errors.push(`--${name}: required, expected ${flag.kind.expected}`);
    else values[name] = undefined;
  }
  if (errors.length > 0) return { outcome: 'errors', errors, warnings };

  // Every name of the table was read by its own kind just above.
  const typed = values as FlagValues<F>;
  const broken = table.rules.map((rule) => rule(typed)).filter((line) => line !== undefined);
  if (broken.length > 0) return { outcome: 'errors', errors: broken, warnings };
  return { outcome: 'values', values: typed, given: new Set(given.keys()), warnings };
}

/**
 * The values of a table as `/flags` and `/state` show them: name → text, sorted by name, flags without a value left
 * out, secrets veiled.
 */
export function toStrings<F extends FlagRecord>(
  table: FlagTable<F>,
  values: FlagValues<F>,
): Record<string, string> {
  const texts: Record<string, string> = {};
  const byName: Readonly<Record<string, unknown>> = values;
  for (const name of Object.keys(table.flags).sort()) {
    const value = byName[name];
    const flag = table.flags[name];
    if (flag !== undefined && value !== undefined)
      texts[name] = flag.secret ? '<redacted>' : flag.kind.print(value);
  }
  return texts;
}

function asksFor(word: string, table: FlagRows, found: Arguments): boolean {
  const text = found.given.get(word)?.text;
  return table.flags[word]?.kind.form === 'switch' && (text === 'true' || text === '1');
}

function readValue(flag: Flag<unknown>, { text, origin }: Given, errors: string[]): unknown {
  try {
    const content = resolveFileValue(text, flag.kind);
    return flag.secret ? readSecret(flag, content) : flag.kind.parse(content);
  } catch (error) {
    errors.push(`${origin}: ${withoutPasswords(messageOf(error))}`);
    return undefined;
  }
}

/** A secret's own parser may quote the value in its error: say the same without it. */
function readSecret({ kind }: Flag<unknown>, text: string): unknown {
  try {
    return kind.parse(text);
  } catch {
    throw new Error(`expected ${kind.expected} (the value is not shown)`);
  }
}
