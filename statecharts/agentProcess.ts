/**
 * The agent itself (spec: agent.md §2.2, §2.3, §7).
 *
 * Only while it is `running` do status updates flow. Which master may speak to it, and with what id it registers, is
 * decided before a message becomes an event.
 */
import { assign, setup } from 'xstate';

export type AgentProcessEvent =
  /** Everything on disk was read, executors had their time to come back. */
  | { readonly type: 'RECOVERED' }
  /** The same with `--recover=cleanup`: executors are shut down, nothing registers. */
  | { readonly type: 'RECOVERED_FOR_CLEANUP' }
  /** Recovery is impossible: broken files, other configuration than before. */
  | { readonly type: 'RECOVERY_FAILED' }
  /** A leading master is known, be it a new one or the same again. */
  | { readonly type: 'MASTER_DETECTED' }
  | { readonly type: 'MASTER_LOST' }
  | { readonly type: 'AUTHENTICATED' }
  /** The master knows no such principal, or another secret of it. */
  | { readonly type: 'AUTHENTICATION_REFUSED' }
  /** The attempt came to nothing; another one may succeed. */
  | { readonly type: 'AUTHENTICATION_FAILED' }
  /** SlaveRegisteredMessage or SlaveReregisteredMessage. */
  | { readonly type: 'REGISTERED' }
  /** The master calls this agent by another id than its own. */
  | { readonly type: 'REGISTERED_AS_ANOTHER' }
  /** The master's ping says that it holds this agent for disconnected. */
  | { readonly type: 'PING_SAYS_DISCONNECTED' }
  /** No ping for the whole ping time-out. */
  | { readonly type: 'PINGS_STOPPED' }
  /** ShutdownMessage of the master. */
  | { readonly type: 'SHUTDOWN_ORDERED' }
  /** SIGUSR1: leave the cluster for good. */
  | { readonly type: 'UNREGISTER_REQUESTED' }
  /** No framework is left. */
  | { readonly type: 'ALL_ENDED' };

export interface AgentProcessInput {
  /** It has an id from an earlier registration. */
  readonly hasId: boolean;
  /** It must authenticate before it registers. */
  readonly hasCredential: boolean;
}

interface AgentProcessContext extends AgentProcessInput {
  /** Registration messages sent, or attempts to authenticate begun, since the master was detected; counted up to 16. */
  readonly attempts: number;
}

type AgentProcessTag = 'registered' | 'takesTasks' | 'terminal';

/**
 * The longest wait after the n-th attempt to register, in milliseconds; each wait is chance between 0 and it.
 *
 * @param factorMs `--registration_backoff_factor`
 */
export function registrationBackoffMaxMs(attempts: number, factorMs: number): number {
  return Math.min(factorMs * 2 ** attempts, 60_000);
}

const detected = [
  { guard: 'mustAuthenticate', target: 'authenticating' },
  { guard: 'hasId', target: 'reregistering' },
  { target: 'registering' },
] as const;

/** The same for an agent that is known to have an id. */
const detectedAgain = [
  { guard: 'mustAuthenticate', target: 'authenticating' },
  { target: 'reregistering', reenter: true },
] as const;

/** The same for one that has none. */
const detectedFirst = [
  { guard: 'mustAuthenticate', target: 'authenticating' },
  { target: 'registering', reenter: true },
] as const;

const ends = {
  SHUTDOWN_ORDERED: 'terminating',
  UNREGISTER_REQUESTED: { target: 'terminating', actions: 'sendUnregister' },
} as const;

const attempting = (
  message: 'sendRegister' | 'sendReregister',
  masterDetected: typeof detectedAgain | typeof detectedFirst,
) =>
  ({
    initial: 'waiting',
    entry: 'forgetAttempts',
    on: {
      ...ends,
      MASTER_DETECTED: masterDetected,
      MASTER_LOST: 'disconnected',
      REGISTERED: { target: 'running', actions: 'keepId' },
      REGISTERED_AS_ANOTHER: 'terminated',
    },
    states: {
      waiting: {
        meta: { description: 'The agent waits a moment, so that not all agents ask at once.' },
        after: { FIRST_ATTEMPT: 'asking' },
      },
      asking: {
        entry: [message, 'countAttempt'],
        meta: { description: 'The agent asked the master to take it in and waits for the answer.' },
        after: { RETRY: { target: 'asking', reenter: true } },
      },
    },
  }) as const;

export const agentProcessMachine = setup({
  types: {} as {
    context: AgentProcessContext;
    input: AgentProcessInput;
    events: AgentProcessEvent;
    tags: AgentProcessTag;
    meta: { description: string };
  },
  actions: {
    forgetAttempts: assign({ attempts: 0 }),
    countAttempt: assign({ attempts: ({ context }) => Math.min(context.attempts + 1, 16) }),
    keepId: assign({ hasId: true }),
    /** Begins an attempt, in place of one that goes on. */
    authenticate: () => undefined,
    stopAuthenticating: () => undefined,
    sendRegister: () => undefined,
    sendReregister: () => undefined,
    sendUnregister: () => undefined,
    /** Status updates flow to the master, heads of streams first. */
    resumeUpdates: () => undefined,
    pauseUpdates: () => undefined,
    shutDownExecutors: () => undefined,
  },
  guards: {
    mustAuthenticate: ({ context }) => context.hasCredential,
    hasId: ({ context }) => context.hasId,
  },
  delays: {
    /** Give a random part of it: `registrationBackoffMaxMs(0, …)`. */
    FIRST_ATTEMPT: 1000,
    /** Give a random part of it. */
    RETRY: ({ context }) => registrationBackoffMaxMs(context.attempts, 1000),
    /** Give a random time in growing bounds: `authenticationTimeoutMaxMs(attempts - 1, …)`. */
    AUTHENTICATION_TIMEOUT: 15_000,
    /** Give a random part of the same. */
    AUTHENTICATION_BACKOFF: 1000,
  },
}).createMachine({
  id: 'agentProcess',
  initial: 'recovering',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input, attempts: 0 }),
  states: {
    recovering: {
      meta: { description: 'The agent reads what an earlier run left on disk and looks for its executors.' },
      on: {
        RECOVERED: 'disconnected',
        RECOVERED_FOR_CLEANUP: 'terminating',
        RECOVERY_FAILED: 'terminated',
        MASTER_DETECTED: {},
        MASTER_LOST: {},
        SHUTDOWN_ORDERED: {},
        UNREGISTER_REQUESTED: 'terminating',
      },
    },
    disconnected: {
      meta: { description: 'No leading master is known; tasks run on, updates wait.' },
      on: { ...ends, MASTER_DETECTED: detected, MASTER_LOST: {} },
    },
    authenticating: {
      initial: 'proving',
      entry: 'forgetAttempts',
      exit: 'stopAuthenticating',
      meta: { description: 'The agent proves to the master who it is, before it registers.' },
      on: {
        ...ends,
        AUTHENTICATED: [{ guard: 'hasId', target: 'reregistering' }, { target: 'registering' }],
        AUTHENTICATION_REFUSED: 'terminated',
        MASTER_DETECTED: { target: 'authenticating', reenter: true },
        MASTER_LOST: 'disconnected',
      },
      states: {
        proving: {
          entry: ['authenticate', 'countAttempt'],
          meta: { description: 'An attempt is under way.' },
          on: { AUTHENTICATION_FAILED: 'pausing' },
          after: { AUTHENTICATION_TIMEOUT: { target: 'proving', reenter: true } },
        },
        pausing: {
          meta: { description: 'The last attempt came to nothing; the next one comes after a pause.' },
          after: { AUTHENTICATION_BACKOFF: 'proving' },
        },
      },
    },
    registering: {
      meta: { description: 'The agent asks the master for the first time to take it in.' },
      ...attempting('sendRegister', detectedFirst),
    },
    reregistering: {
      meta: { description: 'The agent asks the master to take it in again, with all it runs.' },
      ...attempting('sendReregister', detectedAgain),
    },
    running: {
      tags: ['registered', 'takesTasks'],
      entry: 'resumeUpdates',
      exit: 'pauseUpdates',
      meta: { description: 'The agent is registered and runs tasks.' },
      on: {
        ...ends,
        MASTER_DETECTED: detectedAgain,
        MASTER_LOST: 'disconnected',
        REGISTERED: {},
        REGISTERED_AS_ANOTHER: 'terminated',
        PING_SAYS_DISCONNECTED: detectedAgain,
        PINGS_STOPPED: detectedAgain,
      },
    },
    terminating: {
      entry: 'shutDownExecutors',
      meta: { description: 'The agent ends: its executors are being shut down.' },
      on: { ALL_ENDED: 'terminated', SHUTDOWN_ORDERED: {}, MASTER_DETECTED: {}, MASTER_LOST: {} },
    },
    terminated: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The agent has ended.' },
    },
  },
});
