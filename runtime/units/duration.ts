import { UnitError } from './unitError.ts';

/** Units of Mesos' duration texts (stout `Duration`), largest first, each with its nanoseconds. */
const UNITS = [
  ['weeks', 604_800e9],
  ['days', 86_400e9],
  ['hrs', 3600e9],
  ['mins', 60e9],
  ['secs', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
] as const;

const NANOS_PER_UNIT: ReadonlyMap<string, number> = new Map(UNITS);
const NANOS_PER_MS = 1e6;
/** Mesos keeps durations as 64-bit nanoseconds: about 292 years. */
const NANOS_MAX = 2 ** 63;
const SYNTAX = /^(\d+(?:\.\d*)?|\.\d+)([a-z]+)$/;

/** What a duration looks like, for error messages and help texts. */
export const DURATION_EXPECTED = 'a duration such as 10secs (units: ns us ms secs mins hrs days weeks)';

/**
 * Reads a duration as Mesos writes them: `10secs`, `1.5mins`, `2weeks`.
 * @returns milliseconds, with a fraction below one
 * @throws UnitError when the text is no such duration, names an unknown unit or exceeds 292 years
 */
export function parseDuration(text: string): number {
  const [, amount, unit] = SYNTAX.exec(text) ?? [];
  const nanosPerUnit = NANOS_PER_UNIT.get(unit ?? '');
  if (nanosPerUnit === undefined) throw new UnitError(DURATION_EXPECTED, text);
  const nanos = Number(amount) * nanosPerUnit;
  if (nanos >= NANOS_MAX) throw new UnitError('a duration below 292 years', text);
  // 132.737691 times a million is a hair below a whole number: what 15 digits cannot tell apart is not cut off.
  const nearest = Math.round(nanos);
  const whole = Math.abs(nanos - nearest) <= Math.max(1e-6, nanos * 1e-14) ? nearest : Math.trunc(nanos);
  return whole / NANOS_PER_MS;
}

/**
 * Writes a duration as Mesos prints it: in the largest unit that fits or, when that leaves a fraction, in the one
 * below it: 90 000 ms is `90secs`, 864 000 000 ms is `10days`, 0 is `0ns`.
 * @param durationMs milliseconds; rounded to whole nanoseconds; may be negative
 */
export function formatDuration(durationMs: number): string {
  const nanos = Math.round(Math.abs(durationMs) * NANOS_PER_MS);
  const sign = durationMs < 0 && nanos > 0 ? '-' : '';
  const bucket = UNITS.findIndex(([, size]) => nanos >= size);
  if (bucket === -1) return '0ns';
  const fits = UNITS[bucket] ?? UNITS[7];
  const [unit, size] = nanos % fits[1] === 0 ? fits : (UNITS[bucket + 1] ?? fits);
  // 15 digits is what a double holds for certain, and what Mesos prints.
  return `${sign}${Number((nanos / size).toPrecision(15))}${unit}`;
}
