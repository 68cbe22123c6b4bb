/** Which instances go first when some have to (spec: marathon.md §17). */
import type { Constraint } from '../model/app.ts';
import { valueAt } from '../offers/constraintValue.ts';
import type { Instance } from './instance.ts';

/** What is known of an instance that may have to go. */
export interface Candidate {
  readonly instance: Instance;
  /** State of its chart. */
  readonly state: string;
}

export interface SelectionRule {
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
  readonly constraints: readonly Constraint[];
  /** Instances that somebody named. */
  readonly first: ReadonlySet<string>;
}

const BY_STATE: Readonly<Record<string, number>> = {
  scheduled: 0,
  reserving: 0,
  unreachable: 1,
  provisioned: 2,
  staging: 2,
  starting: 3,
  running: 4,
};
const OTHER_STATE = 5;

/** The instances that are to go, `count` of them where there are so many. */
export function selectToKill(
  candidates: readonly Candidate[],
  count: number,
  rule: SelectionRule,
): Instance[] {
  if (count <= 0) return [];
  const grouped = rule.constraints.filter(([, operator]) => operator === 'GROUP_BY').map(([field]) => field);
  const left = [...candidates].sort((a, b) => order(a, b, rule));
  if (grouped.length === 0) return left.slice(0, count).map(({ instance }) => instance);
  const chosen: Instance[] = [];
  while (chosen.length < count && left.length > 0) {
    const next = pickEven(left, grouped, rule.first);
    left.splice(left.indexOf(next), 1);
    chosen.push(next.instance);
  }
  return chosen;
}

function order(a: Candidate, b: Candidate, { killSelection, first }: SelectionRule): number {
  const named = Number(first.has(b.instance.id)) - Number(first.has(a.instance.id));
  if (named !== 0) return named;
  const byState = (BY_STATE[a.state] ?? OTHER_STATE) - (BY_STATE[b.state] ?? OTHER_STATE);
  if (byState !== 0) return byState;
  const age =
    (activeSince(a.instance) - activeSince(b.instance)) * (killSelection === 'YOUNGEST_FIRST' ? -1 : 1);
  if (age !== 0) return age;
  return b.instance.number - a.instance.number;
}

function activeSince({ startedAtMs, stagedAtMs, sinceMs }: Instance): number {
  return startedAtMs ?? stagedAtMs ?? sinceMs;
}

/** The first, in order, of those in the largest groups: what is left is spread more evenly. */
function pickEven(
  left: readonly Candidate[],
  fields: readonly string[],
  first: ReadonlySet<string>,
): Candidate {
  const named = left.find(({ instance }) => first.has(instance.id));
  if (named !== undefined) return named as Candidate;
  let rest = left;
  for (const field of fields) {
    const sizes = new Map<string, number>();
    for (const { instance } of left) {
      const value = valueAt(field, instance.place) ?? '';
      sizes.set(value, (sizes.get(value) ?? 0) + 1);
    }
    const largest = Math.max(
      ...rest.map(({ instance }) => sizes.get(valueAt(field, instance.place) ?? '') ?? 0),
    );
    rest = rest.filter(({ instance }) => sizes.get(valueAt(field, instance.place) ?? '') === largest);
  }
  return rest[0] as Candidate;
}
