/** Machines of an agent and of executors. */
import { agentFrameworkMachine } from '../agentFramework.ts';
import { agentProcessMachine } from '../agentProcess.ts';
import { agentResourcesMachine } from '../agentResources.ts';
import { agentTaskMachine } from '../agentTask.ts';
import { checkMachine } from '../check.ts';
import { commandTaskMachine } from '../commandTask.ts';
import { containerMachine } from '../container.ts';
import { executorMachine } from '../executor.ts';
import { executorDriverMachine } from '../executorDriver.ts';
import { healthMachine } from '../health.ts';
import { nestedContainerMachine } from '../nestedContainer.ts';
import { resourceProviderMachine } from '../resourceProvider.ts';
import { updateStreamMachine } from '../updateStream.ts';
import { type CatalogueEntry, entry } from './entry.ts';

export const agentEntries: readonly CatalogueEntry[] = [
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
  entry(resourceProviderMachine, {
    description: 'A resource provider as its agent sees it.',
    file: 'resourceProvider.ts',
    samples: {
      RECOVERED: true,
      ADMITTED: true,
      SUBSCRIBED: true,
      STATE_TOLD: true,
      DISCONNECTED: true,
      REMOVAL_REQUESTED: true,
      REMOVED: true,
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
];
