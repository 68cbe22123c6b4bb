/**
 * The hierarchical DRF allocator of Mesos as a data structure: no clock, no timer, no actor. The caller says what happens
 * and when to run a cycle; time comes as milliseconds, chance as a port.
 */

import type { Unavailability } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { Random } from '../../../runtime/ports.ts';
import type { AgentDescription } from './agent.ts';
import { AllocatorAgent, sameAttributes, sameDescription } from './agent.ts';
import { type AllocateOptions, type Allocation, AllocatorError, type ResourceConversion } from './api.ts';
import { AllocationCycle } from './cycle.ts';
import { refusalMs } from './filters.ts';
import type { FrameworkOptions } from './framework.ts';
import { AllocatorFramework } from './framework.ts';
import { type InverseOffer, InverseOffers } from './inverseOffers.ts';
import type { Quota } from './quota.ts';
import { AllocatorReads } from './reads.ts';
import { RecoveryPause } from './recovery.ts';
import type { AllocatorOptions } from './state.ts';
import { AllocatorState } from './state.ts';

/** A cycle under way. */
export interface SlicedAllocation {
  /**
   * Goes on with the next slice.
   * @param paused whether something may have been done to the allocator since the last one
   * @returns false when the cycle is over
   */
  step(paused: boolean): boolean;
  /** What was allocated since this was asked last. */
  take(): Allocation[];
}

export class Allocator extends AllocatorReads {
  private readonly inverse = new InverseOffers();
  private readonly pause: RecoveryPause;

  constructor({ random, options = {} }: { random: Random; options?: AllocatorOptions }) {
    super(new AllocatorState(random, options));
    this.pause = new RecoveryPause(options);
  }

  // Frameworks.

  /**
   * @param used by agent, what it holds already (with allocation roles); agents that are unknown are ignored, and what
   *   was said by `addAgent` already is not counted twice
   */
  addFramework(
    id: string,
    options: FrameworkOptions,
    used: ReadonlyMap<string, Resources> = new Map(),
    active = true,
  ): void {
    if (this.state.frameworks.has(id)) throw new AllocatorError(`framework ${id} is there already`);
    const framework = new AllocatorFramework(id, options, active);
    this.state.frameworks.set(id, framework);
    for (const agent of this.state.heldBy(id)) {
      this.state.share(id, agent.id, agent.used.get(id) ?? Resources.EMPTY);
    }
    for (const [agentId, resources] of used) {
      const agent = this.state.agents.get(agentId);
      const news = resources.minus(agent?.used.get(id) ?? Resources.EMPTY);
      if (agent !== undefined && !news.isEmpty) this.state.allocate(id, agent, news);
    }
    this.state.refreshRoles(framework);
  }

  /** Forgets a framework and its filters. What it still holds stays taken until it is recovered. */
  removeFramework(id: string): void {
    const framework = this.state.frameworks.get(id);
    if (framework === undefined) return;
    this.state.filters.clearFramework(id);
    this.inverse.clearFramework(id);
    for (const agent of this.state.heldBy(id)) {
      for (const [role, part] of agent.used.get(id)?.allocations() ?? []) {
        this.state.roleSorter.unallocated(role, agent.id, part);
      }
    }
    for (const role of [...framework.tracked]) this.state.untrack(id, role);
    this.state.frameworks.delete(id);
  }

  activateFramework(id: string): void {
    this.framework(id).isActive = true;
    this.state.refreshRoles(this.framework(id));
  }

  /** No more offers; its filters are dropped, what it holds still counts in shares. */
  deactivateFramework(id: string): void {
    this.framework(id).isActive = false;
    this.state.filters.clearFramework(id);
    this.inverse.clearFramework(id);
    this.state.refreshRoles(this.framework(id));
  }

  /** Replaces roles, suppressed roles, capabilities, filters of offers and constraints. */
  updateFramework(id: string, options: FrameworkOptions): void {
    const framework = this.framework(id);
    const left = new Set(framework.roles);
    framework.describe(options);
    for (const role of framework.roles) left.delete(role);
    for (const role of left) this.state.filters.clearFramework(id, role);
    this.state.refreshRoles(framework);
  }

  /** No offers in these roles (all of the framework's when empty). */
  suppress(frameworkId: string, roles: Iterable<string> = []): void {
    const framework = this.framework(frameworkId);
    for (const role of rolesOr(roles, framework.roles)) framework.suppressed.add(role);
    this.state.refreshRoles(framework);
  }

  isSuppressed(frameworkId: string, role: string): boolean {
    return this.state.frameworks.get(frameworkId)?.suppressed.has(role) ?? false;
  }

  /** Offers in these roles again (all of the framework's when empty), and those refused before, too. */
  revive(frameworkId: string, roles: Iterable<string> = []): void {
    const framework = this.framework(frameworkId);
    this.inverse.clearFilters(frameworkId);
    for (const role of rolesOr(roles, framework.roles)) {
      framework.suppressed.delete(role);
      this.state.filters.clearFramework(frameworkId, role);
    }
    this.state.refreshRoles(framework);
  }

  // Agents.

  /**
   * @param total without allocation roles
   * @param used by framework, known or not, what it holds (with allocation roles)
   */
  addAgent(
    id: string,
    description: AgentDescription,
    total: Resources,
    used: ReadonlyMap<string, Resources> = new Map(),
    active = true,
  ): void {
    if (this.state.agents.has(id)) throw new AllocatorError(`agent ${id} is there already`);
    const agent = new AllocatorAgent(id, description, total, active);
    this.state.agents.set(id, agent);
    this.state.countTotal(agent.total, 1);
    for (const [frameworkId, resources] of used) {
      if (!resources.isEmpty) this.state.allocate(frameworkId, agent, resources);
    }
  }

  /** Forgets an agent with all that is held on it, and the filters on it. */
  removeAgent(id: string): void {
    const agent = this.state.agents.get(id);
    if (agent === undefined) return;
    for (const [frameworkId, resources] of [...agent.used]) this.state.release(frameworkId, agent, resources);
    this.state.countTotal(agent.total, -1);
    this.state.agents.delete(id);
    this.state.filters.clearAgent(id);
    this.inverse.setUnavailability(id, undefined);
  }

  /**
   * New facts about an agent. Changed attributes clear the filters on it.
   *
   * @returns whether anything changed (then an allocation for it is due)
   */
  updateAgent(
    id: string,
    { description, total }: { description?: AgentDescription | undefined; total?: Resources | undefined },
  ): boolean {
    const agent = this.agent(id);
    let changed = false;
    if (description !== undefined && !sameDescription(agent.description, description)) {
      changed = true;
      if (!sameAttributes(agent.description, description)) this.state.filters.clearAgent(id);
      agent.describe(description);
    }
    if (total !== undefined && !agent.total.equals(total.unallocated())) {
      changed = true;
      this.state.setTotal(agent, total);
    }
    return changed;
  }

  activateAgent(id: string): void {
    this.agent(id).isActive = true;
  }

  /** Its resources are not offered any more; offers that are out are the master's to rescind. */
  deactivateAgent(id: string): void {
    this.agent(id).isActive = false;
  }

  /** Sets or ends the maintenance window of an agent; what frameworks answered to the last one is forgotten. */
  updateUnavailability(id: string, unavailability: Unavailability | undefined): void {
    this.agent(id);
    this.inverse.setUnavailability(id, unavailability);
  }

  /** Inverse offers are asked for after a cycle. Each that comes out is outstanding until it is answered. */
  inverseOffers(nowMs: number, agents?: Iterable<string>): InverseOffer[] {
    return this.inverse.make(this.candidates(agents), this.state.frameworks, nowMs);
  }

  /**
   * An inverse offer was answered or rescinded.
   *
   * @param filterSeconds how long none shall come again for this agent; undefined or 0: not at all
   */
  updateInverseOffer(
    frameworkId: string,
    agentId: string,
    filterSeconds: number | undefined,
    nowMs: number,
  ): void {
    const lengthMs = refusalMs(filterSeconds ?? 0, this.state.allocationIntervalMs);
    this.inverse.answered(frameworkId, agentId, nowMs + lengthMs);
  }

  // Resources.

  /**
   * Takes back what a framework holds or was offered.
   *
   * @param resources with allocation roles
   * @param filterSeconds `Filters.refuse_seconds` of a refusal: the same or less is hidden from the framework for so long
   *   (0: not at all); undefined when it did not refuse
   */
  recoverResources(
    frameworkId: string,
    agentId: string,
    resources: Resources,
    filterSeconds: number | undefined,
    nowMs: number,
  ): void {
    const agent = this.state.agents.get(agentId);
    if (resources.isEmpty || agent === undefined) return;
    this.checkHeld(frameworkId, agent, resources);
    this.state.release(frameworkId, agent, resources);
    const framework = this.state.frameworks.get(frameworkId);
    if (filterSeconds === undefined || framework === undefined) return;
    const lengthMs = refusalMs(filterSeconds, this.state.allocationIntervalMs);
    if (lengthMs === 0) return;
    for (const [role, part] of resources.allocations()) {
      if (!framework.roles.has(role)) continue;
      const refused = part.unallocated();
      // The same bag as will be offered again makes the filter quick to check.
      const bag = refused.equals(agent.available) ? agent.available : refused;
      this.state.filters.add(frameworkId, role, agentId, bag, nowMs + lengthMs);
    }
  }

  /** What a framework turns out to hold, known or not, with allocation roles. */
  addAllocation(frameworkId: string, agentId: string, resources: Resources): void {
    this.state.allocate(frameworkId, this.agent(agentId), resources);
  }

  /** Operations on what a framework holds (RESERVE, CREATE, a launch that adds holders of a shared volume, ...). */
  updateAllocation(frameworkId: string, agentId: string, conversions: readonly ResourceConversion[]): void {
    const agent = this.agent(agentId);
    for (const { consumed, converted } of conversions) {
      this.checkHeld(frameworkId, agent, consumed);
      this.state.convert(frameworkId, agent, consumed, converted);
      // A further holder is not a further resource.
      if (consumed.isEmpty) continue;
      const gone = consumed.unallocated().withSingleHolders();
      if (!agent.total.contains(gone))
        throw new AllocatorError(`agent ${agentId} has ${agent.total}, not ${gone}`);
      this.state.setTotal(agent, agent.total.minus(gone).plus(converted.unallocated().withSingleHolders()));
    }
  }

  /**
   * Operations of operators on what nobody holds.
   *
   * @returns what is wrong, in words, and then nothing has changed; or undefined
   */
  updateAvailable(agentId: string, conversions: readonly ResourceConversion[]): string | undefined {
    const agent = this.agent(agentId);
    let available = agent.available;
    let total = agent.total;
    for (const { consumed, converted } of conversions) {
      if (!available.contains(consumed)) return `${available} does not contain ${consumed}`;
      available = available.minus(consumed).plus(converted);
      if (!total.contains(consumed)) return `${total} does not contain ${consumed}`;
      total = total.minus(consumed).plus(converted);
    }
    this.state.setTotal(agent, total);
    return undefined;
  }

  // Policy.

  /** @param quota undefined: none any more. Of a top-level role. */
  setQuota(role: string, quota: Quota | undefined): void {
    if (quota === undefined) this.state.quotas.delete(role);
    else this.state.quotas.set(role, quota);
  }

  /** @param weights by role, above 0; 1 is the default */
  updateWeights(weights: Readonly<Record<string, number>>): void {
    for (const [role, weight] of Object.entries(weights)) {
      if (!(weight > 0))
        throw new AllocatorError(`weight of role "${role}": expected more than 0, got ${weight}`);
      this.state.roleSorter.setWeight(role, weight);
    }
  }

  /** @param hostnames of the agents that may be offered; undefined: all */
  setWhitelist(hostnames: Iterable<string> | undefined): void {
    this.state.whitelist = hostnames === undefined ? undefined : new Set(hostnames);
  }

  // Cycles.

  /**
   * After a failover: nothing is offered until most of the agents are back, if there is quota (set before) to be broken.
   *
   * @param expectedAgents in the registry
   */
  recover(expectedAgents: number, nowMs: number): void {
    if (this.state.quotas.size > 0) this.pause.begin(expectedAgents, nowMs);
  }

  /** Whether cycles offer nothing because of `recover`. The caller keeps its requests and comes again. */
  isPaused(nowMs: number): boolean {
    return this.pause.isOn(this.state.agents.size, nowMs);
  }

  /** Runs one cycle. What it returns counts as allocated from now on, until it is recovered. */
  allocate(nowMs: number, options: AllocateOptions = {}): Allocation[] {
    this.state.filters.expire(nowMs);
    if (this.isPaused(nowMs)) return [];
    const cycle = new AllocationCycle(this.state, nowMs, options.explain);
    cycle.run(this.candidates(options.agents));
    return allocationsOf(cycle);
  }

  /**
   * Begins a cycle that runs in slices. Whatever is done to the allocator between two slices counts from then on.
   * @param agentsMax agents of one slice
   */
  beginSliced(nowMs: number, agentsMax: number, options: AllocateOptions = {}): SlicedAllocation {
    this.state.filters.expire(nowMs);
    const cycle = new AllocationCycle(this.state, nowMs, options.explain);
    const candidates = this.isPaused(nowMs) ? [] : this.candidates(options.agents);
    const slices = cycle.slices(candidates, agentsMax);
    return {
      step: (paused) => slices.next(paused).done !== true,
      take: () => allocationsOf(cycle),
    };
  }

  private candidates(ids: Iterable<string> | undefined): Iterable<AllocatorAgent> {
    if (ids === undefined) return this.state.agents.values();
    return [...new Set(ids)].flatMap((id) => this.state.agents.get(id) ?? []);
  }

  /** Forgets refusals whose time is over; `allocate` does so, too. */
  expireFilters(nowMs: number): void {
    this.state.filters.expire(nowMs);
  }

  private framework(id: string): AllocatorFramework {
    const framework = this.state.frameworks.get(id);
    if (framework === undefined) throw new AllocatorError(`no framework ${id}`);
    return framework;
  }

  private checkHeld(frameworkId: string, agent: AllocatorAgent, resources: Resources): void {
    const held = agent.used.get(frameworkId) ?? Resources.EMPTY;
    if (held.contains(resources)) return;
    throw new AllocatorError(`framework ${frameworkId} holds ${held} on agent ${agent.id}, not ${resources}`);
  }
}

function allocationsOf(cycle: AllocationCycle): Allocation[] {
  return [...cycle.take()].map(([frameworkId, offers]) => ({ frameworkId, offers }));
}

function rolesOr(roles: Iterable<string>, all: Iterable<string>): string[] {
  const list = [...roles];
  return list.length > 0 ? list : [...all];
}
