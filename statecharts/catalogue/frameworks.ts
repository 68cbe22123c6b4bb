/** Machines of frameworks: the driver, the job processor, Marathon. */
import { jobMachine } from '../job.ts';
import { marathonAppMachine } from '../marathonApp.ts';
import { marathonDeploymentMachine } from '../marathonDeployment.ts';
import { marathonEvacuationMachine } from '../marathonEvacuation.ts';
import { marathonHealthMachine } from '../marathonHealth.ts';
import { marathonInstanceMachine } from '../marathonInstance.ts';
import { marathonLeadershipMachine } from '../marathonLeadership.ts';
import { marathonShutdownMachine } from '../marathonShutdown.ts';
import { marathonStartupMachine } from '../marathonStartup.ts';
import { schedulerDriverMachine } from '../schedulerDriver.ts';
import { type CatalogueEntry, entry } from './entry.ts';

export const frameworksEntries: readonly CatalogueEntry[] = [
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
  entry(marathonEvacuationMachine, {
    description: 'An agent that Marathon is asked to give back.',
    file: 'marathonEvacuation.ts',
    samples: { AGENT_EMPTY: true, RESCINDED: true, DISCONNECTED: true },
  }),
];
