/**
 * One allocation cycle, as Mesos' hierarchical allocator runs it: stage 1 serves guarantees, stage 2 hands out the rest by
 * fair shares, within limits and with headroom kept for guarantees that are not met yet.
 *
 * Coarse grain: the first framework in the order that may have something of an agent is offered all it may have.
 */

import { ValueType } from '../../../proto/generated/types/v1.ts';
import type { Kind } from '../../../proto/resources/index.ts';
import { type Limits, Quantities, Resources } from '../../../proto/resources/index.ts';
import type { AllocatorAgent } from './agent.ts';
import type { ExplainSink } from './explain.ts';
import { SkipReason } from './explain.ts';
import type { AllocatorFramework } from './framework.ts';
import { type Minimum, reaches } from './minimum.ts';
import { isQuotaKind, shrinkToLimits, shrinkToQuantities, shuffled } from './quota.ts';
import type { AllocatorState } from './state.ts';

/** By role and agent id, what a framework is to be offered; resources carry the allocation role. */
export type FrameworkOffers = Map<string, Map<string, Resources>>;

/** A framework that could be offered something of an agent. */
interface Candidate {
  readonly framework: AllocatorFramework;
  readonly agent: AllocatorAgent;
  readonly role: string;
  /** What it may have and understands, of what is left for the role. */
  readonly available: Resources;
}

/** A bag in two: what quota cuts, and the rest. */
interface Split {
  readonly whole: Resources;
  readonly quota: Resources;
  readonly rest: Resources;
}

/** Whether to go on with the next framework or with the next role. */
type Verdict = 'next framework' | 'next role';

export class AllocationCycle {
  private offers = new Map<string, FrameworkOffers>();
  private readonly state: AllocatorState;
  private readonly nowMs: number;
  private readonly explain: ExplainSink | undefined;
  /** What is missing of the guarantee of each role; roles that miss nothing are not in it. */
  private readonly unsatisfied = new Map<string, Quantities>();
  /** What each role with limits may still be given. */
  private readonly allowed = new Map<string, Limits>();
  private requiredHeadroom = Quantities.NONE;
  private availableHeadroom = Quantities.NONE;
  /** The last bag that was split: on one agent it is mostly the same for role after role. */
  private lastSplit: Split = { whole: Resources.EMPTY, quota: Resources.EMPTY, rest: Resources.EMPTY };
  /** By agent, shared resources that were offered in this cycle: each is offered once. */
  private readonly sharedOffered = new Map<string, Resources>();

  constructor(state: AllocatorState, nowMs: number, explain: ExplainSink | undefined) {
    this.state = state;
    this.nowMs = nowMs;
    this.explain = explain;
  }

  /** Runs the cycle over candidate agents and books what is offered. */
  run(candidates: Iterable<AllocatorAgent>): void {
    for (const slice of this.slices(candidates, Number.POSITIVE_INFINITY)) void slice;
  }

  /**
   * The same, some agents at a time. Between two slices anything may happen; then `next(true)` has the cycle look at quota anew.
   * @param agentsMax agents of one slice
   */
  *slices(
    candidates: Iterable<AllocatorAgent>,
    agentsMax: number,
  ): Generator<void, void, boolean | undefined> {
    const agents = [...candidates].filter((agent) => this.isOfferable(agent));
    this.prepareQuota();
    if (this.explain !== undefined) this.explainInactive(this.explain);
    if (this.unsatisfied.size > 0)
      yield* this.stage(agents, agentsMax, (agent) => this.serveGuarantees(agent));
    yield* this.stage(agents, agentsMax, (agent) => this.serveRest(agent));
  }

  /** What was offered since the last time this was asked. */
  take(): Map<string, FrameworkOffers> {
    const { offers } = this;
    this.offers = new Map();
    return offers;
  }

  private *stage(
    agents: readonly AllocatorAgent[],
    agentsMax: number,
    serve: (agent: AllocatorAgent) => void,
  ): Generator<void, void, boolean | undefined> {
    let served = 0;
    for (const agent of this.shuffle(agents)) {
      // It may have gone since the cycle began.
      if (agent.isActive && this.state.agents.get(agent.id) === agent) serve(agent);
      served++;
      if (served % agentsMax === 0 && (yield) === true) this.prepareQuota();
    }
  }

  private shuffle(agents: readonly AllocatorAgent[]): AllocatorAgent[] {
    return shuffled(agents, this.state.random);
  }

  private isOfferable(agent: AllocatorAgent): boolean {
    const { whitelist } = this.state;
    if (!agent.isActive) return this.skip(undefined, undefined, agent.id, SkipReason.AGENT_DEACTIVATED);
    if (whitelist !== undefined && !whitelist.has(agent.description.hostname)) {
      return this.skip(undefined, undefined, agent.id, SkipReason.AGENT_NOT_WHITELISTED);
    }
    return true;
  }

  private prepareQuota(): void {
    this.unsatisfied.clear();
    this.allowed.clear();
    this.requiredHeadroom = Quantities.NONE;
    for (const [role, { guarantees, limits }] of this.state.quotas) {
      const consumed = this.state.ledger.consumed(role);
      const missing = guarantees.minus(consumed);
      if (!limits.isEmpty) this.allowed.set(role, limits.minus(consumed));
      if (missing.isEmpty) continue;
      this.unsatisfied.set(role, missing);
      // A nested role's guarantee is part of its parent's.
      if (!role.includes('/')) this.requiredHeadroom = this.requiredHeadroom.plus(missing);
    }
    this.availableHeadroom = this.requiredHeadroom.isEmpty ? Quantities.NONE : this.headroom();
  }

  /** What is free and unreserved, in the whole cluster. */
  private headroom(): Quantities {
    const sum = new Map<string, number>();
    for (const agent of this.state.agents.values()) {
      for (const [name, milli] of agent.availableQuota.milli) sum.set(name, (sum.get(name) ?? 0) + milli);
    }
    return Quantities.ofMilli(sum);
  }

  // Stage 1.

  private serveGuarantees(agent: AllocatorAgent): void {
    if (this.unsatisfied.size === 0) return;
    for (const role of this.state.roleSorter.order()) {
      if (!this.unsatisfied.has(role)) continue;
      if (this.isDrained(agent)) return;
      this.serveRole(agent, role, this.offerGuarantee);
    }
  }

  private readonly offerGuarantee = (candidate: Candidate): Verdict => {
    const { available, role, framework, agent } = candidate;
    const quotaResources = this.split(available).quota;
    const missing = this.unsatisfied.get(role) ?? Quantities.NONE;
    const guaranteed = shrinkToQuantities(quotaResources, missing, this.state.random);
    if (guaranteed.isEmpty) {
      this.skip(framework.id, role, agent.id, SkipReason.NO_GUARANTEE_PROGRESS);
      return 'next framework';
    }
    const beside = available.filter((kind) => isReservedTo(kind, role) || isFreeOfQuota(kind));
    const guaranteedAmount = guaranteed.scalarQuantities();
    const additional = this.cut(role, quotaResources.minus(guaranteed), guaranteedAmount);
    if (!this.offer(candidate, guaranteed.plus(beside).plus(additional), guaranteed.plus(additional))) {
      return 'next framework';
    }
    this.requiredHeadroom = this.requiredHeadroom.minus(guaranteedAmount);
    return this.unsatisfied.has(role) ? 'next framework' : 'next role';
  };

  // Stage 2.

  private serveRest(agent: AllocatorAgent): void {
    if (this.isDrained(agent)) {
      this.skip(undefined, undefined, agent.id, SkipReason.AGENT_EMPTY);
      return;
    }
    for (const role of this.state.roleSorter.order()) {
      if (this.isDrained(agent)) return;
      this.serveRole(agent, role, this.offerRest);
    }
  }

  private readonly offerRest = (candidate: Candidate): Verdict => {
    const { available, role } = candidate;
    const isCut = !this.requiredHeadroom.isEmpty || this.allowed.has(role);
    if (!isCut) {
      this.offer(candidate, available, Resources.EMPTY);
      return 'next framework';
    }
    const { quota, rest } = this.split(available);
    const additional = this.cut(role, quota, Quantities.NONE);
    this.offer(candidate, rest.plus(additional), additional);
    return 'next framework';
  };

  // Both stages.

  /** Nothing but shared resources that were offered already. */
  private isDrained(agent: AllocatorAgent): boolean {
    return agent.available.isEmpty;
  }

  private serveRole(agent: AllocatorAgent, role: string, serve: (candidate: Candidate) => Verdict): void {
    const sorter = this.state.frameworkSorters.get(role);
    if (sorter === undefined) return;
    for (const frameworkId of sorter.order()) {
      const framework = this.state.frameworks.get(frameworkId);
      if (framework === undefined) continue;
      if (framework.constraints?.accepts(role, agent.description) === false) {
        this.skip(frameworkId, role, agent.id, SkipReason.OFFER_CONSTRAINTS);
        continue;
      }
      const forRole = this.availableTo(agent, role);
      if (forRole.isEmpty) {
        // Where all was offered a moment ago, others came first: nothing is reserved.
        if (!agent.available.isEmpty) this.skip(undefined, role, agent.id, SkipReason.NOTHING_FOR_ROLE);
        return;
      }
      if (!this.isWorthwhile(framework, role, agent, forRole)) continue;
      const available = framework.understood(forRole);
      if (serve({ framework, agent, role, available }) === 'next role') return;
    }
  }

  private split(whole: Resources): Split {
    if (this.lastSplit.whole !== whole) {
      const quota = whole.filter(isQuotaKind);
      this.lastSplit = { whole, quota, rest: whole.filter((kind) => !isQuotaKind(kind)) };
    }
    return this.lastSplit;
  }

  private availableTo(agent: AllocatorAgent, role: string): Resources {
    const available = agent.available.allocatableTo(role);
    const offered = this.sharedOffered.get(agent.id);
    return offered === undefined ? available : available.minus(offered);
  }

  private isWorthwhile(
    framework: AllocatorFramework,
    role: string,
    agent: AllocatorAgent,
    forRole: Resources,
  ): boolean {
    if (!reaches(forRole, framework.minimums.get(role) ?? this.state.minimum)) {
      return this.skip(framework.id, role, agent.id, SkipReason.BELOW_MINIMUM);
    }
    const reason = this.incapability(framework, role, agent);
    return reason === undefined || this.skip(framework.id, role, agent.id, reason);
  }

  private incapability(
    framework: AllocatorFramework,
    role: string,
    agent: AllocatorAgent,
  ): SkipReason | undefined {
    if (!agent.multiRole && framework.multiRole) return SkipReason.MULTI_ROLE;
    if (!agent.hierarchicalRole && role.includes('/')) return SkipReason.HIERARCHICAL_ROLE;
    if (this.state.filterGpuResources && agent.hasGpus && !framework.gpu) return SkipReason.GPU;
    if (!framework.regionAware && this.isRemote(agent)) return SkipReason.REGION;
    return undefined;
  }

  /** An agent without a domain counts as local. */
  private isRemote(agent: AllocatorAgent): boolean {
    const region = agent.description.domain?.fault_domain?.region.name;
    return region !== undefined && region !== this.state.region;
  }

  /** What may be given beyond the guarantee: within the role's limits and what nobody's guarantee needs. */
  private cut(role: string, resources: Resources, alreadyGiven: Quantities): Resources {
    const { random } = this.state;
    const allowed = this.allowed.get(role);
    let rest = resources;
    if (allowed !== undefined) rest = shrinkToLimits(rest, allowed.minus(alreadyGiven), random);
    if (!this.requiredHeadroom.isEmpty) {
      rest = shrinkToQuantities(rest, this.availableHeadroom.minus(this.requiredHeadroom), random);
    }
    return rest;
  }

  /**
   * Offers and books, unless it is too little or was refused.
   *
   * @param counted the part of `resources` that quota counts
   */
  private offer(candidate: Candidate, resources: Resources, counted: Resources): boolean {
    const { framework, role, agent } = candidate;
    const minimum = framework.minimums.get(role) ?? this.state.minimum;
    if (!reaches(resources, minimum)) {
      return (
        this.explain !== undefined && this.skip(framework.id, role, agent.id, this.whyCut(candidate, minimum))
      );
    }
    if (this.state.filters.hides(framework.id, role, agent.id, resources, this.nowMs)) {
      return this.skip(framework.id, role, agent.id, SkipReason.FILTERED);
    }
    this.book(candidate, resources.allocatedTo(role));
    this.bookQuota(role, counted);
    const shared = resources.shared();
    if (!shared.isEmpty) {
      this.sharedOffered.set(agent.id, (this.sharedOffered.get(agent.id) ?? Resources.EMPTY).plus(shared));
    }
    return true;
  }

  /** Why so little of what is there may be offered. */
  private whyCut({ available, role }: Candidate, minimum: Minimum): SkipReason {
    if (!reaches(available, minimum)) return SkipReason.BELOW_MINIMUM;
    const counted = this.split(available).quota.scalarQuantities();
    if (this.allowed.get(role)?.contains(counted) === false) return SkipReason.QUOTA_LIMIT;
    return this.requiredHeadroom.isEmpty ? SkipReason.BELOW_MINIMUM : SkipReason.HEADROOM;
  }

  private book({ framework, role, agent }: Candidate, allocation: Resources): void {
    const roles: FrameworkOffers = this.offers.get(framework.id) ?? new Map();
    const agents = roles.get(role) ?? new Map<string, Resources>();
    agents.set(agent.id, (agents.get(agent.id) ?? Resources.EMPTY).plus(allocation));
    this.offers.set(framework.id, roles.set(role, agents));
    this.state.allocate(framework.id, agent, allocation);
  }

  private bookQuota(role: string, counted: Resources): void {
    if (counted.isEmpty) return;
    const amount = counted.scalarQuantities();
    const missing = this.unsatisfied.get(role)?.minus(amount);
    if (missing?.isEmpty) this.unsatisfied.delete(role);
    else if (missing !== undefined) this.unsatisfied.set(role, missing);
    const allowed = this.allowed.get(role);
    if (allowed !== undefined) this.allowed.set(role, allowed.minus(amount));
    this.availableHeadroom = this.availableHeadroom.minus(amount);
  }

  // Explaining.

  /** @returns false, for use as a condition */
  private skip(
    frameworkId: string | undefined,
    role: string | undefined,
    agentId: string | undefined,
    reason: SkipReason,
  ): false {
    this.explain?.(frameworkId, role, agentId, reason);
    return false;
  }

  /** Frameworks that the sorters do not list are not met in the cycle: told beforehand. */
  private explainInactive(explain: ExplainSink): void {
    for (const framework of this.state.frameworks.values()) {
      if (!framework.isActive) explain(framework.id, undefined, undefined, SkipReason.FRAMEWORK_INACTIVE);
      for (const role of framework.suppressed) explain(framework.id, role, undefined, SkipReason.SUPPRESSED);
    }
  }
}

/** Handed over together with a guarantee: all ranges and sets, everything revocable. */
function isFreeOfQuota(kind: Kind): boolean {
  return kind.type !== ValueType.SCALAR || kind.revocable;
}

function isReservedTo(kind: Kind, role: string): boolean {
  return kind.reservations.length > 0 && kind.role === role;
}
