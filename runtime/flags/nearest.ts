/**
 * The known name that a mistyped one most likely meant.
 * @returns undefined when none is near: more than a third of the letters (half of a short word's) would have to change
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  const near = Math.max(Math.floor(name.length / 3), Math.min(2, Math.floor(name.length / 2)));
  let bestDistance = near + 1;
  for (const each of known) {
    const distance = editDistance(name, each);
    if (distance >= bestDistance) continue;
    best = each;
    bestDistance = distance;
  }
  return best;
}

/** How many letters to insert, remove or replace to make `a` of `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replace, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
