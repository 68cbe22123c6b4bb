import type { Timer } from './ports.ts';

/** One timer in the queue; `index` is its place in the heap, −1 once it fired or was cancelled. */
interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  index: number;
}

/**
 * Timers in a binary heap, by due time and then by order of creation. Setting and cancelling cost the logarithm of
 * the number of pending timers; both clocks (real and virtual) are this queue with another notion of "now".
 */
export class TimerQueue {
  private readonly heap: Entry[] = [];
  private created = 0;

  get size(): number {
    return this.heap.length;
  }

  /** Due time of the earliest timer, undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.heap[0]?.dueMs;
  }

  add(dueMs: number, callback: () => void): Timer {
    const entry: Entry = { dueMs, order: this.created++, callback, index: this.heap.length };
    this.heap.push(entry);
    this.up(entry);
    return { cancel: () => this.remove(entry) };
  }

  /** Takes the earliest timer due at or before `nowMs`. */
  take(nowMs: number): (() => void) | undefined {
    const first = this.heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.remove(first);
    return first.callback;
  }

  private remove(entry: Entry): boolean {
    const at = entry.index;
    if (at < 0) return false;
    entry.index = -1;
    const last = this.heap.pop();
    if (last !== undefined && last !== entry) {
      this.heap[at] = last;
      last.index = at;
      this.up(last);
      this.down(last);
    }
    return true;
  }

  private up(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.heap[(entry.index - 1) >> 1];
      if (parent === undefined || !before(entry, parent)) return;
      this.swap(entry, parent);
    }
  }

  private down(entry: Entry): void {
    for (;;) {
      const left = this.heap[2 * entry.index + 1];
      const right = this.heap[2 * entry.index + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) return;
      this.swap(child, entry);
    }
  }

  private swap(a: Entry, b: Entry): void {
    const place = a.index;
    a.index = b.index;
    b.index = place;
    this.heap[a.index] = a;
    this.heap[b.index] = b;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
