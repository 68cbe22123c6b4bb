/**
 * Whether an agent's host is on, and who says so (spec: other-frameworks.md §5). What is off gets no new tasks; what runs there goes
 * on. People win over tests.
 */
import { setup } from 'xstate';

export type HostEvent =
  /** Somebody switched it. */
  | { readonly type: 'SWITCHED_OFF' }
  | { readonly type: 'SWITCHED_ON' }
  /** What somebody said is taken back. */
  | { readonly type: 'CLEARED' }
  /** The time is over for which it was switched. */
  | { readonly type: 'TIME_OVER' }
  /** A test says that it is ill, or says nothing any more, and not too many hosts are off by themselves. */
  | { readonly type: 'TEST_CRITICAL' }
  | { readonly type: 'TESTS_OK' }
  /** Tasks fail there one after another, and not too many hosts are off by themselves. */
  | { readonly type: 'BLACK_HOLE' }
  /** The agent is gone. */
  | { readonly type: 'REMOVED' };

const people = { SWITCHED_OFF: 'offManual', SWITCHED_ON: 'keptOn', CLEARED: 'on', TIME_OVER: 'on' } as const;

export const hostMachine = setup({
  types: {} as {
    events: HostEvent;
    /** `automatic`: off by itself. */
    tags: 'off' | 'automatic' | 'terminal';
    meta: { description: string };
  },
}).createMachine({
  id: 'host',
  initial: 'on',
  on: { REMOVED: '.removed' },
  options: { maxIterations: 10 },
  states: {
    on: {
      meta: { description: 'It is offered, and tests may switch it off.' },
      on: {
        SWITCHED_OFF: 'offManual',
        SWITCHED_ON: 'keptOn',
        TEST_CRITICAL: 'offTest',
        BLACK_HOLE: 'offBlackHole',
      },
    },
    keptOn: {
      meta: { description: 'Somebody said that it is on, whatever tests say.' },
      on: { ...people, TEST_CRITICAL: {}, BLACK_HOLE: {} },
    },
    offManual: {
      tags: ['off'],
      meta: { description: 'Somebody switched it off.' },
      on: { ...people, TEST_CRITICAL: {}, TESTS_OK: {} },
    },
    offTest: {
      tags: ['off', 'automatic'],
      meta: { description: 'A test failed there, or is not heard of any more.' },
      on: { ...people, TEST_CRITICAL: {}, TESTS_OK: 'on' },
    },
    offBlackHole: {
      tags: ['off', 'automatic'],
      meta: {
        description: 'Tasks failed there one after another; nothing tells yet that they would not again.',
      },
      on: { ...people, TESTS_OK: {} },
    },
    removed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'There is no such agent any more.' },
    },
  },
});
