/**
 * A master's candidacy for leadership over etcd (spec: master.md §2.1, failover.md §2.6).
 *
 * A candidate holds a lease and one key that lives as long as it; the oldest key of all candidates leads. The lease is held for lost
 * when the deadline of this side has passed, which is before etcd lets anybody else in. Whoever lost leadership never leads again:
 * its program ends. What the elected master then does (reading the registry, awaiting agents) is in the chart `master`.
 */
import { assign, setup } from 'xstate';

export type ElectionEvent =
  /** The master wants to lead. */
  | { readonly type: 'CONTEND' }
  | { readonly type: 'LEASE_GRANTED' }
  /** The own key is written: this candidate is in the line. */
  | { readonly type: 'CANDIDACY_STANDS' }
  /** Nobody's key is older. */
  | { readonly type: 'FIRST_IN_LINE' }
  | { readonly type: 'OTHER_IS_FIRST' }
  /** Read back after winning: the own key is still the same one, and the lease has time left. */
  | { readonly type: 'CONFIRMED' }
  /** etcd extended the lease. */
  | { readonly type: 'KEPT_ALIVE' }
  /** The own deadline has passed, etcd no longer knows the lease, or the own key is gone. */
  | { readonly type: 'LEASE_LOST'; readonly reason: string }
  /** etcd did not answer, or refused. */
  | { readonly type: 'ETCD_FAILED' }
  /** The master ends: let another one in at once. */
  | { readonly type: 'WITHDRAW' }
  /** etcd ended the lease, or there was none. */
  | { readonly type: 'REVOKED' };

interface ElectionContext {
  /** Why the lease was lost last; '' before. */
  readonly reason: string;
}

type ElectionTag = 'leased' | 'elected' | 'terminal';

const keepsTrying = {
  ETCD_FAILED: 'pausing',
  LEASE_LOST: { target: 'pausing', actions: 'keepReason' },
  WITHDRAW: 'steppingDown',
} as const;

export const electionMachine = setup({
  types: {} as {
    context: ElectionContext;
    events: ElectionEvent;
    tags: ElectionTag;
    meta: { description: string };
  },
  actions: {
    keepReason: assign({
      reason: ({ event, context }) => ('reason' in event ? event.reason : context.reason),
    }),
    grantLease: () => undefined,
    /** Writes the own key, with the lease, unless it is there. */
    enterLine: () => undefined,
    /** Asks who is first, now and whenever the line changes. */
    watchLine: () => undefined,
    /** Reads the own key back. */
    confirm: () => undefined,
    /** Keeps the lease alive from now on. */
    keepAlive: () => undefined,
    announceElected: () => undefined,
    announceLost: () => undefined,
    /** No more keep-alives, nothing is claimed; etcd is asked to end the lease. */
    letGo: () => undefined,
  },
  delays: {
    /** Before the next try. */
    PAUSE: 2_000,
    /** etcd ends the lease by itself anyway. */
    REVOKE_TIMEOUT: 1_000,
  },
}).createMachine({
  id: 'election',
  initial: 'idle',
  options: { maxIterations: 10 },
  context: { reason: '' },
  states: {
    idle: {
      meta: { description: 'The master does not take part yet.' },
      on: { CONTEND: 'candidate', WITHDRAW: 'ended' },
    },
    candidate: {
      entry: 'grantLease',
      meta: { description: 'The master asks etcd for a lease, to stand in line with.' },
      on: { ...keepsTrying, LEASE_GRANTED: 'entering' },
    },
    entering: {
      tags: ['leased'],
      entry: ['keepAlive', 'enterLine'],
      meta: { description: 'The master has a lease and puts itself into the line of candidates.' },
      on: { ...keepsTrying, CANDIDACY_STANDS: 'standby', KEPT_ALIVE: {} },
    },
    standby: {
      tags: ['leased'],
      entry: 'watchLine',
      meta: { description: 'The candidacy stands; an older one leads.' },
      on: { ...keepsTrying, FIRST_IN_LINE: 'elected', OTHER_IS_FIRST: {}, KEPT_ALIVE: {} },
    },
    elected: {
      tags: ['leased'],
      entry: 'confirm',
      meta: { description: 'No candidate is older; the master makes sure that etcd still holds its key.' },
      on: {
        ...keepsTrying,
        CONFIRMED: 'leading',
        FIRST_IN_LINE: {},
        OTHER_IS_FIRST: 'pausing',
        KEPT_ALIVE: {},
      },
    },
    leading: {
      tags: ['leased', 'elected'],
      entry: 'announceElected',
      meta: {
        description:
          'The master leads as long as its lease lives; every write to the registry is bound to its key.',
      },
      on: {
        KEPT_ALIVE: {},
        FIRST_IN_LINE: {},
        ETCD_FAILED: {},
        OTHER_IS_FIRST: 'lost',
        LEASE_LOST: { target: 'lost', actions: 'keepReason' },
        WITHDRAW: 'steppingDown',
      },
    },
    pausing: {
      entry: 'letGo',
      meta: { description: 'The candidacy failed or fell; a new one begins after a pause.' },
      on: { WITHDRAW: 'steppingDown', ETCD_FAILED: {}, LEASE_LOST: {}, REVOKED: {} },
      after: { PAUSE: 'candidate' },
    },
    lost: {
      entry: ['letGo', 'announceLost'],
      meta: { description: 'The master led and does not any more; it cannot lead again.' },
      on: { WITHDRAW: 'steppingDown', LEASE_LOST: {}, ETCD_FAILED: {}, REVOKED: {} },
    },
    steppingDown: {
      entry: 'letGo',
      meta: {
        description: 'The master gives its lease back, so that the next one need not wait for its end.',
      },
      on: { REVOKED: 'ended', ETCD_FAILED: 'ended', LEASE_LOST: {}, WITHDRAW: {} },
      after: { REVOKE_TIMEOUT: 'ended' },
    },
    ended: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The master takes no part any more.' },
    },
  },
});
