/** An operator who drains, reactivates and gives up agents by chance, as the operator API would. */
import type { Master } from '../../../actors/master/master.ts';
import { DrainState } from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { partsOf } from './audit.ts';

const EVERY_MS = 15_000;
const GRACE_S = 5;

export interface OperatorOptions {
  readonly master: () => Master | undefined;
  /** New orders are given now; what was ordered is taken back later. */
  readonly orders: () => boolean;
  readonly markedGone: (agentId: string) => void;
}

export function startOperator(simulation: Simulation, { master, orders, markedGone }: OperatorOptions): void {
  const chance = (): number => simulation.chance.next();
  const work = (): void => {
    simulation.at(EVERY_MS * (0.5 + chance()), work);
    const present = master();
    const parts = present === undefined ? undefined : partsOf(present);
    if (present === undefined || parts === undefined || !parts.leadership.leading) return;
    const what = chance();
    const which = chance();
    present.node.dispatch(present.self, () => {
      if (!parts.leadership.leading) return;
      const all = [...parts.agents.all()];
      const agent = all[Math.floor(which * all.length)];
      if (agent === undefined) return;
      const agent_id = { value: agent.id };
      const state = parts.drains.info(agent.id)?.state;
      try {
        if (state === DrainState.DRAINED) parts.drains.reactivate(agent.id, () => undefined);
        else if (!orders()) return;
        else if (what < 0.15)
          parts.drains.drain({ agent_id, max_grace_period: { seconds: GRACE_S } }, () => undefined);
        else if (what < 0.19) parts.losses.markGone(agent.id, (stored) => stored && markedGone(agent.id));
      } catch (error) {
        if (!(error instanceof HttpRefusal)) throw error;
      }
    });
  };
  simulation.at(EVERY_MS, work);
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
