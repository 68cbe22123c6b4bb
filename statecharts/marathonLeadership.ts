/**
 * One of several Marathons over one etcd: it waits for its turn, reads what the last leader wrote, leads, and lets go again
 * (spec: marathon.md §29). Who is elected is in the chart `election`; what a leader does with its services is in others.
 */
import { setup } from 'xstate';

export type MarathonLeadershipEvent =
  /** The candidacy won. */
  | { readonly type: 'ELECTED' }
  /** Leadership, or any hope of it, is over. */
  | { readonly type: 'LOST' }
  /** Everything that was written down is in memory. */
  | { readonly type: 'STATE_READ' }
  | { readonly type: 'STATE_UNREADABLE' }
  /** The scheduler ended: the master had removed it, and it is to begin anew. */
  | { readonly type: 'FRAMEWORK_REMOVED' }
  /** The scheduler ended because somebody asked for another leader. */
  | { readonly type: 'ABDICATED' }
  /** The scheduler ended, for good. */
  | { readonly type: 'FRAMEWORK_ENDED' }
  /** The election lets others in. */
  | { readonly type: 'WITHDRAWN' }
  | { readonly type: 'STOP_REQUESTED' };

export const marathonLeadershipMachine = setup({
  types: {} as {
    events: MarathonLeadershipEvent;
    tags: 'leading' | 'terminal';
    meta: { description: string };
  },
  actions: {
    /** Stands in line, anew. */
    contend: () => undefined,
    readState: () => undefined,
    /** Begins the scheduler over what was read. */
    lead: () => undefined,
    /** Ends the scheduler; its tasks run on. */
    endFramework: () => undefined,
    withdraw: () => undefined,
    end: () => undefined,
  },
}).createMachine({
  id: 'marathonLeadership',
  initial: 'standby',
  options: { maxIterations: 10 },
  states: {
    standby: {
      entry: 'contend',
      meta: { description: 'Another one leads, or nobody does; requests are handed on to the leader.' },
      on: { ELECTED: 'recovering', LOST: 'ended', STOP_REQUESTED: 'withdrawing' },
    },
    recovering: {
      entry: 'readState',
      meta: { description: 'It is elected and reads what the last leader wrote down.' },
      on: {
        STATE_READ: 'leading',
        STATE_UNREADABLE: 'withdrawing',
        LOST: 'ended',
        STOP_REQUESTED: 'withdrawing',
      },
    },
    leading: {
      tags: ['leading'],
      entry: 'lead',
      meta: { description: 'Its scheduler keeps the services up; every write is bound to its leadership.' },
      on: {
        FRAMEWORK_REMOVED: 'recovering',
        ABDICATED: 'steppingDown',
        FRAMEWORK_ENDED: 'withdrawing',
        LOST: 'deposed',
        STOP_REQUESTED: 'stopping',
      },
    },
    deposed: {
      entry: 'endFramework',
      meta: { description: 'It led and does not any more; its scheduler ends, and its program with it.' },
      on: {
        FRAMEWORK_REMOVED: 'ended',
        ABDICATED: 'ended',
        FRAMEWORK_ENDED: 'ended',
        STOP_REQUESTED: {},
      },
    },
    stopping: {
      entry: 'endFramework',
      meta: { description: 'It is told to end: first its scheduler does.' },
      on: {
        FRAMEWORK_REMOVED: 'withdrawing',
        ABDICATED: 'withdrawing',
        FRAMEWORK_ENDED: 'withdrawing',
        LOST: 'deposed',
        STOP_REQUESTED: {},
      },
    },
    steppingDown: {
      entry: 'withdraw',
      meta: { description: 'It gives its leadership away and goes to the end of the line.' },
      on: { WITHDRAWN: 'standby', LOST: {}, STOP_REQUESTED: 'withdrawing' },
    },
    withdrawing: {
      entry: 'withdraw',
      meta: {
        description: 'It leaves the line, so that the next one need not wait for the end of its lease.',
      },
      on: { WITHDRAWN: 'ended', LOST: {}, STOP_REQUESTED: {} },
    },
    ended: {
      type: 'final',
      tags: ['terminal'],
      entry: 'end',
      meta: { description: 'It takes no part any more.' },
    },
  },
});
