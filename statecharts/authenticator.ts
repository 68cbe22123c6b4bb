/** One authentication by CRAM-MD5, as the master's side sees it (spec: runtime.md §7). */
import { setup } from 'xstate';

export type AuthenticatorEvent =
  /** AuthenticationStartMessage. @param known whether the mechanism is one of those on offer */
  | { readonly type: 'START_RECEIVED'; readonly known: boolean }
  /** AuthenticationStepMessage. @param proved whether it is the answer of somebody who knows the secret */
  | { readonly type: 'STEP_RECEIVED'; readonly proved: boolean }
  | { readonly type: 'CLIENT_EXITED' }
  /** The client began another one, or took too long. */
  | { readonly type: 'DISCARDED' };

const anywhere = { CLIENT_EXITED: 'error', DISCARDED: 'discarded' } as const;

export const authenticatorMachine = setup({
  types: {} as {
    events: AuthenticatorEvent;
    tags: 'terminal';
    meta: { description: string };
  },
  actions: {
    offerMechanisms: () => undefined,
    sendChallenge: () => undefined,
    sendCompleted: () => undefined,
    sendFailed: () => undefined,
    /** AuthenticationErrorMessage, each for its reason. */
    tellUnknownMechanism: () => undefined,
    tellUnexpectedStart: () => undefined,
    tellUnexpectedStep: () => undefined,
  },
  guards: {
    known: ({ event }) => event.type === 'START_RECEIVED' && event.known,
    proved: ({ event }) => event.type === 'STEP_RECEIVED' && event.proved,
  },
}).createMachine({
  id: 'authenticator',
  initial: 'starting',
  options: { maxIterations: 10 },
  states: {
    starting: {
      entry: 'offerMechanisms',
      meta: { description: 'The client was told the mechanisms and is to choose one.' },
      on: {
        ...anywhere,
        START_RECEIVED: [
          { guard: 'known', target: 'stepping' },
          { target: 'error', actions: 'tellUnknownMechanism' },
        ],
        STEP_RECEIVED: { target: 'error', actions: 'tellUnexpectedStep' },
      },
    },
    stepping: {
      entry: 'sendChallenge',
      meta: { description: 'The client has its challenge and is to answer it.' },
      on: {
        ...anywhere,
        START_RECEIVED: { target: 'error', actions: 'tellUnexpectedStart' },
        STEP_RECEIVED: [{ guard: 'proved', target: 'completed' }, { target: 'failed' }],
      },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      entry: 'sendCompleted',
      meta: { description: 'The client is who it says it is.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      entry: 'sendFailed',
      meta: { description: 'The client does not know the secret of the one it says it is.' },
    },
    error: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The client does not keep to the protocol, or is gone.' },
    },
    discarded: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Nobody wants to know any more.' },
    },
  },
});
