/** Inverse offers: before maintenance of an agent, frameworks that have something there are asked to give it back. */

import type { Unavailability } from '../../../proto/generated/types/v1.ts';
import type { AllocatorAgent } from './agent.ts';
import type { AllocatorFramework } from './framework.ts';

export interface InverseOffer {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly unavailability: Unavailability;
}

/** The maintenance window of one agent, and how frameworks stand to it. */
interface Window {
  readonly unavailability: Unavailability;
  /** Frameworks that have been asked and have not answered. */
  readonly outstanding: Set<string>;
  /** By framework, until when it is not asked again. */
  readonly filteredUntilMs: Map<string, number>;
}

export class InverseOffers {
  private readonly windows = new Map<string, Window>();

  setUnavailability(agentId: string, unavailability: Unavailability | undefined): void {
    if (unavailability === undefined) this.windows.delete(agentId);
    else this.windows.set(agentId, { unavailability, outstanding: new Set(), filteredUntilMs: new Map() });
  }

  /** One for each active framework that has something on an agent with a window, unless it was asked already. */
  make(
    agents: Iterable<AllocatorAgent>,
    frameworks: ReadonlyMap<string, AllocatorFramework>,
    nowMs: number,
  ): InverseOffer[] {
    if (this.windows.size === 0) return [];
    const offers: InverseOffer[] = [];
    for (const agent of agents) {
      const window = this.windows.get(agent.id);
      if (window === undefined) continue;
      for (const frameworkId of agent.used.keys()) {
        if (frameworks.get(frameworkId)?.isActive !== true || !mayBeAsked(window, frameworkId, nowMs))
          continue;
        window.outstanding.add(frameworkId);
        offers.push({ frameworkId, agentId: agent.id, unavailability: window.unavailability });
      }
    }
    return offers;
  }

  /** @param filteredUntilMs when it may be asked again */
  answered(frameworkId: string, agentId: string, filteredUntilMs: number): void {
    const window = this.windows.get(agentId);
    if (window === undefined) return;
    window.outstanding.delete(frameworkId);
    window.filteredUntilMs.set(frameworkId, filteredUntilMs);
  }

  /** Forgets until when a framework is not to be asked. */
  clearFilters(frameworkId: string): void {
    for (const window of this.windows.values()) window.filteredUntilMs.delete(frameworkId);
  }

  /** Forgets everything about a framework. */
  clearFramework(frameworkId: string): void {
    for (const window of this.windows.values()) window.outstanding.delete(frameworkId);
    this.clearFilters(frameworkId);
  }
}

function mayBeAsked(window: Window, frameworkId: string, nowMs: number): boolean {
  return !window.outstanding.has(frameworkId) && (window.filteredUntilMs.get(frameworkId) ?? nowMs) <= nowMs;
}
