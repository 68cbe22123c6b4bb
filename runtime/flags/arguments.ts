/** Finds the texts of flags on the command line and in the environment, before any is read as a value. */
import type { Flag, FlagRows } from './flag.ts';
import { nearest } from './nearest.ts';

/** Variables of the environment, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A flag's text and where it was found. */
export interface Given {
  readonly text: string;
  /** As the user wrote it: `--port`, `MESOS_PORT`. */
  readonly origin: string;
}

/** What was found, by flag name, and what was wrong with the rest. */
export interface Arguments {
  readonly given: Map<string, Given>;
  readonly errors: string[];
  readonly warnings: string[];
}

/** How a program is told its flags besides Mesos' own way. */
export interface ReadingWays {
  /** Beginnings of variables, the one that counts first: `MARATHON_`. Default: `MESOS_` alone. */
  readonly prefixes?: readonly string[];
  /** Marathon's way with switches: `--disable_ha`, `MARATHON_DISABLE_HA=`, and `MARATHON_HA=` without a value for on. */
  readonly disables?: boolean;
}

const MESOS = 'MESOS_';
const DISABLE = 'disable_';

/** The variable of the environment that sets a flag: `MESOS_WORK_DIR`. */
export function variableOf(name: string, prefix: string = MESOS): string {
  return `${prefix}${name.toUpperCase()}`;
}

/**
 * The text of one flag, looked up before its table is known (`--role` decides which table to use).
 * @returns undefined when it is given neither on the command line nor in the environment
 */
export function peekFlag(name: string, argv: readonly string[], env: Environment): string | undefined {
  const prefix = `--${name}=`;
  const argument = argv.find((each) => each.startsWith(prefix));
  return argument === undefined ? env[variableOf(name)] : argument.slice(prefix.length);
}

/** Reads command line and environment; the command line wins. Unknown `MESOS_` variables are not ours to judge. */
export function findArguments(
  table: FlagRows,
  argv: readonly string[],
  env: Environment,
  ways: ReadingWays = {},
): Arguments {
  const found: Arguments = { given: new Map(), errors: [], warnings: [] };
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const next = argv[index + 1];
    if (takesNext(table, argument, next)) {
      const flag = flagNamed(table, argument.slice(2));
      const value = flag?.secret ? flag.kind.placeholder : next;
      found.errors.push(`${argument}: expected ${argument}=${value} (the value follows an equals sign)`);
      index++;
    } else readArgument(table, argument, found, ways);
  }
  for (const prefix of ways.prefixes ?? [MESOS]) readEnvironment(table, env, found, prefix, ways);
  return found;
}

/** `--port 5050`: other programs read it so, Mesos does not. */
function takesNext(table: FlagRows, argument: string, next: string | undefined): boolean {
  const flag = flagNamed(table, argument.slice(2));
  if (!argument.startsWith('--') || flag === undefined || next === undefined) return false;
  return flag.kind.form !== 'switch' && !next.startsWith('--');
}

function readArgument(table: FlagRows, argument: string, found: Arguments, { disables }: ReadingWays): void {
  if (!argument.startsWith('--')) {
    found.errors.push(`'${argument}': expected flags of the form --name=value`);
    return;
  }
  const equals = argument.indexOf('=');
  const word = equals === -1 ? argument.slice(2) : argument.slice(2, equals);
  const text = equals === -1 ? undefined : argument.slice(equals + 1);
  const flag = flagNamed(table, word);
  if (flag !== undefined) readNamed(table, flag, word, text, found);
  else if (isForeign(table, word, `--${word}`, found)) return;
  else if (word.startsWith('no-')) readNegated(table, word, 'no-', text, found);
  else if (disables === true && word.startsWith(DISABLE)) readNegated(table, word, DISABLE, text, found);
  else found.errors.push(unknownFlag(table, word));
}

function readNamed(
  table: FlagRows,
  flag: Flag<unknown>,
  word: string,
  text: string | undefined,
  found: Arguments,
): void {
  if (text === undefined && flag.kind.form !== 'switch')
    found.errors.push(`--${word}: expected --${word}=${flag.kind.placeholder}, got no value`);
  else addGiven(table, word, { text: text ?? 'true', origin: `--${word}` }, found);
}

function readNegated(
  table: FlagRows,
  word: string,
  by: string,
  text: string | undefined,
  found: Arguments,
): void {
  const negated = word.slice(by.length);
  const flag = flagNamed(table, negated);
  if (flag === undefined) found.errors.push(unknownFlag(table, word));
  else if (flag.kind.form !== 'switch')
    found.errors.push(`--${word}: expected --${negated}=${flag.kind.placeholder}, which is no boolean flag`);
  else if (text !== undefined) found.errors.push(`--${word}: expected no value, got '${text}'`);
  else addGiven(table, negated, { text: 'false', origin: `--${word}` }, found);
}

function addGiven(table: FlagRows, word: string, given: Given, found: Arguments): void {
  const name = table.names.get(word) ?? word;
  const earlier = found.given.get(name);
  if (earlier !== undefined) {
    const also = earlier.origin === given.origin ? '' : `, the other as ${earlier.origin}`;
    found.errors.push(`${given.origin}: expected once, got twice${also}`);
    return;
  }
  if (word !== name) found.warnings.push(`${given.origin}: deprecated name, use --${name}`);
  found.given.set(name, given);
}

function readEnvironment(
  table: FlagRows,
  env: Environment,
  found: Arguments,
  prefix: string,
  { disables = false }: ReadingWays,
): void {
  const given = new Set(found.given.keys());
  for (const [word, name] of table.names) {
    if (given.has(name)) continue;
    const isSwitch = disables && table.flags[name]?.kind.form === 'switch';
    const origin = variableOf(word, prefix);
    const text = env[origin];
    if (text !== undefined)
      addGiven(table, word, { text: isSwitch && text === '' ? 'true' : text, origin }, found);
    const off = variableOf(DISABLE + word, prefix);
    if (isSwitch && env[off] !== undefined) addGiven(table, word, { text: 'false', origin: off }, found);
  }
  for (const name of Object.keys(table.foreign)) {
    for (const word of disables ? [name, DISABLE + name] : [name])
      if (env[variableOf(word, prefix)] !== undefined)
        isForeign(table, word, variableOf(word, prefix), found);
  }
}

/** Tells what became of a flag that others have. @returns whether it is one */
function isForeign({ foreign }: FlagRows, word: string, origin: string, found: Arguments): boolean {
  const flag = foreign[word] ?? foreign[word.replace(/^(no-|disable_)/, '')];
  if (flag === undefined) return false;
  const { harmless, instead, of = 'Apache Mesos' } = flag;
  if (harmless) found.warnings.push(`${origin}: has no effect here: ${instead}`);
  else found.errors.push(`${origin}: a flag of ${of} that is not known here: ${instead}`);
  return true;
}

function flagNamed(table: FlagRows, word: string): Flag<unknown> | undefined {
  const name = table.names.get(word);
  return name === undefined ? undefined : table.flags[name];
}

function unknownFlag(table: FlagRows, word: string): string {
  const guess = nearest(word, acceptedWords(table));
  return `--${word}: unknown flag${guess === undefined ? '' : `, did you mean --${guess}?`}`;
}

function* acceptedWords(table: FlagRows): Generator<string> {
  for (const [word, name] of table.names) {
    yield word;
    if (table.flags[name]?.kind.form === 'switch') yield `no-${word}`;
  }
}
