/** Whether offers respect quota; numbers as in failover.md §5. */
import { isQuotaKind } from '../../../actors/master/allocator/index.ts';
import type { Master } from '../../../actors/master/master.ts';
import type { OfferRecord } from '../../../actors/master/offers/record.ts';
import { isRoleOrSubroleOf, Limits, Quantities, Resources } from '../../../proto/resources/index.ts';

type Parts = Master['parts'];

export class QuotaWatch {
  private leader: Master | undefined;
  /** What must be the same from one look to the next for offers to be all that has happened. */
  private state = '';
  private known: ReadonlySet<OfferRecord> = new Set();
  private lacking = Quantities.NONE;

  look(leader: Master): string | undefined {
    const { parts } = leader;
    if (parts.quotas.list().length === 0) {
      this.state = '';
      return undefined;
    }
    const state = stateOf(parts);
    const same = leader === this.leader && this.state === state;
    this.state = state;
    const offers = new Set(parts.offers.all());
    const made = [...offers].filter((offer) => !this.known.has(offer));
    const lacked = this.lacking;
    this.lacking = lackingIn(parts);
    this.leader = leader;
    this.known = offers;
    return same ? (beyondLimits(parts, made) ?? this.headroomEaten(made, lacked)) : undefined;
  }

  /** 33: an offer takes nothing that a guarantee needs. */
  private headroomEaten(made: readonly OfferRecord[], lacked: Quantities): string | undefined {
    const more = this.lacking.minus(lacked);
    for (const { id, role, resources } of made)
      for (const [name, milli] of countedOf(resources).milli)
        if (milli > 0 && more.getMilli(name) > 0)
          return `33: offer ${id} of ${resources} to ${role}: ${more} is missing for guarantees`;
    return undefined;
  }
}

/** 32 */
function beyondLimits({ quotas, allocation }: Parts, made: readonly OfferRecord[]): string | undefined {
  for (const { role, limits } of quotas.list()) {
    const consumed = allocation.allocator.consumed(role);
    const most = Limits.ofMessage(limits);
    for (const offer of made) {
      if (!isRoleOrSubroleOf(offer.role, role)) continue;
      const counted = countedOf(offer.resources);
      for (const [name, milli] of most.milli)
        if (counted.getMilli(name) > 0 && consumed.getMilli(name) > milli)
          return `32: offer ${offer.id} of ${offer.resources}: ${role} has ${consumed}, limits are ${most}`;
    }
  }
  return undefined;
}

/** What of guarantees could not be given now, were all of it wanted. */
function lackingIn({ quotas, allocation, agents }: Parts): Quantities {
  let wanted = Quantities.NONE;
  for (const { role, guarantees } of quotas.list())
    wanted = wanted.plus(Quantities.ofMessage(guarantees).minus(allocation.allocator.consumed(role)));
  let free = Quantities.NONE;
  for (const { id, total } of agents.all()) {
    const held = Resources.sum(allocation.allocator.held(id).values()).unallocated();
    free = free.plus(countedOf(total).minus(countedOf(held)));
  }
  return wanted.minus(free);
}

function stateOf({ quotas, agents }: Parts): string {
  const members = [...agents.all()].map(
    ({ id, total, reregisteredAtMs }) =>
      `${id} ${agents.isConnected(id)} ${reregisteredAtMs} ${total.toString()}`,
  );
  return JSON.stringify([members, quotas.list()]);
}

function countedOf(resources: Resources): Quantities {
  return resources.filter(isQuotaKind).scalarQuantities();
}
