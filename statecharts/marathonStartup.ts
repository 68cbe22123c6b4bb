/** The startup check of one instance of a Marathon app: until it passed once, nobody asks how the instance is. Ours, beside Marathon. */
import { assign, setup } from 'xstate';

export type MarathonStartupEvent = { readonly type: 'PASSED' } | { readonly type: 'FAILED' };

export interface MarathonStartupInput {
  /** The failure with this number in a row, counted from 1, kills; 0: none does. */
  readonly fatalFailure: number;
}

interface MarathonStartupContext extends MarathonStartupInput {
  readonly failures: number;
}

export const marathonStartupMachine = setup({
  types: {} as {
    context: MarathonStartupContext;
    input: MarathonStartupInput;
    events: MarathonStartupEvent;
    tags: 'terminal';
    meta: { description: string };
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    /** From now on its health is looked at. */
    beginHealthChecks: () => undefined,
    /** The instance is killed and replaced. */
    giveUp: () => undefined,
  },
  guards: {
    fatal: ({ context }) => context.fatalFailure > 0 && context.failures + 1 >= context.fatalFailure,
  },
}).createMachine({
  id: 'marathonStartup',
  initial: 'starting',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input, failures: 0 }),
  states: {
    starting: {
      meta: { description: 'It did not answer yet, and is given time.' },
      on: {
        PASSED: { target: 'started', actions: 'beginHealthChecks' },
        FAILED: [
          { guard: 'fatal', target: 'givenUp', actions: ['countFailure', 'giveUp'] },
          { actions: 'countFailure' },
        ],
      },
    },
    started: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'It answered; its health checks decide from now on.' },
    },
    givenUp: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'It did not start in the time it had, and is being replaced.' },
    },
  },
});
