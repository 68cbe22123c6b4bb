/** How many instances of each chart are in which state, and how many go where: followed live, with rates. */
import { useRef, useState } from 'preact/hooks';
import { now, nowMs } from '../clock.ts';
import { type Chart, chartOf, type Machine, regionsOf } from './definition.ts';
import { useStream } from './stream.ts';

/** As the node tells it; `from` is empty where instances begin. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly count: number;
}

export interface RatedFlow extends Flow {
  /** Per second, over the last moments. */
  readonly rate: number;
}

export interface ChartFlows {
  /** `<actor>/<chart>`. */
  readonly chart: string;
  readonly machine: Machine;
  /** Instances by state value. */
  readonly counts: Readonly<Record<string, number>>;
  readonly flows: readonly RatedFlow[];
}

interface WireFlows {
  readonly type: string;
  readonly chart: string;
  readonly definition?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly flows: readonly Flow[];
}

interface Known {
  machine: Machine;
  counts: Readonly<Record<string, number>>;
  flows: readonly Flow[];
  /** Counts by flow, as they were; the oldest first. */
  past: { readonly atMs: number; readonly counts: ReadonlyMap<string, number> }[];
}

/** Rates are over so long. */
const SPAN_MS = 10_000;

const keyOf = ({ from, to, event }: Flow): string => `${from} ${event} ${to}`;
const countsOf = (flows: readonly Flow[]): ReadonlyMap<string, number> =>
  new Map(flows.map((flow) => [keyOf(flow), flow.count]));

/** @param pattern of actors or charts: `master`, `*` */
export function useFlows(pattern: string): {
  readonly charts: readonly ChartFlows[];
  readonly problem: string;
} {
  const [, setRound] = useState(0);
  const known = useRef(new Map<string, Known>());
  const { problem } = useStream(
    `flows=${encodeURIComponent(pattern)}`,
    () => known.current.clear(),
    (event) => {
      hear(known.current, event as WireFlows, nowMs());
      setRound((before) => before + 1);
    },
  );
  // Rates fall while nothing happens: drawn again with the clock.
  const atMs = now.value * 1000;
  return { charts: [...known.current].map(([chart, each]) => ({ chart, ...rated(each, atMs) })), problem };
}

function hear(
  known: Map<string, Known>,
  { chart, definition, counts, flows }: WireFlows,
  atMs: number,
): void {
  const before = known.get(chart);
  if (before === undefined) {
    if (definition === undefined) return;
    const machine = JSON.parse(definition) as Machine;
    known.set(chart, { machine, counts, flows, past: [{ atMs, counts: countsOf(flows) }] });
    return;
  }
  before.past.push({ atMs, counts: countsOf(flows) });
  before.counts = counts;
  before.flows = flows;
}

function rated(known: Known, atMs: number): Omit<ChartFlows, 'chart'> {
  const { machine, counts, flows, past } = known;
  // One moment beyond the span is kept, to count from.
  while (past[1] !== undefined && past[1].atMs <= atMs - SPAN_MS) past.shift();
  const base = past[0];
  const seconds = Math.max(1, Math.min(SPAN_MS, atMs - (base?.atMs ?? atMs)) / 1000);
  const rateOf = (flow: Flow): number => (flow.count - (base?.counts.get(keyOf(flow)) ?? 0)) / seconds;
  return { machine, counts, flows: flows.map((flow) => ({ ...flow, rate: rateOf(flow) })) };
}

/** What went from one state to another, whatever the event. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly rate: number;
}

/** Between the innermost states; where regions run side by side, in the region that changed. */
export function waysOf(flows: readonly RatedFlow[]): Way[] {
  const ways = new Map<string, Way>();
  for (const { from, to, count, rate } of flows) {
    if (from === '') continue;
    const [before, after] = [regionsOf(from), regionsOf(to)];
    before.forEach((own, at) => {
      const next = after[at] ?? after[0] ?? to;
      if (own === next) return;
      const key = `${own}→${next}`;
      const known = ways.get(key);
      ways.set(key, {
        from: own,
        to: next,
        count: count + (known?.count ?? 0),
        rate: rate + (known?.rate ?? 0),
      });
    });
  }
  return [...ways.values()];
}

/** As much room as the words at an arrow take. */
const ROOM = '1,234,567 · 99.9/s';

/**
 * The chart with the ways that were taken as its arrows.
 * @param shown states that are drawn, with those around them
 */
export function flowChart(machine: Machine, ways: readonly Way[], shown: ReadonlySet<string>): Chart {
  const all = chartOf(machine).states;
  const known = new Set(all.map(({ path }) => path));
  const edges = ways.filter(({ from, to }) => known.has(from) && known.has(to));
  const states = all.filter(({ path }) =>
    [...shown].some((each) => each === path || each.startsWith(`${path}.`)),
  );
  return { states, edges: edges.map(({ from, to }) => ({ from, to, events: [ROOM] })) };
}

/** Instances by state: those in a state within it count too. */
export function countsByPath(counts: Readonly<Record<string, number>>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [value, count] of Object.entries(counts)) {
    const paths = new Set<string>();
    for (const region of regionsOf(value)) {
      const names = region.split('.');
      for (const at of names.keys()) paths.add(names.slice(0, at + 1).join('.'));
    }
    for (const path of paths) sums[path] = (sums[path] ?? 0) + count;
  }
  return sums;
}
