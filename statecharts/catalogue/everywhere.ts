/** Machines that every kind of node has, or several. */
import { authenticateeMachine } from '../authenticatee.ts';
import { authenticatorMachine } from '../authenticator.ts';
import { detectorMachine } from '../detector.ts';
import { electionMachine } from '../election.ts';
import { linkMachine } from '../link.ts';
import { type CatalogueEntry, entry } from './entry.ts';

export const everywhereEntries: readonly CatalogueEntry[] = [
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
