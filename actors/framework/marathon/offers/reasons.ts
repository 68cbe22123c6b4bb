/** Why offers were not used: per service the first failing reason of each, and how many came how far (spec: marathon.md §7). */
import type { Offer } from '../../../../proto/index.ts';

/** In the order in which an offer is looked at. */
export const REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
] as const;

export type Reason = (typeof REASONS)[number];

/** Offers remembered for each service. */
const REMEMBERED = 100;

export interface Unused {
  readonly offer: Offer;
  readonly reason: Reason;
  readonly atMs: number;
}

export interface ReasonCount {
  readonly reason: Reason;
  readonly declined: number;
  /** Offers that passed everything before. */
  readonly processed: number;
}

/** What became of the offers that one service looked at since it began to wait. */
export class OfferHistory {
  readonly #declined = new Map<Reason, number>();
  #last: Unused[] = [];
  processed = 0;
  unused = 0;
  lastUnusedAtMs: number | undefined;
  lastUsedAtMs: number | undefined;

  used(atMs: number): void {
    this.processed++;
    this.lastUsedAtMs = atMs;
  }

  passed(offer: Offer, reason: Reason, atMs: number): void {
    this.processed++;
    this.unused++;
    this.lastUnusedAtMs = atMs;
    this.#declined.set(reason, (this.#declined.get(reason) ?? 0) + 1);
    this.#last.push({ offer, reason, atMs });
    if (this.#last.length > REMEMBERED) this.#last.shift();
  }

  /** The last offers, the oldest first. */
  get last(): readonly Unused[] {
    return this.#last;
  }

  /** Of all offers since the attempt began. */
  get attempt(): ReasonCount[] {
    return funnel(this.#declined, this.processed);
  }

  /** Of the newest offer of each agent. */
  get lastOffers(): ReasonCount[] {
    const newest = new Map(this.#last.map((each) => [each.offer.agent_id.value, each.reason]));
    const counts = new Map<Reason, number>();
    for (const reason of newest.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return funnel(counts, newest.size);
  }

  /** The reason of most of the remembered offers; undefined when there are none. */
  get top(): Reason | undefined {
    const counts = new Map<Reason, number>();
    for (const { reason } of this.#last) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  }
}

function funnel(declined: ReadonlyMap<Reason, number>, processed: number): ReasonCount[] {
  let left = processed;
  return REASONS.map((reason) => {
    const count = { reason, declined: declined.get(reason) ?? 0, processed: left };
    left -= count.declined;
    return count;
  });
}
