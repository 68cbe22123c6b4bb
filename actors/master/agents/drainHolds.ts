/**
 * A drain waits for frameworks that move tasks away themselves, so that their services stay up: ours, beside Mesos. A task says by a
 * label how long it is worth waiting for; its framework is asked by an inverse offer, and the agent is told to drain when none of
 * these tasks is left or the longest of these times is over.
 */
import { ChartTable, drainWaitMachine } from '../../../statecharts/index.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { AgentRecord } from './record.ts';

/** Seconds that a drain waits for the framework to move the task. */
export const DRAIN_WAIT_LABEL = 'MESOSTATE_DRAIN_WAIT_SECONDS';
/** No task holds a drain up for longer. */
const WAIT_SECONDS_MAX = 24 * 3600;

/** What is known of one wait besides its state, which is its chart's (`statecharts/drainWait.ts`). */
interface Wait {
  readonly agent: AgentRecord;
  readonly held: readonly TaskRecord[];
  readonly endsAtMs: number;
  readonly over: () => void;
}

export class DrainHolds {
  private readonly parts: MasterParts;
  private readonly waits = new Map<string, Wait>();
  /** One for each agent that waits. */
  readonly chart: ChartTable<typeof drainWaitMachine>;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(drainWaitMachine, {
      ...parts.chartReports,
      delays: {
        LONGEST_WAIT: ({ id }) => Math.max(0, (this.waits.get(id)?.endsAtMs ?? 0) - this.parts.steadyMs),
      },
      actions: {
        askFrameworks: ({ id }) => this.ask(id),
        // Not from within the step of its own chart.
        giveUp: ({ id }) => this.parts.actor.defer(() => this.waits.get(id)?.over())(),
      },
    });
  }

  /** Whether the agent is to be drained and was not told so yet. */
  isWaiting({ id }: AgentRecord): boolean {
    return this.chart.matches(id, 'asking');
  }

  /**
   * Whether the agent is not to be told to drain yet. Frameworks are asked to move their tasks then.
   * @param startedAtMs by the steady clock
   * @param over called, once, when the longest wait is over
   */
  holds(agent: AgentRecord, startedAtMs: number, over: () => void): boolean {
    const held = this.held(agent);
    const waitMs = Math.max(0, ...held.map((task) => waitSeconds(task) * 1000));
    const endsAtMs = startedAtMs + waitMs;
    if (held.length === 0 || endsAtMs <= this.parts.steadyMs) {
      this.forget(agent.id);
      return false;
    }
    this.waits.set(agent.id, { agent, held, endsAtMs, over });
    if (this.isWaiting(agent)) this.chart.step(agent.id, { type: 'TASKS_HELD' });
    else {
      this.chart.stop(agent.id);
      this.chart.start(agent.id);
    }
    return true;
  }

  forget(agentId: string): void {
    if (this.chart.matches(agentId, 'asking')) this.chart.step(agentId, { type: 'TASKS_MOVED' });
    this.chart.stop(agentId);
    this.waits.delete(agentId);
  }

  private held(agent: AgentRecord): TaskRecord[] {
    const { tasks } = this.parts;
    return [...agent.tasks.values()]
      .flatMap((ofFramework) => [...ofFramework.values()])
      .filter((task) => !tasks.isTerminal(task) && waitSeconds(task) > 0);
  }

  private ask(agentId: string): void {
    const { inverseOffers, actor } = this.parts;
    const wait = this.waits.get(agentId);
    if (wait === undefined) return;
    const frameworks = new Set(wait.held.map(({ frameworkId }) => frameworkId));
    actor.log.info('a drain waits for tasks to be moved', { agent_id: agentId, tasks: wait.held.length });
    // Frameworks are told by the time of day.
    const { nowMs, steadyMs } = this.parts;
    const endsMs = nowMs + Math.max(0, wait.endsAtMs - steadyMs);
    const unavailability = { start: { nanoseconds: Math.round(endsMs * 1e6) } };
    inverseOffers.make(
      [...frameworks]
        .filter((id) => !inverseOffers.of(id).some(({ agent_id }) => agent_id?.value === agentId))
        .map((frameworkId) => ({ frameworkId, agentId, unavailability })),
    );
  }
}

function waitSeconds({ description }: TaskRecord): number {
  const label = description.labels?.labels?.find(({ key }) => key === DRAIN_WAIT_LABEL);
  const seconds = Number(label?.value ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), WAIT_SECONDS_MAX) : 0;
}
