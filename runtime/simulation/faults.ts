/** What goes wrong in a simulation, as a list that can be made from a seed, printed, replayed and made shorter. */
import type { Random } from '../ports.ts';
import type { Simulation } from './simulation.ts';

export type FaultKind =
  | 'crash'
  | 'powerCut'
  | 'cut'
  | 'partition'
  | 'break'
  | 'halfBreak'
  | 'duplicate'
  | 'delay'
  | 'pause'
  | 'clockJump'
  | 'slowDisk'
  | 'failingDisk';

/** One thing that goes wrong, and is over after `forMs`. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds after the schedule began. */
  readonly atMs: number;
  readonly node: string;
  /** The other end, for faults of paths. */
  readonly to: string;
  readonly forMs: number;
  /** How much: milliseconds of delay, of a disk's operation, of a jump. */
  readonly ms: number;
}

export interface FaultPlan {
  /** Names of the machines things happen to. */
  readonly nodes: readonly string[];
  readonly kinds: readonly FaultKind[];
  /** Faults begin within this time. */
  readonly withinMs: number;
  /** Faults of one schedule, at most. */
  readonly most: number;
  /** How long faults of a kind last at most, in milliseconds, where that differs from what is usual. */
  readonly longestMs?: Partial<Readonly<Record<FaultKind, number>>> | undefined;
  /** Of all faults, those that last as long as their kind may; default 0. */
  readonly longShare?: number | undefined;
  /** A machine that is cut off for long from all who matter to it; default: none. */
  readonly isolation?: IsolationPlan | undefined;
}

/** One of `nodes` and each of `from` do not reach one another. */
export interface IsolationPlan {
  /** Of all schedules, those that have one, from 0 to 1. */
  readonly share: number;
  readonly nodes: readonly string[];
  readonly from: readonly string[];
  /** It begins within this time, and lasts for this long. */
  readonly withinMs: number;
  readonly forMs: number;
}

const LONGEST_MS: Readonly<Record<FaultKind, number>> = {
  crash: 8_000,
  powerCut: 8_000,
  cut: 40_000,
  partition: 40_000,
  break: 0,
  halfBreak: 0,
  duplicate: 20_000,
  delay: 10_000,
  pause: 30_000,
  clockJump: 0,
  slowDisk: 10_000,
  failingDisk: 3_000,
};

/** A schedule, by time. Short faults are as frequent as long ones of each order of magnitude. */
export function makeFaults(random: Random, plan: FaultPlan): Fault[] {
  const { longShare = 0 } = plan;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random.next() * list.length)];
  const faults: Fault[] = [];
  for (let left = Math.floor(random.next() * (plan.most + 1)); left > 0; left--) {
    const kind = pick(plan.kinds);
    const node = pick(plan.nodes);
    const to = pick(plan.nodes.filter((each) => each !== node));
    const [when, length, size] = [random.next(), random.next(), random.next()];
    const lengthens = longShare > 0 && random.next() < longShare;
    if (kind === undefined || node === undefined || to === undefined) continue;
    const ms = kind === 'clockJump' ? Math.round((size - 0.5) * 600_000) : Math.round(2000 ** size);
    const forMs = Math.round((plan.longestMs?.[kind] ?? LONGEST_MS[kind]) ** (lengthens ? 1 : length));
    faults.push({ kind, atMs: Math.round(when * plan.withinMs), node, to, forMs, ms });
  }
  // Last, so that the others are the same with and without.
  if (plan.isolation !== undefined) faults.push(...isolate(random, plan.isolation));
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function isolate(random: Random, { share, nodes, from, withinMs, forMs }: IsolationPlan): Fault[] {
  const [whether, who, when] = [random.next(), random.next(), random.next()];
  const node = nodes[Math.floor(who * nodes.length)];
  if (whether >= share || node === undefined) return [];
  const atMs = Math.round(when * withinMs);
  return from.map((to) => ({ kind: 'partition', atMs, node, to, forMs, ms: 0 }));
}

/** Lets the faults happen, as time passes. */
export function scheduleFaults(simulation: Simulation, faults: readonly Fault[]): void {
  for (const fault of faults) {
    simulation.at(fault.atMs, () => {
      begin(simulation, fault);
      simulation.at(fault.forMs, () => end(simulation, fault));
    });
  }
}

/** Ends every fault: paths are whole, machines run, disks and networks are as they should be. */
export function mend(simulation: Simulation): void {
  for (const machine of simulation.all) {
    for (const other of simulation.all) {
      simulation.heal(machine.name, other.name);
      simulation.delay(machine.name, other.name, 0);
    }
  }
  for (const machine of simulation.all) {
    // What went on again may have ended others.
    if (!simulation.has(machine.name)) continue;
    machine.storage.mend();
    machine.resume();
    machine.boot();
  }
}

/** In one line, for the one who reads a failing schedule. */
export function faultText({ kind, atMs, node, to, forMs, ms }: Fault): string {
  const path = ['cut', 'partition', 'break', 'halfBreak', 'duplicate', 'delay'].includes(kind)
    ? ` → ${to}`
    : '';
  const size = ['delay', 'clockJump', 'slowDisk'].includes(kind) ? `, ${ms} ms` : '';
  const length = forMs > 1 ? `, for ${forMs / 1000} s` : '';
  return `${(atMs / 1000).toFixed(3).padStart(9)} s  ${kind} ${node}${path}${size}${length}`;
}

function begin(simulation: Simulation, { kind, node, to, ms }: Fault): void {
  const machine = simulation.machine(node);
  switch (kind) {
    case 'crash':
      simulation.crash(node);
      return;
    case 'powerCut':
      simulation.crash(node, { powerCut: true });
      return;
    case 'cut':
      simulation.cut(node, to);
      return;
    case 'partition':
      simulation.cut(node, to);
      simulation.cut(to, node);
      return;
    case 'break':
      simulation.break(node, to);
      return;
    case 'halfBreak':
      simulation.break(node, to, { oneSided: true });
      return;
    case 'duplicate':
      simulation.duplicate(node, to);
      return;
    case 'delay':
      simulation.delay(node, to, ms);
      return;
    case 'pause':
      simulation.pause(node);
      return;
    case 'clockJump':
      machine.jumpClock(ms);
      return;
    case 'slowDisk':
      machine.storage.delayMs = ms;
      return;
    case 'failingDisk':
      machine.storage.failure = 'EIO: i/o error';
  }
}

function end(simulation: Simulation, { kind, node, to }: Fault): void {
  switch (kind) {
    case 'crash':
    case 'powerCut':
      simulation.restart(node);
      return;
    case 'cut':
      simulation.heal(node, to);
      return;
    case 'partition':
      simulation.heal(node, to);
      simulation.heal(to, node);
      return;
    case 'duplicate':
      simulation.breakOldest(node, to);
      return;
    case 'delay':
      simulation.delay(node, to, 0);
      return;
    case 'pause':
      simulation.resume(node);
      return;
    case 'slowDisk':
    case 'failingDisk':
      simulation.machine(node).storage.mend();
      return;
    case 'break':
    case 'halfBreak':
    case 'clockJump':
      return;
  }
}
