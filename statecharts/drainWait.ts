/**
 * The drain of one agent that waits for frameworks to move their tasks away first, so that services stay up. Ours, beside Mesos: tasks
 * say by a label how long it is worth waiting for.
 */
import { setup } from 'xstate';

export type DrainWaitEvent =
  /** There are tasks to be moved, and time left for that: now, or still. */
  | { readonly type: 'TASKS_HELD' }
  /** None of them is left, or the drain is wanted no longer. */
  | { readonly type: 'TASKS_MOVED' };

export const drainWaitMachine = setup({
  types: {} as { events: DrainWaitEvent; tags: 'terminal'; meta: { description: string } },
  actions: {
    /** Frameworks are asked, by inverse offers, to move their tasks. */
    askFrameworks: () => undefined,
    /** The time is over: the agent is told to drain, whatever is left there. */
    giveUp: () => undefined,
  },
  delays: {
    /** What is left of the longest wait that a task of the agent asks for. */
    LONGEST_WAIT: 600_000,
  },
}).createMachine({
  id: 'drainWait',
  initial: 'asking',
  options: { maxIterations: 10 },
  states: {
    asking: {
      entry: 'askFrameworks',
      meta: {
        description:
          'Frameworks move their tasks elsewhere; the agent does not know yet that it is to drain.',
      },
      on: { TASKS_HELD: { target: 'asking', reenter: true }, TASKS_MOVED: 'moved' },
      after: { LONGEST_WAIT: { target: 'over', actions: 'giveUp' } },
    },
    moved: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'No task is left that was to be moved first.' },
    },
    over: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'It took too long: what is left ends with the drain.' },
    },
  },
});
