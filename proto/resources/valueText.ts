/** Values as people write them: `4.5`, `[31000-32000,33000-33100]`, `{a,b}`, or a word. */

import { ValueType } from '../generated/types/v1.ts';
import type { Range } from './values.ts';
import { coalesce } from './values.ts';

export type ParsedValue =
  | { readonly type: typeof ValueType.SCALAR; readonly scalar: { value: number } }
  | { readonly type: typeof ValueType.RANGES; readonly ranges: { range: Range[] } }
  | { readonly type: typeof ValueType.SET; readonly set: { item: string[] } }
  | { readonly type: typeof ValueType.TEXT; readonly text: { value: string } };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;
const RANGE = /^(\d+)-(\d+)$/;

/**
 * Reads one value; blanks in it are dropped. Overlapping and touching ranges become one.
 *
 * @returns the value, or what was expected, as text
 */
export function parseValue(text: string): ParsedValue | string {
  const bare = text.replaceAll(/\s/g, '');
  if (bare === '') return 'expected a value, it is empty';
  if (bare.startsWith('[')) return parseRanges(bare);
  if (bare.startsWith('{')) return parseSet(bare);
  if (NOT_FINITE.test(bare)) return `expected a finite number, got "${bare}"`;
  if (!NUMBER.test(bare)) return { type: ValueType.TEXT, text: { value: bare } };
  const value = Number(bare);
  if (!Number.isFinite(value)) return `expected a finite number, got "${bare}"`;
  return { type: ValueType.SCALAR, scalar: { value } };
}

function parseRanges(text: string): ParsedValue | string {
  if (!text.endsWith(']')) return `expected "]" at the end of "${text}"`;
  const inside = text.slice(1, -1);
  if (inside === '') return { type: ValueType.RANGES, ranges: { range: [] } };
  const ranges: Range[] = [];
  for (const part of inside.split(',')) {
    const match = RANGE.exec(part);
    if (match === null) return `expected ranges such as [31000-32000], got "${part}" in "${text}"`;
    const range = { begin: Number(match[1]), end: Number(match[2]) };
    if (range.begin > range.end) return `expected begin <= end in range "${part}"`;
    if (!Number.isSafeInteger(range.end)) return `the numbers of range "${part}" are too large`;
    ranges.push(range);
  }
  return { type: ValueType.RANGES, ranges: { range: [...coalesce(ranges)] } };
}

function parseSet(text: string): ParsedValue | string {
  if (!text.endsWith('}')) return `expected "}" at the end of "${text}"`;
  const inside = text.slice(1, -1);
  const item = inside === '' ? [] : inside.split(',');
  if (item.includes('')) return `expected words between the commas of "${text}"`;
  const twice = item.find((word, i) => item.indexOf(word) !== i);
  if (twice !== undefined) return `"${twice}" is in the set "${text}" twice`;
  return { type: ValueType.SET, set: { item } };
}
