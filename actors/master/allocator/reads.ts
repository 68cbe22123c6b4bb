/** What an allocator tells of itself: for metrics, endpoints and tests. */

import { Quantities, type Resources } from '../../../proto/resources/index.ts';
import type { AllocatorAgent } from './agent.ts';
import { AllocatorError } from './api.ts';
import type { Quota } from './quota.ts';
import type { AllocatorState } from './state.ts';

export class AllocatorReads {
  protected readonly state: AllocatorState;

  constructor(state: AllocatorState) {
    this.state = state;
  }

  /** What an agent has in all. */
  total(agentId: string): Resources {
    return this.agent(agentId).total;
  }

  /** What nobody holds of an agent. */
  available(agentId: string): Resources {
    return this.agent(agentId).available;
  }

  /** By framework, what is held or offered on an agent, with allocation roles. */
  held(agentId: string): ReadonlyMap<string, Resources> {
    return this.agent(agentId).used;
  }

  /** The scalars of all agents. */
  totalQuantities(): Quantities {
    return Quantities.ofMilli(this.state.totals.milli);
  }

  /** The scalars that are held or offered, over all agents. */
  allocatedQuantities(): Quantities {
    let sum = Quantities.NONE;
    for (const agent of this.state.agents.values()) {
      for (const resources of agent.used.values()) sum = sum.plus(resources.scalarQuantities());
    }
    return sum;
  }

  /** What counts against the role's quota: its reservations and the unreserved it holds, sub-roles included. */
  consumed(role: string): Quantities {
    return this.state.ledger.consumed(role);
  }

  /** The dominant share of a role with its sub-roles (`allocator/mesos/roles/<role>/shares/dominant`). */
  dominantShare(role: string): number {
    return this.state.roleSorter.dominantShare(role);
  }

  /** The dominant share of a framework among those of the role; 0 when it is not in it. */
  frameworkShare(role: string, frameworkId: string): number {
    return this.state.frameworkSorters.get(role)?.dominantShare(frameworkId) ?? 0;
  }

  /** How many refuse filters of a framework hide offers in the role, and until when the last of them does (milliseconds). */
  refusals(frameworkId: string, role: string): { count: number; untilMs: number } {
    return this.state.filters.of(frameworkId, role);
  }

  /** Live refuse filters in a role (`allocator/mesos/offer_filters/roles/<role>/active`). */
  activeFilters(role: string): number {
    return this.state.filters.activeIn(role);
  }

  /** Roles to which a framework subscribes or in which one holds something. */
  roles(): string[] {
    return [...this.state.frameworkSorters.keys()];
  }

  quotaOf(role: string): Quota | undefined {
    return this.state.quotas.get(role);
  }

  protected agent(id: string): AllocatorAgent {
    const agent = this.state.agents.get(id);
    if (agent === undefined) throw new AllocatorError(`no agent ${id}`);
    return agent;
  }
}
