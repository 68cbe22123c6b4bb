/**
 * When the allocator runs and what becomes of what it says (allocator.md §1). New agents, frameworks and revived roles are
 * looked at soon; resources that come back wait for the batch, every `--allocation_interval`. One run is pending at a time
 * and covers every agent that asked until it starts.
 */

import type { ResourceConversion, Resources } from '../../proto/resources/index.ts';
import type { AgentRecord } from './agents/record.ts';
import type { AgentDescription, FrameworkOptions, Quota, SlicedAllocation } from './allocator/index.ts';
import { Allocator, parseMinimum } from './allocator/index.ts';
import type { FrameworkDescription, FrameworkRecord } from './frameworks/record.ts';
import type { MasterParts } from './parts.ts';

/** Agents that the next run looks at. */
type Candidates = 'all' | Set<string>;

/** Agents of a slice, and how long slices go on before others have their turn: a message waits no longer than that. */
const SLICE_AGENTS = 16;
const SLICE_MS = 10;

/** A run that has begun. */
interface Run {
  readonly cycle: SlicedAllocation;
  /** undefined: all. */
  readonly agents: ReadonlySet<string> | undefined;
  readonly stop: () => unknown;
}

export class Allocation {
  readonly allocator: Allocator;
  private readonly parts: MasterParts;
  private candidates: Candidates = new Set();
  private mode: 'idle' | 'pending' | 'running' = 'idle';
  /** Tells how long those that asked for the next run have waited; undefined when nobody has. */
  private waitSince: (() => number) | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    const { flags, actor } = parts;
    this.allocator = new Allocator({
      random: actor.random,
      options: {
        allocationIntervalMs: flags.allocation_interval,
        minimum: parseMinimum(flags.min_allocatable_resources),
        filterGpuResources: flags.filter_gpu_resources,
        fairSharingExcluded: flags.fair_sharing_excluded_resource_names,
        roleSorter: flags.role_sorter,
        domain: flags.domain,
        frameworkSorter: flags.framework_sorter,
        agentRecoveryFactor: flags.allocator_agent_recovery_factor,
        recoveryTimeoutMs: flags.allocator_recovery_timeout,
      },
    });
  }

  /** The master leads: batches begin. */
  start(): void {
    this.parts.actor.delay(this.parts.flags.allocation_interval, () => this.batch());
  }

  /**
   * After a failover, once quota is known: with quota nothing is offered until most agents are back.
   * @param agents in the registry
   */
  recoverAgents(agents: number): void {
    this.allocator.recover(agents, this.parts.steadyMs);
  }

  // ---- agents ---------------------------------------------------------------------------------------------------

  /** A member is connected from now on, with what its tasks hold. */
  addAgent(agent: AgentRecord): void {
    const active = this.parts.agents.isActive(agent.id);
    this.allocator.addAgent(agent.id, describeForAllocator(agent), agent.total, agent.used, active);
    this.allocator.updateUnavailability(agent.id, this.parts.maintenance.unavailabilityOf(agent));
    this.soon(agent.id);
  }

  /** A member is back, maybe with another description. */
  updateAgent(agent: AgentRecord): void {
    const { offers, agents } = this.parts;
    if (
      this.allocator.updateAgent(agent.id, { description: describeForAllocator(agent), total: agent.total })
    ) {
      offers.rescindOn(agent);
    }
    if (agents.isActive(agent.id)) this.allocator.activateAgent(agent.id);
    this.soon(agent.id);
  }

  /** The maintenance of the agent's machine is planned, planned otherwise, or over. */
  updateUnavailability(agent: AgentRecord): void {
    this.allocator.updateUnavailability(agent.id, this.parts.maintenance.unavailabilityOf(agent));
    this.soon(agent.id);
  }

  /** An operation of a framework on what it was offered; the agent's total has changed with it. */
  convert(frameworkId: string, agent: AgentRecord, conversions: readonly ResourceConversion[]): void {
    this.allocator.updateAllocation(frameworkId, agent.id, conversions);
  }

  /** What a framework holds besides what is known: an operation that another master has sent. */
  hold(frameworkId: string, agent: AgentRecord, resources: Resources): void {
    this.allocator.addAllocation(frameworkId, agent.id, resources);
  }

  /** An operation of an operator on what nobody holds. @returns what of it is not there, in words */
  convertAvailable(agent: AgentRecord, conversions: readonly ResourceConversion[]): string | undefined {
    return this.allocator.updateAvailable(agent.id, conversions);
  }

  /** The operator wants the agent to get tasks again. */
  reactivateAgent(id: string): void {
    if (!this.parts.agents.isConnected(id)) return;
    this.allocator.activateAgent(id);
    this.soon(id);
  }

  deactivateAgent(id: string): void {
    if (this.parts.agents.find(id) !== undefined) this.allocator.deactivateAgent(id);
  }

  removeAgent(id: string): void {
    this.allocator.removeAgent(id);
  }

  // ---- frameworks -----------------------------------------------------------------------------------------------

  /** A framework that gets no offers before `activate`. */
  addFramework(framework: FrameworkRecord): void {
    this.allocator.addFramework(framework.id, optionsOf(framework.description), undefined, false);
  }

  activate(frameworkId: string): void {
    this.allocator.activateFramework(frameworkId);
    this.soon();
  }

  deactivate(frameworkId: string): void {
    this.allocator.deactivateFramework(frameworkId);
  }

  updateFramework(framework: FrameworkRecord): void {
    this.allocator.updateFramework(framework.id, optionsOf(framework.description));
  }

  removeFramework(frameworkId: string): void {
    this.allocator.removeFramework(frameworkId);
  }

  suppress(frameworkId: string, roles: readonly string[]): void {
    this.allocator.suppress(frameworkId, roles);
  }

  revive(frameworkId: string, roles: readonly string[]): void {
    this.allocator.revive(frameworkId, roles);
    this.soon();
  }

  /** @param refuseSeconds of a refusal; undefined when the framework did not refuse what comes back */
  recover(frameworkId: string, agentId: string, resources: Resources, refuseSeconds?: number): void {
    this.allocator.recoverResources(frameworkId, agentId, resources, refuseSeconds, this.parts.steadyMs);
  }

  // ---- policy ---------------------------------------------------------------------------------------------------

  /** @param quota undefined: none any more */
  setQuota(role: string, quota: Quota | undefined): void {
    this.allocator.setQuota(role, quota);
  }

  /** @param hostnames of the agents that may be offered */
  setWhitelist(hostnames: readonly string[]): void {
    this.allocator.setWhitelist(hostnames);
  }

  quotaOf(role: string): Quota | undefined {
    return this.allocator.quotaOf(role);
  }

  updateWeights(weights: Readonly<Record<string, number>>): void {
    this.allocator.updateWeights(weights);
  }

  // ---- runs -----------------------------------------------------------------------------------------------------

  private batch(): void {
    this.soon();
    this.start();
  }

  /** Asks for a run that looks at the agent, or at all. */
  private soon(agentId?: string): void {
    if (agentId === undefined) this.candidates = 'all';
    else if (this.candidates !== 'all') this.candidates.add(agentId);
    this.waitSince ??= this.parts.metrics.allocationLatency.start();
    if (this.mode !== 'idle') return;
    this.mode = 'pending';
    this.parts.actor.defer(() => this.run())();
  }

  private run(): void {
    const { why, metrics, leadership, steadyMs } = this.parts;
    const agents = this.candidates === 'all' ? undefined : this.candidates;
    this.candidates = new Set();
    this.waitSince?.();
    this.waitSince = undefined;
    this.mode = 'running';
    if (!leadership.leading) {
      this.mode = 'idle';
      return;
    }
    metrics.allocationRuns.value++;
    // Batches are explained: they look at everything.
    const explain = agents === undefined ? why.listen() : undefined;
    const stop = metrics.allocationRun.start();
    const cycle = this.allocator.beginSliced(steadyMs, SLICE_AGENTS, { agents, explain });
    this.proceed({ cycle, agents, stop }, false);
  }

  /** Goes on with a run until it is done or has had its time: then others come first. */
  private proceed(run: Run, paused: boolean): void {
    const { clock, defer, node } = this.parts.actor;
    node.pauses.during('a slice of an allocation');
    if (!this.parts.leadership.leading) {
      this.mode = 'idle';
      return;
    }
    const untilMs = clock.monotonic() + SLICE_MS;
    let goesOn = run.cycle.step(paused);
    while (goesOn && clock.monotonic() < untilMs) goesOn = run.cycle.step(false);
    const allocations = run.cycle.take();
    this.parts.why.hear(allocations);
    for (const { frameworkId, offers } of allocations) this.parts.offers.make(frameworkId, offers);
    if (goesOn) defer(() => this.proceed(run, true))();
    else this.finish(run);
  }

  private finish({ agents, stop }: Run): void {
    const { why, inverseOffers, steadyMs } = this.parts;
    stop();
    if (agents === undefined) {
      why.conclude(this.parts.agents.count);
      this.parts.roleGauges.follow();
    }
    inverseOffers.make(this.allocator.inverseOffers(steadyMs, agents));
    this.mode = 'idle';
    if (this.candidates === 'all' || this.candidates.size > 0) {
      this.mode = 'pending';
      this.parts.actor.defer(() => this.run())();
    }
  }
}

/** What the allocator knows of an agent. */
export function describeForAllocator({ description: { info, capabilities } }: AgentRecord): AgentDescription {
  const types = capabilities.flatMap(({ type }) => (type === undefined ? [] : [type]));
  return { hostname: info.hostname, attributes: info.attributes, domain: info.domain, capabilities: types };
}

function optionsOf(description: FrameworkDescription): FrameworkOptions {
  const { info, roles, suppressedRoles, offerFilter } = description;
  return {
    roles,
    suppressedRoles,
    capabilities: (info.capabilities ?? []).flatMap(({ type }) => (type === undefined ? [] : [type])),
    offerFilters: info.offer_filters,
    constraints: offerFilter,
  };
}
