/** Metrics of single roles (metrics.md): shares and refuse filters of those that frameworks are in, and quota where it is set. */

import type { QuotaConfig } from '../../../proto/index.ts';
import { Limits, Quantities } from '../../../proto/resources/index.ts';
import { MetricsGroup } from '../../../runtime/metrics/index.ts';
import type { MasterParts } from '../parts.ts';

const ALLOCATOR = 'allocator/mesos';

export class RoleGauges {
  private readonly parts: MasterParts;
  private roles: ReadonlySet<string> = new Set();
  /** Of the quota of each role that had one. */
  private readonly quotas = new Map<string, MetricsGroup>();

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** After each batch: roles come and go with their frameworks. */
  follow(): void {
    const { allocator } = this.parts.allocation;
    const now = new Set(allocator.roles());
    const { metrics } = this.parts.actor;
    for (const role of now) {
      if (this.roles.has(role)) continue;
      metrics.gauge(shareOf(role), () => allocator.dominantShare(role), 'Dominant share of the role');
      metrics.gauge(filtersOf(role), () => allocator.activeFilters(role), 'Refuse filters that hide offers');
    }
    for (const role of this.roles) {
      if (now.has(role)) continue;
      metrics.remove(shareOf(role));
      metrics.remove(filtersOf(role));
    }
    this.roles = now;
  }

  /** Quota of a role is set, changed or ended. */
  quota({ role, guarantees, limits }: QuotaConfig): void {
    const { actor, allocation } = this.parts;
    const group =
      this.quotas.get(role) ?? new MetricsGroup(actor.metrics, `${ALLOCATOR}/quota/roles/${role}/resources/`);
    group.clear();
    this.quotas.set(role, group);
    const guaranteed = Quantities.ofMessage(guarantees);
    const limited = Limits.ofMessage(limits);
    for (const name of new Set([...guaranteed.milli.keys(), ...limited.milli.keys()])) {
      const gauge = (what: string, pull: () => number) => group.gauge(`${name}/${what}`, pull);
      const limit = limited.get(name);
      if (guaranteed.getMilli(name) > 0) gauge('guarantee', () => guaranteed.get(name));
      if (limit !== undefined) gauge('limit', () => limit);
      gauge('offered_or_allocated', () => allocation.allocator.consumed(role).get(name));
    }
  }
}

function shareOf(role: string): string {
  return `${ALLOCATOR}/roles/${role}/shares/dominant`;
}

function filtersOf(role: string): string {
  return `${ALLOCATOR}/offer_filters/roles/${role}/active`;
}
