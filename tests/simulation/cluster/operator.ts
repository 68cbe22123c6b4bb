/** An operator who gives orders by chance and takes them back, and what must have come of them in the end. */
import type { Master } from '../../../actors/master/master.ts';
import { DrainState } from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { partsOf } from './audit.ts';
import { markGone, type Orderly, orderSomething, takeBack } from './orders.ts';

const EVERY_MS = 6_000;
/** How often one who sees an agent that is not connected says that it will not come back. */
const IMPATIENCE = 0.04;

export interface OperatorOptions extends Pick<Orderly, 'promises' | 'markedGone'> {
  /** The one that leads. */
  readonly master: () => Master | undefined;
  /** New orders are given now; what was ordered is taken back later. */
  readonly orders: () => boolean;
}

export function startOperator(simulation: Simulation, options: OperatorOptions): void {
  const { promises, orders } = options;
  const chance = (): number => simulation.chance.next();
  const work = (): void => {
    simulation.at(EVERY_MS * (0.5 + chance()), work);
    const master = options.master();
    if (master === undefined) return;
    const which = chance();
    master.node.dispatch(master.self, () => {
      const { agents, leadership } = master.parts;
      const all = [...agents.all()];
      const agent = all[Math.floor(which * all.length)];
      if (!leadership.leading) return;
      try {
        if (orders() && declareGone({ ...options, master, chance })) return;
        if (chance() < 0.5 && takeBack(master, agent, promises)) return;
        if (orders() && agent !== undefined) orderSomething({ ...options, master, agent, chance });
      } catch (error) {
        if (!(error instanceof HttpRefusal)) throw error;
      }
    });
  };
  simulation.at(EVERY_MS, work);
}

/** An agent that is only cut off, or starts just now, does not hear of it. @returns whether one was declared gone */
function declareGone({ master, chance, markedGone }: Omit<Orderly, 'agent' | 'promises'>): boolean {
  const { agents, registrar } = master.parts;
  const away = [...agents.all()].map(({ id }) => id).filter((id) => !agents.isConnected(id));
  away.push(...registrar.registry.unreachable.keys());
  const [id] = away;
  if (id === undefined || chance() >= IMPATIENCE) return false;
  markGone(master, id, markedGone);
  return true;
}

/** 45: at the end no drain waits for anything but a framework that has never come back. */
export function undrained(master: Master | undefined): string | undefined {
  const parts = master === undefined ? undefined : partsOf(master);
  for (const { id, tasks } of parts?.agents.all() ?? []) {
    const waits = [...tasks.keys()].some((framework) => parts?.frameworks.isConnected(framework) === false);
    if (!waits && parts?.drains.info(id)?.state === DrainState.DRAINING)
      return `45: agent ${id} is not drained`;
  }
  return undefined;
}

/**
 * 10, of operations: all have an end that is acknowledged.
 * @param removed whether no machine is this agent any more: what it has not told before is not known, for good
 */
export function unended(
  master: Master | undefined,
  removed: (agentId: string) => boolean,
): string | undefined {
  for (const { agentId, key } of master?.parts.operations.all() ?? [])
    if (master?.parts.operations.chart.hasTag(key, 'returnable') !== true || !removed(agentId))
      return `10: an operation on ${agentId} has not ended`;
  return undefined;
}
