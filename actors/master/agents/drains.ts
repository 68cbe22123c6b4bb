/**
 * What operators want of agents: drained, deactivated, reactivated (master.md §13). Durable first; it outlives a loss of the
 * agent and a failover of the master.
 */
import {
  AgentInfoCapabilityType,
  type DrainConfig,
  type DrainInfo,
  DrainState,
  type MasterCallDrainAgent,
} from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import {
  deactivateAgent,
  drainAgent,
  markAgentDrained,
  reactivateAgent,
} from '../registrar/drainOperations.ts';
import { DrainHolds } from './drainHolds.ts';
import { type AgentRecord, hasCapability } from './record.ts';

/** Longest grace period: 64-bit nanoseconds. */
const GRACE_NS_MAX = 2 ** 63;

export class Drains {
  private readonly parts: MasterParts;
  /** When this master told an agent to drain, by both clocks. */
  private readonly started = new Map<string, { readonly nowMs: number; readonly steadyMs: number }>();
  readonly holds: DrainHolds;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.holds = new DrainHolds(parts);
  }

  /** How far the drain of an agent has got; undefined when none was ordered. */
  info(id: string): DrainInfo | undefined {
    return this.kept(id)?.drain_info;
  }

  /** When the agent was told to drain; undefined when it was not, or by a former master. */
  startedMs(id: string): number | undefined {
    return this.info(id) === undefined ? undefined : this.started.get(id)?.nowMs;
  }

  /** Agents of which it is known when they were told to drain. */
  get remembered(): number {
    return this.started.size;
  }

  /** DRAIN_AGENT; another order replaces the one of before. @throws HttpRefusal 400, 409 */
  drain({ agent_id, max_grace_period, mark_gone }: MasterCallDrainAgent, done: Done): void {
    const id = agent_id.value;
    const { agents, registrar, maintenance, actor } = this.parts;
    this.checkKnown(id);
    const agent = agents.find(id);
    if (agent !== undefined && maintenance.unavailabilityOf(agent) !== undefined)
      throw new HttpRefusal(
        400,
        `Agent '${id}' is on a machine with scheduled maintenance and cannot be drained`,
      );
    if (agent !== undefined && !hasCapability(agent, AgentInfoCapabilityType.AGENT_DRAINING))
      throw new HttpRefusal(400, `Agent '${id}' is not capable of draining: it lacks AGENT_DRAINING`);
    const config = configOf(max_grace_period, mark_gone);
    registrar.apply(drainAgent(id, config), (applied) => {
      if (!this.isStillThere(id, applied, done)) return;
      this.forgetGone();
      actor.log.info('draining agent', { agent_id: id, mark_gone: mark_gone ?? false });
      agents.chart.step(id, { type: 'DRAIN_STARTED' });
      const there = agents.find(id);
      if (there !== undefined) this.remind(there);
      done();
    });
  }

  /** DEACTIVATE_AGENT: no more offers; tasks go on. @throws HttpRefusal 400, 409 */
  deactivate(id: string, done: Done): void {
    const { agents, registrar, actor } = this.parts;
    this.checkKnown(id);
    registrar.apply(deactivateAgent(id), (applied) => {
      if (!this.isStillThere(id, applied, done)) return;
      actor.log.info('agent deactivated', { agent_id: id });
      agents.chart.step(id, { type: 'DEACTIVATED' });
      done();
    });
  }

  /** REACTIVATE_AGENT: offers again, and its drain is forgotten. @throws HttpRefusal 400, 409 */
  reactivate(id: string, done: Done): void {
    const { agents, registrar, actor } = this.parts;
    this.checkKnown(id);
    if (agents.chart.matches(id, 'service.active'))
      throw new HttpRefusal(400, `Agent '${id}' is not deactivated`);
    if (agents.chart.matches(id, 'service.draining'))
      throw new HttpRefusal(400, `Agent '${id}' is still draining; it can be reactivated once it is drained`);
    registrar.apply(reactivateAgent(id), (applied) => {
      if (!this.isStillThere(id, applied, done)) return;
      actor.log.info('agent reactivated', { agent_id: id });
      this.started.delete(id);
      this.holds.forget(id);
      agents.chart.step(id, { type: 'REACTIVATED' });
      this.parts.hosts.reactivated(id);
      done();
    });
  }

  /** A new leader found the agent in the registry: it is wanted what it was wanted before. */
  recover(id: string): void {
    const { chart } = this.parts.agents;
    const kept = this.kept(id);
    if (kept?.drain_info === undefined) {
      if (kept?.deactivated === true) chart.step(id, { type: 'DEACTIVATED' });
      return;
    }
    chart.step(id, { type: 'DRAIN_STARTED' });
    if (kept.drain_info.state === DrainState.DRAINED) chart.step(id, { type: 'DRAINED' });
  }

  /**
   * The agent drains and is (again) connected: it is told (again), and maybe there is nothing left to do.
   * @param isListed whether all that is on it is known; otherwise the agent is about to list its operations
   */
  remind(agent: AgentRecord, isListed = true): void {
    const { agents, actor, nowMs, steadyMs } = this.parts;
    // A master may have ended between the two writes.
    if (agents.chart.matches(agent.id, 'service.drained'))
      actor.defer(() => this.markGoneIfWanted(agent.id))();
    if (!agents.chart.matches(agent.id, 'service.draining') || !agents.isConnected(agent.id)) return;
    const config = this.info(agent.id)?.config;
    if (config === undefined) return;
    const started = this.started.get(agent.id) ?? { nowMs, steadyMs };
    agents.moments.changing(agent);
    this.started.set(agent.id, started);
    if (this.holds.holds(agent, started.steadyMs, () => this.remindAgain(agent.id))) return;
    actor.send(agent.pid, 'mesos.internal.DrainSlaveMessage', { config });
    if (isListed) this.check(agent);
  }

  /** Agents that are in the registry no more. */
  private forgetGone(): void {
    for (const id of [...this.started.keys()]) {
      if (this.kept(id) !== undefined) continue;
      this.started.delete(id);
      this.holds.forget(id);
    }
  }

  private remindAgain(id: string): void {
    const agent = this.parts.agents.find(id);
    if (agent !== undefined) this.remind(agent);
  }

  /** Something has left the agent: if it drains and nothing more is on it, it is drained. */
  check(agent: AgentRecord): void {
    const { agents, operations, registrar, actor } = this.parts;
    const { id } = agent;
    if (!agents.chart.matches(id, 'service.draining')) return;
    if (this.holds.isWaiting(agent)) {
      this.remind(agent);
      return;
    }
    if (agent.tasks.size > 0 || operations.countOn(id) > 0 || !agents.isConnected(id)) return;
    registrar.apply(markAgentDrained(id), (applied) => {
      // Asked twice, or drained anew meanwhile.
      if (!applied) return;
      actor.log.info('agent drained', { agent_id: id });
      agents.chart.step(id, { type: 'DRAINED' });
      this.markGoneIfWanted(id);
    });
  }

  private markGoneIfWanted(id: string): void {
    if (this.info(id)?.config.mark_gone === true) this.parts.losses.markGone(id, () => {});
  }

  private checkKnown(id: string): void {
    const { agents } = this.parts;
    if (agents.chart.matches(id, 'membership.markingGone'))
      throw new HttpRefusal(409, `Agent '${id}' is being marked gone`);
    if (this.kept(id) === undefined) throw new HttpRefusal(400, `Unknown agent '${id}'`);
  }

  private kept(
    id: string,
  ): { drain_info?: DrainInfo | undefined; deactivated?: boolean | undefined } | undefined {
    const { slaves, unreachable } = this.parts.registrar.registry;
    return slaves.get(id) ?? unreachable.get(id);
  }

  private isStillThere(id: string, applied: boolean, done: Done): boolean {
    if (!applied) done(new HttpRefusal(409, `Agent '${id}' was removed meanwhile`));
    return applied;
  }
}

/** @throws HttpRefusal 400 for a time that is none */
function configOf(
  grace: MasterCallDrainAgent['max_grace_period'],
  mark_gone: boolean | undefined,
): DrainConfig {
  const nanoseconds = grace === undefined ? undefined : (grace.seconds ?? 0) * 1e9 + (grace.nanos ?? 0);
  if (nanoseconds !== undefined && !(nanoseconds >= 0 && nanoseconds < GRACE_NS_MAX))
    throw new HttpRefusal(400, "'drain_agent.max_grace_period' is not a duration of 0 or more");
  return { max_grace_period: nanoseconds === undefined ? undefined : { nanoseconds }, mark_gone };
}
