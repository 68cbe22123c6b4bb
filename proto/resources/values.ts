/**
 * Arithmetic of the three kinds of resource values: scalars, ranges and sets.
 *
 * Scalars are fixed point with three decimals, as in Mesos: a value is held as a whole number of thousandths
 * ("milli"), so that 0.1 + 0.2 is 0.3. Ranges are unsigned, inclusive, sorted and coalesced. Sets keep the order
 * in which their items came, but order never matters for equality.
 */

/** An inclusive range of whole numbers. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Thousandths of a scalar: rounded to the nearest, halves away from zero. */
export function toMilli(value: number): number {
  const milli = Math.round(Math.abs(value) * 1000);
  return value < 0 && milli > 0 ? -milli : milli;
}

/** The scalar of so many thousandths. */
export function fromMilli(milli: number): number {
  return milli / 1000;
}

/** Sorts and merges ranges; those that overlap or touch (`end + 1`) become one. The input is left alone. */
export function coalesce(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length < 2) return ranges;
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  const merged: Range[] = [];
  let begin = Number.NaN;
  let end = Number.NaN;
  for (const range of sorted) {
    if (range.begin <= end + 1) {
      end = Math.max(end, range.end);
      continue;
    }
    if (!Number.isNaN(begin)) merged.push({ begin, end });
    begin = range.begin;
    end = range.end;
  }
  merged.push({ begin, end });
  return merged;
}

/** Union of two coalesced lists of ranges. */
export function addRanges(left: readonly Range[], right: readonly Range[]): readonly Range[] {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return coalesce([...left, ...right]);
}

/** What is left of coalesced `left` without the numbers of coalesced `right`. */
export function subtractRanges(left: readonly Range[], right: readonly Range[]): readonly Range[] {
  if (left.length === 0 || right.length === 0) return left;
  const rest: Range[] = [];
  let next = 0;
  for (const range of left) {
    let begin = range.begin;
    while (next < right.length && (right[next]?.end ?? 0) < begin) next++;
    for (let i = next; i < right.length; i++) {
      const hole = right[i];
      if (hole === undefined || hole.begin > range.end) break;
      if (hole.begin > begin) rest.push({ begin, end: hole.begin - 1 });
      begin = Math.max(begin, hole.end + 1);
    }
    if (begin <= range.end) rest.push({ begin, end: range.end });
  }
  return rest;
}

/** Whether every number of `right` is in `left` (both coalesced). */
export function containsRanges(left: readonly Range[], right: readonly Range[]): boolean {
  let i = 0;
  for (const range of right) {
    while (i < left.length && (left[i]?.end ?? 0) < range.begin) i++;
    const holder = left[i];
    if (holder === undefined || holder.begin > range.begin || holder.end < range.end) return false;
  }
  return true;
}

/** How many numbers the ranges hold (they are inclusive: [1-1] holds one). */
export function countRanges(ranges: readonly Range[]): number {
  let count = 0;
  for (const range of ranges) count += range.end - range.begin + 1;
  return count;
}

/** Union of two sets. */
export function addItems(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}

/** The items of `left` that are not in `right`. */
export function subtractItems(left: readonly string[], right: readonly string[]): readonly string[] {
  const gone = new Set(right);
  return left.filter((item) => !gone.has(item));
}

/** Whether every item of `right` is in `left`. */
export function containsItems(left: readonly string[], right: readonly string[]): boolean {
  const have = new Set(left);
  return right.every((item) => have.has(item));
}

/** `[1-3, 7-9]`, as Mesos prints ranges. */
export function formatRanges(ranges: readonly Range[]): string {
  return `[${ranges.map((range) => `${range.begin}-${range.end}`).join(', ')}]`;
}

/** `{a, b}`, as Mesos prints sets. */
export function formatItems(items: readonly string[]): string {
  return `{${items.join(', ')}}`;
}
