import { variableOf } from './arguments.ts';
import type { Flag, FlagRows } from './flag.ts';

/** What stands above the flags. */
export interface HelpOptions {
  /** `master`, `agent`, …: whose flags these are. */
  readonly role: string;
  /** How the program is called: `mesostate --role=master --work_dir=PATH [flags]`. */
  readonly synopsis: string;
}

const WIDTH = 100;
const INDENT = 2;
const COLUMN_MAX = 38;
/** Expectations that the placeholder already tells. */
const SELF_EVIDENT = new Set(['a text', 'a path', 'a number', 'a whole number', 'true or false']);

/**
 * The text of `--help`: every flag of a table, sorted, in two columns of 100 characters together: how it is
 * written; what it does, its default, the variable that sets it and its former names.
 */
export function helpText(table: FlagRows, { role, synopsis }: HelpOptions): string {
  const rows = Object.entries(table.flags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => ({ left: usageOf(name, flag), right: meaningOf(name, flag) }));
  const lefts = rows.map(({ left }) => left.length).filter((length) => length <= COLUMN_MAX);
  const column = INDENT + Math.max(0, ...lefts) + 2;
  return [
    `Usage: ${synopsis}`,
    '',
    `Flags of ${role}. A flag not given on the command line is taken from the environment`,
    '(the variable in brackets); a value file://PATH is read from that file.',
    '',
    ...rows.flatMap(({ left, right }) => layOut(left, right, column)),
    '',
  ].join('\n');
}

function usageOf(name: string, { kind, defaultText }: Flag<unknown>): string {
  if (kind.form !== 'switch') return `--${name}=${kind.placeholder}`;
  return defaultText === 'true' ? `--no-${name}` : `--[no-]${name}`;
}

function meaningOf(name: string, flag: Flag<unknown>): string {
  const notes = [...valueNotes(flag), `[${variableOf(name)}]`];
  if (flag.aliases.length > 0) notes.push(`Formerly ${flag.aliases.map((each) => `--${each}`).join(', ')}.`);
  return [sentence(flag.help), ...notes].join(' ');
}

function valueNotes({ kind, defaultText, required, secret }: Flag<unknown>): string[] {
  const notes = SELF_EVIDENT.has(kind.expected) ? [] : [sentence(capitalised(kind.expected))];
  if (required) notes.push('Required.');
  if (defaultText !== undefined && !secret)
    notes.push(`Default: ${defaultText === '' ? 'empty' : kind.print(kind.parse(defaultText))}.`);
  return notes;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function layOut(left: string, right: string, column: number): string[] {
  const lines = wrap(right, WIDTH - column).map((line) => ' '.repeat(column) + line);
  const head = ' '.repeat(INDENT) + left;
  if (head.length + 2 > column) return [head, ...lines];
  return [head.padEnd(column) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
