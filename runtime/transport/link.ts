/**
 * A link: one connection to one incarnation of another node, used in both directions. Envelopes are gathered for a turn of
 * the run queue and leave as one frame; control messages leave at once. What waits for a slow peer is bounded; beyond
 * the bound the link is dropped, with all it holds, and its watchers are told.
 */

import type { ChartTable } from '../../statecharts/engine.ts';
import type { LinkEvent, linkMachine } from '../../statecharts/link.ts';
import type { Limits } from '../limits.ts';
import type { Address } from '../pid.ts';
import type { Clock, Timer } from '../ports.ts';
import type { ClusterSecret } from '../security/clusterSecret.ts';
import { isSameHost, isSameIp } from './addressProof.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import { ChunkReader } from './chunks.ts';
import { Inflow, Outflow } from './flow.ts';
import {
  type Control,
  controlFrame,
  type Envelope,
  EnvelopeReader,
  FrameError,
  FrameKind,
  type Hello,
  helloFrame,
  proofFrame,
  readControl,
  readEnvelope,
  readRefusal,
  refusalFrame,
} from './frame.ts';
import { Handshake } from './handshake.ts';
import type { Intake } from './intake.ts';
import { Outbox } from './outbox.ts';
import type { PeerLink } from './peerLink.ts';

export interface LinkHost {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Where what arrives waits when there is too much of it. */
  readonly intake: Intake;
  /** What state each link is in, by the link's id. */
  readonly charts: ChartTable<typeof linkMachine>;
  /** What a peer has to prove that it knows, when there is one. */
  readonly secret: ClusterSecret | undefined;
  /** Whether a node must come from the very IP address it claims. */
  readonly requirePeerAddressIpMatch: boolean;
  /** Says who this node is; made anew for each link, as its nonce is. */
  hello(): Hello;
  /** The handshake is done. */
  opened(link: Link, peer: Hello): void;
  envelope(link: Link, envelope: Envelope): void;
  control(link: Link, control: Control): void;
  /** The peer answered the call for this wire with something else. */
  otherWire(link: Link, reason: string): void;
  /** An envelope whose body cannot be written, or is larger than a message may be. */
  unsendable(envelope: Envelope, error: Error): void;
  /** The link has something to flush at the end of this turn. */
  dirty(link: PeerLink): void;
}

export class Link implements PeerLink, ChannelEvents {
  readonly wire = 'mesostate';
  readonly id: string;
  /** Address the peer listens at: dialled, or claimed in its hello. */
  address: Address | undefined;
  peer: Hello | undefined;
  readonly dialled: boolean;
  private readonly host: LinkHost;
  private readonly reader = new EnvelopeReader();
  private readonly chunks: ChunkReader;
  private readonly outbox: Outbox;
  private handshake: Handshake | undefined;
  private channel: Channel | undefined;
  private outflow: Outflow | undefined;
  private readonly inflow = new Inflow();
  private controls: Control[] = [];
  private timer: Timer | undefined;
  private heardAtMs: number;

  /** @param dialled where the peer listens; undefined for a connection that the peer opened */
  constructor(host: LinkHost, id: string, dialled: Address | undefined) {
    this.host = host;
    this.outbox = new Outbox(host);
    this.chunks = new ChunkReader(host.limits.messageBytesMax);
    this.id = id;
    this.address = dialled;
    this.dialled = dialled !== undefined;
    this.heardAtMs = host.clock.monotonic();
    host.charts.start(id);
  }

  /** State of the link's chart: connecting, handshaking, open, draining, broken, closed. */
  get state(): string {
    return this.host.charts.value(this.id) ?? 'closed';
  }

  /** Whether messages go out now. */
  get open(): boolean {
    return this.host.charts.hasTag(this.id, 'sendable');
  }

  get ended(): boolean {
    return !this.host.charts.has(this.id) || this.host.charts.done(this.id);
  }

  /** Why it ended; empty before. */
  get reason(): string {
    return this.host.charts.context(this.id)?.reason ?? '';
  }

  /** Address the connection comes from or goes to, where there is one. */
  get remoteHost(): string | undefined {
    return this.channel?.remoteHost;
  }

  /** Whether the peer's claimed address is the one the connection comes from, so that answers may go over it. */
  get addressProved(): boolean {
    const remote = this.channel?.remoteHost;
    if (this.dialled || remote === undefined || this.address === undefined) return true;
    return isSameHost(this.address.host, remote);
  }

  get reached(): boolean {
    return this.peer !== undefined;
  }

  /** Envelopes that wait for the peer. */
  get queued(): number {
    return this.outbox.length;
  }

  /** About how many bytes wait for the peer. */
  get queuedBytes(): number {
    return this.outbox.bytes;
  }

  bind(channel: Channel): void {
    this.channel = channel;
  }

  /** Queues an envelope; it leaves when the turn ends. */
  enqueue(envelope: Envelope): void {
    this.outbox.add(envelope);
    if (this.outbox.overfull) this.tell({ type: 'PEER_TOO_SLOW' });
    else if (this.outbox.length === 1) this.host.dirty(this);
  }

  /** Leaves at once, but for what only tells who watches whom: that leaves with the envelopes of its turn, in front of them. */
  sendControl(control: Control): void {
    if (this.ended) return;
    this.controls.push(control);
    if (!this.open) return;
    if (control.op !== 'link' && control.op !== 'unlink') this.writeControls();
    else if (this.controls.length === 1) this.host.dirty(this);
  }

  private writeControls(): void {
    if (this.controls.length === 0 || !this.open) return;
    for (const control of this.controls.splice(0)) this.channel?.send(controlFrame(control));
  }

  /** A fact about this link. What follows from it is its chart's to say. */
  tell(event: LinkEvent): void {
    this.host.charts.step(this.id, event);
  }

  /** Writes what waits, as far as the peer keeps up. */
  flush(): void {
    const { outflow } = this;
    if (outflow === undefined || !this.host.charts.hasTag(this.id, 'connected')) return;
    const write = (): void => {
      this.writeControls();
      this.outbox.pump(outflow);
    };
    if (this.channel?.together === undefined) write();
    else this.channel.together(write);
    if (this.outbox.length === 0 && this.state === 'draining') this.tell({ type: 'DRAINED' });
  }

  // ---- what the chart asks for ------------------------------------------------------------------------------------

  greet(): void {
    const own = this.host.hello();
    this.handshake = new Handshake(this.host.secret, this.dialled ? 'dialler' : 'acceptor', own);
    this.channel?.send(helloFrame(own));
  }

  prove(): void {
    if (this.handshake !== undefined) this.channel?.send(proofFrame(this.handshake.proof()));
  }

  refuse(): void {
    this.channel?.send(refusalFrame(this.reason));
  }

  /** The handshake is done: what waited goes out. */
  begin(): void {
    if (this.peer === undefined) return;
    this.heartbeat();
    this.host.opened(this, this.peer);
    if (!this.open) return;
    this.flush();
  }

  /** Lets go of the connection. @returns how many envelopes were not (wholly) handed to it */
  release(): number {
    this.timer?.cancel();
    // What was said last is to arrive; a broken link has nothing to say.
    if (this.state === 'closed' || this.state === 'refused') this.channel?.close();
    else this.channel?.cut(this.reason);
    this.controls = [];
    return this.outbox.clear();
  }

  takeQueue(): readonly Envelope[] {
    return this.outbox.takeAll();
  }

  // ---- what the channel tells -------------------------------------------------------------------------------------

  opened(): void {
    this.tell({ type: 'CONNECTED' });
  }

  drained(): void {
    if (this.outbox.length > 0) this.flush();
  }

  frame(bytes: Uint8Array): void {
    this.heardAtMs = this.host.clock.monotonic();
    if (this.peer !== undefined && bytes[0] === FrameKind.control)
      this.understand(() => this.readControl(readControl(bytes)));
    else this.host.intake.take(() => this.understand(() => this.read(bytes)));
  }

  /** Runs what reads a frame: one that cannot be understood ends the link. */
  private understand(read: () => void): void {
    try {
      if (!this.ended) read();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.tell({ type: 'PROTOCOL_BROKEN', reason: error.message });
    }
  }

  otherWire(reason: string): void {
    if (!this.ended) this.host.otherWire(this, reason);
  }

  closed(reason: string): void {
    // What arrived before it is heard before it.
    this.host.intake.take(() => {
      if (!this.ended) this.tell({ type: 'SOCKET_LOST', reason });
    });
  }

  private shakeHands(bytes: Uint8Array): void {
    const { handshake } = this;
    if (handshake === undefined) return;
    const event = this.checkAddress(handshake.read(bytes), handshake.claimed);
    if (event.type === 'HANDSHAKE_DONE' && handshake.claimed !== undefined) {
      const { host, port } = handshake.claimed;
      this.peer = handshake.claimed;
      this.address ??= { host, port };
      this.beginFlow(handshake.claimed);
    }
    this.tell(event);
  }

  private beginFlow({ tells }: Hello): void {
    if (this.channel === undefined) return;
    this.outflow = new Outflow(this.channel, this.host.limits.linkHighWaterBytes, tells);
  }

  /** The rule of `requirePeerAddressIpMatch`, as soon as the peer has said where it is. */
  private checkAddress(event: LinkEvent, claimed: Hello | undefined): LinkEvent {
    const remote = this.channel?.remoteHost;
    if (!this.host.requirePeerAddressIpMatch || this.dialled || remote === undefined) return event;
    if (claimed === undefined || isSameIp(claimed.host, remote)) return event;
    const reason = `the peer claims to be at ${claimed.host} but its connection comes from ${remote}`;
    return { type: 'HANDSHAKE_REFUSED', reason };
  }

  private read(bytes: Uint8Array): void {
    if (this.peer === undefined) this.shakeHands(bytes);
    else if (bytes[0] === FrameKind.envelopes) {
      this.reader.read(bytes, (envelope) => this.host.envelope(this, envelope));
      this.tellRead(bytes.length);
    } else if (bytes[0] === FrameKind.chunk) {
      const whole = this.chunks.read(bytes);
      this.tellRead(bytes.length);
      if (whole !== undefined) this.host.envelope(this, readEnvelope(whole));
    } else if (bytes[0] === FrameKind.control) {
      this.readControl(readControl(bytes));
    } else if (bytes[0] === FrameKind.refusal) {
      throw new FrameError(`the peer refused the link: ${readRefusal(bytes)}`);
    } else {
      throw new FrameError(`a frame of unknown kind ${bytes[0] ?? 'none'}`);
    }
  }

  /** What keeps the link going does not wait; what is said of processes stays behind what these have sent. */
  private readControl(control: Control): void {
    if (control.op === 'ping') this.sendControl({ op: 'pong' });
    else if (control.op === 'read') this.peerRead(control.bytes);
    else if (control.op !== 'pong')
      this.host.intake.take(() => this.understand(() => this.host.control(this, control)));
  }

  private tellRead(bytes: number): void {
    const read = this.inflow.count(bytes);
    if (read !== undefined) this.sendControl({ op: 'read', bytes: read });
  }

  private peerRead(bytes: number): void {
    this.outflow?.told(bytes);
    this.drained();
  }

  private heartbeat(): void {
    const { linkHeartbeatMs, linkSilenceMaxMs } = this.host.limits;
    this.timer = this.host.clock.setTimer(linkHeartbeatMs, () => {
      const silentMs = this.host.clock.monotonic() - this.heardAtMs;
      if (silentMs > linkSilenceMaxMs) {
        this.tell({ type: 'PEER_SILENT' });
        return;
      }
      this.sendControl({ op: 'ping' });
      this.heartbeat();
    });
  }
}
