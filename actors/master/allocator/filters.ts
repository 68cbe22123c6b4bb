/**
 * Refuse filters: what a framework has declined on an agent is hidden from it for a while.
 *
 * A filter of (framework, role, agent) hides an offer that is contained in what was refused; a larger one passes.
 */

import type { Resources } from '../../../proto/resources/index.ts';

/** `Filters.refuse_seconds` when it is absent, negative or not a number. */
export const DEFAULT_REFUSE_SECONDS = 5;
/** 365 days. */
export const MAX_REFUSE_SECONDS = 31_536_000;

interface Filter {
  readonly frameworkId: string;
  readonly role: string;
  readonly agentId: string;
  readonly resources: Resources;
  readonly expiresMs: number;
}

/**
 * How long a refusal lasts.
 *
 * @returns milliseconds, at least one allocation interval; 0 for no filter
 */
export function refusalMs(refuseSeconds: number, allocationIntervalMs: number): number {
  const valid = refuseSeconds >= 0 ? refuseSeconds : DEFAULT_REFUSE_SECONDS;
  if (valid === 0) return 0;
  return Math.max(Math.min(valid, MAX_REFUSE_SECONDS) * 1000, allocationIntervalMs);
}

export class RefuseFilters {
  /** By agent and framework (of all roles): a cycle asks agent by agent. */
  private readonly byAgent = new Map<string, Map<string, Filter[]>>();
  /** By framework and role, to clear them. */
  private readonly byFramework = new Map<string, Map<string, Set<Filter>>>();
  /** Filters by the second in which they expire, so that expiry looks only at what is due. */
  private readonly bySecond = new Map<number, Set<Filter>>();
  private readonly active = new Map<string, number>();
  private earliestSecond = Number.POSITIVE_INFINITY;

  /** @param resources what was refused, without allocation role */
  add(frameworkId: string, role: string, agentId: string, resources: Resources, expiresMs: number): void {
    const filter: Filter = { frameworkId, role, agentId, resources, expiresMs };
    const onAgent = getOrMake(this.byAgent, agentId, () => new Map<string, Filter[]>());
    getOrMake(onAgent, frameworkId, () => []).push(filter);
    const ofFramework = getOrMake(this.byFramework, frameworkId, () => new Map<string, Set<Filter>>());
    getOrMake(ofFramework, role, () => new Set<Filter>()).add(filter);
    const second = Math.floor(expiresMs / 1000);
    getOrMake(this.bySecond, second, () => new Set<Filter>()).add(filter);
    this.earliestSecond = Math.min(this.earliestSecond, second);
    this.active.set(role, (this.active.get(role) ?? 0) + 1);
  }

  /** Whether a live filter hides this offer (without allocation role). */
  hides(frameworkId: string, role: string, agentId: string, offer: Resources, nowMs: number): boolean {
    const filters = this.byAgent.get(agentId)?.get(frameworkId);
    if (filters === undefined) return false;
    for (const filter of filters) {
      if (filter.role === role && filter.expiresMs > nowMs && filter.resources.contains(offer)) return true;
    }
    return false;
  }

  /** Forgets filters whose time is over. */
  expire(nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    if (this.earliestSecond > now) return;
    for (const second of [...this.bySecond.keys()].filter((key) => key <= now)) {
      for (const filter of this.bySecond.get(second) ?? []) {
        if (filter.expiresMs <= nowMs) this.drop(filter);
      }
    }
    this.earliestSecond = Math.min(...this.bySecond.keys(), Number.POSITIVE_INFINITY);
  }

  /** Forgets the filters of a framework, in one role or in all. */
  clearFramework(frameworkId: string, role?: string): void {
    const roles = this.byFramework.get(frameworkId);
    if (roles === undefined) return;
    for (const filters of role === undefined ? [...roles.values()] : [roles.get(role) ?? []]) {
      for (const filter of [...filters]) this.drop(filter);
    }
  }

  /** Forgets the filters on an agent. */
  clearAgent(agentId: string): void {
    for (const filters of [...(this.byAgent.get(agentId)?.values() ?? [])]) {
      for (const filter of [...filters]) this.drop(filter);
    }
  }

  /** Live filters in a role, of all frameworks (metric `allocator/mesos/offer_filters/roles/<role>/active`). */
  activeIn(role: string): number {
    return this.active.get(role) ?? 0;
  }

  /** Live filters of a framework in a role, and when the last of them expires. */
  of(frameworkId: string, role: string): { count: number; untilMs: number } {
    const filters = this.byFramework.get(frameworkId)?.get(role) ?? new Set<Filter>();
    let untilMs = 0;
    for (const { expiresMs } of filters) untilMs = Math.max(untilMs, expiresMs);
    return { count: filters.size, untilMs };
  }

  private drop(filter: Filter): void {
    const { agentId, frameworkId, role } = filter;
    const onAgent = this.byAgent.get(agentId);
    const rest = onAgent?.get(frameworkId)?.filter((other) => other !== filter) ?? [];
    if (rest.length > 0) onAgent?.set(frameworkId, rest);
    else onAgent?.delete(frameworkId);
    if (onAgent?.size === 0) this.byAgent.delete(agentId);
    const ofFramework = this.byFramework.get(frameworkId);
    removeFrom(ofFramework, role, filter);
    if (ofFramework?.size === 0) this.byFramework.delete(frameworkId);
    removeFrom(this.bySecond, Math.floor(filter.expiresMs / 1000), filter);
    this.countDown(role);
  }

  private countDown(role: string): void {
    const left = (this.active.get(role) ?? 0) - 1;
    if (left > 0) this.active.set(role, left);
    else this.active.delete(role);
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** Takes one value out of the set under `key`; an empty set goes. */
function removeFrom<K, V>(map: Map<K, Set<V>> | undefined, key: K, value: V): void {
  const set = map?.get(key);
  set?.delete(value);
  if (set?.size === 0) map?.delete(key);
}
