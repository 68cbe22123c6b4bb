/**
 * The charts that the actors of a node let be watched. Their last changes of state are recorded always, what else they do is
 * told only while somebody asks for it.
 */
import type { Flow, InspectionSink, Recorder } from '../../statecharts/engine.ts';
import type { Pid } from '../pid.ts';
import type { Clock } from '../ports.ts';
import { Recording } from './recording.ts';

interface Named {
  readonly name: string;
  readonly machine: { readonly config: object };
  flows(): readonly Flow[];
  record(recorder: Recorder): void;
}

/** Many instances of one machine (`ChartTable`). */
export interface InspectableTable extends Named {
  counts(): Record<string, number>;
  watch(sink: InspectionSink, replay?: boolean): () => void;
}

/** A single instance (`LiveChart`). */
export interface InspectableChart extends Named {
  readonly value: string;
  watch(sink: InspectionSink): () => void;
}

export type Inspectable = InspectableTable | InspectableChart;

/** A chart with the actor it belongs to. */
export interface Registered {
  readonly actor: string;
  readonly chart: Inspectable;
  readonly recording: Recording;
}

/** Told of charts that come while somebody watches. */
export type Newcomer = (registered: Registered) => void;

export class Inspector {
  private readonly charts = new Map<string, Registered[]>();
  private readonly newcomers = new Set<Newcomer>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Lets a chart of the actor be watched until the actor ends. Registering it twice is registering it once. */
  register(actor: Pid | string, chart: Inspectable): void {
    const id = typeof actor === 'string' ? actor : actor.id;
    const registered = this.charts.get(id) ?? [];
    if (registered.some((each) => each.chart === chart)) return;
    const recording = new Recording(this.clock);
    chart.record((instance, event, before, after) => recording.add(instance, event, before, after));
    const added = { actor: id, chart, recording };
    this.charts.set(id, [...registered, added]);
    for (const tell of this.newcomers) tell(added);
  }

  /** The actor ended. */
  forget(actor: string): void {
    this.charts.delete(actor);
  }

  /** Every registered chart, and each that will be until the returned function is called. */
  follow(tell: Newcomer): () => void {
    for (const registered of this.charts.values()) for (const each of registered) tell(each);
    this.newcomers.add(tell);
    return () => {
      this.newcomers.delete(tell);
    };
  }

  /** State of each chart of an actor: a value, or instances by value. */
  statesOf(actor: string): Record<string, unknown> {
    const states: Record<string, unknown> = {};
    for (const { chart } of this.charts.get(actor) ?? []) {
      states[chart.name] = 'counts' in chart ? chart.counts() : chart.value;
    }
    return states;
  }
}
