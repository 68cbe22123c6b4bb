/** The agents: who is a member, where, and what of each is used. */

import { Resources } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { agentMachine } from '../../../statecharts/agent.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type AgentSnapshot, agentSnapshot } from '../api/agentSnapshots.ts';
import { Moments } from '../api/moments.ts';
import type { MasterParts } from '../parts.ts';
import type { AgentRecord, ExecutorRecord } from './record.ts';

export class Agents {
  /** Every agent the master knows of, also recovered, unreachable and gone ones, by id. */
  readonly chart: ChartTable<typeof agentMachine>;
  /** Looks at many members: told before one of them changes. */
  readonly moments: Moments<AgentRecord, AgentSnapshot>;
  private readonly parts: MasterParts;
  /** Members: what Mesos calls registered. A member on its way out is one until the registry has let it go. */
  private readonly members = new Map<string, AgentRecord>();
  private readonly byPid = new Map<string, AgentRecord>();
  private created = 0;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.moments = new Moments((agent) => agentSnapshot(parts, agent));
    this.chart = new ChartTable(agentMachine, {
      ...parts.chartReports,
      beforeStep: (id) => this.changing(id),
      actions: {
        offerAgain: ({ id }) => parts.allocation.reactivateAgent(id),
        rescindOffers: ({ id }) => this.withdraw(id),
        reconcileTasks: ({ id }) => parts.agentReconciliation.reconcile(id),
        returnTasks: ({ id }) => parts.agentReconciliation.returnFrom(id),
        storeUnreachable: ({ id }) => parts.losses.storeUnreachable(id),
        loseUncheckpointedTasks: ({ id }) => parts.losses.loseUncheckpointed(id),
        markTasksUnreachable: ({ id }) => parts.losses.markTasksUnreachable(id),
        markTasksGone: ({ id }) => parts.losses.markTasksGone(id),
        loseTasks: ({ id }) => parts.losses.loseTasks(id),
      },
      delays: { REREGISTER_TIMEOUT: parts.flags.agent_reregister_timeout },
    });
  }

  /** What is known of the agent is about to change, if it is a member. */
  changing(id: string): void {
    if (this.moments.count === 0) return;
    const agent = this.members.get(id);
    if (agent !== undefined) this.moments.changing(agent);
  }

  /** `<master id>-S<n>` */
  newId(): string {
    return `${this.parts.info.id}-S${this.created++}`;
  }

  find(id: string): AgentRecord | undefined {
    return this.members.get(id);
  }

  at(pid: Pid): AgentRecord | undefined {
    return this.byPid.get(pid.text);
  }

  all(): IterableIterator<AgentRecord> {
    return this.members.values();
  }

  get count(): number {
    return this.members.size;
  }

  isConnected(id: string): boolean {
    return this.chart.hasTag(id, 'connected');
  }

  /** The member, when it is connected. */
  connected(id: string): AgentRecord | undefined {
    return this.isConnected(id) ? this.members.get(id) : undefined;
  }

  /** Connected, and not deactivated by an operator. */
  isActive(id: string): boolean {
    return this.isConnected(id) && this.chart.hasTag(id, 'schedulable');
  }

  /** In the registry, but not seen since this master leads. */
  isAwaited(id: string): boolean {
    return !this.members.has(id) && this.parts.registrar.registry.slaves.has(id);
  }

  /** How many are awaited: members are in the registry too. */
  get awaited(): number {
    return this.parts.registrar.registry.slaves.size - this.members.size;
  }

  /** Milliseconds since 1970 at which the agent was marked unreachable; undefined when it is not. */
  unreachableSinceMs(id: string): number | undefined {
    const marked = this.parts.registrar.registry.unreachable.get(id);
    return marked === undefined ? undefined : marked.timestamp.nanoseconds / 1e6;
  }

  isGone(id: string): boolean {
    return this.parts.registrar.registry.gone.has(id);
  }

  add(agent: AgentRecord): void {
    this.members.set(agent.id, agent);
    this.byPid.set(agent.pid.text, agent);
  }

  moveTo(agent: AgentRecord, pid: Pid): void {
    this.moments.changing(agent);
    this.forgetPid(agent);
    agent.pid = pid;
    this.byPid.set(pid.text, agent);
  }

  remove(agent: AgentRecord): void {
    this.moments.changing(agent);
    this.members.delete(agent.id);
    this.forgetPid(agent);
  }

  /** Charges the agent with what a task or executor holds. */
  charge(agent: AgentRecord, frameworkId: string, resources: Resources): void {
    this.moments.changing(agent);
    agent.used.set(frameworkId, (agent.used.get(frameworkId) ?? Resources.EMPTY).plus(resources));
  }

  /** Gives back what a task or executor held, here and to the allocator. */
  release(agent: AgentRecord, frameworkId: string, resources: Resources): void {
    this.uncharge(agent, frameworkId, resources);
    this.parts.allocation.recover(frameworkId, agent.id, resources);
  }

  /** What was charged is something else now, of which the allocator is told otherwise. */
  uncharge(agent: AgentRecord, frameworkId: string, resources: Resources): void {
    this.moments.changing(agent);
    const rest = (agent.used.get(frameworkId) ?? Resources.EMPTY).minus(resources);
    if (rest.isEmpty) agent.used.delete(frameworkId);
    else agent.used.set(frameworkId, rest);
  }

  addExecutor(agent: AgentRecord, frameworkId: string, executor: ExecutorRecord): void {
    this.moments.changing(agent);
    const executors = agent.executors.get(frameworkId) ?? new Map<string, ExecutorRecord>();
    executors.set(executor.id, executor);
    agent.executors.set(frameworkId, executors);
    this.charge(agent, frameworkId, executor.resources);
  }

  removeExecutor(agent: AgentRecord, frameworkId: string, executorId: string): ExecutorRecord | undefined {
    const executors = agent.executors.get(frameworkId);
    const executor = executors?.get(executorId);
    if (executors === undefined || executor === undefined) return undefined;
    this.moments.changing(agent);
    executors.delete(executorId);
    if (executors.size === 0) agent.executors.delete(frameworkId);
    this.release(agent, frameworkId, executor.resources);
    return executor;
  }

  /** The socket to a process broke; nothing happens when it is no agent's. */
  exited(pid: Pid): void {
    const agent = this.at(pid);
    if (agent === undefined) return;
    this.parts.actor.log.info('agent disconnected', { agent_id: agent.id, pid: agent.pid.text });
    this.chart.step(agent.id, { type: 'CONNECTION_LOST' });
  }

  /** Nothing of the agent is offered any more, and what was is taken back. */
  private withdraw(id: string): void {
    this.parts.allocation.deactivateAgent(id);
    const agent = this.members.get(id);
    if (agent === undefined) return;
    this.parts.offers.loseAgent(agent);
    this.parts.inverseOffers.rescindOn(id);
  }

  private forgetPid(agent: AgentRecord): void {
    if (this.byPid.get(agent.pid.text) === agent) this.byPid.delete(agent.pid.text);
  }
}
