/**
 * An instance of a Marathon service: one task of an app, or one task group of a pod (spec: marathon.md §17, §21, §26, §27).
 *
 * Resident instances keep their reservation when their task ends, and wait in `reserved` for the next one.
 */
import { assign, setup } from 'xstate';

export type MarathonInstanceEvent =
  /** Written down; its task is on its way to the master. */
  | { readonly type: 'PROVISIONED' }
  /** RESERVE and CREATE are on their way to the master. */
  | { readonly type: 'RESERVING' }
  /** An offer showed the reservation. */
  | { readonly type: 'RESERVED' }
  | { readonly type: 'STAGED' }
  | { readonly type: 'STARTING' }
  | { readonly type: 'RUNNING' }
  /** Somebody else is killing it: TASK_KILLING. */
  | { readonly type: 'BEING_KILLED' }
  /** Its agent does not answer. */
  | { readonly type: 'UNREACHABLE' }
  /** It is wanted no longer. `wipe`: neither is its reservation. */
  | { readonly type: 'KILL_REQUESTED'; readonly wipe: boolean }
  /** Its task ended. */
  | {
      readonly type: 'ENDED';
      readonly as: 'failed' | 'finished' | 'killed' | 'error' | 'dropped' | 'gone';
    };

export interface MarathonInstanceInput {
  /** It has persistent volumes. */
  readonly resident: boolean;
}

interface MarathonInstanceContext extends MarathonInstanceInput {
  readonly wiped: boolean;
}

/** `counted`: an instance of its service; `alive`: has a task; `terminal`: over. */
type MarathonInstanceTag = 'counted' | 'alive' | 'terminal';

const ended = [
  { guard: 'keepsReservation', target: 'reserved', actions: 'taskEnded' },
  { guard: { type: 'endedAs', params: { as: 'failed' } }, target: 'failed' },
  { guard: { type: 'endedAs', params: { as: 'finished' } }, target: 'finished' },
  { guard: { type: 'endedAs', params: { as: 'error' } }, target: 'error' },
  { guard: { type: 'endedAs', params: { as: 'dropped' } }, target: 'dropped' },
  { guard: { type: 'endedAs', params: { as: 'gone' } }, target: 'gone' },
  { target: 'killed' },
] as const;

const kill = { target: 'killing', actions: ['noteWipe', 'killTask'] } as const;

/** One with a reservation is waited for: forgotten, its volumes would be nobody's, and be destroyed. */
const killUnreachable = [
  { guard: 'staysReserved', ...kill },
  { target: 'expunged', actions: 'noteWipe' },
] as const;

const onAgent = {
  BEING_KILLED: 'killing',
  UNREACHABLE: 'unreachable',
  KILL_REQUESTED: kill,
  ENDED: ended,
} as const;

const finalState = (description: string) =>
  ({ type: 'final', tags: ['terminal'], meta: { description } }) as const;

export const marathonInstanceMachine = setup({
  types: {} as {
    context: MarathonInstanceContext;
    input: MarathonInstanceInput;
    events: MarathonInstanceEvent;
    tags: MarathonInstanceTag;
    meta: { description: string };
  },
  actions: {
    noteWipe: assign({
      wiped: ({ context, event }) => context.wiped || (event.type === 'KILL_REQUESTED' && event.wipe),
    }),
    /** Asks the master to kill the task. */
    killTask: () => undefined,
    /** A task of a resident instance ended, its reservation stays. */
    taskEnded: () => undefined,
    /** It took too long to begin. */
    overdue: () => undefined,
  },
  guards: {
    keepsReservation: ({ context }) => context.resident && !context.wiped,
    /** What is asked of it leaves its reservation alone, and with it what its volumes hold. */
    staysReserved: ({ context, event }) =>
      context.resident && !context.wiped && !(event.type === 'KILL_REQUESTED' && event.wipe),
    wipes: ({ event }) => event.type === 'KILL_REQUESTED' && event.wipe,
    endedAs: ({ event }, params: { readonly as: string }) => event.type === 'ENDED' && event.as === params.as,
  },
  delays: {
    /** Until the first word of a launch. */
    LAUNCH_CONFIRM_TIMEOUT: 300_000,
    /** Until a staged task runs. */
    LAUNCH_TIMEOUT: 300_000,
    /** Until a reservation shows in an offer. */
    RESERVATION_TIMEOUT: 20_000,
    /** Unreachable for so long, it is replaced. */
    INACTIVE_AFTER: 0,
    /** What is left until it is forgotten. */
    EXPUNGE_AFTER: 0,
  },
}).createMachine({
  id: 'marathonInstance',
  initial: 'scheduled',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input, wiped: false }),
  states: {
    scheduled: {
      tags: ['counted'],
      meta: { description: 'The instance is wanted; an offer for it was found or is being looked for.' },
      on: {
        PROVISIONED: 'provisioned',
        RESERVING: 'reserving',
        RESERVED: 'reserved',
        KILL_REQUESTED: 'killed',
      },
    },
    reserving: {
      meta: { description: 'Resources and volumes are being reserved on an agent.' },
      on: {
        RESERVED: 'reserved',
        PROVISIONED: 'provisioned',
        KILL_REQUESTED: { target: 'killed', actions: 'noteWipe' },
      },
      after: { RESERVATION_TIMEOUT: 'dropped' },
    },
    reserved: {
      meta: { description: 'No task runs; the reservation and its volumes wait for the next one.' },
      on: {
        RESERVED: {},
        PROVISIONED: 'provisioned',
        KILL_REQUESTED: { guard: 'wipes', target: 'killed', actions: 'noteWipe' },
      },
    },
    provisioned: {
      tags: ['counted', 'alive'],
      meta: { description: 'The launch was written down and sent; nothing was heard of it yet.' },
      on: { ...onAgent, STAGED: 'staging', STARTING: 'starting', RUNNING: 'running' },
      after: { LAUNCH_CONFIRM_TIMEOUT: { target: 'killing', actions: ['overdue', 'killTask'] } },
    },
    staging: {
      tags: ['counted', 'alive'],
      meta: { description: 'The agent has the task and prepares it.' },
      on: { ...onAgent, STAGED: {}, STARTING: 'starting', RUNNING: 'running' },
      after: { LAUNCH_TIMEOUT: { target: 'killing', actions: ['overdue', 'killTask'] } },
    },
    starting: {
      tags: ['counted', 'alive'],
      meta: { description: 'The task was handed to its executor.' },
      on: { ...onAgent, STARTING: {}, RUNNING: 'running' },
      after: { LAUNCH_TIMEOUT: { target: 'killing', actions: ['overdue', 'killTask'] } },
    },
    running: {
      tags: ['counted', 'alive'],
      meta: { description: 'The task runs.' },
      on: { ...onAgent, RUNNING: {} },
    },
    killing: {
      tags: ['alive'],
      meta: { description: 'The task is to end: it was asked to, until it is heard to have ended.' },
      on: {
        KILL_REQUESTED: { actions: ['noteWipe', 'killTask'] },
        STAGED: {},
        STARTING: {},
        RUNNING: {},
        BEING_KILLED: {},
        UNREACHABLE: [{ guard: 'staysReserved' }, { target: 'expunged' }],
        ENDED: ended,
      },
    },
    unreachable: {
      tags: ['counted', 'alive'],
      meta: { description: 'Its agent does not answer; it is not replaced yet.' },
      on: {
        UNREACHABLE: {},
        STAGED: 'staging',
        STARTING: 'starting',
        RUNNING: 'running',
        KILL_REQUESTED: killUnreachable,
        ENDED: ended,
      },
      after: { INACTIVE_AFTER: 'unreachableInactive' },
    },
    unreachableInactive: {
      tags: ['alive'],
      meta: {
        description:
          'Its agent has not answered for long: a replacement runs; should it return, one is too many.',
      },
      on: {
        UNREACHABLE: {},
        STAGED: 'staging',
        STARTING: 'starting',
        RUNNING: 'running',
        KILL_REQUESTED: killUnreachable,
        ENDED: ended,
      },
      after: { EXPUNGE_AFTER: 'expunged' },
    },
    failed: finalState('Its task failed.'),
    finished: finalState('Its task ended by itself, which a service should not.'),
    killed: finalState('It was killed, or given up before it began.'),
    error: finalState('The master refused its task.'),
    dropped: finalState('Its task never began.'),
    gone: finalState('Its agent, or its task there, is gone for good.'),
    expunged: finalState('It is forgotten: should its task show again, it is killed.'),
  },
});
