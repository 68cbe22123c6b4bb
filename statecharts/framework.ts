/**
 * A framework as the master sees it (spec: master.md §6, v1-scheduler-api.md §5).
 *
 * A new framework, too, begins as `recovered` and becomes connected with the SUBSCRIBE that made it known.
 * `FAILOVER_TIMEOUT` is the framework's own `failover_timeout`, given by the owner. It runs only after a
 * disconnection that this master saw: a recovered framework is never removed by time (as in Mesos, MESOS-4659).
 */
import { setup } from 'xstate';

export type FrameworkEvent =
  /** A SUBSCRIBE of this framework was accepted: the first, a repeated one, or the failover of its scheduler. */
  | { readonly type: 'SUBSCRIBED' }
  /** DEACTIVATE (a driver's abort): no more offers, but still connected. */
  | { readonly type: 'DEACTIVATED' }
  /** Its stream was closed or its socket broke. */
  | { readonly type: 'CONNECTION_LOST' }
  /** TEARDOWN by the framework or the operator. */
  | { readonly type: 'TORN_DOWN' };

type FrameworkTag = 'connected' | 'active' | 'terminal';

export const frameworkMachine = setup({
  types: {} as { events: FrameworkEvent; tags: FrameworkTag; meta: { description: string } },
  actions: {
    /** The allocator may offer to it. */
    activate: () => undefined,
    /** The allocator offers nothing to it; its filters end. */
    deactivate: () => undefined,
    /** Its outstanding offers go back to the allocator. */
    discardOffers: () => undefined,
    /** Its tasks and executors are ended everywhere; its id is refused from now on. */
    removeFramework: () => undefined,
  },
  delays: { FAILOVER_TIMEOUT: 0 },
}).createMachine({
  id: 'framework',
  initial: 'recovered',
  options: { maxIterations: 10 },
  states: {
    recovered: {
      meta: { description: 'The framework is known from agents, but has not subscribed at this master.' },
      on: {
        SUBSCRIBED: { target: 'connected', actions: 'activate' },
        TORN_DOWN: 'completed',
      },
    },
    connected: {
      tags: ['connected'],
      meta: { description: 'The scheduler of the framework is connected.' },
      initial: 'active',
      on: {
        CONNECTION_LOST: { target: 'disconnected', actions: ['deactivate', 'discardOffers'] },
        TORN_DOWN: { target: 'completed', actions: ['deactivate', 'discardOffers'] },
      },
      states: {
        active: {
          tags: ['active'],
          meta: { description: 'The scheduler is connected and gets offers.' },
          on: {
            SUBSCRIBED: { target: 'active', actions: 'discardOffers' },
            DEACTIVATED: { target: 'inactive', actions: ['deactivate', 'discardOffers'] },
          },
        },
        inactive: {
          meta: { description: 'The scheduler is connected, but asked for no more offers.' },
          on: {
            SUBSCRIBED: { target: 'active', actions: 'activate' },
            DEACTIVATED: {},
          },
        },
      },
    },
    disconnected: {
      meta: { description: 'The scheduler is away; its tasks run on until its failover timeout has passed.' },
      on: {
        SUBSCRIBED: { target: 'connected', actions: 'activate' },
        TORN_DOWN: 'completed',
      },
      after: { FAILOVER_TIMEOUT: 'completed' },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      entry: 'removeFramework',
      meta: { description: 'The framework has ended; its id cannot subscribe again.' },
    },
  },
});
