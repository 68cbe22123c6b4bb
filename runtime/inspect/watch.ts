/** One watcher: which charts it sees, and how much of what they tell. */
import type { InspectionEvent } from '../../statecharts/engine.ts';
import type { Clock, Timer } from '../ports.ts';
import type { Inspector, Registered } from './inspector.ts';
import { definitionText, leftOutText, wireText } from './wire.ts';

/** Events told to one watcher a second, and at once. */
export const EVENTS_A_SECOND_MAX = 1000;
export const EVENTS_AT_ONCE_MAX = 2000;
/** Bytes waiting for a watcher above which nothing more is told. */
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
/** When those who were left out are told of it, if nothing else is to tell. */
const LEFT_OUT_MS = 1000;

/** Where the texts go. */
export interface WatchSink {
  /** Bytes not yet taken. */
  readonly bufferedBytes: number;
  send(text: string): void;
}

/** Matches actors (`master`), charts (`task`), instances (`task/<id>`, `master/task/<id>`); `*` stands for anything. */
export function patternOf(text: string): (actor: string, chart: string, instance: string) => boolean {
  const source = text.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${source.join('.*')}$`);
  return (actor, chart, instance) =>
    pattern.test(actor) ||
    pattern.test(chart) ||
    pattern.test(instance) ||
    pattern.test(`${actor}/${instance}`);
}

export class Watch {
  private readonly clock: Clock;
  private readonly sink: WatchSink;
  private readonly matches: ReturnType<typeof patternOf>;
  private readonly ends: (() => void)[] = [];
  private allowance = EVENTS_AT_ONCE_MAX;
  private refilledAtMs: number;
  private leftOut = 0;
  private timer: Timer | undefined;

  /** Begins to watch at once: first every living instance is told. */
  constructor(inspector: Inspector, clock: Clock, pattern: string, sink: WatchSink) {
    this.clock = clock;
    this.sink = sink;
    this.matches = patternOf(pattern);
    this.refilledAtMs = clock.monotonic();
    this.ends.push(inspector.follow((registered) => this.join(registered)));
  }

  stop(): void {
    this.timer?.cancel();
    for (const end of this.ends.splice(0)) end();
  }

  private join({ actor, chart }: Registered): void {
    const definition = definitionText(chart.machine.config);
    const tell = (event: InspectionEvent): void => {
      if (this.matches(actor, event.name, event.sessionId)) this.tell(event, actor, definition);
    };
    this.ends.push('counts' in chart ? chart.watch(tell, true) : chart.watch(tell));
  }

  private tell(event: InspectionEvent, actor: string, definition: string): void {
    this.refill();
    if (this.allowance < 1 || this.sink.bufferedBytes > BUFFERED_BYTES_MAX) {
      this.leaveOut();
      return;
    }
    this.allowance--;
    this.tellLeftOut();
    this.sink.send(wireText(event, { nowMs: this.clock.now(), actor, definition }));
  }

  private refill(): void {
    const nowMs = this.clock.monotonic();
    const earned = ((nowMs - this.refilledAtMs) * EVENTS_A_SECOND_MAX) / 1000;
    this.refilledAtMs = nowMs;
    this.allowance = Math.min(EVENTS_AT_ONCE_MAX, this.allowance + earned);
  }

  private leaveOut(): void {
    this.leftOut++;
    this.timer ??= this.clock.setTimer(LEFT_OUT_MS, () => this.tellLeftOut());
  }

  private tellLeftOut(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.leftOut === 0) return;
    this.sink.send(leftOutText(this.leftOut));
    this.leftOut = 0;
  }
}
