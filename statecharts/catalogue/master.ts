/** Machines of a master. */
import { agentMachine } from '../agent.ts';
import { drainWaitMachine } from '../drainWait.ts';
import { eventStreamMachine } from '../eventStream.ts';
import { frameworkMachine } from '../framework.ts';
import { hostMachine } from '../host.ts';
import { inverseOfferMachine } from '../inverseOffer.ts';
import { machineMachine } from '../machine.ts';
import { masterMachine } from '../master.ts';
import { offerMachine } from '../offer.ts';
import { operationMachine } from '../operation.ts';
import { taskMachine, taskStateNames } from '../task.ts';
import { type CatalogueEntry, entry } from './entry.ts';

export const masterEntries: readonly CatalogueEntry[] = [
  entry(masterMachine, {
    description: 'A master, from its start over leadership to its end.',
    file: 'master.ts',
    samples: {
      CONTENDING: true,
      ELECTED: true,
      OTHER_ELECTED: true,
      REGISTRY_RECOVERED: [{ agents: 0 }, { agents: 2 }],
      RECOVERY_FAILED: [{ reason: 'the registry cannot be read' }],
      RECOVERED_AGENTS_SETTLED: [{ count: 1 }, { count: 2 }],
      DEPOSED: true,
      FATAL: [{ reason: 'the registry cannot be written' }],
      STOP_REQUESTED: true,
      ENDED: true,
    },
    within: ({ settled }) => settled <= 3,
  }),
  entry(agentMachine, {
    description: 'An agent as the master sees it.',
    file: 'agent.ts',
    samples: {
      REGISTER_REQUESTED: true,
      REGISTERED: true,
      REFUSED: true,
      FOUND_IN_REGISTRY: true,
      FOUND_UNREACHABLE: true,
      FOUND_GONE: true,
      REREGISTER_REQUESTED: true,
      REREGISTERED: true,
      CONNECTION_LOST: true,
      PINGS_MISSED: true,
      NOT_BACK_AFTER_FAILOVER: true,
      UNREACHABLE_STORED: true,
      GONE_REQUESTED: true,
      GONE_STORED: true,
      REMOVAL_REQUESTED: true,
      REMOVED_STORED: true,
      FORGOTTEN: true,
      DEACTIVATED: true,
      REACTIVATED: true,
      DRAIN_STARTED: true,
      DRAINED: true,
    },
  }),
  entry(frameworkMachine, {
    description: 'A framework as the master sees it.',
    file: 'framework.ts',
    samples: { SUBSCRIBED: true, DEACTIVATED: true, CONNECTION_LOST: true, TORN_DOWN: true },
  }),
  entry(eventStreamMachine, {
    description: 'A stream of the master’s events to an operator.',
    file: 'eventStream.ts',
    samples: { CAUGHT_UP: true, TOO_SLOW: true, CLIENT_GONE: true, DISPLACED: true },
  }),
  entry(offerMachine, {
    description: 'An offer, which is answered once.',
    file: 'offer.ts',
    samples: {
      ACCEPTED: true,
      DECLINED: true,
      RESCINDED: true,
      INVALIDATED: true,
      TIMED_OUT: true,
      AGENT_LOST: true,
      FRAMEWORK_LOST: true,
    },
  }),
  entry(inverseOfferMachine, {
    description: 'An inverse offer: a framework is asked to leave an agent before its maintenance.',
    file: 'inverseOffer.ts',
    samples: { ACCEPTED: true, DECLINED: true, RESCINDED: true, FRAMEWORK_LOST: true },
  }),
  entry(machineMachine, {
    description: 'A machine under maintenance, as the master sees it.',
    file: 'machine.ts',
    samples: {
      SCHEDULED: true,
      UNSCHEDULED: true,
      WENT_DOWN: true,
      CAME_UP: true,
      FOUND_DRAINING: true,
      FOUND_DOWN: true,
    },
  }),
  entry(taskMachine, {
    description: 'A task as the master sees it.',
    file: 'task.ts',
    samples: {
      UPDATE_STARTING: true,
      UPDATE_RUNNING: true,
      UPDATE_KILLING: true,
      UPDATE_FINISHED: true,
      UPDATE_FAILED: true,
      UPDATE_KILLED: true,
      UPDATE_ERROR: true,
      UPDATE_LOST: true,
      UPDATE_DROPPED: true,
      UPDATE_GONE: true,
      UPDATE_GONE_BY_OPERATOR: true,
      REFUSED: true,
      NOT_DELIVERED: true,
      AGENT_UNREACHABLE: true,
      AGENT_GONE: true,
      AGENT_REMOVED: true,
      AGENT_RETURNED: taskStateNames.map((state) => ({ state })),
      FRAMEWORK_REMOVED: true,
    },
  }),
  entry(operationMachine, {
    description: 'An offer operation as the master sees it.',
    file: 'operation.ts',
    samples: {
      UPDATE_PENDING: true,
      UPDATE_FINISHED: true,
      UPDATE_FAILED: true,
      UPDATE_ERROR: true,
      UPDATE_DROPPED: true,
      UPDATE_GONE_BY_OPERATOR: true,
      AGENT_UNREACHABLE: true,
      AGENT_GONE: true,
      ACKNOWLEDGED: true,
    },
  }),
  entry(hostMachine, {
    description: 'The host of an agent in the table of hosts.',
    file: 'host.ts',
    samples: {
      SWITCHED_OFF: true,
      SWITCHED_ON: true,
      CLEARED: true,
      TIME_OVER: true,
      TEST_CRITICAL: true,
      TESTS_OK: true,
      BLACK_HOLE: true,
      REMOVED: true,
    },
  }),
  entry(drainWaitMachine, {
    description: 'The drain of one agent that waits for frameworks to move their tasks.',
    file: 'drainWait.ts',
    samples: { TASKS_HELD: true, TASKS_MOVED: true },
  }),
];
