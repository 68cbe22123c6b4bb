/** What a command is, and how its words are read. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../runtime/flags/nearest.ts';
import type { Context } from './context.ts';
import { usageProblem } from './problem.ts';

/** One option of a command. */
export interface Option {
  /** `flag` is there or not; `text` has a value; `list` may be given again and again. */
  readonly kind: 'flag' | 'text' | 'list';
  /** A single letter. */
  readonly short?: string;
  /** How the value is called in the help: `HOST:PORT`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given, by option. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name]['kind'] extends 'flag'
    ? boolean
    : O[Name]['kind'] extends 'list'
      ? readonly string[]
      : string | undefined;
};

/** What may stand somewhere. */
export type Completion = 'agent' | 'framework' | 'task' | 'file';

/** A command with its options, as the one who writes it sees it. */
export interface CommandDefinition<O extends Options> {
  readonly name: string;
  /** The words after the name: `ID`, `[ID…]`, `-- COMMAND [ARGUMENT…]`. */
  readonly words?: string;
  readonly summary: string;
  /** More to say in its help. */
  readonly details?: string;
  readonly options?: O;
  /** How many words may stand after the name; default none. */
  readonly arity?: { readonly min: number; readonly max: number };
  /** After this many words all that follows is literal, also what looks like an option: a command for somebody else. */
  readonly literalAfter?: number;
  /** What a word after the name names, for the shell's completion. */
  readonly completes?: Completion | readonly string[];
  /** What the word after a verb of `completes` names. */
  readonly completesThen?: Completion;
  /**
   * @returns the exit code when it is not 0
   * @throws Problem
   */
  run(context: Context, values: Values<O>, words: readonly string[]): Promise<number | undefined>;
}

/** A command whose words are read and checked before it runs. */
export interface Command {
  readonly name: string;
  readonly words: string;
  readonly summary: string;
  readonly details: string | undefined;
  readonly options: Options;
  readonly completes: CommandDefinition<Options>['completes'];
  readonly completesThen: Completion | undefined;
  readonly literalAfter: number | undefined;
  /** @throws Problem when there are too few or too many words */
  run(context: Context, given: Given): Promise<number | undefined>;
}

/** A command line taken apart. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): Command {
  const options: Options = definition.options ?? {};
  return {
    name: definition.name,
    words: definition.words ?? '',
    summary: definition.summary,
    details: definition.details,
    options,
    completes: definition.completes,
    completesThen: definition.completesThen,
    literalAfter: definition.literalAfter,
    run: (context, { values, words }) => {
      const { min, max } = definition.arity ?? { min: 0, max: 0 };
      if (words.length < min || words.length > max) {
        const form = `mesostate ${definition.name} ${definition.words ?? ''}`.trimEnd();
        throw usageProblem(`${definition.name}: expected \`${form}\`, got ${words.length} word(s)`);
      }
      return definition.run(context, values as Values<O>, words);
    },
  };
}

/**
 * Takes a command line apart.
 *
 * @param of name of the command
 * @throws Problem naming the option that is unknown, or has no value or one too many
 */
export function readWords(
  of: string,
  options: Options,
  argv: readonly string[],
  literalAfter: number = Number.POSITIVE_INFINITY,
): Given {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { kind, short }] of Object.entries(options)) {
    const type = kind === 'flag' ? 'boolean' : 'string';
    config[name] = { type, multiple: kind === 'list', ...(short === undefined ? {} : { short }) };
  }
  const { args, literal } = splitLiteral(options, argv, literalAfter);
  const parsed = parseOrExplain(of, options, { args, options: config, allowPositionals: true });
  const values: Record<string, unknown> = { ...parsed.values };
  for (const [name, { kind }] of Object.entries(options)) {
    if (kind === 'flag') values[name] ??= false;
    if (kind === 'list') values[name] ??= [];
  }
  return { values, words: [...parsed.positionals, ...literal] };
}

/** What follows `--`, or so many words, is nobody's option. */
function splitLiteral(
  options: Options,
  argv: readonly string[],
  literalAfter: number,
): { args: string[]; literal: string[] } {
  let words = 0;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return { args: argv.slice(0, at), literal: argv.slice(at + 1) };
    if (takesNext(options, word)) at += 1;
    else if (!word.startsWith('-') || word === '-') words += 1;
    if (words > literalAfter) return { args: argv.slice(0, at), literal: argv.slice(at) };
  }
  return { args: [...argv], literal: [] };
}

/** Whether the value of an option is the next word: `--master HOST:PORT`. */
export function takesNext(options: Options, word: string): boolean {
  if (!word.startsWith('-') || word.includes('=')) return false;
  const entry = Object.entries(options).find(([name, { short }]) =>
    word.startsWith('--') ? word.slice(2) === name : short !== undefined && word === `-${short}`,
  );
  return entry !== undefined && entry[1].kind !== 'flag';
}

function parseOrExplain(of: string, options: Options, config: ParseArgsConfig) {
  try {
    return parseArgs({ ...config, strict: true });
  } catch (error) {
    const text = (error as Error).message.split('\n')[0] ?? '';
    const unknown = /Unknown option '(--?[^']+)'/.exec(text)?.[1];
    if (unknown === undefined) throw usageProblem(`${of}: ${text}`);
    const meant = nearest(unknown.replace(/^-+/, ''), Object.keys(options));
    const hint = meant === undefined ? `see \`mesostate ${of} --help\`` : `did you mean --${meant}?`;
    throw usageProblem(`${of}: unknown option '${unknown}'; ${hint}`);
  }
}
