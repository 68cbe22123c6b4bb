/** The ports of a node in the real world. The only module that reads the machine's clock and entropy. */
import { randomFillSync, randomUUID } from 'node:crypto';
import type { Clock, Ids, Ports, Random, Timer } from './ports.ts';
import { TimerQueue } from './timerQueue.ts';

/** setTimeout fires at once beyond this; longer waits are taken in steps. */
const STEP_MAX_MS = 2 ** 31 - 1;

/** Timers run on the monotonic clock, so that a jump of the wall clock neither hurries nor delays them. */
export class RealClock implements Clock {
  private readonly timers = new TimerQueue();
  private armed: NodeJS.Timeout | undefined;
  private armedForMs = Number.POSITIVE_INFINITY;
  private readonly holdsProgram: boolean;

  /** @param holdsProgram false: a program that has nothing else to do ends, whatever is pending here */
  constructor({ holdsProgram = true }: { readonly holdsProgram?: boolean } = {}) {
    this.holdsProgram = holdsProgram;
  }

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = this.timers.add(this.monotonic() + Math.max(0, delayMs), callback);
    this.arm();
    return {
      cancel: () => {
        const cancelled = timer.cancel();
        // An idle program may end only when nothing is pending: an armed timeout would hold it.
        if (cancelled && this.timers.size === 0) this.disarm();
        return cancelled;
      },
    };
  }

  private arm(): void {
    const due = this.timers.nextDueMs;
    if (due === undefined || due >= this.armedForMs) return;
    this.disarm();
    this.armedForMs = due;
    const wait = Math.min(STEP_MAX_MS, Math.max(0, Math.ceil(due - this.monotonic())));
    this.armed = setTimeout(() => this.fire(), wait);
    if (!this.holdsProgram) this.armed.unref();
  }

  private disarm(): void {
    if (this.armed !== undefined) clearTimeout(this.armed);
    this.armed = undefined;
    this.armedForMs = Number.POSITIVE_INFINITY;
  }

  private fire(): void {
    this.disarm();
    const now = this.monotonic();
    try {
      for (let due = this.timers.take(now); due !== undefined; due = this.timers.take(now)) due();
    } finally {
      this.arm();
    }
  }
}

const random: Random = { next: () => Math.random() };

/** Entropy is fetched for this many uuids at a time: a system call for each would be most of its price. */
const POOLED_UUIDS = 256;
const pool = new Uint8Array(16 * POOLED_UUIDS);
let taken = pool.length;

const ids: Ids = {
  uuid: () => randomUUID(),
  uuidBytes: () => {
    if (taken === pool.length) {
      randomFillSync(pool);
      taken = 0;
    }
    const bytes = pool.slice(taken, taken + 16);
    taken += 16;
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes;
  },
};

/** Ports of the real world, with a clock of their own. */
export function realPorts(): Ports {
  return { clock: new RealClock(), random, ids };
}
