/** What comes in over the links: messages for processes here, watches over them, exits of those watched over there. */
import type { MessageCodec } from '../codec.ts';
import type { DeadLetters } from '../deadLetters.ts';
import type { Logger } from '../logging/index.ts';
import type { Address, Pid } from '../pid.ts';
import type { Ids } from '../ports.ts';
import type { ExitReason } from '../process.ts';
import { type Span, spanOfMessage } from '../tracing/span.ts';
import { openEnvelope, sealedEnvelope, splitHeaders, UNREADABLE } from './envelope.ts';
import { type Control, type Envelope, HEADED } from './frame.ts';
import { InboundWatches } from './inbound.ts';
import type { Link } from './link.ts';
import type { Peer } from './peer.ts';
import type { PeerLink } from './peerLink.ts';
import { Senders } from './senders.ts';

/** What the node is asked and told. */
export interface ArrivalsHost {
  readonly ids: Ids;
  readonly codec: MessageCodec;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  /** Address in every PID of this node. */
  readonly address: Address;
  /** Whether a process here reads bodies of messages of that name itself. */
  wantsSealed(toId: string, name: string): boolean;
  /** A message from another node for a process here. */
  arrived(toId: string, name: string, body: unknown, from: Pid | undefined, span?: Span): void;
  /** A watched process of another node is gone. */
  exited(watcherId: string, pid: Pid, reason: ExitReason): void;
  /** A process of another node watches one here. @returns false when there is no such process */
  watchedFrom(toId: string, watcher: Pid): boolean;
  unwatchedFrom(toId: string, watcher: Pid): void;
}

export class Arrivals {
  private readonly host: ArrivalsHost;
  /** The other nodes, by `host:port`. */
  private readonly peers: ReadonlyMap<string, Peer>;
  /** Watches of other nodes' processes over processes here, which end with their link. */
  private readonly inbound = new InboundWatches<PeerLink>();
  private readonly senders = new Senders<PeerLink>();

  constructor(host: ArrivalsHost, peers: ReadonlyMap<string, Peer>) {
    this.host = host;
    this.peers = peers;
  }

  envelope(link: Link, envelope: Envelope): void {
    const from = this.senderOf(link, envelope.from);
    if (envelope.encoding >= HEADED) {
      this.traced(envelope, from);
      return;
    }
    const body = this.bodyOf(envelope, from);
    if (body !== UNREADABLE) this.host.arrived(envelope.to, envelope.name, body, from);
  }

  /** Links, unlinks, exits; what concerns the connection itself is none of these. */
  control(link: Link, control: Control): void {
    if (control.op !== 'link' && control.op !== 'unlink' && control.op !== 'exited') return;
    const there = this.senderOf(link, control.from);
    if (there === undefined) return;
    if (control.op === 'link') this.remoteWatches(link, control.to, there);
    else if (control.op === 'unlink') this.remoteUnwatches(link, control.to, there);
    else if (this.speaksFor(link, there)) this.remoteExited(there, control.to, control.reason);
  }

  /** Ends the watch of a process over there. @returns the links it was asked over; none when there is no such watch */
  takeWatch(localId: string, watcher: Pid): ReadonlySet<PeerLink> {
    return this.inbound.take(localId, watcher);
  }

  /** The link ended, and the watches that were asked over no other with it. */
  drop(link: PeerLink): void {
    this.senders.drop(link);
    for (const { localId, watcher } of this.inbound.drop(link)) this.host.unwatchedFrom(localId, watcher);
  }

  private bodyOf(envelope: Envelope, from: Pid | undefined): unknown {
    return this.host.wantsSealed(envelope.to, envelope.name)
      ? sealedEnvelope(this.host, envelope, from)
      : openEnvelope(this.host, envelope, from);
  }

  private traced(envelope: Envelope, from: Pid | undefined): void {
    const { headers = {}, bare } = splitHeaders(envelope);
    const body = this.bodyOf(bare, from);
    const span = spanOfMessage(headers, this.host.ids);
    if (body !== UNREADABLE) this.host.arrived(bare.to, bare.name, body, from, span);
  }

  private remoteExited(there: Pid, watcherId: string, reason: ExitReason): void {
    if (this.peers.get(there.address)?.unwatch(there.id, watcherId) !== true) return;
    this.host.exited(watcherId, there, reason);
  }

  private remoteWatches(link: Link, localId: string, watcher: Pid): void {
    if (!this.host.watchedFrom(localId, watcher)) {
      link.sendControl({ op: 'exited', from: localId, to: watcher.id, reason: 'never-existed' });
      return;
    }
    this.inbound.add(link, localId, watcher);
  }

  private remoteUnwatches(link: Link, localId: string, watcher: Pid): void {
    if (this.inbound.remove(link, localId, watcher)) this.host.unwatchedFrom(localId, watcher);
  }

  /**
   * Whether what is said over this link of the node at that address is to be believed: it comes from there, or knows the
   * incarnation that this node was told when it called there itself (a node advertised by name, or behind a translation).
   */
  private speaksFor(link: Link, { address }: Pid): boolean {
    return link.addressProved || this.peers.get(address)?.incarnation === (link.peer?.incarnation ?? '');
  }

  /** The sender is always a process of the node at the link's other end: nobody speaks for others. */
  private senderOf(link: Link, id: string): Pid | undefined {
    return this.senders.of(link, link.address, id);
  }
}
