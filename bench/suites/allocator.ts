/**
 * Allocation cycles at the sizes of Mesos' own benchmarks: all agents free, nothing free, one agent freed, everything refused;
 * the longest slice; what it costs to say why. Beside it what the order alone would cost if it were sorted for every agent.
 * Milliseconds of processor time, so that other programs on the machine do not count.
 */
import { Allocator } from '../../actors/master/allocator/index.ts';
import { SkipTally } from '../../actors/master/explain/tally.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { type Figure, percentile, publish } from '../support/figures.ts';

const SUITE = 'allocator';
const ROUNDS = 9;
const TOTAL = 'cpus:24;mem:4096;disk:4096;ports:[31000-32000]';
/** Agents of a slice, as the master has it. */
const SLICE_AGENTS = 16;

interface Size {
  readonly agents: number;
  readonly frameworks: number;
}

const SIZES: readonly Size[] = [
  { agents: 1000, frameworks: 100 },
  { agents: 10_000, frameworks: 1000 },
  { agents: 20_000, frameworks: 2000 },
];

/** Chance that is the same in every run. */
function chance() {
  let state = 42;
  return {
    next: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    },
  };
}

function cluster({ agents, frameworks }: Size): Allocator {
  const allocator = new Allocator({ random: chance() });
  for (let at = 0; at < agents; at++) {
    allocator.addAgent(`a${at}`, { hostname: `h${at}`, capabilities: [2, 3, 4] }, parseResources(TOTAL));
  }
  for (let at = 0; at < frameworks; at++)
    allocator.addFramework(`f${at}`, { roles: ['r'], capabilities: [5] });
  return allocator;
}

/** Takes everything back; as refused for a day, when asked. */
function recoverAll(allocator: Allocator, { agents }: Size, refused = false): void {
  for (let at = 0; at < agents; at++) {
    for (const [frameworkId, resources] of [...allocator.held(`a${at}`)]) {
      allocator.recoverResources(frameworkId, `a${at}`, resources, refused ? 86_400 : undefined, 0);
    }
  }
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function figure(name: string, sample: readonly number[], beside?: string): Figure {
  return {
    suite: SUITE,
    name,
    unit: 'ms',
    value: percentile(sample, 0.5),
    p99: percentile(sample, 0.99),
    ...(beside !== undefined && { beside }),
  };
}

/** Runs something again and again, everything free before each time but the first, which only warms up. */
function repeat(allocator: Allocator, size: Size, run: () => void): number[] {
  const sample: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    recoverAll(allocator, size);
    const ms = cpuMs(run);
    if (round > 0) sample.push(ms);
  }
  return sample;
}

function label({ agents, frameworks }: Size): string {
  return `${agents.toLocaleString('en')} agents, ${frameworks.toLocaleString('en')} frameworks`;
}

/** What a cycle would cost for the order alone, if the shares were sorted for every agent. */
function sorting({ agents, frameworks }: Size): number {
  const random = chance();
  const shares = Array.from({ length: frameworks }, () => random.next());
  return cpuMs(() => {
    for (let at = 0; at < agents; at++) {
      shares[at % frameworks] = random.next();
      [...shares].sort((a, b) => a - b);
    }
  });
}

function measureSize(size: Size): Figure[] {
  const allocator = cluster(size);
  const naive = `${label(size)}: sorting for every agent, alone`;
  const full = `${label(size)}: full cycle`;
  const figures = [figure(naive, [sorting(size)])];
  figures.push(
    figure(
      full,
      repeat(allocator, size, () => void allocator.allocate(0)),
      naive,
    ),
  );
  const why = () => void allocator.allocate(0, { explain: new SkipTally().sink });
  figures.push(figure(`${label(size)}: full cycle, saying why`, repeat(allocator, size, why), full));
  figures.push(
    figure(
      `${label(size)}: longest slice`,
      repeat(allocator, size, () => {}).map(() => longestSlice(allocator, size)),
      full,
    ),
  );
  return [...figures, ...incremental(allocator, size, full)];
}

function longestSlice(allocator: Allocator, size: Size): number {
  recoverAll(allocator, size);
  const cycle = allocator.beginSliced(0, SLICE_AGENTS);
  let longest = 0;
  for (let goesOn = true; goesOn; ) {
    longest = Math.max(
      longest,
      cpuMs(() => {
        goesOn = cycle.step(true);
      }),
    );
    cycle.take();
  }
  return longest;
}

function incremental(allocator: Allocator, size: Size, full: string): Figure[] {
  recoverAll(allocator, size);
  allocator.allocate(0);
  const nothing = Array.from({ length: ROUNDS }, () => cpuMs(() => void allocator.allocate(0)));
  const freed: number[] = [];
  for (let round = 0; round < 200; round++) {
    const id = `a${(round * 37) % size.agents}`;
    for (const [frameworkId, resources] of [...allocator.held(id)]) {
      allocator.recoverResources(frameworkId, id, resources, undefined, 0);
    }
    freed.push(cpuMs(() => void allocator.allocate(0, { agents: [id] })));
  }
  recoverAll(allocator, size, true);
  const refused: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    refused.push(cpuMs(() => void allocator.allocate(0)));
    recoverAll(allocator, size, true);
  }
  return [
    figure(`${label(size)}: batch, nothing is free`, nothing, full),
    figure(`${label(size)}: one agent was freed`, freed, full),
    figure(`${label(size)}: everybody refuses`, refused, full),
  ];
}

publish(SIZES.flatMap(measureSize));
