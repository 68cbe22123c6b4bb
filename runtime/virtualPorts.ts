/** Ports that a test or a simulation owns: time moves when it is told to, chance comes from a seed. */
import type { Clock, Ids, Ports, Random, Timer } from './ports.ts';
import { TimerQueue } from './timerQueue.ts';

/** A clock that stands still until `advance`. */
export class VirtualClock implements Clock {
  private readonly timers = new TimerQueue();
  private startMs: number;
  private elapsedMs = 0;

  /** @param startMs the wall-clock time at which it begins */
  constructor(startMs = 1_700_000_000_000) {
    this.startMs = startMs;
  }

  now(): number {
    return this.startMs + this.elapsedMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.timers.add(this.elapsedMs + Math.max(0, delayMs), callback);
  }

  /** Somebody sets the wall clock: it parts from the monotonic one. @param byMs less than 0: back */
  jump(byMs: number): void {
    this.startMs += byMs;
  }

  /** Milliseconds until the next timer, undefined when none is pending. */
  get nextInMs(): number | undefined {
    const due = this.timers.nextDueMs;
    return due === undefined ? undefined : Math.max(0, due - this.elapsedMs);
  }

  get pending(): number {
    return this.timers.size;
  }

  /**
   * Moves time forward, firing each due timer at its own instant; `settle` runs after each, so that what a timer sets
   * in motion happens before the next one fires.
   */
  advance(ms: number, settle: () => void = () => {}): void {
    const until = this.elapsedMs + ms;
    for (;;) {
      const due = this.timers.nextDueMs;
      if (due === undefined || due > until) break;
      this.elapsedMs = Math.max(this.elapsedMs, due);
      this.timers.take(this.elapsedMs)?.();
      settle();
    }
    this.elapsedMs = until;
  }
}

/** A small seeded generator (mulberry32): the same seed gives the same numbers on every machine. */
export class SeededRandom implements Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}

/** Version-4 UUIDs drawn from a seeded generator. */
export class SeededIds implements Ids {
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  uuidBytes(): Uint8Array {
    const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(this.random.next() * 256));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes;
  }

  uuid(): string {
    const hex = Buffer.from(this.uuidBytes()).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}

export interface VirtualPorts extends Ports {
  readonly clock: VirtualClock;
}

/** Ports of one simulated world under one seed. */
export function virtualPorts(seed = 1): VirtualPorts {
  const random = new SeededRandom(seed);
  return { clock: new VirtualClock(), random, ids: new SeededIds(new SeededRandom(seed ^ 0x9e3779b9)) };
}
