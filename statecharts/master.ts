/** A master among its kind (spec: master.md §2 and §3, failover.md §2.5). Whoever loses leadership ends. */
import { assign, setup } from 'xstate';

export type MasterEvent =
  /** It listens and takes part in the election. */
  | { readonly type: 'CONTENDING' }
  | { readonly type: 'ELECTED' }
  /** Another master leads. */
  | { readonly type: 'OTHER_ELECTED' }
  /** The registry was read and its MasterInfo written; `agents` are in it. */
  | { readonly type: 'REGISTRY_RECOVERED'; readonly agents: number }
  | { readonly type: 'RECOVERY_FAILED'; readonly reason: string }
  /** So many recovered agents registered again, or were marked unreachable or gone. */
  | { readonly type: 'RECOVERED_AGENTS_SETTLED'; readonly count: number }
  /** Leadership is lost or in doubt. */
  | { readonly type: 'DEPOSED' }
  /** The registry could not keep a change, or too many agents did not come back. */
  | { readonly type: 'FATAL'; readonly reason: string }
  | { readonly type: 'STOP_REQUESTED' }
  | { readonly type: 'ENDED' };

interface MasterContext {
  /** Agents that the registry listed at the recovery. */
  readonly agents: number;
  /** How many of them are settled. */
  readonly settled: number;
  /** Why it stops; '' before. */
  readonly reason: string;
}

type MasterTag = 'leading' | 'terminal';

const because = (reason: string) => ({ type: 'keepReason', params: { reason } }) as const;

const ends = {
  DEPOSED: { target: 'stopping', actions: because('lost leadership') },
  FATAL: { target: 'stopping', actions: 'keepToldReason' },
  STOP_REQUESTED: { target: 'stopping', actions: because('asked to stop') },
} as const;

export const masterMachine = setup({
  types: {} as {
    context: MasterContext;
    events: MasterEvent;
    tags: MasterTag;
    meta: { description: string };
  },
  actions: {
    keepReason: assign({ reason: (_, params: { reason: string }) => params.reason }),
    keepToldReason: assign({
      reason: ({ event, context }) => ('reason' in event ? event.reason : context.reason),
    }),
    keepAgents: assign({
      agents: ({ event, context }) => ('agents' in event ? event.agents : context.agents),
      settled: 0,
    }),
    countSettled: assign({
      settled: ({ event, context }) => context.settled + ('count' in event ? event.count : 0),
    }),
    recoverRegistry: () => undefined,
    /** Agents, frameworks and operators are served from now on. */
    serve: () => undefined,
    /** Agents that are not back are marked unreachable, or the master gives up if they are too many. */
    giveUpMissingAgents: () => undefined,
    shutDown: () => undefined,
  },
  guards: {
    hasAgents: ({ event }) => event.type === 'REGISTRY_RECOVERED' && event.agents > 0,
    isLast: ({ event, context }) =>
      event.type === 'RECOVERED_AGENTS_SETTLED' && context.settled + event.count >= context.agents,
  },
  delays: {
    /** `--agent_reregister_timeout`. */
    REREGISTER_TIMEOUT: 600_000,
  },
}).createMachine({
  id: 'master',
  initial: 'starting',
  options: { maxIterations: 10 },
  context: { agents: 0, settled: 0, reason: '' },
  states: {
    starting: {
      meta: { description: 'The master opens its doors.' },
      on: {
        CONTENDING: 'standby',
        FATAL: ends.FATAL,
        STOP_REQUESTED: ends.STOP_REQUESTED,
      },
    },
    standby: {
      meta: { description: 'Another master leads or none does; this one is ready to take over.' },
      on: {
        ELECTED: 'recovering',
        OTHER_ELECTED: {},
        FATAL: ends.FATAL,
        STOP_REQUESTED: ends.STOP_REQUESTED,
      },
    },
    recovering: {
      entry: 'recoverRegistry',
      meta: { description: 'The master was elected and reads the registry.' },
      on: {
        ...ends,
        REGISTRY_RECOVERED: [
          { guard: 'hasAgents', target: 'leading.awaitingAgents', actions: 'keepAgents' },
          { target: 'leading.settled', actions: 'keepAgents' },
        ],
        RECOVERY_FAILED: { target: 'stopping', actions: 'keepToldReason' },
      },
    },
    leading: {
      tags: ['leading'],
      entry: 'serve',
      meta: { description: 'The master leads the cluster.' },
      initial: 'settled',
      on: ends,
      states: {
        awaitingAgents: {
          meta: { description: 'The master leads; agents of the time before are still coming back.' },
          on: {
            RECOVERED_AGENTS_SETTLED: [
              { guard: 'isLast', target: 'settled', actions: 'countSettled' },
              { actions: 'countSettled' },
            ],
          },
          after: { REREGISTER_TIMEOUT: { target: 'settled', actions: 'giveUpMissingAgents' } },
        },
        settled: {
          meta: { description: 'The master leads and knows of every agent what became of it.' },
          on: { RECOVERED_AGENTS_SETTLED: { actions: 'countSettled' } },
        },
      },
    },
    stopping: {
      entry: 'shutDown',
      meta: { description: 'The master ends.' },
      on: { ENDED: 'stopped', STOP_REQUESTED: {}, DEPOSED: {} },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master has ended.' },
    },
  },
});
