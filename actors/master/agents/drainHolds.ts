/**
 * A drain waits for frameworks that move tasks away themselves, so that their services stay up: ours, beside Mesos. A task says by a
 * label how long it is worth waiting for; its framework is asked by an inverse offer, and the agent is told to drain when none of
 * these tasks is left or the longest of these times is over.
 */
import type { Timer } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { AgentRecord } from './record.ts';

/** Seconds that a drain waits for the framework to move the task. */
export const DRAIN_WAIT_LABEL = 'MESOSTATE_DRAIN_WAIT_SECONDS';
/** No task holds a drain up for longer. */
const WAIT_SECONDS_MAX = 24 * 3600;

export class DrainHolds {
  private readonly parts: MasterParts;
  /** Ends the wait, by agent. */
  private readonly timers = new Map<string, Timer>();

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** Whether the agent is to be drained and was not told so yet. */
  isWaiting({ id }: AgentRecord): boolean {
    return this.timers.has(id);
  }

  /**
   * Whether the agent is not to be told to drain yet. Frameworks are asked to move their tasks then.
   * @param over called, once, when the longest wait is over
   */
  holds(agent: AgentRecord, startedAtMs: number, over: () => void): boolean {
    const held = this.held(agent);
    const waitMs = Math.max(0, ...held.map((task) => waitSeconds(task) * 1000));
    const leftMs = startedAtMs + waitMs - this.parts.nowMs;
    if (held.length === 0 || leftMs <= 0) {
      this.forget(agent.id);
      return false;
    }
    this.timers.get(agent.id)?.cancel();
    this.timers.set(agent.id, this.parts.actor.delay(leftMs, over));
    this.ask(agent, held, startedAtMs + waitMs);
    return true;
  }

  forget(agentId: string): void {
    this.timers.get(agentId)?.cancel();
    this.timers.delete(agentId);
  }

  private held(agent: AgentRecord): TaskRecord[] {
    const { tasks } = this.parts;
    return [...agent.tasks.values()]
      .flatMap((ofFramework) => [...ofFramework.values()])
      .filter((task) => !tasks.isTerminal(task) && waitSeconds(task) > 0);
  }

  private ask(agent: AgentRecord, held: readonly TaskRecord[], endsAtMs: number): void {
    const { inverseOffers, actor } = this.parts;
    const frameworks = new Set(held.map(({ frameworkId }) => frameworkId));
    actor.log.info('a drain waits for tasks to be moved', { agent_id: agent.id, tasks: held.length });
    const unavailability = { start: { nanoseconds: Math.round(endsAtMs * 1e6) } };
    inverseOffers.make(
      [...frameworks]
        .filter((id) => !inverseOffers.of(id).some(({ agent_id }) => agent_id?.value === agent.id))
        .map((frameworkId) => ({ frameworkId, agentId: agent.id, unavailability })),
    );
  }
}

function waitSeconds({ description }: TaskRecord): number {
  const label = description.labels?.labels?.find(({ key }) => key === DRAIN_WAIT_LABEL);
  const seconds = Number(label?.value ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), WAIT_SECONDS_MAX) : 0;
}
