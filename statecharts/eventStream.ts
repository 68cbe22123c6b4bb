/**
 * A stream of a master's events to one operator (spec: v1-operator-api.md §3). What happens while its snapshot is being written and
 * read waits for it, up to a bound.
 */
import { setup } from 'xstate';

export type EventStreamEvent =
  /** The snapshot is read; what waited for that is on its way. */
  | { readonly type: 'CAUGHT_UP' }
  /** More waits for the reader than may wait. */
  | { readonly type: 'TOO_SLOW' }
  | { readonly type: 'CLIENT_GONE' }
  /** There are too many streams, and this is the oldest. */
  | { readonly type: 'DISPLACED' };

export const eventStreamMachine = setup({
  types: {} as {
    events: EventStreamEvent;
    tags: 'open' | 'terminal';
    meta: { description: string };
  },
  actions: {
    /** Sends what happened since the snapshot. */
    sendWaiting: () => undefined,
    /** Ends the connection, if it has not ended by itself. */
    endStream: () => undefined,
  },
}).createMachine({
  id: 'eventStream',
  initial: 'snapshot',
  options: { maxIterations: 10 },
  states: {
    snapshot: {
      tags: ['open'],
      meta: { description: 'The snapshot is written and read; what happens meanwhile waits.' },
      on: {
        CAUGHT_UP: { target: 'live', actions: 'sendWaiting' },
        TOO_SLOW: { target: 'dropped', actions: 'endStream' },
        CLIENT_GONE: { target: 'closed', actions: 'endStream' },
        DISPLACED: { target: 'displaced', actions: 'endStream' },
      },
    },
    live: {
      tags: ['open'],
      meta: { description: 'Every event is sent as it happens.' },
      on: {
        TOO_SLOW: { target: 'dropped', actions: 'endStream' },
        CLIENT_GONE: { target: 'closed', actions: 'endStream' },
        DISPLACED: { target: 'displaced', actions: 'endStream' },
      },
    },
    closed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The client went away.' },
    },
    dropped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The client read too slowly and was cut off; it may resume where it was.' },
    },
    displaced: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'A newer stream took its place: there are no more than the flag says.' },
    },
  },
});
