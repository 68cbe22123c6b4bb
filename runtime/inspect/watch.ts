/** One watcher: which charts it sees, and how much of what they tell. */
import type { InspectionEvent } from '../../statecharts/engine.ts';
import type { Clock } from '../ports.ts';
import { Budget, type WatchSink } from './budget.ts';
import type { Inspector, Registered } from './inspector.ts';
import { namesLike } from './pattern.ts';
import { definitionText, recordedText, wireText } from './wire.ts';

/** Events told to one watcher a second, and at once. */
export const EVENTS_A_SECOND_MAX = 1000;
export const EVENTS_AT_ONCE_MAX = 2000;
/** Recorded changes told of each chart: the newest. */
const RECORDED_TOLD_MAX = 200;

/** Matches actors (`master`), charts (`task`), instances (`task/<id>`, `master/task/<id>`); `*` stands for anything. */
export function patternOf(text: string): (actor: string, chart: string, instance: string) => boolean {
  const matches = namesLike(text);
  return (actor, chart, instance) =>
    matches(actor) || matches(chart) || matches(instance) || matches(`${actor}/${instance}`);
}

export class Watch {
  private readonly clock: Clock;
  private readonly sink: WatchSink;
  private readonly matches: ReturnType<typeof patternOf>;
  private readonly ends: (() => void)[] = [];
  private readonly budget: Budget;

  /** Begins to watch at once: first what was recorded and every living instance is told. */
  constructor(inspector: Inspector, clock: Clock, pattern: string, sink: WatchSink) {
    this.clock = clock;
    this.sink = sink;
    this.matches = patternOf(pattern);
    this.budget = new Budget(clock, sink, { perSecond: EVENTS_A_SECOND_MAX, atOnce: EVENTS_AT_ONCE_MAX });
    this.ends.push(inspector.follow((registered) => this.join(registered)));
  }

  stop(): void {
    this.budget.stop();
    for (const end of this.ends.splice(0)) end();
  }

  private join({ actor, chart, recording }: Registered): void {
    const definition = definitionText(chart.machine.config);
    const seen = (id: string): boolean => this.matches(actor, chart.name, `${chart.name}/${id}`);
    for (const step of recording.last(RECORDED_TOLD_MAX, seen))
      if (this.budget.take()) this.sink.send(recordedText(step, actor, chart.name));
    const tell = (event: InspectionEvent): void => {
      if (this.matches(actor, event.name, event.sessionId)) this.tell(event, actor, definition);
    };
    this.ends.push('counts' in chart ? chart.watch(tell, true) : chart.watch(tell));
  }

  private tell(event: InspectionEvent, actor: string, definition: string): void {
    if (this.budget.take()) this.sink.send(wireText(event, { nowMs: this.clock.now(), actor, definition }));
  }
}
