/**
 * The stream of status updates of one task at its agent (spec: agent.md §6, failover.md 21–27).
 *
 * One update is in flight at a time, the head. An update counts only when it is on disk. A recovered stream is begun
 * anew: started, PAUSED, one RECORDED for each unacknowledged update found, then RESUMED with the registration.
 */
import { assign, setup } from 'xstate';

export type UpdateStreamEvent =
  /** An update came in and is being written to disk. */
  | { readonly type: 'UPDATE_RECEIVED' }
  /** An update is on disk. */
  | { readonly type: 'RECORDED' }
  /** The scheduler acknowledged the head (its uuid fits); this is being written to disk. */
  | { readonly type: 'ACKNOWLEDGED' }
  /** The acknowledgement is on disk. */
  | { readonly type: 'ACK_RECORDED'; readonly terminal: boolean }
  /** The agent is not registered any more. */
  | { readonly type: 'PAUSED' }
  /** The agent is registered (again). */
  | { readonly type: 'RESUMED' };

interface UpdateStreamContext {
  /** Updates on disk that are not acknowledged, the head included. */
  readonly queued: number;
  /** The present wait for an acknowledgement, in milliseconds. */
  readonly retryMs: number;
}

type UpdateStreamTag = 'paused' | 'terminal';

const RETRY_MIN_MS = 10_000;
const RETRY_MAX_MS = 600_000;

const recorded = ['countUpdate', 'acknowledgeExecutor'] as const;

export const updateStreamMachine = setup({
  types: {} as {
    context: UpdateStreamContext;
    events: UpdateStreamEvent;
    tags: UpdateStreamTag;
    meta: { description: string };
  },
  actions: {
    countUpdate: assign({ queued: ({ context }) => context.queued + 1 }),
    dropHead: assign({ queued: ({ context }) => context.queued - 1 }),
    resetRetry: assign({ retryMs: RETRY_MIN_MS }),
    doubleRetry: assign({ retryMs: ({ context }) => Math.min(context.retryMs * 2, RETRY_MAX_MS) }),
    /** The update that was just recorded is safe: its executor is told. */
    acknowledgeExecutor: () => undefined,
    /** The head is sent to the master. */
    forward: () => undefined,
    /** The stream's files and the task may go. */
    closeStream: () => undefined,
  },
  guards: {
    wasTerminal: ({ event }) => event.type === 'ACK_RECORDED' && event.terminal,
    hasNext: ({ context }) => context.queued > 1,
    hasHead: ({ context }) => context.queued > 0,
  },
  delays: { RETRY: ({ context }) => context.retryMs },
}).createMachine({
  id: 'updateStream',
  initial: 'idle',
  options: { maxIterations: 10 },
  context: { queued: 0, retryMs: RETRY_MIN_MS },
  states: {
    idle: {
      meta: { description: 'Every update of the task is acknowledged.' },
      on: {
        UPDATE_RECEIVED: 'recording',
        RECORDED: { target: 'forwarding', actions: [...recorded, 'resetRetry'] },
        PAUSED: 'paused',
        RESUMED: {},
      },
    },
    recording: {
      meta: { description: 'An update is being written to disk.' },
      on: {
        UPDATE_RECEIVED: {},
        RECORDED: { target: 'forwarding', actions: [...recorded, 'resetRetry'] },
        PAUSED: 'paused',
        RESUMED: {},
      },
    },
    forwarding: {
      entry: 'forward',
      meta: { description: 'The oldest update was sent; its acknowledgement is awaited.' },
      on: {
        UPDATE_RECEIVED: {},
        RECORDED: { actions: recorded },
        ACKNOWLEDGED: 'recordingAck',
        PAUSED: 'paused',
        RESUMED: { target: 'forwarding', reenter: true, actions: 'resetRetry' },
      },
      after: { RETRY: { target: 'forwarding', reenter: true, actions: 'doubleRetry' } },
    },
    recordingAck: {
      meta: { description: 'The acknowledgement is being written to disk.' },
      on: {
        UPDATE_RECEIVED: {},
        RECORDED: { actions: recorded },
        ACKNOWLEDGED: {},
        ACK_RECORDED: [
          { guard: 'wasTerminal', target: 'completed' },
          { guard: 'hasNext', target: 'forwarding', actions: ['dropHead', 'resetRetry'] },
          { target: 'idle', actions: 'dropHead' },
        ],
        PAUSED: 'paused.recordingAck',
        RESUMED: {},
      },
    },
    paused: {
      tags: ['paused'],
      meta: { description: 'The agent is not registered; updates wait.' },
      initial: 'waiting',
      on: { UPDATE_RECEIVED: {}, RECORDED: { actions: recorded }, PAUSED: {} },
      states: {
        waiting: {
          meta: { description: 'Updates wait until the agent is registered again.' },
          on: {
            RESUMED: [
              { guard: 'hasHead', target: '#updateStream.forwarding', actions: 'resetRetry' },
              { target: '#updateStream.idle' },
            ],
          },
        },
        recordingAck: {
          meta: { description: 'A last acknowledgement is being written to disk while updates wait.' },
          on: {
            ACK_RECORDED: [
              { guard: 'wasTerminal', target: '#updateStream.completed' },
              { target: 'waiting', actions: 'dropHead' },
            ],
            RESUMED: '#updateStream.recordingAck',
          },
        },
      },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      entry: 'closeStream',
      meta: { description: 'The last update of the task is acknowledged.' },
    },
  },
});
