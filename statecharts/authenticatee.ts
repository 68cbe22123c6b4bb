/** One authentication by CRAM-MD5, as the side of an agent or a framework sees it (spec: runtime.md §7). */
import { setup } from 'xstate';

export type AuthenticateeEvent =
  /** AuthenticationMechanismsMessage. @param known whether one of them is ours */
  | { readonly type: 'MECHANISMS_RECEIVED'; readonly known: boolean }
  /** AuthenticationStepMessage: a challenge. */
  | { readonly type: 'STEP_RECEIVED' }
  | { readonly type: 'COMPLETED_RECEIVED' }
  | { readonly type: 'FAILED_RECEIVED' }
  | { readonly type: 'ERROR_RECEIVED' }
  | { readonly type: 'MASTER_EXITED' };

/** How long an attempt may take, in milliseconds. */
export interface AuthenticationTimes {
  /** `--authentication_timeout_min` */
  readonly minMs: number;
  /** `--authentication_backoff_factor` */
  readonly factorMs: number;
  /** `--authentication_timeout_max` */
  readonly maxMs: number;
}

/** The longest time for the n-th attempt, counted from 0; each is chance between `minMs` and it. */
export function authenticationTimeoutMaxMs(
  attempts: number,
  { minMs, factorMs, maxMs }: AuthenticationTimes,
): number {
  return Math.min(minMs + factorMs * 2 ** attempts, maxMs);
}

const anywhere = { FAILED_RECEIVED: 'failed', ERROR_RECEIVED: 'error', MASTER_EXITED: 'error' } as const;

export const authenticateeMachine = setup({
  types: {} as {
    events: AuthenticateeEvent;
    tags: 'terminal';
    meta: { description: string };
  },
  actions: {
    sendAuthenticate: () => undefined,
    /** The mechanism that was chosen. */
    sendStart: () => undefined,
    /** The answer to the challenge. */
    sendResponse: () => undefined,
  },
  guards: {
    known: ({ event }) => event.type === 'MECHANISMS_RECEIVED' && event.known,
  },
}).createMachine({
  id: 'authenticatee',
  initial: 'starting',
  options: { maxIterations: 10 },
  states: {
    starting: {
      entry: 'sendAuthenticate',
      meta: { description: 'The master was asked and is to say which mechanisms it has.' },
      on: {
        ...anywhere,
        MECHANISMS_RECEIVED: [
          { guard: 'known', target: 'stepping', actions: 'sendStart' },
          { target: 'error' },
        ],
        STEP_RECEIVED: 'error',
        COMPLETED_RECEIVED: 'error',
      },
    },
    stepping: {
      meta: { description: 'The mechanism is chosen; challenges are answered.' },
      on: {
        ...anywhere,
        MECHANISMS_RECEIVED: 'error',
        STEP_RECEIVED: { actions: 'sendResponse' },
        COMPLETED_RECEIVED: 'completed',
      },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master knows who this is.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master does not know the principal, or another secret of it.' },
    },
    error: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The other side is gone, cannot authenticate, or does not keep to the protocol.' },
    },
  },
});
