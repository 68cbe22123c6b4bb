/** An operator who drains agents under a simulated Marathon, and wants them back. */
import type { AgentRecord } from '../../../actors/master/agents/record.ts';
import type { Master } from '../../../actors/master/master.ts';
import { DrainState } from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { partsOf } from '../cluster/audit.ts';

const EVERY_MS = 12_000;
const GRACE_S = 5;
/** Of the times that one might be drained. */
const DRAINS = 0.5;

/** @param drains whether agents are drained now; those that are drained are wanted back at any time */
export function startDrains(
  simulation: Simulation,
  master: () => Master | undefined,
  drains: () => boolean,
): void {
  const { chance } = simulation;
  const work = (): void => {
    simulation.at(EVERY_MS * (0.5 + chance.next()), work);
    const present = master();
    const which = chance.next();
    const begins = drains() && chance.next() < DRAINS;
    if (present === undefined) return;
    present.node.dispatch(present.self, () => {
      if (!present.parts.leadership.leading) return;
      const all = [...present.parts.agents.all()];
      try {
        bringBack(present, all);
        const agent = all[Math.floor(which * all.length)];
        if (begins && agent !== undefined) drain(present, agent);
      } catch (error) {
        if (!(error instanceof HttpRefusal)) throw error;
      }
    });
  };
  simulation.at(EVERY_MS, work);
}

function bringBack({ parts: { drains } }: Master, agents: readonly AgentRecord[]): void {
  for (const { id } of agents)
    if (drains.info(id)?.state === DrainState.DRAINED) drains.reactivate(id, () => undefined);
}

function drain({ parts: { drains } }: Master, { id }: AgentRecord): void {
  const order = { agent_id: { value: id }, max_grace_period: { seconds: GRACE_S } };
  drains.drain(order, () => undefined);
}

/** Whether the agent may end tasks of itself: it is drained, or was told to be. */
export function isDraining(master: Master | undefined, agentId: string | undefined): boolean {
  const parts = master === undefined ? undefined : partsOf(master);
  return agentId !== undefined && parts?.drains.info(agentId) !== undefined;
}
