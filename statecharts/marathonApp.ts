/**
 * A service of Marathon, an app or a pod, as its keeper sees it: whether a deployment has it, and whether instances are to be
 * launched (spec: marathon.md §15.5, §21).
 */
import { setup } from 'xstate';

export type MarathonAppEvent =
  /** A deployment affects it now: others have to wait, or to force. */
  | { readonly type: 'LOCKED' }
  | { readonly type: 'UNLOCKED' }
  /** Fewer instances run than are wanted. */
  | { readonly type: 'LAUNCH_WANTED' }
  /** As many as wanted. */
  | { readonly type: 'SATISFIED' }
  /** An instance ended that should not have: the next launch has to wait. */
  | { readonly type: 'BACKED_OFF' }
  /** The wait is over, or somebody ended it. */
  | { readonly type: 'DELAY_RESET' }
  | { readonly type: 'REMOVED' };

export const marathonAppMachine = setup({
  types: {} as { events: MarathonAppEvent; tags: 'launching' | 'terminal'; meta: { description: string } },
  actions: {
    /** Offers are of use again. */
    wantOffers: () => undefined,
  },
  delays: {
    /** Until the next launch is allowed. */
    BACKOFF: 1_000,
  },
}).createMachine({
  id: 'marathonApp',
  initial: 'present',
  options: { maxIterations: 10 },
  states: {
    present: {
      type: 'parallel',
      meta: { description: 'The service is defined, or instances of it are left.' },
      on: { REMOVED: 'removed' },
      states: {
        deployment: {
          initial: 'settled',
          meta: { description: 'Whether a deployment has the service.' },
          states: {
            settled: {
              meta: { description: 'No deployment touches it; it is kept at its number of instances.' },
              on: { LOCKED: 'deploying' },
            },
            deploying: {
              meta: { description: 'A deployment moves it on; other changes are refused unless forced.' },
              on: { UNLOCKED: 'settled', LOCKED: {} },
            },
          },
        },
        launching: {
          initial: 'satisfied',
          meta: { description: 'Whether instances are to be launched.' },
          states: {
            satisfied: {
              meta: { description: 'Nothing is to be launched.' },
              on: { LAUNCH_WANTED: 'waiting', BACKED_OFF: 'resting', SATISFIED: {}, DELAY_RESET: {} },
            },
            resting: {
              meta: { description: 'Nothing is to be launched; were it, it would have to wait.' },
              on: {
                LAUNCH_WANTED: 'delayed',
                BACKED_OFF: 'resting',
                DELAY_RESET: 'satisfied',
                SATISFIED: {},
              },
              after: { BACKOFF: 'satisfied' },
            },
            waiting: {
              tags: ['launching'],
              entry: 'wantOffers',
              meta: { description: 'Instances wait for an offer that they fit.' },
              on: { SATISFIED: 'satisfied', BACKED_OFF: 'delayed', LAUNCH_WANTED: {}, DELAY_RESET: {} },
            },
            delayed: {
              meta: { description: 'Instances wait until the delay after a failure is over.' },
              on: {
                SATISFIED: 'resting',
                BACKED_OFF: { target: 'delayed', reenter: true },
                LAUNCH_WANTED: {},
                DELAY_RESET: 'waiting',
              },
              after: { BACKOFF: 'waiting' },
            },
          },
        },
      },
    },
    removed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The service and all its instances are gone.' },
    },
  },
});
