/** The task of the built-in command executor (spec: agent.md §5). */
import { assign, setup } from 'xstate';

export type CommandTaskEvent =
  /** The launcher started the command. */
  | { readonly type: 'STARTED' }
  | { readonly type: 'START_FAILED' }
  /** The command ended and nothing of its session is left. */
  | { readonly type: 'EXITED' }
  | { readonly type: 'KILL_REQUESTED' }
  /** A second kill leaves less time than the first one. */
  | { readonly type: 'GRACE_SHORTENED' }
  /** `max_completion_time` has passed. */
  | { readonly type: 'OVERTIME' };

interface CommandTaskContext {
  /** Why it ended or will end: by itself, on demand, for taking too long, for not having started. */
  readonly cause: 'exit' | 'kill' | 'overtime' | 'startFailure';
}

type CommandTaskTag = 'active' | 'terminal';

const because = (cause: CommandTaskContext['cause']) => ({ type: 'keepCause', params: { cause } }) as const;

export const commandTaskMachine = setup({
  types: {} as {
    context: CommandTaskContext;
    events: CommandTaskEvent;
    tags: CommandTaskTag;
    meta: { description: string };
  },
  actions: {
    keepCause: assign({ cause: (_, params: { cause: CommandTaskContext['cause'] }) => params.cause }),
    reportRunning: () => undefined,
    /** TASK_KILLING, where the framework knows that state. */
    reportKilling: () => undefined,
    /** The terminal status, by cause and exit status. */
    reportEnd: () => undefined,
    /** SIGTERM to the process tree. */
    sendTerm: () => undefined,
    /** What has no process yet, as its files are still being fetched, need not come to have one. */
    cancelStart: () => undefined,
    /** SIGKILL to everything of the session. */
    sendKill: () => undefined,
  },
  delays: {
    /** Kill policy of the kill, else of the task. Asked again when the grace is shortened: give what remains. */
    GRACE: 3000,
    KILL_RETRY: 1000,
  },
}).createMachine({
  id: 'commandTask',
  initial: 'starting',
  options: { maxIterations: 10 },
  context: { cause: 'exit' },
  states: {
    starting: {
      meta: { description: 'The command is being started.' },
      on: {
        STARTED: { target: 'running', actions: 'reportRunning' },
        START_FAILED: { target: 'done', actions: because('startFailure') },
        KILL_REQUESTED: { target: 'abandoned', actions: [because('kill'), 'cancelStart'] },
      },
    },
    abandoned: {
      meta: { description: 'The task was killed before its command was started.' },
      on: {
        STARTED: { target: 'terminating', actions: 'sendTerm' },
        START_FAILED: 'done',
        KILL_REQUESTED: {},
      },
    },
    running: {
      tags: ['active'],
      meta: { description: 'The command runs.' },
      on: {
        EXITED: 'done',
        KILL_REQUESTED: {
          target: 'terminating',
          actions: [because('kill'), 'reportKilling', 'sendTerm'],
        },
        OVERTIME: { target: 'killing', actions: [because('overtime'), 'sendTerm'] },
      },
    },
    terminating: {
      tags: ['active'],
      meta: { description: 'The command was asked to end and has its grace period to do so.' },
      on: {
        EXITED: 'done',
        KILL_REQUESTED: {},
        GRACE_SHORTENED: { target: 'terminating', reenter: true },
        OVERTIME: {},
      },
      after: { GRACE: 'killing' },
    },
    killing: {
      tags: ['active'],
      entry: 'sendKill',
      meta: { description: 'The command is ended by force.' },
      on: { EXITED: 'done', KILL_REQUESTED: {}, GRACE_SHORTENED: {}, OVERTIME: {} },
      after: { KILL_RETRY: { target: 'killing', reenter: true } },
    },
    done: {
      type: 'final',
      tags: ['terminal'],
      entry: 'reportEnd',
      meta: { description: 'Nothing of the command is left.' },
    },
  },
});
