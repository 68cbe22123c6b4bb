/**
 * An agent as the master sees it (spec: master.md §5 and §13, failover.md 2–7).
 *
 * Two regions run side by side. `membership`: what the registry and the connection say. `service`: what the operator
 * wants of the agent; it outlives a loss of the agent and is recovered with it. Offers go only to agents that are
 * `membership.registered` and `service.active` (`isOfferable`).
 *
 * `…_STORED` and the other past forms arrive after the registry kept the change, never before. Whether a request is
 * admissible (address, machine down, authorisation) is decided before it becomes an event.
 */
import { setup } from 'xstate';
import type { ChartTable } from './engine.ts';

export type AgentEvent =
  /** RegisterSlaveMessage: an id was chosen, AdmitSlave is under way. */
  | { readonly type: 'REGISTER_REQUESTED' }
  /** The registry admitted the agent. */
  | { readonly type: 'REGISTERED' }
  /** The registry refused to admit the id. */
  | { readonly type: 'REFUSED' }
  /** Master failover: the registry lists the agent among the living, the unreachable, the gone. */
  | { readonly type: 'FOUND_IN_REGISTRY' }
  | { readonly type: 'FOUND_UNREACHABLE' }
  | { readonly type: 'FOUND_GONE' }
  /** ReregisterSlaveMessage: UpdateSlave or MarkSlaveReachable is under way. */
  | { readonly type: 'REREGISTER_REQUESTED' }
  /** The registry kept it, or there was nothing to keep. */
  | { readonly type: 'REREGISTERED' }
  /** The agent's socket broke. */
  | { readonly type: 'CONNECTION_LOST' }
  /** Too many pings in a row unanswered, and the removal rate limiter let it pass. */
  | { readonly type: 'PINGS_MISSED' }
  /** A recovered agent did not come back in time after the failover of the master. */
  | { readonly type: 'NOT_BACK_AFTER_FAILOVER' }
  | { readonly type: 'UNREACHABLE_STORED' }
  /** MARK_AGENT_GONE: MarkSlaveGone is under way. */
  | { readonly type: 'GONE_REQUESTED' }
  | { readonly type: 'GONE_STORED' }
  /** Unregistration, another agent at its address, machine down: RemoveSlave is under way. */
  | { readonly type: 'REMOVAL_REQUESTED' }
  | { readonly type: 'REMOVED_STORED' }
  /** The registry pruned the unreachable agent. */
  | { readonly type: 'FORGOTTEN' }
  | { readonly type: 'DEACTIVATED' }
  | { readonly type: 'REACTIVATED' }
  /** A drain was stored, be it the first or one that replaces another. */
  | { readonly type: 'DRAIN_STARTED' }
  /** No task and no operation is left on it, and the registry knows. */
  | { readonly type: 'DRAINED' };

type AgentTag = 'registered' | 'connected' | 'registryBusy' | 'terminal' | 'schedulable';

const membership = {
  new: {
    meta: { description: 'Nothing but the id of the agent is known yet.' },
    on: {
      REGISTER_REQUESTED: 'registering',
      REREGISTER_REQUESTED: 'reregistering.markingReachable',
      FOUND_IN_REGISTRY: 'recovered',
      FOUND_UNREACHABLE: 'unreachable',
      FOUND_GONE: 'gone',
    },
  },
  registering: {
    tags: ['registryBusy'],
    meta: { description: 'The agent asked to join; the registry is writing it down.' },
    on: { REGISTERED: 'registered', REFUSED: 'removed', CONNECTION_LOST: {}, REREGISTER_REQUESTED: {} },
  },
  recovered: {
    meta: { description: 'The registry lists the agent; it has not been heard of since this master leads.' },
    on: {
      REREGISTER_REQUESTED: 'reregistering.updating',
      NOT_BACK_AFTER_FAILOVER: 'markingUnreachable',
      GONE_REQUESTED: 'markingGone',
    },
  },
  reregistering: {
    tags: ['registryBusy'],
    meta: { description: 'The agent is back; the registry is writing it down.' },
    initial: 'updating',
    on: { REREGISTER_REQUESTED: {}, CONNECTION_LOST: {} },
    states: {
      updating: {
        meta: { description: 'A known agent is back; the registry keeps what changed.' },
        on: { REREGISTERED: { target: '#agent.membership.registered', actions: 'reconcileTasks' } },
      },
      markingReachable: {
        meta: {
          description: 'An agent that was unreachable or unknown is back; the registry admits it again.',
        },
        on: { REREGISTERED: { target: '#agent.membership.registered', actions: 'returnTasks' } },
      },
    },
  },
  registered: {
    tags: ['registered', 'connected'],
    meta: { description: 'The agent is a member of the cluster and connected.' },
    initial: 'current',
    exit: 'rescindOffers',
    on: {
      CONNECTION_LOST: { target: 'disconnected', actions: 'loseUncheckpointedTasks' },
      PINGS_MISSED: 'markingUnreachable',
      GONE_REQUESTED: 'markingGone',
      REMOVAL_REQUESTED: 'removing',
    },
    states: {
      current: {
        meta: { description: 'What the master knows of the agent is up to date.' },
        on: { REREGISTER_REQUESTED: 'updating' },
      },
      updating: {
        tags: ['registryBusy'],
        meta: { description: 'The agent registered again; the registry keeps what changed.' },
        on: {
          REREGISTER_REQUESTED: {},
          REREGISTERED: { target: 'current', actions: 'reconcileTasks' },
        },
      },
    },
  },
  disconnected: {
    tags: ['registered'],
    meta: { description: 'The connection to the agent broke; it is given time to come back.' },
    on: {
      REREGISTER_REQUESTED: 'reregistering.updating',
      PINGS_MISSED: 'markingUnreachable',
      GONE_REQUESTED: 'markingGone',
      REMOVAL_REQUESTED: 'removing',
      CONNECTION_LOST: {},
    },
    after: { REREGISTER_TIMEOUT: 'markingUnreachable' },
  },
  markingUnreachable: {
    tags: ['registryBusy'],
    entry: 'storeUnreachable',
    meta: { description: 'The agent does not answer; the registry is writing that down.' },
    on: {
      UNREACHABLE_STORED: { target: 'unreachable', actions: 'markTasksUnreachable' },
      REREGISTER_REQUESTED: {},
      CONNECTION_LOST: {},
    },
  },
  unreachable: {
    meta: { description: 'The agent does not answer; it may come back with its tasks.' },
    on: {
      REREGISTER_REQUESTED: 'reregistering.markingReachable',
      GONE_REQUESTED: 'markingGone',
      FORGOTTEN: 'removed',
    },
  },
  markingGone: {
    tags: ['registryBusy'],
    meta: { description: 'The operator declared the agent gone; the registry is writing that down.' },
    on: {
      GONE_STORED: { target: 'gone', actions: 'markTasksGone' },
      REREGISTER_REQUESTED: {},
      CONNECTION_LOST: {},
    },
  },
  gone: {
    type: 'final',
    tags: ['terminal'],
    meta: { description: 'The operator declared the agent gone; it can never join again with this id.' },
  },
  removing: {
    tags: ['registryBusy'],
    meta: { description: 'The agent leaves the cluster; the registry is writing that down.' },
    on: {
      REMOVED_STORED: { target: 'removed', actions: 'loseTasks' },
      REREGISTER_REQUESTED: {},
      CONNECTION_LOST: {},
    },
  },
  removed: {
    meta: { description: 'The agent is no member of the cluster any more.' },
    on: { REREGISTER_REQUESTED: 'reregistering.markingReachable' },
  },
} as const;

const service = {
  active: {
    tags: ['schedulable'],
    exit: 'rescindOffers',
    meta: { description: 'The agent may get new tasks.' },
    on: { DEACTIVATED: 'deactivated', DRAIN_STARTED: 'draining' },
  },
  deactivated: {
    meta: { description: 'The operator wants no new tasks on the agent.' },
    on: {
      REACTIVATED: { target: 'active', actions: 'offerAgain' },
      DRAIN_STARTED: 'draining',
      DEACTIVATED: {},
    },
  },
  draining: {
    meta: { description: 'The agent is being emptied: its tasks are told to end.' },
    on: { DRAINED: 'drained', DRAIN_STARTED: {}, DEACTIVATED: {} },
  },
  drained: {
    meta: { description: 'The agent is empty and stays so until it is reactivated.' },
    on: {
      REACTIVATED: { target: 'active', actions: 'offerAgain' },
      DRAIN_STARTED: 'draining',
      DEACTIVATED: {},
    },
  },
} as const;

export const agentMachine = setup({
  types: {} as { events: AgentEvent; tags: AgentTag; meta: { description: string } },
  actions: {
    /** What is free on it may be offered. */
    offerAgain: () => undefined,
    /** Outstanding offers of the agent are taken back. */
    rescindOffers: () => undefined,
    /** What the master knows and the agent does not report is settled (master.md §5.3). */
    reconcileTasks: () => undefined,
    /** The tasks the agent brings back are taken over and told to their frameworks. */
    returnTasks: () => undefined,
    /** The registry is asked to mark the agent unreachable. */
    storeUnreachable: () => undefined,
    /** Tasks and executors of frameworks without checkpointing end with the connection. */
    loseUncheckpointedTasks: () => undefined,
    markTasksUnreachable: () => undefined,
    markTasksGone: () => undefined,
    loseTasks: () => undefined,
  },
  delays: {
    /** `--agent_reregister_timeout`. */
    REREGISTER_TIMEOUT: 600_000,
  },
}).createMachine({
  id: 'agent',
  type: 'parallel',
  options: { maxIterations: 10 },
  states: {
    membership: {
      initial: 'new',
      meta: { description: 'What the registry and the connection say of the agent.' },
      states: membership,
    },
    service: {
      initial: 'active',
      meta: { description: 'What the operator wants of the agent.' },
      states: service,
    },
  },
});

/** May resources of this agent be offered? */
export function isOfferable(agents: ChartTable<typeof agentMachine>, agentId: string): boolean {
  return agents.hasTag(agentId, 'connected') && agents.hasTag(agentId, 'schedulable');
}
