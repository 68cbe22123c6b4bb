/**
 * An agent that its master asks Marathon to give back, by one inverse offer: instances of services with a disruption budget are replaced
 * elsewhere first. Ours, beside Marathon.
 */
import { setup } from 'xstate';

export type MarathonEvacuationEvent =
  /** Nothing is left there that is to run elsewhere first. */
  | { readonly type: 'AGENT_EMPTY' }
  /** The master asks no more. */
  | { readonly type: 'RESCINDED' }
  /** The connection to the master is gone, and what it asked with it. */
  | { readonly type: 'DISCONNECTED' };

export const marathonEvacuationMachine = setup({
  types: {} as { events: MarathonEvacuationEvent; tags: 'terminal'; meta: { description: string } },
  actions: {
    /** What is left there begins to be replaced, as far as its services' budgets let it. */
    moveInstances: () => undefined,
    /** The master is told that the agent may go. */
    acceptInverseOffer: () => undefined,
  },
  delays: {
    /** Until the agent is looked at again. */
    LOOK_AGAIN: 1_000,
  },
}).createMachine({
  id: 'marathonEvacuation',
  initial: 'moving',
  options: { maxIterations: 10 },
  states: {
    moving: {
      entry: 'moveInstances',
      meta: {
        description:
          'Instances of the agent are replaced elsewhere; those whose service has a deployment wait for its end.',
      },
      on: {
        AGENT_EMPTY: { target: 'accepted', actions: 'acceptInverseOffer' },
        RESCINDED: 'rescinded',
        DISCONNECTED: 'lost',
      },
      after: { LOOK_AGAIN: { target: 'moving', reenter: true } },
    },
    accepted: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Nothing is left there that had to move: the agent may go.' },
    },
    rescinded: {
      type: 'final',
      tags: ['terminal'],
      meta: {
        description: 'The agent stays: nobody asks for it any more. What was moved stays where it is.',
      },
    },
    lost: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master that asked is gone; the next one asks again.' },
    },
  },
});
