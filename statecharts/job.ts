/**
 * A job of the job processor (spec: job-processor.md §2.3, JP-10 to JP-17).
 *
 * Events concern the present attempt only: an update of an earlier one is sorted out by its task id before.
 */
import { assign, setup } from 'xstate';

export type JobEvent =
  /** An attempt was launched on an offer. */
  | { readonly type: 'LAUNCHED' }
  /** Its task runs. */
  | { readonly type: 'STARTED' }
  | { readonly type: 'SUCCEEDED' }
  /** Its task failed, was killed by somebody else, or missed its heartbeats. */
  | { readonly type: 'ATTEMPT_FAILED' }
  /** Not the job's fault: agent lost, task never delivered. Costs no retry. */
  | { readonly type: 'ATTEMPT_LOST' }
  /** Its agent does not answer. */
  | { readonly type: 'AGENT_UNREACHABLE' }
  /** No other attempt could do better: invalid task, no such command. */
  | { readonly type: 'REJECTED' }
  /** The user wants it ended. */
  | { readonly type: 'KILL_REQUESTED' };

export interface JobInput {
  /** Attempts after the first one, at most. */
  readonly retries: number;
}

interface JobContext {
  readonly retriesLeft: number;
  /** Attempts launched. */
  readonly attempts: number;
}

type JobTag = 'active' | 'terminal';

const ends = {
  SUCCEEDED: 'successful',
  ATTEMPT_FAILED: [{ guard: 'hasRetries', target: 'pending', actions: 'spendRetry' }, { target: 'failed' }],
  ATTEMPT_LOST: 'pending',
  REJECTED: 'failed',
  KILL_REQUESTED: { target: 'failed', actions: 'killTask' },
} as const;

export const jobMachine = setup({
  types: {} as {
    context: JobContext;
    input: JobInput;
    events: JobEvent;
    tags: JobTag;
    meta: { description: string };
  },
  actions: {
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    spendRetry: assign({ retriesLeft: ({ context }) => context.retriesLeft - 1 }),
    /** The task of the present attempt is ended. */
    killTask: () => undefined,
  },
  guards: { hasRetries: ({ context }) => context.retriesLeft > 0 },
  delays: {
    /** How long an unreachable agent is waited for. */
    UNREACHABLE_TIMEOUT: 60_000,
  },
}).createMachine({
  id: 'job',
  initial: 'pending',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ retriesLeft: input.retries, attempts: 0 }),
  states: {
    pending: {
      meta: { description: 'The job waits for an offer that it fits.' },
      on: {
        LAUNCHED: { target: 'staging', actions: 'countAttempt' },
        REJECTED: 'failed',
        KILL_REQUESTED: 'failed',
      },
    },
    staging: {
      tags: ['active'],
      meta: { description: 'An attempt was launched and has not begun to run.' },
      on: { ...ends, STARTED: 'running', AGENT_UNREACHABLE: 'unreachable' },
    },
    running: {
      tags: ['active'],
      meta: { description: 'An attempt runs.' },
      on: { ...ends, STARTED: {}, AGENT_UNREACHABLE: 'unreachable' },
    },
    unreachable: {
      tags: ['active'],
      meta: { description: 'The agent of the attempt does not answer; it is waited for.' },
      on: { ...ends, STARTED: 'running', AGENT_UNREACHABLE: {} },
      after: { UNREACHABLE_TIMEOUT: { target: 'pending', actions: 'killTask' } },
    },
    successful: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'An attempt ended well.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The job failed for good, or was ended by its user.' },
    },
  },
});

/** What the job needs of a TaskStatus, by names. */
export interface JobTaskStatus {
  /** TaskState name. */
  readonly state: string;
  /** Reason name of the v1 API (`REASON_AGENT_REMOVED`). */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

const notTheJobsFault = new Set([
  'REASON_AGENT_DISCONNECTED',
  'REASON_AGENT_REMOVED',
  'REASON_AGENT_REMOVED_BY_OPERATOR',
  'REASON_AGENT_RESTARTED',
  'REASON_AGENT_UNKNOWN',
  'REASON_AGENT_DRAINING',
  'REASON_INVALID_OFFERS',
  'REASON_MASTER_DISCONNECTED',
  'REASON_RECONCILIATION',
]);

/** A shell's word for "no such command". */
const noSuchCommand = /exited with status 127\b/;

/** The event of a status update of the present attempt; undefined when the update changes nothing. */
export function jobEvent({ state, reason, message }: JobTaskStatus): JobEvent | undefined {
  switch (state) {
    case 'TASK_RUNNING':
      return { type: 'STARTED' };
    case 'TASK_FINISHED':
      return { type: 'SUCCEEDED' };
    case 'TASK_ERROR':
      return { type: 'REJECTED' };
    case 'TASK_UNREACHABLE':
      return { type: 'AGENT_UNREACHABLE' };
    case 'TASK_FAILED':
      return { type: noSuchCommand.test(message ?? '') ? 'REJECTED' : 'ATTEMPT_FAILED' };
    case 'TASK_DROPPED':
    case 'TASK_GONE_BY_OPERATOR':
    case 'TASK_UNKNOWN':
      return { type: 'ATTEMPT_LOST' };
    case 'TASK_KILLED':
    case 'TASK_LOST':
    case 'TASK_GONE':
      return { type: notTheJobsFault.has(reason ?? '') ? 'ATTEMPT_LOST' : 'ATTEMPT_FAILED' };
    default:
      return undefined;
  }
}
