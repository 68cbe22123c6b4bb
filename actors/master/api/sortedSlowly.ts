/** Sorting what is too much to be sorted in one go. */

/** Items sorted, or merged, between two stops: well below a millisecond. */
const ITEMS_A_STEP = 512;

/**
 * The first items in order; equal ones stay in theirs. Stops again and again for the caller to look at the time.
 * @param max how many are wanted
 */
export function* sortedSlowly<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  max: number,
): Generator<undefined, T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += ITEMS_A_STEP) {
    runs.push(
      items
        .slice(at, at + ITEMS_A_STEP)
        .sort(compare)
        .slice(0, max),
    );
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let n = 0; n < runs.length; n += 2)
      merged.push(yield* mergedSlowly(runs[n] ?? [], runs[n + 1] ?? [], compare, max));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergedSlowly<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  max: number,
): Generator<undefined, T[]> {
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (merged.length < max) {
    const [a, b] = [left[l], right[r]];
    if (a === undefined && b === undefined) break;
    if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
      merged.push(a);
      l++;
    } else if (b !== undefined) {
      merged.push(b);
      r++;
    }
    if (merged.length % ITEMS_A_STEP === 0) yield;
  }
  return merged;
}
