/**
 * Makes a failing list shorter while it still fails (delta debugging): halves are left out first, then smaller and
 * smaller parts, until no single item can go.
 * @param fails whether a list still fails; the same list always gives the same answer
 * @param runsMax calls of `fails` at most
 */
export function shrink<T>(items: readonly T[], fails: (items: readonly T[]) => boolean, runsMax = 200): T[] {
  let kept = [...items];
  let part = Math.ceil(kept.length / 2);
  let runs = 0;
  while (kept.length > 0) {
    let shorter: T[] | undefined;
    for (let at = 0; at < kept.length && shorter === undefined; at += part) {
      if (runs++ >= runsMax) return kept;
      const without = [...kept.slice(0, at), ...kept.slice(at + part)];
      if (fails(without)) shorter = without;
    }
    if (shorter !== undefined) {
      kept = shorter;
      part = Math.min(part, Math.max(1, Math.ceil(kept.length / 2)));
    } else if (part === 1) return kept;
    else part = Math.ceil(part / 2);
  }
  return kept;
}
