/**
 * Patterns of progress, as Cook has them: `progress:\s+([0-9]*\.?[0-9]+)($|\s+.*)`. The first group is percent, the second one a
 * message. They come from people and run over what programs print, so only those are taken that cannot run for long.
 */
import { Script } from 'node:vm';
import { type Fail, shown } from './jsonCheck.ts';

/** A longer line is looked at no further. */
export const LINE_LENGTH_MAX = 256;
const PATTERN_LENGTH_MAX = 200;
/** With each the time may grow by another factor of the line's length. */
const REPEATS_MAX = 6;
const MESSAGE_LENGTH_MAX = 128;

/** What runs for longer is ended by force, and never run again. */
const LOOK_MS_MAX = 1_000;
const LOOK = new Script('lines.reduceRight((found, line) => found ?? pattern.exec(line), null)');

/** How far a job is. */
export interface JobProgress {
  /** 0 to 100. */
  readonly percent: number;
  readonly message: string;
}

/** A pattern, refused when it is none, or could take long. */
export function patternAt(value: unknown, at: string, fail: Fail): string {
  if (typeof value !== 'string' || value === '' || value.length > PATTERN_LENGTH_MAX)
    return fail(
      at,
      `expected a regular expression of at most ${PATTERN_LENGTH_MAX} characters, got ${shown(value)}`,
    );
  let compiled: RegExp;
  try {
    compiled = new RegExp(value, 'u');
  } catch (error) {
    return fail(at, `expected a regular expression: ${(error as Error).message}`);
  }
  const groups = new RegExp(`${compiled.source}|`, 'u').exec('')?.length ?? 0;
  if (groups < 2) fail(at, 'expected a group in parentheses around the percentage');
  const costly = costOf(value);
  if (costly !== undefined) fail(at, costly);
  return value;
}

/** Why a pattern may take long on some line; undefined when it does not. */
function costOf(pattern: string): string | undefined {
  const plain = pattern.replace(/\\[^1-9]/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/\\[1-9]|\(\?[=!<]/.test(plain)) return 'expected neither references to groups nor looks around';
  if (/\)(\*|\+|\{)/.test(plain)) return 'expected no repeated groups';
  const repeats = plain.match(/[*+{]/g)?.length ?? 0;
  return repeats > REPEATS_MAX ? `expected at most ${REPEATS_MAX} repetitions, got ${repeats}` : undefined;
}

/**
 * What the last line that matches says; undefined when none does.
 * @throws Error when looking at them takes too long
 */
export function progressIn(lines: readonly string[], pattern: RegExp): JobProgress | undefined {
  const found = LOOK.runInNewContext(
    { lines: lines.map((line) => line.slice(0, LINE_LENGTH_MAX)), pattern },
    { timeout: LOOK_MS_MAX },
  ) as readonly string[] | null;
  const percent = Number(found?.[1]);
  if (found === null || !Number.isFinite(percent) || found[1] === '') return undefined;
  return {
    percent: Math.min(100, Math.max(0, percent)),
    message: (found[2] ?? '').trim().slice(0, MESSAGE_LENGTH_MAX),
  };
}
