/** What frameworks have on agents, gathered in one look at all of them; added up later, a little at a time. */
import { Resources } from '../../../proto/resources/index.ts';
import type { ExecutorRecord } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';

export interface Holding {
  /** What its tasks and executors hold, agent by agent. */
  readonly used: Resources[];
  readonly executors: { readonly agentId: string; readonly executor: ExecutorRecord }[];
}

export type Holdings = ReadonlyMap<string, Holding>;

/** By framework. */
export function holdingsOf({ agents }: MasterParts): Holdings {
  const holdings = new Map<string, Holding>();
  const of = (frameworkId: string): Holding => {
    const known = holdings.get(frameworkId);
    if (known !== undefined) return known;
    const made = { used: [], executors: [] };
    holdings.set(frameworkId, made);
    return made;
  };
  for (const agent of agents.all()) {
    for (const [frameworkId, held] of agent.used) of(frameworkId).used.push(held);
    for (const [frameworkId, executors] of agent.executors) {
      for (const executor of executors.values())
        of(frameworkId).executors.push({ agentId: agent.id, executor });
    }
  }
  return holdings;
}

/** Bags added up between two stops. */
const BAGS_A_STEP = 256;

/** The sum; stops again and again for the caller to look at the time. */
export function* summedSlowly(bags: readonly Resources[]): Generator<undefined, Resources> {
  let sum = Resources.EMPTY;
  for (let at = 0; at < bags.length; at += BAGS_A_STEP) {
    sum = sum.plus(Resources.sum(bags.slice(at, at + BAGS_A_STEP)));
    yield;
  }
  return sum;
}
