/**
 * One watcher of how many: for each chart the instances in each state, and how often they went from one state to another. A
 * hundred thousand tasks are as short to tell as one.
 */
import type { Clock, Timer } from '../ports.ts';
import { BUFFERED_BYTES_MAX, type WatchSink } from './budget.ts';
import type { Inspectable, Inspector, Registered } from './inspector.ts';
import { namesLike } from './pattern.ts';
import { definitionText } from './wire.ts';

/** What changed is told this often. */
export const FLOWS_MS = 500;

interface Watched extends Pick<Registered, 'actor' | 'chart'> {
  /** What was told last. */
  told: string;
}

export class FlowWatch {
  private readonly clock: Clock;
  private readonly sink: WatchSink;
  private readonly matches: (name: string) => boolean;
  private readonly charts: Watched[] = [];
  private readonly unfollow: () => void;
  private timer: Timer | undefined;

  /** Begins to watch at once. @param pattern of actors (`master`) or charts (`master/task`) */
  constructor(inspector: Inspector, clock: Clock, pattern: string, sink: WatchSink) {
    this.clock = clock;
    this.sink = sink;
    this.matches = namesLike(pattern);
    this.unfollow = inspector.follow((registered) => this.join(registered));
    this.tell();
  }

  stop(): void {
    this.timer?.cancel();
    this.unfollow();
  }

  private join({ actor, chart }: Registered): void {
    if (this.matches(actor) || this.matches(`${actor}/${chart.name}`))
      this.charts.push({ actor, chart, told: '' });
  }

  private tell(): void {
    this.timer = this.clock.setTimer(FLOWS_MS, () => this.tell());
    if (this.sink.bufferedBytes > BUFFERED_BYTES_MAX) return;
    for (const watched of this.charts) {
      const { actor, chart, told } = watched;
      const state = { counts: countsOf(chart), flows: chart.flows() };
      const text = JSON.stringify(state);
      if (text === told) continue;
      watched.told = text;
      this.sink.send(
        JSON.stringify({
          type: '@mesostate.flows',
          createdAt: String(Math.floor(this.clock.now())),
          actor,
          chart: `${actor}/${chart.name}`,
          ...(told === '' && { definition: definitionText(chart.machine.config) }),
          ...state,
        }),
      );
    }
  }
}

function countsOf(chart: Inspectable): Readonly<Record<string, number>> {
  return 'counts' in chart ? chart.counts() : { [chart.value]: 1 };
}
