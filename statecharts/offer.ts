/**
 * An offer, from the master's side (spec: v1-scheduler-api.md §8, failover.md 39 and 40).
 *
 * It is answered once; every other answer finds it in a final state.
 */
import { setup } from 'xstate';

export type OfferEvent =
  /** The framework used it in an ACCEPT. */
  | { readonly type: 'ACCEPTED' }
  | { readonly type: 'DECLINED' }
  /** The master takes it back: resources are needed otherwise, agent deactivated, framework suppressed. */
  | { readonly type: 'RESCINDED' }
  /** An ACCEPT named it together with something impossible, so it is taken back unfiltered. */
  | { readonly type: 'INVALIDATED' }
  /** `--offer_timeout` passed. */
  | { readonly type: 'TIMED_OUT' }
  | { readonly type: 'AGENT_LOST' }
  /** Framework disconnected, failed over or removed: nobody is left to be told. */
  | { readonly type: 'FRAMEWORK_LOST' };

type OfferTag = 'active' | 'terminal';

export const offerMachine = setup({
  types: {} as { events: OfferEvent; tags: OfferTag; meta: { description: string } },
  actions: {
    /** The whole offer goes back to the allocator. */
    recoverResources: () => undefined,
    /** The framework is told that the offer is void. */
    sendRescind: () => undefined,
  },
}).createMachine({
  id: 'offer',
  initial: 'outstanding',
  options: { maxIterations: 10 },
  states: {
    outstanding: {
      tags: ['active'],
      meta: { description: 'The framework has the offer and has not answered yet.' },
      on: {
        ACCEPTED: 'accepted',
        DECLINED: { target: 'declined', actions: 'recoverResources' },
        RESCINDED: { target: 'rescinded', actions: ['recoverResources', 'sendRescind'] },
        INVALIDATED: { target: 'rescinded', actions: 'recoverResources' },
        TIMED_OUT: { target: 'timedOut', actions: ['recoverResources', 'sendRescind'] },
        AGENT_LOST: { target: 'lost', actions: ['recoverResources', 'sendRescind'] },
        FRAMEWORK_LOST: { target: 'lost', actions: 'recoverResources' },
      },
    },
    accepted: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework accepted the offer.' },
    },
    declined: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework declined the offer; its resources are offered again.' },
    },
    rescinded: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master took the offer back before it was answered.' },
    },
    timedOut: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework did not answer the offer in time.' },
    },
    lost: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The agent or the framework of the offer went away.' },
    },
  },
});
