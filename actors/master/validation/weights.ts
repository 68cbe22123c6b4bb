/** What a weight must be (v1-operator-api.md §2.2, UPDATE_WEIGHTS). */
import { validateRole } from '../../../proto/ids.ts';
import type { WeightInfo } from '../../../proto/index.ts';

/**
 * @param roles `--roles`, the only ones there may be beside `*`; undefined: all
 * @returns what is wrong with the first bad one, in words
 */
export function validateWeights(
  infos: readonly WeightInfo[],
  roles: readonly string[] | undefined,
): string | undefined {
  const seen = new Set<string>();
  for (const { role = '*', weight } of infos) {
    const problem =
      validateRole(role) ??
      roleProblem(role, roles) ??
      (seen.has(role) ? 'the role is named twice' : undefined) ??
      weightProblem(weight);
    if (problem !== undefined)
      return `Failed to validate update weights request JSON for role '${role}': ${problem}`;
    seen.add(role);
  }
  return undefined;
}

function roleProblem(role: string, roles: readonly string[] | undefined): string | undefined {
  if (role === '*' || roles?.includes(role) !== false) return undefined;
  return "Unknown role: it is not in the master's --roles";
}

function weightProblem(weight: number): string | undefined {
  if (Number.isFinite(weight) && weight > 0) return undefined;
  return `Invalid weight '${weight}': Weights must be positive`;
}
