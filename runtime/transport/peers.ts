/**
 * The other nodes: one link to each is used for sending, watchers of their processes are told when it breaks. Nobody above
 * sees a connection; they see PIDs, messages and exits.
 */
import { ChartTable } from '../../statecharts/engine.ts';
import { linkMachine } from '../../statecharts/link.ts';
import { decodeBody, encodeBody, type MessageCodec } from '../codec.ts';
import type { DeadLetters } from '../deadLetters.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logging/index.ts';
import { type Address, addressText, Pid } from '../pid.ts';
import type { Clock } from '../ports.ts';
import type { ExitReason } from '../process.ts';
import type { ClusterSecret } from '../security/clusterSecret.ts';
import type { Channel, ChannelEvents, Transport } from './channel.ts';
import { type Control, Encoding, type Envelope, type Hello } from './frame.ts';
import { Link, type LinkHost } from './link.ts';
import { bytesOf } from './size.ts';

export interface PeersHost {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly codec: MessageCodec;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  readonly secret: ClusterSecret | undefined;
  hello(): Hello;
  /** A message from another node for a process here. */
  arrived(toId: string, name: string, body: unknown, from: Pid | undefined): void;
  /** A watched process of another node is gone. */
  exited(watcherId: string, pid: Pid, reason: ExitReason): void;
  /** A process of another node watches one here. @returns false when there is no such process */
  watchedFrom(toId: string, watcher: Pid): boolean;
  unwatchedFrom(toId: string, watcher: Pid): void;
  awaitTurn(): void;
}

/** Longest wait for a peer to take what is queued when a link is ended from this side. */
const DRAIN_MS = 1000;
/** What an envelope costs besides its body while it waits. */
const ENVELOPE_BYTES = 8;

interface Peer {
  readonly address: Address;
  /** The link used for sending. */
  link: Link | undefined;
  incarnation: string | undefined;
  /** Process id there → ids of the processes here that watch it. */
  readonly watched: Map<string, Set<string>>;
}

export class Peers implements LinkHost {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly charts: ChartTable<typeof linkMachine>;
  private readonly host: PeersHost;
  private readonly transport: Transport;
  private readonly peers = new Map<string, Peer>();
  private readonly links = new Map<string, Link>();
  private linksMade = 0;
  private whenEmpty: (() => void) | undefined;
  private readonly dirtyLinks = new Set<Link>();
  /** Watches of other nodes' processes over processes here, which end with their link. */
  private readonly inbound = new Map<Link, Map<string, Set<string>>>();
  private readonly senders = new Map<Link, Map<string, Pid>>();
  private closing = false;

  constructor(host: PeersHost, transport: Transport) {
    this.host = host;
    this.clock = host.clock;
    this.limits = host.limits;
    this.transport = transport;
    this.charts = this.makeCharts();
  }

  get openLinks(): number {
    let open = 0;
    for (const link of this.links.values()) if (link.open) open++;
    return open;
  }

  get queuedEnvelopes(): number {
    let queued = 0;
    for (const link of this.links.values()) queued += link.queued;
    return queued;
  }

  /** A typed body is encoded here, so that a wrong one throws at its sender. */
  send(to: Pid, name: string, body: unknown, from: Pid | undefined): void {
    if (this.closing) {
      this.host.deadLetters.count('link-broken', { to, name, from });
      return;
    }
    const typed = this.host.codec.knows(name);
    const empty = body === undefined && !typed;
    const written = typed ? encodeBody(this.host.codec, name, body) : empty ? null : body;
    this.linkTo(to).enqueue({
      to: to.id,
      name,
      from: from?.id ?? '',
      encoding: typed ? Encoding.typed : empty ? Encoding.empty : Encoding.plain,
      body: written,
      bytes: ENVELOPE_BYTES + bytesOf(written),
    });
  }

  watch(watcherId: string, pid: Pid): void {
    const peer = this.peerOf(pid);
    const watchers = peer.watched.get(pid.id) ?? new Set<string>();
    if (watchers.has(watcherId)) return;
    watchers.add(watcherId);
    peer.watched.set(pid.id, watchers);
    this.linkTo(pid).sendControl({ op: 'link', from: watcherId, to: pid.id });
  }

  unwatch(watcherId: string, pid: Pid): void {
    const peer = this.peers.get(pid.address);
    const watchers = peer?.watched.get(pid.id);
    if (peer === undefined || watchers?.delete(watcherId) !== true) return;
    if (watchers.size === 0) peer.watched.delete(pid.id);
    peer.link?.sendControl({ op: 'unlink', from: watcherId, to: pid.id });
  }

  /** What a process here watches on other nodes. */
  watchedBy(watcherId: string): string[] {
    const texts: string[] = [];
    for (const { address, watched } of this.peers.values()) {
      for (const [id, watchers] of watched) {
        if (watchers.has(watcherId)) texts.push(`${addressText(address)}/${id}`);
      }
    }
    return texts;
  }

  /** Forgets all watches of a process that ended here. */
  forgetWatcher(watcherId: string): void {
    for (const peer of this.peers.values()) {
      for (const [id, watchers] of peer.watched) {
        if (watchers.has(watcherId))
          this.unwatch(watcherId, new Pid(id, peer.address.host, peer.address.port));
      }
    }
  }

  /** Tells a watcher on another node that the process it watched here is gone. */
  tellExited(localId: string, watcher: Pid, reason: ExitReason): void {
    const link = this.peers.get(watcher.address)?.link;
    // Controls overtake envelopes, but the end of a process is not to be heard before its last words.
    link?.flush();
    link?.sendControl({ op: 'exited', from: localId, to: watcher.id, reason });
  }

  /** Takes a connection that a peer opened. */
  accept(bind: (events: ChannelEvents) => Channel): void {
    const link = this.newLink(undefined);
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

  dirty(link: Link): void {
    this.dirtyLinks.add(link);
    this.host.awaitTurn();
  }

  opened(link: Link, hello: Hello): void {
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
    if (peer.link === undefined || peer.link.ended) peer.link = link;
  }

  envelope(link: Link, envelope: Envelope): void {
    const from = this.senderOf(link, envelope.from);
    let body: unknown;
    try {
      if (envelope.encoding === Encoding.typed) {
        body = decodeBody(this.host.codec, envelope.name, envelope.body as Uint8Array);
      } else if (envelope.encoding === Encoding.plain) {
        body = envelope.body;
      }
    } catch (error) {
      const to = new Pid(envelope.to, this.hello().host, this.hello().port);
      this.host.deadLetters.count('undecodable', { to, name: envelope.name, from });
      this.host.log.warn('message dropped: its body does not parse', {
        name: envelope.name,
        from: from?.text ?? '',
        error: (error as Error).message,
      });
      return;
    }
    this.host.arrived(envelope.to, envelope.name, body, from);
  }

  control(link: Link, control: Control): void {
    if (control.op === 'ping' || control.op === 'pong') return;
    const there = this.senderOf(link, control.from);
    if (there === undefined) return;
    if (control.op === 'exited') this.remoteExited(there, control.to, control.reason);
    else if (control.op === 'link') this.remoteWatches(link, control.to, there);
    else this.host.unwatchedFrom(control.to, there);
  }

  get queuedBytes(): number {
    let queued = 0;
    for (const link of this.links.values()) queued += link.queuedBytes;
    return queued;
  }

  unsendable(envelope: Envelope, error: Error): void {
    this.host.deadLetters.countMany('undecodable', 1);
    this.host.log.error('message dropped: it cannot be written', {
      name: envelope.name,
      error: error.message,
    });
  }

  private makeCharts(): ChartTable<typeof linkMachine> {
    const { linkConnectMs } = this.limits;
    return new ChartTable(linkMachine, {
      clock: this.clock,
      delays: { CONNECT_TIMEOUT: linkConnectMs, HANDSHAKE_TIMEOUT: linkConnectMs, DRAIN_TIMEOUT: DRAIN_MS },
      actions: {
        sendHandshake: ({ id }) => this.links.get(id)?.greet(),
        sendProof: ({ id }) => this.links.get(id)?.prove(),
        sendRefusal: ({ id }) => this.links.get(id)?.refuse(),
        flush: ({ id }) => this.links.get(id)?.begin(),
        closeSocket: ({ id }) => this.release(id),
        announceExit: ({ id }) => this.announceExit(id),
      },
      onTransition: ({ id, value, event }) => {
        if (event.type === 'HANDSHAKE_REFUSED' || event.type === 'REFUSED_BY_PEER') this.logRefusal(id);
        if (value === 'broken' || value === 'closed' || value === 'refused') this.forget(id);
      },
      onError: ({ where, error }) => this.host.log.error('a link failed', { where, error: String(error) }),
    });
  }

  private newLink(dialled: Address | undefined): Link {
    const id = `${dialled === undefined ? 'from' : addressText(dialled)}#${++this.linksMade}`;
    const link = new Link(this, id, dialled);
    this.links.set(id, link);
    return link;
  }

  private release(id: string): void {
    this.host.deadLetters.countMany('link-broken', this.links.get(id)?.release() ?? 0);
  }

  /** Both sides say in their logs why there is no link: a wrong secret is found by reading, not by guessing. */
  private logRefusal(id: string): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    const peer = link.address === undefined ? link.remoteHost : addressText(link.address);
    this.host.log.warn('no link', { peer, reason: link.reason });
  }

  private announceExit(id: string): void {
    const link = this.links.get(id);
    const peer = link === undefined ? undefined : this.peerBehind(link);
    if (link === undefined || peer === undefined) return;
    this.host.log.debug('link broke', { peer: addressText(peer.address), reason: link.reason });
    this.tellWatchers(peer, link.peer === undefined ? 'unreachable' : 'node-gone');
  }

  /** The link ended: another one to the same node takes its place, if there is one. */
  private forget(id: string): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    this.links.delete(id);
    this.dirtyLinks.delete(link);
    this.senders.delete(link);
    this.dropInbound(link);
    const peer = this.peerBehind(link);
    if (peer !== undefined) {
      peer.link = this.anotherLink(peer);
      if (peer.link === undefined && peer.watched.size === 0) this.peers.delete(addressText(peer.address));
    }
    this.charts.stop(id);
    if (this.links.size === 0) this.whenEmpty?.();
  }

  /** The peer that uses this link for sending. */
  private peerBehind(link: Link): Peer | undefined {
    const peer = link.address === undefined ? undefined : this.peers.get(addressText(link.address));
    return peer?.link === link ? peer : undefined;
  }

  private peerOf(address: Address): Peer {
    const text = addressText(address);
    let peer = this.peers.get(text);
    if (peer === undefined) {
      peer = {
        address: { host: address.host, port: address.port },
        link: undefined,
        incarnation: undefined,
        watched: new Map(),
      };
      this.peers.set(text, peer);
    }
    return peer;
  }

  private linkTo(address: Address): Link {
    const peer = this.peerOf(address);
    if (peer.link === undefined) {
      const link = this.newLink(peer.address);
      peer.link = link;
      link.bind(this.transport.dial(peer.address, link));
    }
    return peer.link;
  }

  /** A connection the peer opened serves as well when the one this node opened broke. */
  private anotherLink(peer: Peer): Link | undefined {
    const text = addressText(peer.address);
    for (const link of this.links.values()) {
      const usable = link.open && link.addressProved && link.address !== undefined;
      if (usable && link.address !== undefined && addressText(link.address) === text) return link;
    }
    return undefined;
  }

  private tellWatchers(peer: Peer, reason: ExitReason): void {
    const watched = [...peer.watched];
    peer.watched.clear();
    for (const [id, watchers] of watched) {
      const pid = new Pid(id, peer.address.host, peer.address.port);
      for (const watcher of watchers) this.host.exited(watcher, pid, reason);
    }
  }

  private remoteExited(there: Pid, watcherId: string, reason: ExitReason): void {
    const watchers = this.peers.get(there.address)?.watched.get(there.id);
    if (watchers?.delete(watcherId) === true) this.host.exited(watcherId, there, reason);
  }

  private remoteWatches(link: Link, localId: string, watcher: Pid): void {
    if (!this.host.watchedFrom(localId, watcher)) {
      link.sendControl({ op: 'exited', from: localId, to: watcher.id, reason: 'never-existed' });
      return;
    }
    const byLocal = this.inbound.get(link) ?? new Map<string, Set<string>>();
    const watchers = byLocal.get(localId) ?? new Set<string>();
    watchers.add(watcher.text);
    byLocal.set(localId, watchers);
    this.inbound.set(link, byLocal);
  }

  private dropInbound(link: Link): void {
    for (const [localId, watchers] of this.inbound.get(link) ?? []) {
      for (const text of watchers) {
        const watcher = Pid.parse(text);
        if (watcher !== undefined) this.host.unwatchedFrom(localId, watcher);
      }
    }
    this.inbound.delete(link);
  }

  /** The sender is always a process of the node at the link's other end: nobody speaks for others. */
  private senderOf(link: Link, id: string): Pid | undefined {
    if (id === '' || link.address === undefined) return undefined;
    let pids = this.senders.get(link);
    if (pids === undefined) {
      pids = new Map();
      this.senders.set(link, pids);
    }
    let pid = pids.get(id);
    if (pid === undefined) {
      pid = new Pid(id, link.address.host, link.address.port);
      if (pids.size < 10_000) pids.set(id, pid);
    }
    return pid;
  }
}
