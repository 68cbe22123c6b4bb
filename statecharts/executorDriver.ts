/** The connection of an executor to its agent (spec: agent.md §5, driver and HTTP library). */
import { setup } from 'xstate';

export type ExecutorDriverEvent =
  | { readonly type: 'CONNECTED' }
  | { readonly type: 'SUBSCRIBED' }
  /** No connection, the stream ended, the link broke. */
  | { readonly type: 'CONNECTION_LOST' }
  /** A restarted agent asks the executor to come back. */
  | { readonly type: 'RECONNECT_ASKED' }
  /** SHUTDOWN of the agent. */
  | { readonly type: 'SHUTDOWN_ORDERED' }
  /** The executor itself is through. */
  | { readonly type: 'STOP_REQUESTED' };

export interface ExecutorDriverInput {
  /** The framework checkpoints, so the executor outlives its agent's process for a while. */
  readonly checkpoint: boolean;
}

type ExecutorDriverTag = 'connected' | 'subscribed' | 'terminal';

const ends = { SHUTDOWN_ORDERED: 'shuttingDown', STOP_REQUESTED: 'stopped' } as const;

export const executorDriverMachine = setup({
  types: {} as {
    context: ExecutorDriverInput;
    input: ExecutorDriverInput;
    events: ExecutorDriverEvent;
    tags: ExecutorDriverTag;
    meta: { description: string };
  },
  actions: {
    connect: () => undefined,
    /** SUBSCRIBE with all unacknowledged tasks and updates. */
    sendSubscribe: () => undefined,
    announceSubscribed: () => undefined,
    announceDisconnected: () => undefined,
    /** The executor's own code is told to shut down. */
    announceShutdown: () => undefined,
    /** The executor took too long: its process group is killed. */
    killSelf: () => undefined,
  },
  guards: { checkpoints: ({ context }) => context.checkpoint },
  delays: {
    /** Give a random part of it (`MESOS_SUBSCRIPTION_BACKOFF_MAX`). */
    RECONNECT: 2000,
    SUBSCRIBE_RETRY: 1000,
    /** `MESOS_RECOVERY_TIMEOUT`. */
    RECOVERY_TIMEOUT: 900_000,
    /** `MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD`. */
    SHUTDOWN_GRACE: 5000,
  },
}).createMachine({
  id: 'executorDriver',
  initial: 'joining',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input }),
  states: {
    joining: {
      meta: { description: 'The executor is not taken in by its agent yet.' },
      initial: 'connecting',
      on: {
        ...ends,
        CONNECTION_LOST: [{ guard: 'checkpoints', target: 'recovering' }, { target: 'shuttingDown' }],
        RECONNECT_ASKED: 'joining',
      },
      states: {
        connecting: {
          entry: 'connect',
          meta: { description: 'The agent is being called.' },
          on: { CONNECTED: 'subscribing' },
        },
        subscribing: {
          tags: ['connected'],
          entry: 'sendSubscribe',
          meta: { description: 'The executor asked its agent to take it in.' },
          on: { SUBSCRIBED: '#executorDriver.subscribed' },
          after: { SUBSCRIBE_RETRY: { target: 'subscribing', reenter: true } },
        },
      },
    },
    subscribed: {
      tags: ['connected', 'subscribed'],
      entry: 'announceSubscribed',
      exit: 'announceDisconnected',
      meta: { description: 'The executor takes tasks from its agent.' },
      on: {
        ...ends,
        SUBSCRIBED: {},
        CONNECTION_LOST: [{ guard: 'checkpoints', target: 'recovering' }, { target: 'shuttingDown' }],
        RECONNECT_ASKED: 'joining',
      },
    },
    recovering: {
      meta: { description: 'The agent is away; tasks run on until the recovery time-out has passed.' },
      initial: 'waiting',
      on: { ...ends, RECONNECT_ASKED: { target: 'recovering.connecting', reenter: false } },
      after: { RECOVERY_TIMEOUT: 'shuttingDown' },
      states: {
        waiting: {
          meta: { description: 'The next try to reach the agent comes after a pause.' },
          on: { CONNECTION_LOST: {} },
          after: { RECONNECT: 'connecting' },
        },
        connecting: {
          entry: 'connect',
          meta: { description: 'The agent is being called again.' },
          on: { CONNECTED: 'subscribing', CONNECTION_LOST: 'waiting' },
        },
        subscribing: {
          tags: ['connected'],
          entry: 'sendSubscribe',
          meta: { description: 'The executor asked its agent to take it back.' },
          on: { SUBSCRIBED: '#executorDriver.subscribed', CONNECTION_LOST: 'waiting' },
          after: { SUBSCRIBE_RETRY: { target: 'subscribing', reenter: true } },
        },
      },
    },
    shuttingDown: {
      entry: 'announceShutdown',
      meta: { description: 'The executor ends its tasks and itself.' },
      on: { STOP_REQUESTED: 'stopped', SHUTDOWN_ORDERED: {}, CONNECTION_LOST: {} },
      after: { SHUTDOWN_GRACE: { target: 'stopped', actions: 'killSelf' } },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The driver has ended.' },
    },
  },
});
