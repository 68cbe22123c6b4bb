/**
 * An inverse offer, from the master's side (spec: master.md §12, v1-scheduler-api.md §7): a framework is asked to give back
 * what it has on an agent before its maintenance. The answer is recorded; nothing is taken away by it.
 */
import { setup } from 'xstate';

export type InverseOfferEvent =
  | { readonly type: 'ACCEPTED' }
  | { readonly type: 'DECLINED' }
  /** The window changed or ended, or the agent went away. */
  | { readonly type: 'RESCINDED' }
  /** Framework disconnected, failed over or removed: nobody is left to be told. */
  | { readonly type: 'FRAMEWORK_LOST' };

type InverseOfferTag = 'active' | 'terminal';

export const inverseOfferMachine = setup({
  types: {} as { events: InverseOfferEvent; tags: InverseOfferTag; meta: { description: string } },
  actions: {
    /** The maintenance status shows that the framework agrees. */
    recordAccept: () => undefined,
    /** The maintenance status shows that it does not. */
    recordDecline: () => undefined,
    /** The framework is told that it is not asked any more. */
    sendRescind: () => undefined,
  },
}).createMachine({
  id: 'inverseOffer',
  initial: 'outstanding',
  options: { maxIterations: 10 },
  states: {
    outstanding: {
      tags: ['active'],
      meta: { description: 'The framework is asked and has not answered yet.' },
      on: {
        ACCEPTED: { target: 'accepted', actions: 'recordAccept' },
        DECLINED: { target: 'declined', actions: 'recordDecline' },
        RESCINDED: { target: 'rescinded', actions: 'sendRescind' },
        FRAMEWORK_LOST: 'lost',
      },
    },
    accepted: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework will give back what it has there.' },
    },
    declined: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework will not give it back; it is asked again later.' },
    },
    rescinded: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The question is void.' },
    },
    lost: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The framework went away without an answer.' },
    },
  },
});
