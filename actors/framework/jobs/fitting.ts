/**
 * Which job runs where, by a rule of fitness and by what jobs say of their places: each job on the best host of all that offer.
 * Pure: offers and jobs in, a plan out.
 */
import type { Offer } from '../../../proto/index.ts';
import { attributeText } from '../attributeText.ts';
import { chooseHost, type Failure, type MatchingRule } from '../matching/choose.ts';
import type { Hard, Soft } from '../matching/constraints.ts';
import { type Host, NOTHING, type PlacedTask, plus, withTask } from '../matching/task.ts';
import type { Demand } from './jobSpec.ts';
import { type AgentPlan, type Candidate, groupByAgent, type Placement } from './matcher.ts';
import { Pool } from './pool.ts';

/** A job that waits, with what it says of its place. */
export interface Fitted extends Candidate {
  readonly group: string;
  readonly exclusive: boolean;
  readonly hard: readonly Hard[];
  readonly soft: readonly Soft[];
}

/** A host on which own tasks run. */
export interface Known {
  readonly agentId: string;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tasks: readonly PlacedTask[];
}

interface Open<C extends Fitted> {
  readonly offers: readonly Offer[];
  readonly pool: Pool;
  host: Host;
  readonly placements: Placement<C>[];
}

/** Attributes of an offer's agent, as texts. */
export function attributesOf({
  attributes = [],
}: Pick<Offer, 'attributes'>): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map((each) => [each.name, attributeText(each)]));
}

export function placedTask(job: {
  id: string;
  group: string;
  exclusive: boolean;
  demand: Demand;
}): PlacedTask {
  const { id, group, exclusive, demand } = job;
  return { id, group, exclusive, amounts: { cpus: demand.cpus, mem: demand.mem, disk: demand.disk } };
}

/**
 * @param known by agent id, those with own tasks, whether they offer or not
 * @param failed told of each job that found no place, and why
 */
export function fitOffers<C extends Fitted>(
  offers: readonly Offer[],
  jobs: Iterable<C>,
  rule: MatchingRule,
  known: ReadonlyMap<string, Known>,
  failed: (job: C, failures: readonly Failure[]) => void,
): AgentPlan<C>[] {
  const open = groupByAgent(offers).map((group) => openOf<C>(group, known));
  const offered = new Set(open.map((each) => each.offers[0]?.agent_id.value));
  const others = [...known.values()].filter(({ agentId }) => !offered.has(agentId)).map(closedHost);
  const hopeless = new Set<string>();
  for (const job of jobs) {
    if (hopeless.has(job.shape)) continue;
    const own = { ...rule, hard: [...rule.hard, ...job.hard], soft: [...rule.soft, ...job.soft] };
    const hosts = [...open.map(({ host }) => host), ...others];
    const choice = chooseHost(placedTask(job), hosts, own, (host) => mayRun(job, host, open));
    const chosen = open.find(({ host }) => host === choice.host);
    if (choice.host === undefined) {
      failed(job, choice.failures);
      if (isForResources(choice.failures)) hopeless.add(job.shape);
    } else if (chosen !== undefined) place(job, chosen);
  }
  return open.map((each) => ({ offers: each.offers, placements: each.placements }));
}

function openOf<C extends Fitted>(offers: readonly Offer[], known: ReadonlyMap<string, Known>): Open<C> {
  const [offer] = offers;
  const hostname = offer?.hostname ?? '';
  const pool = new Pool(offers.flatMap(({ resources }) => resources ?? []));
  const { cpus, mem, disk } = pool.left;
  const tasks = known.get(offer?.agent_id.value ?? '')?.tasks ?? [];
  const used = tasks.reduce((sum, { amounts }) => plus(sum, amounts), NOTHING);
  const attributes = offer === undefined ? {} : attributesOf(offer);
  return {
    offers,
    pool,
    placements: [],
    host: { hostname, attributes, free: { cpus, mem, disk }, used, tasks },
  };
}

/** One that offers nothing now: its tasks count, and nothing comes to it. */
function closedHost({ hostname, attributes, tasks }: Known): Host {
  const used = tasks.reduce((sum, { amounts }) => plus(sum, amounts), NOTHING);
  return { hostname, attributes, free: NOTHING, used, tasks };
}

function mayRun<C extends Fitted>(job: C, host: Host, open: readonly Open<C>[]): boolean {
  if (job.avoids(host.hostname)) return false;
  const chosen = open.find((each) => each.host === host);
  return chosen !== undefined && chosen.pool.left.ports >= job.demand.ports;
}

function place<C extends Fitted>(job: C, chosen: Open<C>): void {
  const taken = chosen.pool.take(job.demand);
  if (taken === undefined) return;
  chosen.placements.push({ job, ...taken });
  chosen.host = withTask(chosen.host, placedTask(job));
}

/** Jobs that demand the same will fare no better. */
function isForResources(failures: readonly Failure[]): boolean {
  return failures.every((failure) => 'resource' in failure && failure.resource !== 'other');
}
