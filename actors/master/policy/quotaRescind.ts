/** Offers taken back when quota changes: those beyond a role's limits, and those that hold up a guarantee. */
import type { QuotaConfig } from '../../../proto/index.ts';
import { isRoleOrSubroleOf, Limits, Quantities } from '../../../proto/resources/index.ts';
import { isQuotaKind } from '../allocator/index.ts';
import type { OfferRecord } from '../offers/record.ts';
import type { MasterParts } from '../parts.ts';

export function rescindForQuota(parts: MasterParts, { role, guarantees, limits }: QuotaConfig): void {
  rescindBeyond(parts, role, Limits.ofMessage(limits));
  rescindFor(parts, role, Quantities.ofMessage(guarantees));
}

/** Offers of the role and those below it, until what it consumes, offers included, is within the limits. */
function rescindBeyond(parts: MasterParts, role: string, limits: Limits): void {
  if (limits.isEmpty) return;
  const { allocator } = parts.allocation;
  for (const offer of [...parts.offers.all()]) {
    const consumed = allocator.consumed(role);
    if (limits.contains(consumed)) return;
    if (!isRoleOrSubroleOf(offer.role, role)) continue;
    const over = [...limits.milli].some(
      ([name, milli]) => consumed.getMilli(name) > milli && countedOf(offer).getMilli(name) > 0,
    );
    if (over) parts.offers.rescind(offer);
  }
}

/**
 * Offers of others, agent by agent, until they make up for what the guarantee misses, and on as many agents as the role
 * has frameworks: each of them should find something.
 */
function rescindFor(parts: MasterParts, role: string, guarantee: Quantities): void {
  const missing = guarantee.minus(parts.allocation.allocator.consumed(role));
  if (missing.isEmpty) return;
  const members = [...parts.frameworks.all()].filter(({ description }) => description.roles.includes(role));
  let regained = Quantities.NONE;
  let visited = 0;
  for (const agent of parts.agents.all()) {
    if (visited >= members.length && regained.contains(missing)) return;
    const others = parts.offers.listed(agent.offers).filter((offer) => !isRoleOrSubroleOf(offer.role, role));
    if (others.length === 0) continue;
    visited++;
    for (const offer of others) {
      regained = regained.plus(countedOf(offer));
      parts.offers.rescind(offer);
    }
  }
}

function countedOf({ resources }: OfferRecord): Quantities {
  return resources.filter(isQuotaKind).scalarQuantities();
}
