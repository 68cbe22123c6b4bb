import { ChartTable } from '../../statecharts/engine.ts';
import { linkMachine } from '../../statecharts/link.ts';
import type { Limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { PeerLink } from './peerLink.ts';

/** Longest wait for a peer to take what is queued when a link is ended from this side. */
const DRAIN_MS = 1000;

/** What follows when a link's chart moves. */
export interface LinkCharts {
  readonly clock: Clock;
  readonly limits: Limits;
  link(id: string): PeerLink | undefined;
  /** Lets go of its connection and of what waits. */
  release(id: string): void;
  /** It broke: whoever watches something behind it is told. */
  announceExit(id: string): void;
  /** One side refused the other. */
  refused(id: string): void;
  /** It ended, however. */
  forget(id: string): void;
  failed(where: string, error: unknown): void;
}

/** The charts of all links of a node, whichever wire they speak. */
export function linkCharts(owner: LinkCharts): ChartTable<typeof linkMachine> {
  const { linkConnectMs } = owner.limits;
  return new ChartTable(linkMachine, {
    clock: owner.clock,
    delays: { CONNECT_TIMEOUT: linkConnectMs, HANDSHAKE_TIMEOUT: linkConnectMs, DRAIN_TIMEOUT: DRAIN_MS },
    actions: {
      sendHandshake: ({ id }) => owner.link(id)?.greet(),
      sendProof: ({ id }) => owner.link(id)?.prove(),
      sendRefusal: ({ id }) => owner.link(id)?.refuse(),
      flush: ({ id }) => owner.link(id)?.begin(),
      closeSocket: ({ id }) => owner.release(id),
      announceExit: ({ id }) => owner.announceExit(id),
    },
    onTransition: ({ id, value, event }) => {
      if (event.type === 'HANDSHAKE_REFUSED' || event.type === 'REFUSED_BY_PEER') owner.refused(id);
      if (value === 'broken' || value === 'closed' || value === 'refused') owner.forget(id);
    },
    onError: ({ where, error }) => owner.failed(where, error),
  });
}
