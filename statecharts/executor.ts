/** An executor as its agent sees it (spec: agent.md §4.2 and §7). */
import { setup } from 'xstate';

export type ExecutorEvent =
  /** Its container was launched. */
  | { readonly type: 'LAUNCHED' }
  | { readonly type: 'LAUNCH_FAILED' }
  /** The restarted agent found it running and waits for it to come back. */
  | { readonly type: 'FOUND_ALIVE' }
  /** RegisterExecutorMessage, ReregisterExecutorMessage or SUBSCRIBE. */
  | { readonly type: 'REGISTERED' }
  /** Its framework, its last task or the agent's end asks it to go. */
  | { readonly type: 'SHUTDOWN_REQUESTED' }
  /** It cannot stay: container update failed, preempted, limit exceeded. */
  | { readonly type: 'DESTROY_REQUESTED' }
  /** Its container is gone, whatever the cause. */
  | { readonly type: 'CONTAINER_ENDED' };

type ExecutorTag = 'queuesTasks' | 'takesTasks' | 'terminal';

export const executorMachine = setup({
  types: {} as { events: ExecutorEvent; tags: ExecutorTag; meta: { description: string } },
  actions: {
    /** ShutdownExecutorMessage or SHUTDOWN. */
    sendShutdown: () => undefined,
    destroyContainer: () => undefined,
    /** Its tasks will end as TASK_FAILED or TASK_GONE for not having registered in time. */
    blameRegistrationTimeout: () => undefined,
    /** The same after a restart of the agent. */
    blameReregistrationTimeout: () => undefined,
    /** What was queued for it is handed over. */
    deliverQueuedTasks: () => undefined,
    /** Tasks without an end get one; files are left to the garbage collector. */
    concludeTasks: () => undefined,
  },
  delays: {
    /** `--executor_registration_timeout`. */
    REGISTRATION_TIMEOUT: 60_000,
    /** `--executor_reregistration_timeout`. */
    REREGISTRATION_TIMEOUT: 2000,
    /** `ExecutorInfo.shutdown_grace_period`, else the flag. */
    SHUTDOWN_GRACE: 5000,
  },
}).createMachine({
  id: 'executor',
  initial: 'registering',
  options: { maxIterations: 10 },
  states: {
    registering: {
      tags: ['queuesTasks'],
      meta: { description: 'The executor has not registered yet; tasks for it wait.' },
      initial: 'launching',
      on: {
        SHUTDOWN_REQUESTED: 'terminating.destroying',
        DESTROY_REQUESTED: 'terminating.destroying',
        LAUNCH_FAILED: 'terminated',
        CONTAINER_ENDED: 'terminated',
      },
      states: {
        launching: {
          meta: { description: 'The container of the executor is being made.' },
          on: { LAUNCHED: 'awaited', FOUND_ALIVE: 'returning', REGISTERED: '#executor.running' },
        },
        awaited: {
          meta: { description: 'The executor was started; it has a minute to register.' },
          on: { REGISTERED: '#executor.running' },
          after: {
            REGISTRATION_TIMEOUT: {
              target: '#executor.terminating.destroying',
              actions: 'blameRegistrationTimeout',
            },
          },
        },
        returning: {
          meta: { description: 'The agent was restarted; the executor has a moment to come back.' },
          on: { REGISTERED: '#executor.running' },
          after: {
            REREGISTRATION_TIMEOUT: {
              target: '#executor.terminating.destroying',
              actions: 'blameReregistrationTimeout',
            },
          },
        },
      },
    },
    running: {
      tags: ['takesTasks'],
      entry: 'deliverQueuedTasks',
      meta: { description: 'The executor is registered and takes tasks.' },
      on: {
        LAUNCHED: {},
        SHUTDOWN_REQUESTED: 'terminating.asked',
        DESTROY_REQUESTED: 'terminating.destroying',
        CONTAINER_ENDED: 'terminated',
      },
    },
    terminating: {
      meta: { description: 'The executor is ending.' },
      initial: 'asked',
      on: { CONTAINER_ENDED: 'terminated', LAUNCHED: {}, LAUNCH_FAILED: 'terminated' },
      states: {
        asked: {
          entry: 'sendShutdown',
          meta: { description: 'The executor was asked to end and has its grace period to do so.' },
          on: { DESTROY_REQUESTED: 'destroying', SHUTDOWN_REQUESTED: {} },
          after: { SHUTDOWN_GRACE: 'destroying' },
        },
        destroying: {
          entry: 'destroyContainer',
          meta: { description: 'The container of the executor is being destroyed.' },
          on: { DESTROY_REQUESTED: {}, SHUTDOWN_REQUESTED: {} },
        },
      },
    },
    terminated: {
      type: 'final',
      tags: ['terminal'],
      entry: 'concludeTasks',
      meta: { description: 'The executor has ended.' },
    },
  },
});
