/** A clock that stands still until it is told to go on. Timers of equal due time fire in order of creation. */
import type { TimerPort } from '../../../statecharts/engine.ts';

export class Timers implements TimerPort {
  #now = 0;
  #pending: { dueMs: number; callback: () => void }[] = [];

  setTimer(delayMs: number, callback: () => void): { cancel(): boolean } {
    const timer = { dueMs: this.#now + delayMs, callback };
    this.#pending.push(timer);
    return { cancel: () => this.#remove(timer) };
  }

  /** Number of timers set and neither fired nor cancelled. */
  get pending(): number {
    return this.#pending.length;
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#now = timer.dueMs;
      this.#remove(timer);
      timer.callback();
    }
    this.#now = until;
  }

  #next(until: number) {
    const due = this.#pending.filter(({ dueMs }) => dueMs <= until);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #remove(timer: { dueMs: number; callback: () => void }): boolean {
    const before = this.#pending.length;
    this.#pending = this.#pending.filter((other) => other !== timer);
    return this.#pending.length < before;
  }
}
