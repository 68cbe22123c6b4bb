/** How an instance of a Marathon app is asked to end by HTTP, before its task is killed (spec: other-frameworks.md §2.1). Ours, beside Marathon. */
import { setup } from 'xstate';

export type MarathonShutdownEvent =
  /** Nobody answered: there is nothing to wait for. */
  { readonly type: 'UNHEARD' };

export const marathonShutdownMachine = setup({
  types: {} as {
    events: MarathonShutdownEvent;
    tags: 'terminal';
    meta: { description: string };
  },
  actions: {
    /** POST to the graceful path. */
    askToQuit: () => undefined,
    /** POST to the path for what did not go. */
    askToAbort: () => undefined,
    /** The task is killed as any other. */
    killTask: () => undefined,
  },
  delays: {
    /** What it has after the first request. */
    GRACEFUL_WAIT: 5_000,
    /** What it has after the second one. */
    ABORT_WAIT: 5_000,
  },
}).createMachine({
  id: 'marathonShutdown',
  initial: 'quitting',
  options: { maxIterations: 10 },
  states: {
    quitting: {
      entry: 'askToQuit',
      meta: { description: 'It was asked to end well, and has time for that.' },
      on: { UNHEARD: 'aborting' },
      after: { GRACEFUL_WAIT: 'aborting' },
    },
    aborting: {
      entry: 'askToAbort',
      meta: { description: 'It was asked to end at once.' },
      on: { UNHEARD: 'over' },
      after: { ABORT_WAIT: 'over' },
    },
    over: {
      type: 'final',
      tags: ['terminal'],
      entry: 'killTask',
      meta: { description: 'It had its time: its task gets SIGTERM, and SIGKILL after its grace period.' },
    },
  },
});
