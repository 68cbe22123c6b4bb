/** The last changes of state of a chart, kept for whoever looks later. Kept where they are: nothing is made anew once it is full. */
import type { Clock } from '../ports.ts';

/** Changes kept of each chart. */
export const RECORDED_MAX = 2048;

export interface RecordedStep {
  readonly atMs: number;
  /** Of the instance. */
  readonly id: string;
  /** Type of the event; what it said is not kept. */
  readonly event: string;
  /** State values; undefined before the beginning, and after the end. */
  readonly before: unknown;
  readonly after: unknown;
}

type Entry = { -readonly [K in keyof RecordedStep]: RecordedStep[K] };

export class Recording {
  private readonly clock: Clock;
  private readonly entries: Entry[] = [];
  private next = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(id: string, event: string, before: unknown, after: unknown): void {
    const entry = this.entries[this.next];
    const atMs = this.clock.now();
    if (entry === undefined) this.entries.push({ atMs, id, event, before, after });
    else {
      entry.atMs = atMs;
      entry.id = id;
      entry.event = event;
      entry.before = before;
      entry.after = after;
    }
    this.next = (this.next + 1) % RECORDED_MAX;
  }

  /** The newest of those that match, oldest first. */
  last(most: number, matches: (id: string) => boolean): readonly RecordedStep[] {
    const found: RecordedStep[] = [];
    const { entries, next } = this;
    for (let back = 1; back <= entries.length && found.length < most; back++) {
      const entry = entries[(next - back + entries.length) % entries.length];
      if (entry !== undefined && matches(entry.id)) found.push(entry);
    }
    return found.reverse();
  }
}
