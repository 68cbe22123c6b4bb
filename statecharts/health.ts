/** What a health check thinks of its task (spec: agent.md §14). */
import { setup } from 'xstate';

export type HealthEvent =
  | { readonly type: 'SUCCEEDED' }
  | { readonly type: 'FAILED' }
  /** A failure within `grace_period_seconds`: it counts only once there was a success. */
  | { readonly type: 'FAILED_IN_GRACE' }
  /** The last of `consecutive_failures`. */
  | { readonly type: 'FAILED_TOO_OFTEN' };

export const healthMachine = setup({
  types: {} as {
    events: HealthEvent;
    tags: 'terminal';
    meta: { description: string };
  },
  actions: {
    /** TASK_RUNNING with `healthy: true`. */
    reportHealthy: () => undefined,
    /** The same with `healthy: false`: each failure is told. */
    reportUnhealthy: () => undefined,
    /** As a kill without a policy. */
    killTask: () => undefined,
  },
}).createMachine({
  id: 'health',
  initial: 'unproven',
  options: { maxIterations: 10 },
  states: {
    unproven: {
      meta: { description: 'No check has succeeded yet; failures in the grace period do not count.' },
      on: {
        SUCCEEDED: { target: 'healthy', actions: 'reportHealthy' },
        FAILED_IN_GRACE: {},
        FAILED: { target: 'failing', actions: 'reportUnhealthy' },
        FAILED_TOO_OFTEN: { target: 'hopeless', actions: 'reportUnhealthy' },
      },
    },
    healthy: {
      meta: { description: 'The last check succeeded.' },
      on: {
        SUCCEEDED: {},
        FAILED_IN_GRACE: { target: 'failing', actions: 'reportUnhealthy' },
        FAILED: { target: 'failing', actions: 'reportUnhealthy' },
        FAILED_TOO_OFTEN: { target: 'hopeless', actions: 'reportUnhealthy' },
      },
    },
    failing: {
      meta: { description: 'The last check failed.' },
      on: {
        SUCCEEDED: { target: 'healthy', actions: 'reportHealthy' },
        FAILED_IN_GRACE: { actions: 'reportUnhealthy' },
        FAILED: { actions: 'reportUnhealthy' },
        FAILED_TOO_OFTEN: { target: 'hopeless', actions: 'reportUnhealthy' },
      },
    },
    hopeless: {
      type: 'final',
      tags: ['terminal'],
      entry: 'killTask',
      meta: { description: 'It failed too often in a row: its task is killed.' },
    },
  },
});
