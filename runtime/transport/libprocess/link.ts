/**
 * A link to a libprocess: one persistent socket that this side opened, over which messages leave as pipelined HTTP posts.
 * The peer's own messages come over sockets that the peer opens. Only the socket is watched: the end of a *process* over
 * there is not told, and a silent partition is not noticed (spec: runtime.md §5.3, §5.5).
 */
import type { ChartTable } from '../../../statecharts/engine.ts';
import type { LinkEvent, linkMachine } from '../../../statecharts/link.ts';
import type { Limits } from '../../limits.ts';
import type { Address } from '../../pid.ts';
import type { Clock, Timer } from '../../ports.ts';
import type { Channel, ChannelEvents } from '../channel.ts';
import type { Control, Envelope } from '../frame.ts';
import type { PeerLink } from '../peerLink.ts';
import { requestBytes } from './request.ts';

export interface LibprocessLinkHost {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly charts: ChartTable<typeof linkMachine>;
  /** Address in the sender's name of each message. */
  readonly own: Address;
  unsendable(envelope: Envelope, error: Error): void;
  dirty(link: PeerLink): void;
}

/** Bytes of small requests gathered into one write. */
const WRITE_BYTES = 64 * 1024;
/** How long a socket that this side closed may take to deliver what was written. */
const CLOSE_MS = 1000;

export class LibprocessLink implements PeerLink, ChannelEvents {
  readonly wire = 'libprocess';
  readonly id: string;
  readonly address: Address;
  readonly peer = undefined;
  readonly dialled = true;
  readonly addressProved = true;
  reached = false;
  private readonly host: LibprocessLinkHost;
  private channel: Channel | undefined;
  private queue: Envelope[] = [];
  private waitingBytes = 0;
  private closeTimer: Timer | undefined;

  constructor(host: LibprocessLinkHost, id: string, address: Address) {
    this.host = host;
    this.id = id;
    this.address = address;
    host.charts.start(id);
  }

  get remoteHost(): string | undefined {
    return this.channel?.remoteHost;
  }

  get open(): boolean {
    return this.host.charts.hasTag(this.id, 'sendable');
  }

  get ended(): boolean {
    return !this.host.charts.has(this.id) || this.host.charts.done(this.id);
  }

  get reason(): string {
    return this.host.charts.context(this.id)?.reason ?? '';
  }

  get queued(): number {
    return this.queue.length;
  }

  get queuedBytes(): number {
    return this.waitingBytes;
  }

  bind(channel: Channel): void {
    this.channel = channel;
  }

  enqueue(envelope: Envelope): void {
    const { linkQueueMax, linkQueueBytesMax } = this.host.limits;
    this.queue.push(envelope);
    this.waitingBytes += envelope.bytes;
    if (this.queue.length > linkQueueMax || this.waitingBytes > linkQueueBytesMax)
      this.tell({ type: 'PEER_TOO_SLOW' });
    else if (this.queue.length === 1) this.host.dirty(this);
  }

  /** libprocess knows no such thing: it watches sockets, and the socket is all there is to watch. */
  sendControl(_control: Control): void {}

  tell(event: LinkEvent): void {
    this.host.charts.step(this.id, event);
  }

  takeQueue(): readonly Envelope[] {
    this.waitingBytes = 0;
    return this.queue.splice(0);
  }

  flush(): void {
    if (this.channel === undefined || !this.reached || this.ended) return;
    let at = 0;
    while (at < this.queue.length && this.channel.bufferedBytes < this.host.limits.linkHighWaterBytes) {
      at = this.write(this.channel, at);
    }
    this.queue = at >= this.queue.length ? [] : this.queue.slice(at);
    if (this.queue.length === 0) this.tellDrained();
  }

  // ---- what the chart asks for ------------------------------------------------------------------------------------

  /** There is no handshake on this wire. */
  greet(): void {}

  prove(): void {}

  refuse(): void {}

  begin(): void {
    this.flush();
  }

  release(): number {
    if (this.host.charts.value(this.id) === 'closed') {
      this.channel?.close();
      this.closeTimer = this.host.clock.setTimer(CLOSE_MS, () => this.channel?.cut('closed by this side'));
    } else {
      this.channel?.cut(this.reason);
    }
    return this.takeQueue().length;
  }

  // ---- what the channel tells -------------------------------------------------------------------------------------

  opened(): void {
    if (this.ended) return;
    this.reached = true;
    this.tell({ type: 'CONNECTED' });
    this.tell({ type: 'HANDSHAKE_DONE' });
  }

  drained(): void {
    if (this.queue.length > 0) this.flush();
  }

  /** Answers are thrown away before they come here. */
  frame(_bytes: Uint8Array): void {}

  otherWire(reason: string): void {
    this.closed(reason);
  }

  closed(reason: string): void {
    this.closeTimer?.cancel();
    if (!this.ended) this.tell({ type: 'SOCKET_LOST', reason });
  }

  private tellDrained(): void {
    if (this.host.charts.value(this.id) === 'draining') this.tell({ type: 'DRAINED' });
  }

  /** Writes the next few requests as one. @returns the place of the first that was not written */
  private write(channel: Channel, first: number): number {
    const requests: Uint8Array[] = [];
    let bytes = 0;
    let at = first;
    for (; at < this.queue.length && bytes < WRITE_BYTES; at++) {
      const envelope = this.queue[at];
      if (envelope === undefined) break;
      this.waitingBytes -= envelope.bytes;
      const request = this.requestOf(envelope);
      if (request === undefined) continue;
      requests.push(request);
      bytes += request.length;
    }
    if (bytes > 0) channel.send(requests.length === 1 && requests[0] ? requests[0] : Buffer.concat(requests));
    return at;
  }

  private requestOf(envelope: Envelope): Uint8Array | undefined {
    try {
      return requestBytes(envelope, this.host.own, this.address);
    } catch (error) {
      this.host.unsendable(envelope, error as Error);
      return undefined;
    }
  }
}
