/** What frameworks have on agents, gathered from all of them and added up, a little at a time. */
import { Resources } from '../../../proto/resources/index.ts';
import type { ExecutorRecord } from '../agents/record.ts';
import type { AgentSnapshot } from './agentSnapshots.ts';

export interface Holding {
  /** What its tasks and executors hold, agent by agent. */
  readonly used: Resources[];
  readonly executors: { readonly agentId: string; readonly executor: ExecutorRecord }[];
}

export type Holdings = ReadonlyMap<string, Holding>;

export const NOTHING_HELD: Holding = { used: [], executors: [] };

/** Agents gathered from, and bags added up, between two stops. */
const AGENTS_A_STEP = 32;
const BAGS_A_STEP = 256;

/** By framework; stops again and again for the caller to look at the time. */
export function* holdingsOf(agents: readonly AgentSnapshot[]): Generator<undefined, Holdings> {
  const holdings = new Map<string, Holding>();
  const of = (frameworkId: string): Holding => {
    const known = holdings.get(frameworkId);
    if (known !== undefined) return known;
    const made = { used: [], executors: [] };
    holdings.set(frameworkId, made);
    return made;
  };
  for (const [n, agent] of agents.entries()) {
    for (const [frameworkId, held] of agent.holdings()) of(frameworkId).used.push(held);
    for (const { frameworkId, executor } of agent.executors)
      of(frameworkId).executors.push({ agentId: agent.id, executor });
    if (n % AGENTS_A_STEP === 0) yield;
  }
  return holdings;
}

/** The sum; stops again and again for the caller to look at the time. */
export function* summedSlowly(bags: readonly Resources[]): Generator<undefined, Resources> {
  let sum = Resources.EMPTY;
  for (let at = 0; at < bags.length; at += BAGS_A_STEP) {
    sum = sum.plus(Resources.sum(bags.slice(at, at + BAGS_A_STEP)));
    yield;
  }
  return sum;
}
