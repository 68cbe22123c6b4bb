/**
 * Whether agents live (master.md §5.4): each member is pinged at once and then every `--agent_ping_timeout`, connected or
 * not. A ping without a pong before the next one is a miss; `--max_agent_ping_timeouts` in a row make the agent unreachable.
 */
import type { Pid, Timer } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import { type Permit, RateLimiter } from './rateLimiter.ts';
import type { AgentRecord } from './record.ts';

interface Watch {
  readonly agent: AgentRecord;
  timer: Timer | undefined;
  /** A ping is out that no pong has answered. */
  unanswered: boolean;
  missed: number;
  /** Waits for its turn to be marked unreachable. */
  permit: Permit | undefined;
}

export class AgentPings {
  private readonly parts: MasterParts;
  /** Bounds how fast agents are marked unreachable (`--agent_removal_rate_limit`). */
  readonly limiter: RateLimiter;
  private readonly watches = new Map<string, Watch>();

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.limiter = new RateLimiter(parts.flags.agent_removal_rate_limit, parts.actor);
  }

  /** Begins, or goes on with, watching a member. An agent that is watched already counts as heard of. */
  watch(agent: AgentRecord): void {
    const watch = this.watches.get(agent.id);
    if (watch !== undefined) {
      this.heard(watch);
      this.ping(watch);
      return;
    }
    const begun: Watch = { agent, timer: undefined, unanswered: false, missed: 0, permit: undefined };
    this.watches.set(agent.id, begun);
    this.ping(begun);
  }

  end(agent: AgentRecord): void {
    const watch = this.watches.get(agent.id);
    if (watch === undefined) return;
    watch.timer?.cancel();
    watch.permit?.cancel();
    this.watches.delete(agent.id);
  }

  pong(from: Pid | undefined): void {
    const agent = from === undefined ? undefined : this.parts.agents.at(from);
    const watch = agent === undefined ? undefined : this.watches.get(agent.id);
    if (watch !== undefined) this.heard(watch);
  }

  private heard(watch: Watch): void {
    watch.unanswered = false;
    watch.missed = 0;
    // Once its turn has come the registry is asked; only a re-registration helps then.
    if (watch.permit?.cancel() !== true) return;
    watch.permit = undefined;
    this.parts.metrics.unreachableCanceled.value++;
    this.parts.actor.log.info('agent answers again', { agent_id: watch.agent.id });
  }

  private ping(watch: Watch): void {
    const { actor, agents, flags } = this.parts;
    watch.timer?.cancel();
    watch.unanswered = true;
    actor.send(watch.agent.pid, 'mesos.internal.PingSlaveMessage', {
      connected: agents.isConnected(watch.agent.id),
    });
    watch.timer = actor.delay(flags.agent_ping_timeout, () => this.timeout(watch));
  }

  private timeout(watch: Watch): void {
    watch.missed = watch.unanswered ? watch.missed + 1 : 0;
    if (watch.missed >= this.parts.flags.max_agent_ping_timeouts) this.giveUp(watch);
    if (this.watches.get(watch.agent.id) === watch) this.ping(watch);
  }

  private giveUp(watch: Watch): void {
    if (watch.permit !== undefined) return;
    const { agents, actor, metrics } = this.parts;
    metrics.unreachableScheduled.value++;
    actor.log.warn('agent does not answer', { agent_id: watch.agent.id, pings_missed: watch.missed });
    watch.permit = this.limiter.acquire(() => {
      metrics.unreachableCompleted.value++;
      agents.chart.step(watch.agent.id, { type: 'PINGS_MISSED' });
    });
  }
}
