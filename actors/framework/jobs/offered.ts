/** What agents have offered so far, to tell why a job still waits. */
import type { Offer } from '../../../proto/index.ts';
import { DEMAND_NAMES, type Demand } from './jobSpec.ts';
import { groupByAgent } from './matcher.ts';
import { Pool } from './pool.ts';

/** An agent as its newest offers showed it. */
export interface Offering {
  readonly hostname: string;
  /** Where its API is, `host:port`; undefined when the offer did not say. */
  readonly address: string | undefined;
  readonly now: Demand;
}

/** The most that each agent ever offered at once, and what it offered last. */
export class OfferedSoFar {
  readonly #best = new Map<string, Demand>();
  readonly #newest = new Map<string, Offering>();

  note(offers: readonly Offer[]): void {
    for (const group of groupByAgent(offers)) {
      const agentId = group[0]?.agent_id.value ?? '';
      const now = new Pool(group.flatMap((offer) => offer.resources ?? [])).left;
      this.#newest.set(agentId, { hostname: group[0]?.hostname ?? '', address: addressOf(group[0]), now });
      const before = this.#best.get(agentId);
      this.#best.set(agentId, before === undefined ? now : larger(before, now));
    }
  }

  forget(agentId: string): void {
    this.#best.delete(agentId);
    this.#newest.delete(agentId);
  }

  /** Whether agents on other hosts offer, too. */
  elsewhere(hostname: string): boolean {
    for (const other of this.#newest.values()) if (other.hostname !== hostname) return true;
    return false;
  }

  /** By agent id. */
  get newest(): ReadonlyMap<string, Offering> {
    return this.#newest;
  }

  addressOf(agentId: string): string | undefined {
    return this.#newest.get(agentId)?.address;
  }

  /** Why nothing offered so far was enough, in words; undefined when some agent was large enough once. */
  whyNot(demand: Demand): string | undefined {
    const agents = [...this.#best.values()];
    if (agents.length === 0) return 'no agent has offered anything yet';
    if (agents.some((best) => DEMAND_NAMES.every((name) => best[name] >= demand[name]))) return undefined;
    const most = agents.reduce(larger);
    const missing = DEMAND_NAMES.filter((name) => most[name] < demand[name]).map(
      (name) => `${name}: needs ${demand[name]}, the most that one agent offered is ${most[name]}`,
    );
    return missing.length > 0 ? missing.join('; ') : 'no single agent offered enough of everything at once';
  }
}

function larger(a: Demand, b: Demand): Demand {
  return {
    cpus: Math.max(a.cpus, b.cpus),
    mem: Math.max(a.mem, b.mem),
    disk: Math.max(a.disk, b.disk),
    ports: Math.max(a.ports, b.ports),
  };
}

function addressOf(offer: Offer | undefined): string | undefined {
  const { ip, port } = offer?.url?.address ?? {};
  return ip === undefined || port === undefined ? undefined : `${ip}:${port}`;
}
