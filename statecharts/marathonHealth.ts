/** One health check of one instance of a Marathon app (spec: marathon.md §20). */
import { assign, setup } from 'xstate';

export type MarathonHealthEvent =
  | { readonly type: 'PASSED' }
  /** A check failed. `runningMs`: how long the task runs. */
  | { readonly type: 'FAILED'; readonly runningMs: number }
  /** The agent that runs the check says so. */
  | { readonly type: 'TOLD_HEALTHY' }
  | { readonly type: 'TOLD_UNHEALTHY' };

export interface MarathonHealthInput {
  readonly gracePeriodMs: number;
  /** The failure with this number in a row, counted from 1, kills; 0: none does. */
  readonly fatalFailure: number;
  /** Passed checks in a row that make it healthy. */
  readonly passesNeeded: number;
}

interface MarathonHealthContext extends MarathonHealthInput {
  /** In a row. */
  readonly failures: number;
  /** In a row. */
  readonly passes: number;
}

const failing = [
  { guard: 'fatal', target: 'fatal', actions: ['countFailure', 'tellFailure', 'giveUp'] },
  { target: 'dead', actions: ['countFailure', 'tellFailure'], reenter: true },
] as const;

const passing = [
  { guard: 'enoughPasses', target: 'alive', actions: 'forgetFailures' },
  { actions: 'countPass' },
] as const;

const told = { TOLD_HEALTHY: 'alive', TOLD_UNHEALTHY: 'dead' } as const;

export const marathonHealthMachine = setup({
  types: {} as {
    context: MarathonHealthContext;
    input: MarathonHealthInput;
    events: MarathonHealthEvent;
    tags: 'healthy' | 'unhealthy' | 'terminal';
    meta: { description: string };
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1, passes: 0 }),
    countPass: assign({ passes: ({ context }) => context.passes + 1, failures: 0 }),
    forgetFailures: assign({ failures: 0, passes: 0 }),
    /** Subscribers hear of a failure. */
    tellFailure: () => undefined,
    /** The instance is killed and replaced. */
    giveUp: () => undefined,
  },
  guards: {
    inGrace: ({ context, event }) => event.type === 'FAILED' && event.runningMs < context.gracePeriodMs,
    fatal: ({ context }) => context.fatalFailure > 0 && context.failures + 1 >= context.fatalFailure,
    enoughPasses: ({ context }) => context.passes + 1 >= context.passesNeeded,
  },
}).createMachine({
  id: 'marathonHealth',
  initial: 'unknown',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ ...input, failures: 0, passes: 0 }),
  states: {
    unknown: {
      meta: { description: 'No check passed yet; failures do not count while the task is young.' },
      on: { ...told, PASSED: passing, FAILED: [{ guard: 'inGrace' }, ...failing] },
    },
    alive: {
      tags: ['healthy'],
      meta: { description: 'The last check passed.' },
      on: { TOLD_HEALTHY: {}, TOLD_UNHEALTHY: 'dead', PASSED: {}, FAILED: failing },
    },
    dead: {
      tags: ['unhealthy'],
      meta: { description: 'The last check failed, and failures count.' },
      on: { TOLD_HEALTHY: 'alive', TOLD_UNHEALTHY: {}, PASSED: passing, FAILED: failing },
    },
    fatal: {
      type: 'final',
      tags: ['unhealthy', 'terminal'],
      meta: { description: 'Too many checks failed in a row, and the instance is being replaced.' },
    },
  },
});
