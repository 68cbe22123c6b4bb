/** How a node finds the leading master in etcd, and hears of its successor (spec: master.md §2.1, packages.md on watches). */
import { setup } from 'xstate';

export type DetectorEvent =
  | { readonly type: 'WATCH_REQUESTED' }
  /** etcd told who is first in line. */
  | { readonly type: 'ANSWERED' }
  | { readonly type: 'ETCD_FAILED' }
  /** The line of candidates changed. */
  | { readonly type: 'LINE_CHANGED' }
  | { readonly type: 'STOP_REQUESTED' };

export const detectorMachine = setup({
  types: {} as { events: DetectorEvent; tags: 'terminal'; meta: { description: string } },
  actions: {
    ask: () => undefined,
    /** Watches from the revision of the answer on. */
    watch: () => undefined,
    endWatch: () => undefined,
  },
  delays: {
    /** After a failure; give it some chance, so that thousands do not come together. */
    RETRY: 2_000,
    /** A watch may go silent without a word: look again anyway. */
    LOOK_AGAIN: 60_000,
  },
}).createMachine({
  id: 'detector',
  initial: 'idle',
  options: { maxIterations: 10 },
  states: {
    idle: {
      meta: { description: 'Nobody wants to know yet.' },
      on: { WATCH_REQUESTED: 'asking', STOP_REQUESTED: 'stopped' },
    },
    asking: {
      entry: 'ask',
      meta: { description: 'The oldest candidate is asked for.' },
      on: { ANSWERED: 'watching', ETCD_FAILED: 'pausing', STOP_REQUESTED: 'stopped' },
    },
    watching: {
      entry: 'watch',
      exit: 'endWatch',
      meta: { description: 'The leader is known, or that there is none; changes are waited for.' },
      on: { LINE_CHANGED: 'asking', ETCD_FAILED: 'pausing', STOP_REQUESTED: 'stopped' },
      after: { LOOK_AGAIN: 'asking' },
    },
    pausing: {
      meta: { description: 'No answer; what was known last still counts.' },
      on: { ETCD_FAILED: {}, STOP_REQUESTED: 'stopped' },
      after: { RETRY: 'asking' },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Nobody wants to know any more.' },
    },
  },
});
