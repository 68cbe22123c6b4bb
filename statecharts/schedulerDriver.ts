/** The connection of a framework's scheduler to its master (spec: v1-scheduler-api.md §5, failover.md §4). */
import { assign, setup } from 'xstate';

export type SchedulerDriverEvent =
  /** A leading master is known, be it a new one or the same again. */
  | { readonly type: 'MASTER_DETECTED' }
  | { readonly type: 'MASTER_LOST' }
  | { readonly type: 'CONNECTED' }
  /** The master knows who this is. */
  | { readonly type: 'AUTHENTICATED' }
  /** The attempt to prove it came to nothing; another one may succeed. */
  | { readonly type: 'AUTHENTICATION_FAILED' }
  /** No connection, or the stream ended. */
  | { readonly type: 'CONNECTION_LOST' }
  /** SUBSCRIBE was answered by something else than 200: 307, 401, 503 … */
  | { readonly type: 'SUBSCRIBE_REFUSED' }
  | { readonly type: 'SUBSCRIBED' }
  /** Several heartbeats in a row did not come. */
  | { readonly type: 'HEARTBEATS_MISSED' }
  /** The ERROR event: this framework cannot go on (failed over, removed, invalid). */
  | { readonly type: 'ERROR_RECEIVED' }
  /** The scheduler aborts the driver. */
  | { readonly type: 'ABORT_REQUESTED' }
  /** The scheduler stops the driver, with or without TEARDOWN. */
  | { readonly type: 'STOP_REQUESTED' };

export interface SchedulerDriverInput {
  /** It must authenticate before it subscribes. */
  readonly hasCredential: boolean;
}

interface SchedulerDriverContext extends SchedulerDriverInput {
  /** Subscriptions tried in vain since the last success or new master; counted up to 16. */
  readonly failures: number;
}

type SchedulerDriverTag = 'connected' | 'subscribed' | 'terminal';

/**
 * The longest wait after the n-th failure, in milliseconds; each wait is chance between 0 and it.
 *
 * @param failoverTimeoutMs the framework's own; a tenth of it bounds the wait, unless it is 0
 */
export function subscriptionBackoffMaxMs(failures: number, failoverTimeoutMs = 0): number {
  const bound = failoverTimeoutMs > 0 ? Math.min(60_000, failoverTimeoutMs / 10) : 60_000;
  return Math.min(1000 * 2 ** failures, bound);
}

const anywhere = {
  MASTER_LOST: 'detecting',
  ERROR_RECEIVED: 'aborted',
  ABORT_REQUESTED: 'aborted',
  STOP_REQUESTED: 'stopped',
} as const;

const failed = { target: 'backoff', actions: ['disconnect', 'countFailure'] } as const;
const anew = { target: 'connecting', actions: ['disconnect', 'forgetFailures'] } as const;

export const schedulerDriverMachine = setup({
  types: {} as {
    context: SchedulerDriverContext;
    input: SchedulerDriverInput;
    events: SchedulerDriverEvent;
    tags: SchedulerDriverTag;
    meta: { description: string };
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => Math.min(context.failures + 1, 16) }),
    forgetFailures: assign({ failures: 0 }),
    connect: () => undefined,
    disconnect: () => undefined,
    /** Begins an attempt to prove who this is. */
    authenticate: () => undefined,
    stopAuthenticating: () => undefined,
    sendSubscribe: () => undefined,
    /** The scheduler hears that it is connected. */
    announceSubscribed: () => undefined,
    /** The scheduler hears that it is disconnected. */
    announceDisconnected: () => undefined,
    announceAborted: () => undefined,
  },
  guards: {
    mustAuthenticate: ({ context }) => context.hasCredential,
  },
  delays: {
    CONNECT_TIMEOUT: 10_000,
    /** Give a random time in growing bounds: `authenticationTimeoutMaxMs(failures, …)`. */
    AUTHENTICATION_TIMEOUT: 15_000,
    SUBSCRIBE_TIMEOUT: 10_000,
    /** Give a random part of it. */
    BACKOFF: ({ context }) => subscriptionBackoffMaxMs(context.failures),
  },
}).createMachine({
  id: 'schedulerDriver',
  initial: 'detecting',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input, failures: 0 }),
  states: {
    detecting: {
      entry: 'disconnect',
      meta: { description: 'The leading master is being looked for.' },
      on: {
        MASTER_DETECTED: { target: 'connecting', actions: 'forgetFailures' },
        MASTER_LOST: {},
        CONNECTION_LOST: {},
        ABORT_REQUESTED: 'aborted',
        STOP_REQUESTED: 'stopped',
      },
    },
    connecting: {
      entry: 'connect',
      meta: { description: 'The master is being called.' },
      on: {
        ...anywhere,
        MASTER_DETECTED: { ...anew, reenter: true },
        CONNECTED: [{ guard: 'mustAuthenticate', target: 'authenticating' }, { target: 'subscribing' }],
        CONNECTION_LOST: failed,
      },
      after: { CONNECT_TIMEOUT: failed },
    },
    authenticating: {
      tags: ['connected'],
      entry: 'authenticate',
      exit: 'stopAuthenticating',
      meta: { description: 'The framework proves to the master who it is.' },
      on: {
        ...anywhere,
        MASTER_DETECTED: anew,
        AUTHENTICATED: 'subscribing',
        AUTHENTICATION_FAILED: failed,
        CONNECTION_LOST: failed,
      },
      after: { AUTHENTICATION_TIMEOUT: failed },
    },
    subscribing: {
      tags: ['connected'],
      entry: 'sendSubscribe',
      meta: { description: 'The framework asked the master to take it in.' },
      on: {
        ...anywhere,
        MASTER_DETECTED: anew,
        SUBSCRIBED: 'subscribed',
        SUBSCRIBE_REFUSED: failed,
        CONNECTION_LOST: failed,
      },
      after: { SUBSCRIBE_TIMEOUT: failed },
    },
    subscribed: {
      tags: ['connected', 'subscribed'],
      entry: ['forgetFailures', 'announceSubscribed'],
      exit: 'announceDisconnected',
      meta: { description: 'The framework is subscribed and gets offers and updates.' },
      on: {
        ...anywhere,
        MASTER_DETECTED: anew,
        CONNECTION_LOST: failed,
        HEARTBEATS_MISSED: failed,
      },
    },
    backoff: {
      meta: { description: 'The last try failed; the next one comes after a pause.' },
      on: { ...anywhere, MASTER_DETECTED: anew, CONNECTION_LOST: {} },
      after: { BACKOFF: 'connecting' },
    },
    aborted: {
      entry: ['disconnect', 'announceAborted'],
      meta: { description: 'The framework cannot go on, or gave up; it can only be stopped.' },
      on: {
        STOP_REQUESTED: 'stopped',
        ABORT_REQUESTED: {},
        MASTER_DETECTED: {},
        MASTER_LOST: {},
        CONNECTION_LOST: {},
      },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      entry: 'disconnect',
      meta: { description: 'The driver has ended.' },
    },
  },
});
