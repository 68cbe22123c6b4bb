/**
 * The other nodes: one link to each is used for sending, watchers of their processes are told when it breaks. Nobody above
 * sees a connection; they see PIDs, messages and exits.
 */
import type { ChartTable } from '../../statecharts/engine.ts';
import type { linkMachine } from '../../statecharts/link.ts';
import type { Limits } from '../limits.ts';
import type { Round } from '../loop/round.ts';
import { type Address, addressText, Pid } from '../pid.ts';
import type { Clock } from '../ports.ts';
import type { ExitReason } from '../process.ts';
import type { ClusterSecret } from '../security/clusterSecret.ts';
import type { Span } from '../tracing/span.ts';
import { Arrivals, type ArrivalsHost } from './arrivals.ts';
import type { Channel, ChannelEvents, Transport } from './channel.ts';
import { type LinkCharts, linkCharts } from './charts.ts';
import { makeEnvelope } from './envelope.ts';
import type { Control, Envelope, Hello } from './frame.ts';
import { Intake } from './intake.ts';
import { KnownLibprocesses } from './libprocess/known.ts';
import { LibprocessLink } from './libprocess/link.ts';
import { Link, type LinkHost } from './link.ts';
import { Peer } from './peer.ts';
import type { PeerLink } from './peerLink.ts';

export interface PeersHost extends ArrivalsHost {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly secret: ClusterSecret | undefined;
  readonly requirePeerAddressIpMatch: boolean;
  readonly round: Round;
  /** Whether nothing waits to run. */
  readonly idle: boolean;
  hello(): Hello;
  awaitTurn(): void;
}

export class Peers implements LinkHost, LinkCharts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly charts: ChartTable<typeof linkMachine>;
  readonly intake: Intake;
  private readonly host: PeersHost;
  private readonly transport: Transport;
  private readonly peers = new Map<string, Peer>();
  private readonly links = new Map<string, PeerLink>();
  private linksMade = 0;
  private whenEmpty: (() => void) | undefined;
  private readonly dirtyLinks = new Set<PeerLink>();
  private readonly arrivals: Arrivals;
  private readonly libprocess = new KnownLibprocesses();
  /** Links that take the place of another (RECONNECT), with the one they replace as soon as they are open. */
  private readonly former = new Map<PeerLink, PeerLink>();
  private closing = false;

  constructor(host: PeersHost, transport: Transport) {
    this.host = host;
    this.clock = host.clock;
    this.limits = host.limits;
    this.transport = transport;
    this.intake = new Intake(host.round, host.clock, () => !host.idle);
    this.charts = linkCharts(this);
    this.arrivals = new Arrivals(host, this.peers);
  }

  get openLinks(): number {
    return this.sum((link) => (link.open ? 1 : 0));
  }

  get queuedEnvelopes(): number {
    return this.sum((link) => link.queued);
  }

  get queuedBytes(): number {
    return this.sum((link) => link.queuedBytes);
  }

  private sum(of: (link: PeerLink) => number): number {
    let sum = 0;
    for (const link of this.links.values()) sum += of(link);
    return sum;
  }

  /** A typed body is encoded here, so that a wrong one throws at its sender. */
  send(to: Pid, name: string, body: unknown, from: Pid | undefined, span?: Span): void {
    if (this.closing) {
      this.host.deadLetters.count('link-broken', { to, name, from });
      return;
    }
    this.linkTo(to).enqueue(makeEnvelope(this.host.codec, to, name, body, from, span));
  }

  /**
   * @param options.reconnect calls the peer anew and uses that connection from now on; the former one is closed without
   *   an exit, and all who watch stay watching
   */
  watch(watcherId: string, pid: Pid, options: { readonly reconnect?: boolean } = {}): void {
    const peer = this.peerOf(pid);
    const added = peer.watch(pid.id, watcherId);
    if (options.reconnect === true && peer.link !== undefined && !this.closing)
      this.reconnect(peer, peer.link);
    else if (added) this.linkTo(pid).sendControl({ op: 'link', from: watcherId, to: pid.id });
  }

  unwatch(watcherId: string, pid: Pid): void {
    const peer = this.peers.get(pid.address);
    if (peer?.unwatch(pid.id, watcherId) !== true) return;
    peer.link?.sendControl({ op: 'unlink', from: watcherId, to: pid.id });
  }

  /** What a process here watches on other nodes. */
  watchedBy(watcherId: string): string[] {
    const pids = [...this.peers.values()].flatMap((peer) => [...peer.watchedBy(watcherId)]);
    return pids.map(({ text }) => text);
  }

  /** Forgets all watches of a process that ended here. */
  forgetWatcher(watcherId: string): void {
    for (const peer of this.peers.values()) {
      for (const pid of [...peer.watchedBy(watcherId)]) this.unwatch(watcherId, pid);
    }
  }

  /** Tells a watcher on another node that the process it watched here is gone. */
  tellExited(localId: string, watcher: Pid, reason: ExitReason): void {
    const [asked] = this.arrivals.takeWatch(localId, watcher);
    const used = this.peers.get(watcher.address)?.link;
    // The link that messages to that node take, so that nothing is overtaken; a peer under another name has only its own.
    const link = used?.wire === 'mesostate' ? used : asked;
    // Controls overtake envelopes, but the end of a process is not to be heard before its last words.
    link?.flush();
    link?.sendControl({ op: 'exited', from: localId, to: watcher.id, reason });
  }

  /** Address in every PID of this node. */
  get own(): Address {
    return this.host.address;
  }

  /** A message on libprocess' wire came from that address: answers go the same way. */
  speaksLibprocess(address: Address): void {
    const text = addressText(address);
    if (this.secret === undefined && this.peers.get(text)?.link === undefined) this.libprocess.add(text);
  }

  /** Takes a connection that a peer opened. */
  accept(bind: (events: ChannelEvents) => Channel): void {
    const link = new Link(this, this.newId(undefined), undefined);
    this.links.set(link.id, link);
    link.bind(bind(link));
    link.opened();
  }

  flush(): void {
    if (this.dirtyLinks.size === 0) return;
    const links = [...this.dirtyLinks];
    this.dirtyLinks.clear();
    for (const link of links) link.flush();
  }

  /** Ends every link, after what is queued was written; resolves when all are gone. */
  close(): Promise<void> {
    this.closing = true;
    this.flush();
    for (const link of [...this.links.values()]) {
      link.tell({ type: 'CLOSE_REQUESTED' });
      link.flush();
    }
    if (this.links.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenEmpty = resolve;
    });
  }

  get secret(): ClusterSecret | undefined {
    return this.host.secret;
  }

  hello(): Hello {
    return this.host.hello();
  }

  get requirePeerAddressIpMatch(): boolean {
    return this.host.requirePeerAddressIpMatch;
  }

  dirty(link: PeerLink): void {
    this.dirtyLinks.add(link);
    this.host.awaitTurn();
  }

  opened(link: Link, hello: Hello): void {
    this.endFormer(link);
    if (!link.addressProved) return;
    const address = link.address ?? { host: hello.host, port: hello.port };
    const peer = this.peerOf(address);
    if (peer.incarnation !== undefined && peer.incarnation !== hello.incarnation) {
      // The node at this address was restarted: what was linked to the former one is gone.
      for (const other of [...this.links.values()]) {
        if (other === link || other.peer?.incarnation !== peer.incarnation) continue;
        other.tell({ type: 'SOCKET_LOST', reason: 'the node was restarted' });
      }
    }
    peer.incarnation = hello.incarnation;
    this.libprocess.forget(peer.text);
    if (peer.link === undefined || peer.link.ended) peer.link = link;
  }

  /** The peer answered our upgrade with something else: what waits goes the way a libprocess understands. */
  otherWire(link: Link, reason: string): void {
    const peer = this.peerBehind(link);
    // Its wire has no place for a proof of the cluster secret.
    if (peer === undefined || this.transport.dialLibprocess === undefined || this.secret !== undefined) {
      link.tell({ type: 'SOCKET_LOST', reason });
      return;
    }
    this.libprocess.add(peer.text);
    this.replace(peer, link, this.dial(peer));
    link.tell({ type: 'REPLACED' });
  }

  envelope(link: Link, envelope: Envelope): void {
    this.arrivals.envelope(link, envelope);
  }

  control(link: Link, control: Control): void {
    if (control.op === 'replaced') this.replacedByPeer(link);
    else this.arrivals.control(link, control);
  }

  unsendable(envelope: Envelope, error: Error): void {
    this.host.deadLetters.countMany('undecodable', 1);
    this.host.log.error('message dropped: it cannot be written', {
      name: envelope.name,
      error: error.message,
    });
  }

  // ---- what the links' charts ask for -----------------------------------------------------------------------------

  link(id: string): PeerLink | undefined {
    return this.links.get(id);
  }

  failed(where: string, error: unknown): void {
    this.host.log.error('a link failed', { where, error: String(error) });
  }

  release(id: string): void {
    this.host.deadLetters.countMany('link-broken', this.links.get(id)?.release() ?? 0);
  }

  /** Both sides say in their logs why there is no link: a wrong secret is found by reading, not by guessing. */
  refused(id: string): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    const peer = link.address === undefined ? link.remoteHost : addressText(link.address);
    this.host.log.warn('no link', { peer, reason: link.reason });
  }

  announceExit(id: string): void {
    const link = this.links.get(id);
    const peer = link === undefined ? undefined : this.peerBehind(link);
    if (link === undefined || peer === undefined) return;
    this.host.log.debug('link broke', { peer: peer.text, reason: link.reason });
    for (const [pid, watcher] of peer.takeWatches()) {
      this.host.exited(watcher, pid, link.reached ? 'node-gone' : 'unreachable');
    }
  }

  /** The link ended: another one to the same node takes its place, if there is one. */
  forget(id: string): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    this.links.delete(id);
    this.dirtyLinks.delete(link);
    this.arrivals.drop(link);
    this.endFormer(link);
    const peer = this.peerBehind(link);
    if (peer !== undefined) {
      if (link.wire === 'libprocess') this.libprocess.forget(peer.text);
      peer.link = this.anotherLink(peer);
      if (peer.idle) this.peers.delete(peer.text);
    }
    this.charts.stop(id);
    if (this.links.size === 0) this.whenEmpty?.();
  }

  /** The peer that uses this link for sending. */
  private peerBehind(link: PeerLink): Peer | undefined {
    const peer = link.address === undefined ? undefined : this.peers.get(addressText(link.address));
    return peer?.link === link ? peer : undefined;
  }

  private peerOf(address: Address): Peer {
    // A PID has its address as text: made anew for each message it would be most of what sending costs.
    const text = address instanceof Pid ? address.address : addressText(address);
    let peer = this.peers.get(text);
    if (peer === undefined) {
      peer = new Peer(address);
      this.peers.set(text, peer);
    }
    return peer;
  }

  private linkTo(address: Address): PeerLink {
    const peer = this.peerOf(address);
    peer.link ??= this.dial(peer);
    return peer.link;
  }

  private newId(dialled: Address | undefined): string {
    return `${dialled === undefined ? 'from' : addressText(dialled)}#${++this.linksMade}`;
  }

  /** Calls the peer, on the wire it is known to speak. */
  private dial(peer: Peer): PeerLink {
    const id = this.newId(peer.address);
    if (this.transport.dialLibprocess !== undefined && this.libprocess.has(peer.text)) {
      const link = new LibprocessLink(this, id, peer.address);
      this.links.set(id, link);
      link.bind(this.transport.dialLibprocess(peer.address, link));
      return link;
    }
    const link = new Link(this, id, peer.address);
    this.links.set(id, link);
    link.bind(this.transport.dial(peer.address, link));
    return link;
  }

  /** A connection the peer opened serves as well when the one this node opened broke. */
  private anotherLink(peer: Peer): PeerLink | undefined {
    for (const link of this.links.values()) {
      const usable = link.open && link.addressProved && link.address !== undefined;
      if (usable && link.address !== undefined && addressText(link.address) === peer.text) return link;
    }
    return undefined;
  }

  // ---- one link in the place of another ---------------------------------------------------------------------------

  private reconnect(peer: Peer, old: PeerLink): void {
    const next = this.dial(peer);
    this.replace(peer, old, next);
    // A connection that the peer opened is left to it.
    if (!old.dialled) return;
    this.former.set(next, old);
    if (old.wire === 'libprocess' || !old.open) this.endFormer(next);
  }

  private replace(peer: Peer, old: PeerLink, next: PeerLink): void {
    peer.link = next;
    peer.watchAgain(next);
    for (const envelope of old.takeQueue()) next.enqueue(envelope);
  }

  /** The link is open, or never will be: the one it replaces ends, without an exit on either side. */
  private endFormer(next: PeerLink): void {
    const old = this.former.get(next);
    if (old === undefined) return;
    this.former.delete(next);
    old.sendControl({ op: 'replaced' });
    old.tell({ type: 'REPLACED' });
  }

  /** The peer has another connection: what goes from here to there moves to that one, or to one of our own. */
  private replacedByPeer(link: Link): void {
    const peer = this.peerBehind(link);
    const waiting = peer === undefined ? [] : link.takeQueue();
    link.tell({ type: 'REPLACED' });
    if (peer === undefined || (peer.idle && waiting.length === 0)) return;
    const next = this.linkTo(peer.address);
    peer.watchAgain(next);
    for (const envelope of waiting) next.enqueue(envelope);
  }
}
