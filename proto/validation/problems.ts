/** How checks say what is wrong: in words, or undefined. */

/** The first problem that `check` finds among the items. */
export function firstProblem<T>(
  items: Iterable<T> | undefined,
  check: (item: T) => string | undefined,
): string | undefined {
  for (const item of items ?? []) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The problem, said of what it concerns. */
export function prefixed(where: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${where}: ${problem}`;
}
