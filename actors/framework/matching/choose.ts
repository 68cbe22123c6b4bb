/** The host for a task: the best of those that can, or why none can (spec: other-frameworks.md §4). Pure. */
import { exclusiveHost, type Hard, type Soft } from './constraints.ts';
import type { Fitness } from './fitness.ts';
import { type Amounts, type Host, KINDS, NOTHING, type PlacedTask, plus } from './task.ts';

export interface MatchingRule {
  readonly fitness: Fitness;
  readonly hard: readonly Hard[];
  readonly soft: readonly Soft[];
  /** A host this good is taken without looking at the others. */
  readonly goodEnough: (fitness: number) => boolean;
  /** The most that tasks of a group have together; groups without an entry have what they can get. */
  readonly limits?: ReadonlyMap<string, Partial<Amounts>>;
}

/** Every host is as good as another: the first that can. */
export const FIRST_FIT: MatchingRule = { fitness: () => 1, hard: [], soft: [], goodEnough: () => true };

/** Why a host is not for a task. */
export type Failure =
  | {
      readonly hostname: string;
      readonly resource: keyof Amounts | 'other';
      readonly asking: number;
      readonly used: number;
      readonly available: number;
    }
  | { readonly hostname: string; readonly constraint: string };

export type Choice =
  | { readonly host: Host; readonly fitness: number }
  | { readonly host: undefined; readonly failures: readonly Failure[] };

/**
 * @param hosts in the order in which they are looked at
 * @param fits what the amounts do not tell, ports say
 */
export function chooseHost(
  task: PlacedTask,
  hosts: readonly Host[],
  rule: MatchingRule,
  fits: (host: Host) => boolean = () => true,
): Choice {
  const over = limitFailure(task, hosts, rule);
  if (over !== undefined) return { host: undefined, failures: [over] };
  const failures: Failure[] = [];
  let best: { readonly host: Host; readonly fitness: number } | undefined;
  for (const host of hosts) {
    const failure = failureOf(task, host, hosts, rule, fits);
    if (failure !== undefined) {
      failures.push(failure);
      continue;
    }
    const fitness = scoreOf(task, host, hosts, rule);
    if (best === undefined || fitness > best.fitness) best = { host, fitness };
    if (rule.goodEnough(fitness)) break;
  }
  return best ?? { host: undefined, failures };
}

/** The fitness and the wishes together, 0 to 1. */
export function scoreOf(task: PlacedTask, host: Host, hosts: readonly Host[], rule: MatchingRule): number {
  const weights = rule.soft.reduce((sum, { weight }) => sum + weight, 1);
  const wishes = rule.soft.reduce((sum, soft) => sum + soft.weight * soft.score(task, host, hosts), 0);
  return (rule.fitness(task, host) + wishes) / weights;
}

function failureOf(
  task: PlacedTask,
  host: Host,
  hosts: readonly Host[],
  { hard }: MatchingRule,
  fits: (host: Host) => boolean,
): Failure | undefined {
  const { hostname, free, used } = host;
  const short = KINDS.find((kind) => task.amounts[kind] > free[kind]);
  if (short !== undefined)
    return {
      hostname,
      resource: short,
      asking: task.amounts[short],
      used: used[short],
      available: free[short],
    };
  for (const holds of [exclusiveHost, ...hard]) {
    const constraint = holds(task, host, hosts);
    if (constraint !== undefined) return { hostname, constraint };
  }
  return fits(host) ? undefined : { hostname, resource: 'other', asking: 1, used: 0, available: 0 };
}

function limitFailure(
  { group, amounts }: PlacedTask,
  hosts: readonly Host[],
  { limits }: MatchingRule,
): Failure | undefined {
  const most = limits?.get(group);
  if (most === undefined) return undefined;
  const has = hosts
    .flatMap(({ tasks }) => tasks)
    .filter((each) => each.group === group)
    .reduce((sum, each) => plus(sum, each.amounts), NOTHING);
  const over = KINDS.find((kind) => has[kind] + amounts[kind] > (most[kind] ?? Number.POSITIVE_INFINITY));
  return over === undefined
    ? undefined
    : { hostname: '', constraint: `its group may have ${most[over]} ${over}, and has ${has[over]}` };
}
