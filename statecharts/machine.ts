/**
 * A machine under maintenance, as the master sees it (spec: master.md §12). Several agents may run on one machine.
 *
 * Every event arrives after the registry kept the change. A machine of which no schedule speaks is up and has no instance.
 */
import { setup } from 'xstate';

export type MachineEvent =
  /** A schedule names it: for the first time, or with another window. */
  | { readonly type: 'SCHEDULED' }
  /** The schedule that is in force now does not name it any more. */
  | { readonly type: 'UNSCHEDULED' }
  /** START_MAINTENANCE */
  | { readonly type: 'WENT_DOWN' }
  /** STOP_MAINTENANCE */
  | { readonly type: 'CAME_UP' }
  /** Master failover: the registry says how far it had got. */
  | { readonly type: 'FOUND_DRAINING' }
  | { readonly type: 'FOUND_DOWN' };

type MachineTag = 'down' | 'terminal';

export const machineMachine = setup({
  types: {} as { events: MachineEvent; tags: MachineTag; meta: { description: string } },
  actions: {
    /** What is offered of its agents is taken back; the next offers and inverse offers tell of the window as it is now. */
    changeWindow: () => undefined,
    /** Its agents are told to shut down and are members no more. */
    removeAgents: () => undefined,
  },
}).createMachine({
  id: 'machine',
  initial: 'up',
  options: { maxIterations: 10 },
  states: {
    up: {
      meta: { description: 'No maintenance is planned.' },
      on: {
        SCHEDULED: { target: 'draining', actions: 'changeWindow' },
        FOUND_DRAINING: 'draining',
        FOUND_DOWN: 'down',
      },
    },
    draining: {
      meta: {
        description: 'Maintenance is planned: frameworks are asked to give back what they have there.',
      },
      on: {
        SCHEDULED: { actions: 'changeWindow' },
        UNSCHEDULED: { target: 'ended', actions: 'changeWindow' },
        WENT_DOWN: { target: 'down', actions: 'removeAgents' },
      },
    },
    down: {
      tags: ['down'],
      meta: { description: 'Under maintenance: its agents were removed, and none may register.' },
      on: { SCHEDULED: {}, CAME_UP: 'ended' },
    },
    ended: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The maintenance is over or was called off: the machine is up.' },
    },
  },
});
