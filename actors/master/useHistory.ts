/**
 * What the cluster, each agent and each framework used in the last hour, for charts that begin before somebody looked. Kept in
 * memory, begun anew by each leader. (Mesos keeps none; users scraped `/metrics/snapshot`.)
 */
import type { Resources } from '../../proto/resources/index.ts';
import type { MasterParts } from './parts.ts';

/** The cluster is looked at this often, in milliseconds; single agents and frameworks each sixth time. */
export const SAMPLE_MS = 10_000;
const LOOKS_A_MINUTE = 6;
const CLUSTER_MAX = 360;
const SINGLE_MAX = 60;
/** Agents looked at between two stops. */
const AGENTS_A_STEP = 512;

const NAMES = ['cpus', 'mem', 'disk', 'gpus'] as const;
export const CLUSTER_COLUMNS = [
  ...NAMES.map((name) => `${name}_used`),
  ...NAMES.map((name) => `${name}_total`),
  'tasks_running',
];
export const SINGLE_COLUMNS = NAMES.map((name) => `${name}_used`);

/** Columns of numbers, oldest first; `time` in seconds since 1970, memory and disk in MiB. */
export interface Samples {
  readonly intervalMs: number;
  readonly time: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** Moments that were looked at, the last `max` of them; slot `count % max` is the next. */
class Moments {
  readonly max: number;
  private readonly timesMs: number[] = [];
  private count = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** @returns the slot of the moment */
  add(nowMs: number): number {
    const slot = this.count++ % this.max;
    this.timesMs[slot] = nowMs;
    return slot;
  }

  /** Oldest first. */
  *slots(): Generator<readonly [slot: number, timeMs: number]> {
    for (let at = Math.max(0, this.count - this.max); at < this.count; at++) {
      const slot = at % this.max;
      yield [slot, this.timesMs[slot] ?? 0];
    }
  }
}

/** The values of one thing at the moments; single precision is enough for a chart, at half the memory. */
class Series {
  private readonly width: number;
  private readonly values: Float32Array;

  constructor(width: number, moments: Moments) {
    this.width = width;
    // Not a number: before it was there.
    this.values = new Float32Array(width * moments.max).fill(Number.NaN);
  }

  set(slot: number, row: readonly number[]): void {
    this.values.set(row, slot * this.width);
  }

  samples(moments: Moments, intervalMs: number, names: readonly string[]): Samples {
    const seen = [...moments.slots()].filter(([slot]) => !Number.isNaN(this.values[slot * this.width]));
    const column = (at: number) => seen.map(([slot]) => this.rounded(slot * this.width + at));
    return {
      intervalMs,
      time: seen.map(([, timeMs]) => timeMs / 1000),
      columns: Object.fromEntries(names.map((name, at) => [name, column(at)])),
    };
  }

  /** As it was put in: 0.1, not 0.10000000149. */
  private rounded(at: number): number {
    return Number((this.values[at] ?? 0).toPrecision(7));
  }
}

export class UseHistory {
  private readonly parts: MasterParts;
  private readonly moments = new Moments(CLUSTER_MAX);
  private readonly minutes = new Moments(SINGLE_MAX);
  private readonly ofCluster = new Series(CLUSTER_COLUMNS.length, this.moments);
  private agents = new Map<string, Series>();
  private frameworks = new Map<string, Series>();
  private looks = 0;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** From when the master leads, until its timers are cancelled. */
  begin(): void {
    this.look();
    this.parts.actor.delay(SAMPLE_MS, () => this.begin());
  }

  cluster(): Samples {
    return this.ofCluster.samples(this.moments, SAMPLE_MS, CLUSTER_COLUMNS);
  }

  /** Undefined: there is none of that id, or none was yet when it was last looked. */
  agent(id: string): Samples | undefined {
    return this.single(this.agents.get(id));
  }

  framework(id: string): Samples | undefined {
    return this.single(this.frameworks.get(id));
  }

  private single(series: Series | undefined): Samples | undefined {
    return series?.samples(this.minutes, SAMPLE_MS * LOOKS_A_MINUTE, SINGLE_COLUMNS);
  }

  private look(): void {
    this.goOn(this.looked());
  }

  /** Some agents at a time: of many thousands a look takes a while, and others have their turn in between. */
  private goOn(steps: Generator<undefined, void>): void {
    this.parts.actor.node.pauses.during('a sample of what is used');
    if (steps.next().done !== true) this.parts.actor.delay(0, () => this.goOn(steps));
  }

  private *looked(): Generator<undefined, void> {
    const { agents, frameworks, tasks, nowMs } = this.parts;
    const running = tasks.chart.counts()['running'] ?? 0;
    const byAgent = new Map<string, readonly number[]>();
    const byFramework = new Map(Array.from(frameworks.all(), ({ id }) => [id, [0, 0, 0, 0]]));
    const [sum, total] = [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    let seen = 0;
    for (const agent of [...agents.all()]) {
      const used = [0, 0, 0, 0];
      for (const [frameworkId, held] of agent.used) {
        const row = amounts(held);
        add(used, row);
        add(byFramework.get(frameworkId) ?? [], row);
      }
      byAgent.set(agent.id, used);
      add(sum, used);
      add(total, amounts(agent.total));
      if (++seen % AGENTS_A_STEP === 0) yield;
    }
    this.ofCluster.set(this.moments.add(nowMs), [...sum, ...total, running]);
    if (this.looks++ % LOOKS_A_MINUTE !== 0) return;
    const slot = this.minutes.add(nowMs);
    this.agents = yield* this.kept(this.agents, byAgent, slot);
    this.frameworks = yield* this.kept(this.frameworks, byFramework, slot);
  }

  /** What is no more is forgotten. */
  private *kept(
    known: ReadonlyMap<string, Series>,
    rows: ReadonlyMap<string, readonly number[]>,
    slot: number,
  ): Generator<undefined, Map<string, Series>> {
    const kept = new Map<string, Series>();
    for (const [id, row] of rows) {
      const series = known.get(id) ?? new Series(SINGLE_COLUMNS.length, this.minutes);
      series.set(slot, row);
      kept.set(id, series);
      if (kept.size % AGENTS_A_STEP === 0) yield;
    }
    return kept;
  }
}

function amounts({ cpus, mem, disk, gpus }: Resources): number[] {
  return [cpus, mem, disk, gpus];
}

function add(sum: number[], row: readonly number[]): void {
  for (const [at, value] of row.entries()) sum[at] = (sum[at] ?? 0) + value;
}
