/**
 * A link between two nodes (spec: runtime.md §5.3 and §5.5).
 *
 * It is bound to one incarnation of the peer. However it ends, what was in flight is lost; `announceExit` tells every
 * linker, once. A link replaced by a new one (RECONNECT) ends as `closed`, about which nobody is told.
 */
import { assign, setup } from 'xstate';

export type LinkEvent =
  | { readonly type: 'CONNECTED' }
  /** Version, incarnation and secret of both sides fit. */
  | { readonly type: 'HANDSHAKE_DONE' }
  /** The acceptor, which was called from here, has a cluster secret as this node has: the caller proves it first. */
  | { readonly type: 'PROOF_ASKED' }
  /** The caller has a cluster secret as this node has; it is to prove that they are the same. */
  | { readonly type: 'PROOF_AWAITED' }
  /** This node does not link to that peer. */
  | { readonly type: 'HANDSHAKE_REFUSED'; readonly reason: string }
  /** The peer says that it does not link to this node. */
  | { readonly type: 'REFUSED_BY_PEER'; readonly reason: string }
  /** Refused connection, reset, close by the peer. */
  | { readonly type: 'SOCKET_LOST'; readonly reason: string }
  /** A frame that cannot be read. */
  | { readonly type: 'PROTOCOL_BROKEN'; readonly reason: string }
  /** Nothing was heard of the peer for too long. */
  | { readonly type: 'PEER_SILENT' }
  /** The peer reads too slowly: the limit of unsent bytes is passed. */
  | { readonly type: 'PEER_TOO_SLOW' }
  /** This side wants to end the link after what is queued was sent. */
  | { readonly type: 'CLOSE_REQUESTED' }
  /** Everything queued was sent. */
  | { readonly type: 'DRAINED' }
  /** A new link to the same address took over. */
  | { readonly type: 'REPLACED' };

interface LinkContext {
  /** Why the link ended; '' before. */
  readonly reason: string;
}

type LinkTag = 'connected' | 'sendable' | 'terminal';

const because = (reason: string) => ({ type: 'keepReason', params: { reason } }) as const;

const breaks = {
  SOCKET_LOST: { target: 'broken', actions: 'keepToldReason' },
  PROTOCOL_BROKEN: { target: 'broken', actions: 'keepToldReason' },
} as const;

const refuses = {
  HANDSHAKE_REFUSED: { target: 'refused', actions: 'keepToldReason' },
  REFUSED_BY_PEER: { target: 'broken', actions: 'keepToldReason' },
} as const;

const greeting = {
  after: { HANDSHAKE_TIMEOUT: { target: 'broken', actions: because('no handshake in time') } },
} as const;

const heard = {
  ...breaks,
  PEER_SILENT: { target: 'broken', actions: because('nothing heard of the peer') },
  PEER_TOO_SLOW: { target: 'broken', actions: because('the peer reads too slowly') },
} as const;

const closes = {
  CLOSE_REQUESTED: { target: 'closed', actions: because('closed by this side') },
  REPLACED: { target: 'closed', actions: because('replaced by a new link') },
} as const;

export const linkMachine = setup({
  types: {} as { context: LinkContext; events: LinkEvent; tags: LinkTag; meta: { description: string } },
  actions: {
    keepReason: assign({ reason: (_, params: { reason: string }) => params.reason }),
    keepToldReason: assign({
      reason: ({ event, context }) => ('reason' in event ? event.reason : context.reason),
    }),
    sendHandshake: () => undefined,
    /** Shows the peer that this node knows the cluster secret. */
    sendProof: () => undefined,
    /** Tells the peer, in words, why there is no link. */
    sendRefusal: () => undefined,
    /** What waited for the link is sent. */
    flush: () => undefined,
    /** Every linker of every actor at that address is told `exited`. */
    announceExit: () => undefined,
    closeSocket: () => undefined,
  },
  delays: { CONNECT_TIMEOUT: 10_000, HANDSHAKE_TIMEOUT: 5000, DRAIN_TIMEOUT: 5000 },
}).createMachine({
  id: 'link',
  initial: 'connecting',
  options: { maxIterations: 10 },
  context: { reason: '' },
  states: {
    connecting: {
      meta: { description: 'The peer is being called.' },
      on: { ...breaks, ...closes, CONNECTED: 'handshaking' },
      after: { CONNECT_TIMEOUT: { target: 'broken', actions: because('no connection in time') } },
    },
    handshaking: {
      tags: ['connected'],
      entry: 'sendHandshake',
      meta: { description: 'Both sides say who they are.' },
      on: {
        ...breaks,
        ...closes,
        ...refuses,
        HANDSHAKE_DONE: 'open',
        PROOF_ASKED: { target: 'proving', actions: 'sendProof' },
        PROOF_AWAITED: 'verifying',
      },
      ...greeting,
    },
    proving: {
      tags: ['connected'],
      meta: { description: 'This side proved the cluster secret; the peer is to prove it in turn.' },
      on: { ...breaks, ...closes, ...refuses, HANDSHAKE_DONE: 'open' },
      ...greeting,
    },
    verifying: {
      tags: ['connected'],
      meta: { description: 'The peer is to prove the cluster secret before it hears more.' },
      on: {
        ...breaks,
        ...closes,
        ...refuses,
        HANDSHAKE_DONE: { target: 'open', actions: 'sendProof' },
      },
      ...greeting,
    },
    open: {
      tags: ['connected', 'sendable'],
      entry: 'flush',
      meta: { description: 'Messages go both ways.' },
      on: {
        ...heard,
        CLOSE_REQUESTED: 'draining',
        REPLACED: closes.REPLACED,
      },
    },
    draining: {
      tags: ['connected'],
      meta: { description: 'The link ends as soon as what is queued was sent.' },
      on: {
        ...heard,
        DRAINED: { target: 'closed', actions: because('closed by this side') },
        CLOSE_REQUESTED: {},
        REPLACED: closes.REPLACED,
      },
      after: {
        DRAIN_TIMEOUT: { target: 'closed', actions: because('closed by this side before all was sent') },
      },
    },
    refused: {
      type: 'final',
      tags: ['terminal'],
      entry: ['sendRefusal', 'closeSocket', 'announceExit'],
      meta: { description: 'This side does not link to that peer, and said so.' },
    },
    broken: {
      type: 'final',
      tags: ['terminal'],
      entry: ['closeSocket', 'announceExit'],
      meta: { description: 'The link broke; what was under way is lost.' },
    },
    closed: {
      type: 'final',
      tags: ['terminal'],
      entry: 'closeSocket',
      meta: { description: 'This side ended the link.' },
    },
  },
});
