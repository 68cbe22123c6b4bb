/** What the allocator knows, and the bookkeeping that keeps its parts in step. */

import type { DomainInfo } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { Random } from '../../../runtime/ports.ts';
import type { AllocatorAgent } from './agent.ts';
import { DrfSorter } from './drfSorter.ts';
import { RefuseFilters } from './filters.ts';
import type { AllocatorFramework } from './framework.ts';
import { DEFAULT_MINIMUM, type Minimum } from './minimum.ts';
import { ConsumptionLedger, type Quota } from './quota.ts';
import { RandomSorter } from './randomSorter.ts';
import type { RecoveryPauseOptions } from './recovery.ts';
import { Totals } from './share.ts';
import type { Sorter, SorterContext, SorterName } from './sorter.ts';

export interface AllocatorOptions extends RecoveryPauseOptions {
  /** `--allocation_interval`; no refusal is shorter. Default 1000. */
  readonly allocationIntervalMs?: number | undefined;
  /** `--min_allocatable_resources`. Default `cpus:0.01|mem:32`. */
  readonly minimum?: Minimum | undefined;
  /** `--filter_gpu_resources`: agents with gpus only for frameworks that say GPU_RESOURCES. Default true. */
  readonly filterGpuResources?: boolean | undefined;
  /** `--fair_sharing_excluded_resource_names`. */
  readonly fairSharingExcluded?: Iterable<string> | undefined;
  /** `--role_sorter`. Default drf. */
  readonly roleSorter?: SorterName | undefined;
  /** `--framework_sorter`. Default drf. */
  readonly frameworkSorter?: SorterName | undefined;
  /** The master's own; agents in another region are remote. */
  readonly domain?: DomainInfo | undefined;
}

export class AllocatorState {
  readonly agents = new Map<string, AllocatorAgent>();
  readonly frameworks = new Map<string, AllocatorFramework>();
  /** By framework, known or not, the agents on which it holds something. */
  private readonly holdings = new Map<string, Set<AllocatorAgent>>();
  readonly quotas = new Map<string, Quota>();
  readonly filters = new RefuseFilters();
  readonly ledger = new ConsumptionLedger();
  readonly totals = new Totals();
  readonly roleSorter: Sorter;
  /** By role, the sorter of its frameworks; there while a framework subscribes to the role or holds something in it. */
  readonly frameworkSorters = new Map<string, Sorter>();
  /** Host names of the agents that may be offered; undefined: all. */
  whitelist: ReadonlySet<string> | undefined = undefined;
  readonly random: Random;
  readonly minimum: Minimum;
  readonly filterGpuResources: boolean;
  readonly allocationIntervalMs: number;
  readonly region: string | undefined;
  private readonly frameworkSorterName: SorterName;
  private readonly context: SorterContext;

  constructor(random: Random, options: AllocatorOptions) {
    this.random = random;
    this.minimum = options.minimum ?? DEFAULT_MINIMUM;
    this.filterGpuResources = options.filterGpuResources ?? true;
    this.allocationIntervalMs = options.allocationIntervalMs ?? 1000;
    this.region = options.domain?.fault_domain?.region.name;
    this.context = { totals: this.totals, excluded: new Set(options.fairSharingExcluded ?? []), random };
    this.frameworkSorterName = options.frameworkSorter ?? 'drf';
    this.roleSorter = makeSorter(options.roleSorter ?? 'drf', this.context);
  }

  /** Enters a framework into a role, inactive; the role appears in the order with its first framework. */
  track(frameworkId: string, role: string): Sorter {
    let sorter = this.frameworkSorters.get(role);
    if (sorter === undefined) {
      sorter = makeSorter(this.frameworkSorterName, this.context);
      this.frameworkSorters.set(role, sorter);
      this.roleSorter.add(role);
      this.roleSorter.activate(role);
    }
    sorter.add(frameworkId);
    this.frameworks.get(frameworkId)?.tracked.add(role);
    return sorter;
  }

  /** Takes a framework out of a role, which goes with its last framework. */
  untrack(frameworkId: string, role: string): void {
    const sorter = this.frameworkSorters.get(role);
    if (sorter === undefined) return;
    sorter.remove(frameworkId);
    this.frameworks.get(frameworkId)?.tracked.delete(role);
    if (!sorter.isEmpty) return;
    this.frameworkSorters.delete(role);
    this.roleSorter.remove(role);
  }

  /** Lists the framework in exactly those of its roles in which it wants offers; forgets roles it has left. */
  refreshRoles(framework: AllocatorFramework): void {
    for (const role of framework.roles) this.track(framework.id, role);
    for (const role of [...framework.tracked]) {
      const sorter = this.track(framework.id, role);
      if (framework.wantsOffers(role)) sorter.activate(framework.id);
      else sorter.deactivate(framework.id);
      this.untrackIfIdle(framework, role, sorter);
    }
  }

  private untrackIfIdle(framework: AllocatorFramework, role: string, sorter: Sorter): void {
    if (!framework.roles.has(role) && sorter.holdsNothing(framework.id)) this.untrack(framework.id, role);
  }

  /** Books resources (with allocation roles) of an agent for a framework; counted as allocations. */
  allocate(frameworkId: string, agent: AllocatorAgent, resources: Resources): void {
    agent.allocate(frameworkId, resources);
    this.noteHolding(frameworkId, agent);
    this.ledger.changeAllocated(resources, 1);
    if (this.frameworks.has(frameworkId)) this.share(frameworkId, agent.id, resources);
  }

  /** Enters what a framework holds into the shares. */
  share(frameworkId: string, agentId: string, resources: Resources): void {
    for (const [role, part] of resources.allocations()) {
      this.track(frameworkId, role).allocated(frameworkId, agentId, part);
      this.roleSorter.allocated(role, agentId, part);
    }
  }

  /** Takes resources (with allocation roles) back. */
  release(frameworkId: string, agent: AllocatorAgent, resources: Resources): void {
    agent.release(frameworkId, resources);
    this.noteHolding(frameworkId, agent);
    this.ledger.changeAllocated(resources, -1);
    const framework = this.frameworks.get(frameworkId);
    if (framework === undefined) return;
    this.unshare(framework, agent.id, resources);
  }

  /** Takes what a framework holds out of the shares. */
  unshare(framework: AllocatorFramework, agentId: string, resources: Resources): void {
    for (const [role, part] of resources.allocations()) {
      const sorter = this.frameworkSorters.get(role);
      if (sorter === undefined) continue;
      sorter.unallocated(framework.id, agentId, part);
      this.roleSorter.unallocated(role, agentId, part);
      this.untrackIfIdle(framework, role, sorter);
    }
  }

  /** Replaces what a framework holds by something else: not counted as an allocation. */
  convert(frameworkId: string, agent: AllocatorAgent, from: Resources, to: Resources): void {
    agent.release(frameworkId, from);
    agent.allocate(frameworkId, to);
    this.noteHolding(frameworkId, agent);
    this.ledger.changeAllocated(from, -1);
    this.ledger.changeAllocated(to, 1);
    if (!this.frameworks.has(frameworkId)) return;
    const before = from.allocations();
    const after = to.allocations();
    for (const role of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(role) ?? Resources.EMPTY, after.get(role) ?? Resources.EMPTY];
      this.track(frameworkId, role).update(frameworkId, agent.id, old, now);
      this.roleSorter.update(role, agent.id, old, now);
    }
  }

  /** The agents on which a framework holds something. */
  heldBy(frameworkId: string): Iterable<AllocatorAgent> {
    return this.holdings.get(frameworkId) ?? [];
  }

  private noteHolding(frameworkId: string, agent: AllocatorAgent): void {
    const agents = this.holdings.get(frameworkId);
    if (!agent.used.has(frameworkId)) {
      if (agents?.delete(agent) === true && agents.size === 0) this.holdings.delete(frameworkId);
    } else if (agents === undefined) this.holdings.set(frameworkId, new Set([agent]));
    else agents.add(agent);
  }

  /** Changes what an agent has in all. */
  setTotal(agent: AllocatorAgent, total: Resources): void {
    this.countTotal(agent.total, -1);
    agent.setTotal(total);
    this.countTotal(agent.total, 1);
  }

  /** Enters an agent's total into shares and consumption (1), or takes it out (-1). */
  countTotal(total: Resources, sign: 1 | -1): void {
    if (sign === 1) this.totals.add(total);
    else this.totals.subtract(total);
    this.ledger.changeTotal(total, sign);
  }
}

function makeSorter(name: SorterName, context: SorterContext): Sorter {
  return name === 'drf' ? new DrfSorter(context) : new RandomSorter(context);
}
