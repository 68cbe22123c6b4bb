/** A check or health check of a task: when it runs, and that it never runs twice at once (spec: agent.md §14). */
import { setup } from 'xstate';

export type CheckEvent =
  /** The probe has come to its end, be it because it was given up. */
  | { readonly type: 'PROBE_ENDED' }
  /** Its task is being killed or has ended. */
  | { readonly type: 'STOPPED' };

export const checkMachine = setup({
  types: {} as { events: CheckEvent; tags: 'probing' | 'terminal'; meta: { description: string } },
  actions: {
    startProbe: () => undefined,
    /** Ends it by force; its end is told. */
    abortProbe: () => undefined,
    /** What the probe found, or that it took too long. */
    reportResult: () => undefined,
  },
  delays: {
    /** `delay_seconds`, less what has passed before a restart of the agent. */
    FIRST: 15_000,
    /** `interval_seconds`, from the end of the one before. */
    INTERVAL: 10_000,
    /** `timeout_seconds`. */
    TIMEOUT: 20_000,
  },
}).createMachine({
  id: 'check',
  initial: 'delayed',
  options: { maxIterations: 10 },
  states: {
    delayed: {
      meta: { description: 'The task is given time to get going before it is looked at.' },
      on: { STOPPED: 'stopped' },
      after: { FIRST: 'probing' },
    },
    probing: {
      tags: ['probing'],
      entry: 'startProbe',
      meta: { description: 'A probe is under way.' },
      on: {
        PROBE_ENDED: { target: 'waiting', actions: 'reportResult' },
        STOPPED: { target: 'abandoning', actions: 'abortProbe' },
      },
      after: { TIMEOUT: { target: 'aborting', actions: 'abortProbe' } },
    },
    aborting: {
      tags: ['probing'],
      meta: { description: 'The probe took too long and is being ended.' },
      on: { PROBE_ENDED: { target: 'waiting', actions: 'reportResult' }, STOPPED: 'abandoning' },
    },
    waiting: {
      meta: { description: 'The next probe is awaited.' },
      on: { STOPPED: 'stopped' },
      after: { INTERVAL: 'probing' },
    },
    abandoning: {
      tags: ['probing'],
      meta: { description: 'Nobody wants to know any more; the last probe is being ended.' },
      on: { PROBE_ENDED: 'stopped', STOPPED: {} },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'There is nothing to check any more.' },
    },
  },
});
