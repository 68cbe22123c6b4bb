/**
 * Regular expressions of LIKE and UNLIKE (spec: marathon.md §19): Java's, as far as they can be matched in bounded time. Each
 * answer is kept, so that agents that offer again and again cost a look into a table.
 */
import { FullMatch, RegexTooCostly } from '../../../../runtime/regex/fullMatch.ts';
import { RegexError } from '../../../../runtime/regex/syntax.ts';

const PATTERN_LENGTH_MAX = 1_024;
/** Steps of a program: more than a pattern of that length has that repeats nothing by number. */
const SIZE_MAX = 1_100;
/** Steps of one match: some milliseconds; a host name of 255 characters takes a pattern without look-around fewer than this. */
const COST_MAX = 300_000;
const PATTERNS_MAX = 1_000;
/** Answers kept of all patterns together. */
const ANSWERS_MAX = 100_000;
/** As long as names of hosts get. */
const TRIAL_LENGTH = 255;
const TRIALS_MAX = 3;

/** Why a pattern has no answer. */
type Trouble = string;

interface Known {
  readonly program: FullMatch | Trouble;
  readonly answers: Map<string, boolean | Trouble>;
}

const patterns = new Map<string, Known>();
let answers = 0;

/** Whether the pattern fits the whole value, or why nobody can tell. */
export function fits(pattern: string, value: string): boolean | Trouble {
  const known = knownOf(pattern);
  let answer = known.answers.get(value);
  if (answer !== undefined) return answer;
  answer = typeof known.program === 'string' ? known.program : tried(known.program, value);
  if (answers >= ANSWERS_MAX) forget();
  known.answers.set(value, answer);
  answers++;
  return answer;
}

/** What is wrong with a pattern, before it is used; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX)
    return `'${pattern.slice(0, 40)}…' is longer than ${PATTERN_LENGTH_MAX} characters`;
  const program = compiled(pattern);
  if (typeof program === 'string') return `'${pattern}' is not a valid regular expression: ${program}`;
  // Without look-around its size says what it costs.
  if (!/\(\?<?[=!]/.test(pattern)) return undefined;
  const characters = [...new Set(pattern.replaceAll(/\W/g, ''))].slice(0, TRIALS_MAX);
  for (const each of ['a', ...characters]) {
    const answer = tried(program, each.repeat(TRIAL_LENGTH));
    if (typeof answer === 'string') return `'${pattern}' is not a usable regular expression: ${answer}`;
  }
  return undefined;
}

function knownOf(pattern: string): Known {
  let known = patterns.get(pattern);
  if (known === undefined) {
    if (patterns.size >= PATTERNS_MAX) {
      patterns.clear();
      answers = 0;
    }
    known = { program: compiled(pattern), answers: new Map() };
    patterns.set(pattern, known);
  }
  return known;
}

function forget(): void {
  for (const known of patterns.values()) known.answers.clear();
  answers = 0;
}

function compiled(pattern: string): FullMatch | Trouble {
  try {
    return new FullMatch(pattern, { sizeMax: SIZE_MAX, costMax: COST_MAX, dialect: 'look-around' });
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
}

function tried(program: FullMatch, value: string): boolean | Trouble {
  try {
    return program.matches(value);
  } catch (error) {
    if (error instanceof RegexTooCostly) return error.message;
    throw error;
  }
}
