/**
 * What happened to the cluster, numbered: every change of tasks, agents and frameworks in the order in which the master applied it.
 * The last ones are kept, so that an operator whose stream broke can go on where it was.
 */
import type { MasterEvent } from '../../../proto/index.ts';
import type { Viewer } from '../api/viewer.ts';

/** One change. */
export interface LoggedEvent {
  /** Counts from 1 in each life of a master. */
  readonly index: number;
  /** As that viewer sees it; undefined when it is none of their business. */
  readonly seenBy: (viewer: Viewer) => MasterEvent | undefined;
}

export class EventLog {
  private readonly kept: LoggedEvent[] = [];
  private readonly keptMax: number;
  /** Index of the last event; 0 before the first. */
  last = 0;

  constructor(keptMax: number) {
    this.keptMax = keptMax;
  }

  add(seenBy: LoggedEvent['seenBy']): LoggedEvent {
    const event = { index: ++this.last, seenBy };
    // A ring: the slot of an event is its index.
    this.kept[event.index % this.keptMax] = event;
    return event;
  }

  /** The events after that index, oldest first; undefined when the first of them is forgotten, or there never was such an index. */
  after(index: number): LoggedEvent[] | undefined {
    if (index > this.last || this.last - index > this.keptMax) return undefined;
    const events: LoggedEvent[] = [];
    for (let at = index + 1; at <= this.last; at++) {
      const event = this.kept[at % this.keptMax];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
