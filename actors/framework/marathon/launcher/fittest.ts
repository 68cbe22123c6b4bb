/** Chooses, for each instance that waits, the best of all agents that offer (spec: other-frameworks.md §4). */
import type { OfferOperation } from '../../../../proto/index.ts';
import { type MatchingRule, scoreOf } from '../../matching/choose.ts';
import { exclusiveHost } from '../../matching/constraints.ts';
import { type Host, NOTHING, type PlacedTask, plus } from '../../matching/task.ts';
import type { Spec } from '../model/spec.ts';
import { demandOf } from '../offers/demandOf.ts';
import type { OpenOffer } from '../offers/matcher.ts';
import type { Reason } from '../offers/reasons.ts';
import type { QueueEntry } from './queue.ts';

export interface FittestOptions {
  readonly opens: readonly OpenOffer[];
  readonly rule: MatchingRule;
  readonly waiting: readonly QueueEntry[];
  readonly entry: (service: string) => QueueEntry | undefined;
  /** Instances launched on one offer, at most. */
  readonly most: number;
  /** Tasks of own instances, by agent id; those of this round are added. */
  readonly known: Map<string, PlacedTask[]>;
  readonly nowMs: number;
  readonly attempt: (
    open: OpenOffer,
    entry: QueueEntry,
  ) => { readonly operations: readonly OfferOperation[] } | Reason;
}

/** What matching looks at of an instance. */
export function placedOf(spec: Spec, id: string): PlacedTask {
  const { cpus, mem, disk } = demandOf(spec);
  return { id, group: spec.id, amounts: { cpus, mem, disk } };
}

/** Round by round, so that no service starves. @returns what is launched on each offer */
export function useFittest(options: FittestOptions): Map<OpenOffer, OfferOperation[]> {
  const used = new Map<OpenOffer, OfferOperation[]>(options.opens.map((open) => [open, []]));
  const counts = new Map<OpenOffer, number>();
  let left = options.waiting;
  while (left.length > 0) {
    const next: QueueEntry[] = [];
    for (const { spec } of left) {
      const entry = options.entry(spec.id);
      if (entry !== undefined && placeOne(options, entry, used, counts)) next.push(entry);
    }
    left = next;
  }
  return used;
}

function placeOne(
  options: FittestOptions,
  entry: QueueEntry,
  used: Map<OpenOffer, OfferOperation[]>,
  counts: Map<OpenOffer, number>,
): boolean {
  const { most, attempt, known, nowMs } = options;
  const task = placedOf(entry.spec, entry.spec.id);
  const open = options.opens.filter((each) => (counts.get(each) ?? 0) < most);
  for (const candidate of ranked(task, open, options)) {
    const done = attempt(candidate, entry);
    if (typeof done === 'string') {
      if (!counts.has(candidate)) entry.history.passed(candidate.offer, done, nowMs);
      continue;
    }
    used.get(candidate)?.push(...done.operations);
    counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
    const agentId = candidate.place.agentId;
    known.set(agentId, [...(known.get(agentId) ?? []), task]);
    return true;
  }
  return false;
}

/** Those that are not forbidden, the best first. */
function ranked(task: PlacedTask, opens: readonly OpenOffer[], { rule, known }: FittestOptions): OpenOffer[] {
  const hosts = opens.map((open) => ({ open, host: hostOf(open, known) }));
  const all = hosts.map(({ host }) => host);
  const scored: { open: OpenOffer; score: number }[] = [];
  for (const { open, host } of hosts) {
    if ([exclusiveHost, ...rule.hard].some((holds) => holds(task, host, all) !== undefined)) continue;
    const score = scoreOf(task, host, all, rule);
    scored.push({ open, score });
  }
  return scored.sort((a, b) => b.score - a.score).map(({ open }) => open);
}

function hostOf({ place, left }: OpenOffer, known: ReadonlyMap<string, readonly PlacedTask[]>): Host {
  const tasks = known.get(place.agentId) ?? [];
  const used = tasks.reduce((sum, { amounts }) => plus(sum, amounts), NOTHING);
  return { hostname: place.hostname, attributes: place.attributes, free: left, used, tasks };
}
