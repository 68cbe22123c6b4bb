/** A deployment of Marathon: the way from one definition of services to another, step by step (spec: marathon.md §15). */
import { assign, setup } from 'xstate';

export type MarathonDeploymentEvent =
  /** The plan is on disk. */
  | { readonly type: 'STORED' }
  /** All actions of the present step are done. */
  | { readonly type: 'STEP_DONE' }
  /** An operator, or a canary step, holds it. */
  | { readonly type: 'PAUSE_REQUESTED' }
  | { readonly type: 'RESUME_REQUESTED' }
  /** More instances failed than its budget allows. */
  | { readonly type: 'BUDGET_EXCEEDED' }
  /** Another deployment, or an operator, takes its place. */
  | { readonly type: 'CANCEL_REQUESTED' };

export interface MarathonDeploymentInput {
  readonly steps: number;
  /** The step that it had come to, of one that goes on; default 0. */
  readonly step?: number;
}

interface MarathonDeploymentContext {
  readonly steps: number;
  /** Index of the present step, from 0. */
  readonly step: number;
}

type MarathonDeploymentTag = 'active' | 'terminal';

const out = { CANCEL_REQUESTED: 'cancelled', BUDGET_EXCEEDED: 'failed' } as const;

const stepDone = [
  { guard: 'moreSteps', target: 'running', actions: 'nextStep', reenter: true },
  { target: 'succeeded' },
] as const;

export const marathonDeploymentMachine = setup({
  types: {} as {
    context: MarathonDeploymentContext;
    input: MarathonDeploymentInput;
    events: MarathonDeploymentEvent;
    tags: MarathonDeploymentTag;
    meta: { description: string };
  },
  actions: {
    nextStep: assign({ step: ({ context }) => context.step + 1 }),
  },
  guards: {
    moreSteps: ({ context }) => context.step + 1 < context.steps,
    hasSteps: ({ context }) => context.steps > 0,
  },
  delays: {
    /** The longest a step may take; without a limit of its own a deployment waits for a century. */
    DEADLINE: 3_155_760_000_000,
  },
}).createMachine({
  id: 'marathonDeployment',
  initial: 'storing',
  options: { maxIterations: 10 },
  context: ({ input: { steps, step = 0 } }) => ({ steps, step }),
  states: {
    storing: {
      meta: { description: 'The plan is being written down; nothing is done before.' },
      on: {
        STORED: [{ guard: 'hasSteps', target: 'running' }, { target: 'succeeded' }],
        CANCEL_REQUESTED: 'cancelled',
      },
    },
    running: {
      tags: ['active'],
      meta: { description: 'The actions of the present step are under way.' },
      on: {
        ...out,
        STEP_DONE: stepDone,
        PAUSE_REQUESTED: 'paused',
        RESUME_REQUESTED: {},
      },
      after: { DEADLINE: 'failed' },
    },
    paused: {
      tags: ['active'],
      meta: {
        description:
          'It stays where it is until it is resumed: instances are kept, none is replaced by a new one.',
      },
      on: { ...out, RESUME_REQUESTED: 'running', PAUSE_REQUESTED: {} },
    },
    succeeded: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Every step was done.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'It was given up: a step took too long, or too many instances failed.' },
    },
    cancelled: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Another deployment or an operator ended it where it was.' },
    },
  },
});
