/**
 * Inspection events: what xstate's own inspector speaks, as plain values that travel to a page.
 *
 * No time stamp is in them: whoever passes them on knows the clock.
 */

/** State of a chart as inspectors show it. */
export interface InspectedSnapshot {
  readonly value: unknown;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly context: unknown;
}

/** How often instances went from one state to another by an event, since the chart was made. */
export interface Flow {
  /** State value as text; empty for a beginning. */
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly count: number;
}

interface Inspected {
  /** `<chart>/<id>`. */
  readonly sessionId: string;
  readonly rootId: string;
  /** Name of the chart. */
  readonly name: string;
}

/** A chart came to be, or was there when the watcher came. */
export interface InspectedActor extends Inspected {
  readonly type: '@xstate.actor';
  readonly snapshot: InspectedSnapshot;
}

/** A fact was told to a chart, taken or not. */
export interface InspectedEvent extends Inspected {
  readonly type: '@xstate.event';
  readonly event: { readonly type: string };
}

/** The state after that fact. */
export interface InspectedState extends Inspected {
  readonly type: '@xstate.snapshot';
  readonly event: { readonly type: string };
  readonly snapshot: InspectedSnapshot;
}

export type InspectionEvent = InspectedActor | InspectedEvent | InspectedState;

/** Receives inspection events; must not throw and must not step the chart it watches. */
export type InspectionSink = (event: InspectionEvent) => void;

/**
 * Told of each change of state, the beginning and the end of an instance included; must not throw and must not step the chart.
 * Values are undefined before the beginning and after the end.
 */
export type Recorder = (id: string, event: string, before: unknown, after: unknown) => void;

/** The watchers of a chart. Empty costs one comparison a step. */
export class Watchers {
  readonly #name: string;
  #sinks: readonly InspectionSink[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  get watched(): boolean {
    return this.#sinks.length > 0;
  }

  /** @returns the end of the watch; calling it twice does nothing */
  add(sink: InspectionSink): () => void {
    const own: InspectionSink = (event) => sink(event);
    this.#sinks = [...this.#sinks, own];
    return () => {
      this.#sinks = this.#sinks.filter((other) => other !== own);
    };
  }

  actor(id: string, snapshot: InspectedSnapshot): void {
    this.#tell({ type: '@xstate.actor', ...this.#who(id), snapshot });
  }

  event(id: string, event: { readonly type: string }): void {
    this.#tell({ type: '@xstate.event', ...this.#who(id), event });
  }

  snapshot(id: string, event: { readonly type: string }, snapshot: InspectedSnapshot): void {
    this.#tell({ type: '@xstate.snapshot', ...this.#who(id), event, snapshot });
  }

  #who(id: string): Inspected {
    const sessionId = `${this.#name}/${id}`;
    return { sessionId, rootId: sessionId, name: this.#name };
  }

  #tell(event: InspectionEvent): void {
    for (const sink of this.#sinks) sink(event);
  }
}
