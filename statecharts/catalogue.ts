/** All machines of Mesostate, for pages, documents and tests. */
import type { AnyStateMachine, EventObject } from 'xstate';
import { agentMachine } from './agent.ts';
import { agentFrameworkMachine } from './agentFramework.ts';
import { agentProcessMachine } from './agentProcess.ts';
import { agentResourcesMachine } from './agentResources.ts';
import { agentTaskMachine } from './agentTask.ts';
import { authenticateeMachine } from './authenticatee.ts';
import { authenticatorMachine } from './authenticator.ts';
import { checkMachine } from './check.ts';
import { commandTaskMachine } from './commandTask.ts';
import { containerMachine } from './container.ts';
import { detectorMachine } from './detector.ts';
import { drainWaitMachine } from './drainWait.ts';
import { electionMachine } from './election.ts';
import type { ChartContext, ChartEvent, ChartInput } from './engine.ts';
import { eventStreamMachine } from './eventStream.ts';
import { executorMachine } from './executor.ts';
import { executorDriverMachine } from './executorDriver.ts';
import { frameworkMachine } from './framework.ts';
import { healthMachine } from './health.ts';
import { hostMachine } from './host.ts';
import { inverseOfferMachine } from './inverseOffer.ts';
import { jobMachine } from './job.ts';
import { linkMachine } from './link.ts';
import { machineMachine } from './machine.ts';
import { marathonAppMachine } from './marathonApp.ts';
import { marathonDeploymentMachine } from './marathonDeployment.ts';
import { marathonHealthMachine } from './marathonHealth.ts';
import { marathonInstanceMachine } from './marathonInstance.ts';
import { marathonLeadershipMachine } from './marathonLeadership.ts';
import { marathonShutdownMachine } from './marathonShutdown.ts';
import { marathonStartupMachine } from './marathonStartup.ts';
import { masterMachine } from './master.ts';
import { nestedContainerMachine } from './nestedContainer.ts';
import { offerMachine } from './offer.ts';
import { operationMachine } from './operation.ts';
import { schedulerDriverMachine } from './schedulerDriver.ts';
import { taskMachine, taskStateNames } from './task.ts';
import { updateStreamMachine } from './updateStream.ts';

/** One machine and what is needed to walk through it. */
export interface CatalogueEntry {
  /** The machine's id. */
  readonly name: string;
  /** One sentence: what it is the life of. */
  readonly description: string;
  /** Its file in this folder. */
  readonly file: string;
  readonly machine: AnyStateMachine;
  /** Inputs to begin instances with, so that together every state can be reached. */
  readonly inputs: readonly unknown[];
  /** At least one event of every type, with every payload that makes a difference. */
  readonly events: readonly EventObject[];
  /** Is a context worth walking on from? Bounds machines that count. */
  readonly within: (context: unknown) => boolean;
}

/** For every event type `true` when it has no payload, else its samples. */
type Samples<TEvent extends EventObject> = {
  readonly [K in TEvent['type']]: { type: K } extends Extract<TEvent, { type: K }>
    ? true
    : readonly Omit<Extract<TEvent, { type: K }>, 'type'>[];
};

interface About<M extends AnyStateMachine> {
  readonly description: string;
  readonly file: string;
  readonly inputs?: readonly ChartInput<M>[];
  readonly samples: Samples<ChartEvent<M>>;
  readonly within?: (context: ChartContext<M>) => boolean;
}

function entry<M extends AnyStateMachine>(machine: M, about: About<M>): CatalogueEntry {
  const { description, file, inputs, within } = about;
  const samples = Object.entries(about.samples) as [string, true | readonly object[]][];
  return {
    name: machine.id,
    description,
    file,
    machine,
    inputs: inputs ?? [undefined],
    events: samples.flatMap(([type, payloads]) =>
      payloads === true ? [{ type }] : payloads.map((payload) => ({ type, ...payload })),
    ),
    within: (context) => within === undefined || within(context as ChartContext<M>),
  };
}

export const catalogue: readonly CatalogueEntry[] = [
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
  entry(electionMachine, {
    description: "A master's candidacy for leadership over etcd.",
    file: 'election.ts',
    samples: {
      CONTEND: true,
      LEASE_GRANTED: true,
      CANDIDACY_STANDS: true,
      FIRST_IN_LINE: true,
      OTHER_IS_FIRST: true,
      CONFIRMED: true,
      KEPT_ALIVE: true,
      LEASE_LOST: [{ reason: 'etcd did not extend the lease in time' }],
      ETCD_FAILED: true,
      WITHDRAW: true,
      REVOKED: true,
    },
  }),
  entry(detectorMachine, {
    description: 'The search of a node for the leading master in etcd.',
    file: 'detector.ts',
    samples: {
      WATCH_REQUESTED: true,
      ANSWERED: true,
      ETCD_FAILED: true,
      LINE_CHANGED: true,
      STOP_REQUESTED: true,
    },
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
      AGENT_UNREACHABLE: true,
      AGENT_GONE: true,
      ACKNOWLEDGED: true,
    },
  }),
  entry(agentResourcesMachine, {
    description: 'The reservations and volumes of an agent, changed one at a time.',
    file: 'agentResources.ts',
    samples: {
      BEGUN: true,
      RECORDED: true,
      TARGET_RECORDED: true,
      VOLUMES_CHANGED: true,
      VOLUMES_FAILED: true,
      FOUND_UNFINISHED: true,
      STOPPED: true,
    },
  }),
  entry(agentProcessMachine, {
    description: 'The agent itself, from recovery over registration to its end.',
    file: 'agentProcess.ts',
    inputs: [
      { hasId: false, hasCredential: false },
      { hasId: true, hasCredential: false },
      { hasId: false, hasCredential: true },
      { hasId: true, hasCredential: true },
    ],
    samples: {
      RECOVERED: true,
      RECOVERED_FOR_CLEANUP: true,
      RECOVERY_FAILED: true,
      MASTER_DETECTED: true,
      MASTER_LOST: true,
      AUTHENTICATED: true,
      AUTHENTICATION_REFUSED: true,
      AUTHENTICATION_FAILED: true,
      REGISTERED: true,
      REGISTERED_AS_ANOTHER: true,
      PING_SAYS_DISCONNECTED: true,
      PINGS_STOPPED: true,
      SHUTDOWN_ORDERED: true,
      UNREGISTER_REQUESTED: true,
      ALL_ENDED: true,
    },
  }),
  entry(authenticatorMachine, {
    description: 'An authentication by CRAM-MD5, at the master.',
    file: 'authenticator.ts',
    samples: {
      START_RECEIVED: [{ known: true }, { known: false }],
      STEP_RECEIVED: [{ proved: true }, { proved: false }],
      CLIENT_EXITED: true,
      DISCARDED: true,
    },
  }),
  entry(authenticateeMachine, {
    description: 'An authentication by CRAM-MD5, at an agent or a framework.',
    file: 'authenticatee.ts',
    samples: {
      MECHANISMS_RECEIVED: [{ known: true }, { known: false }],
      STEP_RECEIVED: true,
      COMPLETED_RECEIVED: true,
      FAILED_RECEIVED: true,
      ERROR_RECEIVED: true,
      MASTER_EXITED: true,
    },
  }),
  entry(agentFrameworkMachine, {
    description: 'A framework as an agent sees it.',
    file: 'agentFramework.ts',
    samples: { SHUTDOWN_ORDERED: true, EMPTIED: true },
  }),
  entry(agentTaskMachine, {
    description: 'A task as its agent sees it, on its way to its executor and back.',
    file: 'agentTask.ts',
    samples: {
      QUEUED: true,
      DELIVERED: true,
      STARTING: true,
      RUNNING: true,
      KILLING: true,
      ENDED: true,
      ACKNOWLEDGED: true,
    },
  }),
  entry(executorMachine, {
    description: 'An executor as its agent sees it.',
    file: 'executor.ts',
    samples: {
      LAUNCHED: true,
      LAUNCH_FAILED: true,
      FOUND_ALIVE: true,
      REGISTERED: true,
      SHUTDOWN_REQUESTED: true,
      DESTROY_REQUESTED: true,
      CONTAINER_ENDED: true,
    },
  }),
  entry(containerMachine, {
    description: 'A container, from its making to its taking down.',
    file: 'container.ts',
    samples: {
      IMAGE_NEEDED: true,
      NO_IMAGE_NEEDED: true,
      PROVISIONED: true,
      PREPARED: true,
      ISOLATED: true,
      FETCHED: true,
      LAUNCHED_EARLIER: true,
      RECOVERED: true,
      STEP_FAILED: true,
      STEP_ENDED: true,
      DESTROY_REQUESTED: true,
      PROCESS_EXITED: true,
      CHILDREN_DESTROYED: true,
      PROCESSES_GONE: true,
      CLEANED_UP: true,
      IMAGE_RELEASED: true,
    },
  }),
  entry(updateStreamMachine, {
    description: 'The stream of status updates of one task at its agent.',
    file: 'updateStream.ts',
    samples: {
      UPDATE_RECEIVED: true,
      RECORDED: true,
      ACKNOWLEDGED: true,
      ACK_RECORDED: [{ terminal: false }, { terminal: true }],
      PAUSED: true,
      RESUMED: true,
    },
    within: ({ queued }) => queued <= 3,
  }),
  entry(commandTaskMachine, {
    description: 'The task of the built-in command executor.',
    file: 'commandTask.ts',
    samples: {
      STARTED: true,
      START_FAILED: true,
      EXITED: true,
      KILL_REQUESTED: true,
      GRACE_SHORTENED: true,
      OVERTIME: true,
    },
  }),
  entry(executorDriverMachine, {
    description: 'The connection of an executor to its agent.',
    file: 'executorDriver.ts',
    inputs: [{ checkpoint: false }, { checkpoint: true }],
    samples: {
      CONNECTED: true,
      SUBSCRIBED: true,
      CONNECTION_LOST: true,
      RECONNECT_ASKED: true,
      SHUTDOWN_ORDERED: true,
      STOP_REQUESTED: true,
    },
  }),
  entry(schedulerDriverMachine, {
    description: 'The connection of a scheduler to its master.',
    file: 'schedulerDriver.ts',
    inputs: [{ hasCredential: false }, { hasCredential: true }],
    samples: {
      MASTER_DETECTED: true,
      MASTER_LOST: true,
      CONNECTED: true,
      AUTHENTICATED: true,
      AUTHENTICATION_FAILED: true,
      CONNECTION_LOST: true,
      SUBSCRIBE_REFUSED: true,
      SUBSCRIBED: true,
      HEARTBEATS_MISSED: true,
      ERROR_RECEIVED: true,
      ABORT_REQUESTED: true,
      STOP_REQUESTED: true,
    },
  }),
  entry(jobMachine, {
    description: 'A job of the job processor, with its retries.',
    file: 'job.ts',
    inputs: [{ retries: 0 }, { retries: 2 }],
    samples: {
      LAUNCHED: true,
      STARTED: true,
      SUCCEEDED: true,
      ATTEMPT_FAILED: true,
      ATTEMPT_LOST: true,
      AGENT_UNREACHABLE: true,
      REJECTED: true,
      KILL_REQUESTED: true,
    },
    within: ({ attempts }) => attempts <= 4,
  }),
  entry(checkMachine, {
    description: 'A check or health check of a task: when it runs.',
    file: 'check.ts',
    samples: { PROBE_ENDED: true, STOPPED: true },
  }),
  entry(healthMachine, {
    description: 'The verdict of a health check on its task.',
    file: 'health.ts',
    samples: { SUCCEEDED: true, FAILED: true, FAILED_IN_GRACE: true, FAILED_TOO_OFTEN: true },
  }),
  entry(nestedContainerMachine, {
    description: 'A container inside another one, or one that no executor has.',
    file: 'nestedContainer.ts',
    samples: { STARTED: true, LAUNCH_FAILED: true, EXITED: true, GONE: true, CHILDREN_GONE: true },
  }),
  entry(marathonInstanceMachine, {
    description: 'An instance of a Marathon service.',
    file: 'marathonInstance.ts',
    inputs: [{ resident: false }, { resident: true }],
    samples: {
      PROVISIONED: true,
      RESERVING: true,
      RESERVED: true,
      STAGED: true,
      STARTING: true,
      RUNNING: true,
      BEING_KILLED: true,
      UNREACHABLE: true,
      KILL_REQUESTED: [{ wipe: false }, { wipe: true }],
      ENDED: [
        { as: 'failed' },
        { as: 'finished' },
        { as: 'killed' },
        { as: 'error' },
        { as: 'dropped' },
        { as: 'gone' },
      ],
    },
  }),
  entry(marathonDeploymentMachine, {
    description: 'A deployment of Marathon, step by step.',
    file: 'marathonDeployment.ts',
    inputs: [{ steps: 0 }, { steps: 2 }],
    samples: {
      STORED: true,
      STEP_DONE: true,
      PAUSE_REQUESTED: true,
      RESUME_REQUESTED: true,
      BUDGET_EXCEEDED: true,
      CANCEL_REQUESTED: true,
    },
  }),
  entry(marathonAppMachine, {
    description: 'A Marathon service: who changes it, and whether it launches.',
    file: 'marathonApp.ts',
    samples: {
      LOCKED: true,
      UNLOCKED: true,
      LAUNCH_WANTED: true,
      SATISFIED: true,
      BACKED_OFF: true,
      DELAY_RESET: true,
      REMOVED: true,
    },
  }),
  entry(marathonLeadershipMachine, {
    description: 'A Marathon among several, from standing in line over leadership to its end.',
    file: 'marathonLeadership.ts',
    samples: {
      ELECTED: true,
      LOST: true,
      STATE_READ: true,
      STATE_UNREADABLE: true,
      FRAMEWORK_REMOVED: true,
      ABDICATED: true,
      FRAMEWORK_ENDED: true,
      WITHDRAWN: true,
      STOP_REQUESTED: true,
    },
  }),
  entry(marathonHealthMachine, {
    description: 'A health check of one Marathon instance.',
    file: 'marathonHealth.ts',
    inputs: [
      { gracePeriodMs: 0, fatalFailure: 1, passesNeeded: 1 },
      { gracePeriodMs: 0, fatalFailure: 2, passesNeeded: 1 },
      { gracePeriodMs: 1000, fatalFailure: 0, passesNeeded: 2 },
    ],
    samples: {
      PASSED: true,
      FAILED: [{ runningMs: 10 }, { runningMs: 5000 }],
      TOLD_HEALTHY: true,
      TOLD_UNHEALTHY: true,
    },
    within: ({ failures, passes }) => failures <= 3 && passes <= 3,
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
  entry(marathonShutdownMachine, {
    description: 'The end of one Marathon instance that is asked by HTTP first.',
    file: 'marathonShutdown.ts',
    samples: { UNHEARD: true },
  }),
  entry(marathonStartupMachine, {
    description: 'The startup check of one Marathon instance.',
    file: 'marathonStartup.ts',
    inputs: [{ fatalFailure: 2 }, { fatalFailure: 0 }],
    samples: { PASSED: true, FAILED: true },
    within: ({ failures }) => failures <= 3,
  }),
  entry(linkMachine, {
    description: 'A link between two nodes.',
    file: 'link.ts',
    samples: {
      CONNECTED: true,
      HANDSHAKE_DONE: true,
      PROOF_ASKED: true,
      PROOF_AWAITED: true,
      HANDSHAKE_REFUSED: [{ reason: 'other cluster secret' }],
      REFUSED_BY_PEER: [{ reason: 'the peer refused the link: other cluster secret' }],
      SOCKET_LOST: [{ reason: 'connection reset' }],
      PROTOCOL_BROKEN: [{ reason: 'frame too large' }],
      PEER_SILENT: true,
      PEER_TOO_SLOW: true,
      CLOSE_REQUESTED: true,
      DRAINED: true,
      REPLACED: true,
    },
  }),
];
