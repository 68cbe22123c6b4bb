/** A small machine that uses everything the engine knows: guards, timers, assignments, parameters, nesting. */
import { assign, setup } from 'xstate';

export type DoorEvent =
  | { readonly type: 'OPENED' }
  | { readonly type: 'CLOSED' }
  | { readonly type: 'LOCKED'; readonly code: number }
  | { readonly type: 'UNLOCKED'; readonly code: number }
  | { readonly type: 'BROKEN' };

export const doorMachine = setup({
  types: {} as {
    context: { code: number; openings: number };
    input: { code: number };
    events: DoorEvent;
    tags: 'passable' | 'terminal';
    meta: { description: string };
  },
  actions: {
    count: assign({ openings: ({ context }) => context.openings + 1 }),
    keepCode: assign({ code: ({ context, event }) => ('code' in event ? event.code : context.code) }),
    light: (_, _params: { colour: string }) => undefined,
    ring: () => undefined,
  },
  guards: {
    fits: ({ context, event }) => event.type === 'UNLOCKED' && event.code === context.code,
    worn: ({ context }, params: { after: number }) => context.openings >= params.after,
  },
  delays: { CLOSER: 1000, ALARM: ({ context }) => 5000 * context.openings },
}).createMachine({
  id: 'door',
  initial: 'shut',
  options: { maxIterations: 10 },
  context: ({ input }) => ({ code: input.code, openings: 0 }),
  states: {
    shut: {
      initial: 'free',
      on: { BROKEN: 'broken' },
      states: {
        free: {
          on: {
            OPENED: [
              { guard: { type: 'worn', params: { after: 3 } }, target: '#door.broken' },
              {
                target: '#door.open',
                actions: [{ type: 'light', params: { colour: 'before' } }, 'count', 'ring'],
              },
            ],
            LOCKED: { target: 'locked', actions: 'keepCode' },
          },
        },
        locked: { on: { UNLOCKED: { guard: 'fits', target: 'free' }, CLOSED: {} } },
      },
    },
    open: {
      tags: ['passable'],
      entry: { type: 'light', params: { colour: 'green' } },
      exit: { type: 'light', params: { colour: 'red' } },
      on: { CLOSED: 'shut', BROKEN: 'broken', OPENED: { target: 'open', reenter: true } },
      after: { CLOSER: 'shut', ALARM: { actions: 'ring' } },
    },
    broken: { type: 'final', tags: ['terminal'] },
  },
});
