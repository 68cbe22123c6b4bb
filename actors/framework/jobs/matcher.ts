/**
 * Which job runs where: first fit over a round of offers. Pure: offers and jobs in, a plan out; nothing is changed.
 *
 * Offers of one agent are used together, with as many jobs as fit. Reserved resources are used first. Every offer of
 * the round is in the plan exactly once, so that none is forgotten.
 */
import type { Offer, Resource } from '../../../proto/index.ts';
import type { Demand } from './jobSpec.ts';
import { Pool } from './pool.ts';

/** A job that waits, as far as matching is concerned. */
export interface Candidate {
  readonly id: string;
  readonly demand: Demand;
  /** Jobs of one shape demand the same: where one did not fit, the others do not either. */
  readonly shape: string;
  /** Whether the job should not run on that host, where it failed before. */
  avoids(hostname: string): boolean;
}

/** A job with the resources that it gets. */
export interface Placement<C extends Candidate> {
  readonly job: C;
  /** With their roles and reservations, as they were offered. */
  readonly resources: readonly Resource[];
  /** The ports among them, one by one. */
  readonly ports: readonly number[];
}

/** What becomes of the offers of one agent: used together when there are placements, else declined. */
export interface AgentPlan<C extends Candidate> {
  /** Of one agent and one allocation role; at least one. */
  readonly offers: readonly Offer[];
  readonly placements: readonly Placement<C>[];
}

/**
 * Matches a round of offers with jobs. Each job is placed once at most.
 *
 * @param jobs those that wait, in the order in which they should run; walked once for each agent
 * @param shapes how many shapes the jobs have: when all of them failed to fit, nothing else needs to be looked at
 */
export function matchOffers<C extends Candidate>(
  offers: readonly Offer[],
  jobs: Iterable<C>,
  shapes: number = Number.POSITIVE_INFINITY,
): AgentPlan<C>[] {
  const placed = new Set<string>();
  return groupByAgent(offers).map((group) => ({
    offers: group,
    placements: fill(group, jobs, shapes, placed),
  }));
}

function fill<C extends Candidate>(
  offers: readonly Offer[],
  jobs: Iterable<C>,
  shapes: number,
  placed: Set<string>,
): Placement<C>[] {
  const pool = new Pool(offers.flatMap((offer) => offer.resources ?? []));
  const hostname = offers[0]?.hostname ?? '';
  const tooLarge = new Set<string>();
  const placements: Placement<C>[] = [];
  for (const job of jobs) {
    if (tooLarge.size >= shapes) break;
    if (tooLarge.has(job.shape) || placed.has(job.id) || job.avoids(hostname)) continue;
    const taken = pool.take(job.demand);
    if (taken === undefined) {
      tooLarge.add(job.shape);
      continue;
    }
    placed.add(job.id);
    placements.push({ job, ...taken });
  }
  return placements;
}

/** Offers of different roles are never accepted together: Mesos refuses that. */
export function groupByAgent(offers: readonly Offer[]): Offer[][] {
  const groups = new Map<string, Offer[]>();
  for (const offer of offers) {
    const key = `${offer.agent_id.value} ${offer.allocation_info?.role ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [offer]);
    else group.push(offer);
  }
  return [...groups.values()];
}
