/**
 * Offers that are kept for a while though nobody uses them yet, so that what comes to wait is placed at once; the oldest are given
 * back, a few hosts at a time (spec: other-frameworks.md §4). Pure.
 */
import type { Offer } from '../../../proto/index.ts';

export interface LeaseRule {
  /** How long an offer is kept; 0: not at all. */
  readonly expiryMs: number;
  /** Hosts given back in one period, at most. */
  readonly rejectMax: number;
}

interface Lease {
  readonly offer: Offer;
  readonly sinceMs: number;
}

export class Leases {
  readonly #rule: LeaseRule;
  readonly #held = new Map<string, Lease>();

  constructor(rule: LeaseRule) {
    this.#rule = rule;
  }

  get size(): number {
    return this.#held.size;
  }

  /** What is at hand now, the offers of this round too: they are used, or given back to `keep`. */
  takeWith(offers: readonly Offer[]): Offer[] {
    const held = [...this.#held.values()].map(({ offer }) => offer);
    const known = new Set(held.map(({ id }) => id.value));
    return [...held, ...offers.filter(({ id }) => !known.has(id.value))];
  }

  /** It was used. */
  used(offerId: string): void {
    this.#held.delete(offerId);
  }

  /** Nobody used it now. @returns whether it is kept */
  keep(offer: Offer, nowMs: number): boolean {
    if (this.#rule.expiryMs === 0) return false;
    if (!this.#held.has(offer.id.value)) this.#held.set(offer.id.value, { offer, sinceMs: nowMs });
    return true;
  }

  /** The master took it back. */
  rescinded(offerId: string): void {
    this.#held.delete(offerId);
  }

  /** The connection is gone, and all offers with it. */
  clear(): void {
    this.#held.clear();
  }

  /** Offers to decline now, of the hosts that were kept longest; to be asked once a period. */
  expired(nowMs: number): Offer[] {
    const old = [...this.#held.values()]
      .filter(({ sinceMs }) => nowMs - sinceMs >= this.#rule.expiryMs)
      .sort((a, b) => a.sinceMs - b.sinceMs);
    const hosts = new Set<string>();
    const declined: Offer[] = [];
    for (const { offer } of old) {
      if (!hosts.has(offer.hostname) && hosts.size >= this.#rule.rejectMax) continue;
      hosts.add(offer.hostname);
      declined.push(offer);
      this.#held.delete(offer.id.value);
    }
    return declined;
  }
}
