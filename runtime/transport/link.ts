/**
 * A link: one connection to one incarnation of another node, used in both directions. Envelopes are gathered for a turn of
 * the run queue and leave as one frame; control messages leave at once. What waits for a slow peer is bounded; beyond
 * the bound the link is dropped, with all it holds, and its watchers are told.
 */

import type { Limits } from '../limits.ts';
import type { Address } from '../pid.ts';
import type { Clock, Timer } from '../ports.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import {
  type Control,
  controlFrame,
  type Envelope,
  EnvelopeReader,
  EnvelopeWriter,
  FrameError,
  FrameKind,
  type Hello,
  helloFrame,
  PROTOCOL_VERSION,
  readControl,
  readHello,
} from './frame.ts';
import { type LinkPhase, LinkState } from './linkState.ts';

export interface LinkHost {
  readonly clock: Clock;
  readonly limits: Limits;
  hello(): Hello;
  /** The handshake is done. */
  opened(link: Link, peer: Hello): void;
  /** Once, also for a link that never opened. `lost` envelopes were never handed to the connection. */
  closed(link: Link, reason: string, lost: readonly Envelope[]): void;
  envelope(link: Link, envelope: Envelope): void;
  control(link: Link, control: Control): void;
  /** An envelope whose body cannot be written, or is larger than a frame. */
  unsendable(envelope: Envelope, error: Error): void;
  /** The link has something to flush at the end of this turn. */
  dirty(link: Link): void;
}

export class Link implements ChannelEvents {
  /** Address the peer listens at: dialled, or claimed in its hello. */
  address: Address | undefined;
  peer: Hello | undefined;
  readonly dialled: boolean;
  private readonly host: LinkHost;
  private readonly state: LinkState;
  private readonly writer = new EnvelopeWriter();
  private readonly reader = new EnvelopeReader();
  private channel: Channel | undefined;
  private queue: Envelope[] = [];
  private controls: Control[] = [];
  private timer: Timer | undefined;
  private heardAtMs: number;

  constructor(host: LinkHost, dialled: Address | undefined) {
    this.host = host;
    this.address = dialled;
    this.dialled = dialled !== undefined;
    this.heardAtMs = host.clock.monotonic();
    this.state = new LinkState(this.dialled);
    this.timer = host.clock.setTimer(host.limits.linkConnectMs, () =>
      this.fail(`no handshake within ${host.limits.linkConnectMs} ms`),
    );
  }

  get phase(): LinkPhase {
    return this.state.phase;
  }

  /** Whether the peer's claimed address is the one the connection comes from, so that answers may go over it. */
  get addressProved(): boolean {
    const remote = this.channel?.remoteHost;
    if (this.dialled || remote === undefined || this.address === undefined) return true;
    const plain = remote.replace(/^::ffff:/, '');
    return plain === this.address.host || (isLoopback(plain) && isLoopback(this.address.host));
  }

  get queued(): number {
    return this.queue.length;
  }

  bind(channel: Channel): void {
    this.channel = channel;
    if (!this.dialled) channel.send(helloFrame(this.host.hello()));
  }

  /** Queues an envelope; it leaves when the turn ends. */
  enqueue(envelope: Envelope): void {
    this.queue.push(envelope);
    if (this.queue.length > this.host.limits.linkQueueMax) {
      this.fail(`${this.queue.length} envelopes wait for a peer that does not read`);
    } else if (this.queue.length === 1) {
      this.host.dirty(this);
    }
  }

  sendControl(control: Control): void {
    if (this.phase === 'open') this.channel?.send(controlFrame(control));
    else if (this.phase !== 'closed') this.controls.push(control);
  }

  /** Writes what waits, as far as the peer keeps up. */
  flush(): void {
    if (this.phase !== 'open' || this.channel === undefined) return;
    const { frameEnvelopesMax, linkHighWaterBytes } = this.host.limits;
    let at = 0;
    while (at < this.queue.length && this.channel.bufferedBytes < linkHighWaterBytes) {
      const end = Math.min(this.queue.length, at + frameEnvelopesMax);
      this.write(this.queue.slice(at, end));
      at = end;
    }
    this.queue = at >= this.queue.length ? [] : this.queue.slice(at);
  }

  /** Ends the link from this side. */
  fail(reason: string): void {
    this.channel?.close(reason);
    this.closed(reason);
  }

  opened(): void {
    if (this.dialled) this.channel?.send(helloFrame(this.host.hello()));
    this.state.step('connected');
  }

  drained(): void {
    if (this.queue.length > 0) this.flush();
  }

  frame(bytes: Uint8Array): void {
    this.heardAtMs = this.host.clock.monotonic();
    try {
      if (this.phase === 'open') this.read(bytes);
      else if (this.phase !== 'closed') this.handshake(readHello(bytes));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.fail(error.message);
    }
  }

  closed(reason: string): void {
    if (this.phase === 'closed') return;
    this.state.step('broken');
    this.timer?.cancel();
    const lost = this.queue;
    this.queue = [];
    this.controls = [];
    this.host.closed(this, reason, lost);
  }

  private handshake(hello: Hello): void {
    if (hello.version !== PROTOCOL_VERSION) {
      throw new FrameError(`the peer speaks version ${hello.version}, this node ${PROTOCOL_VERSION}`);
    }
    this.state.step('greeted');
    this.peer = hello;
    this.address ??= { host: hello.host, port: hello.port };
    this.timer?.cancel();
    this.heartbeat();
    this.host.opened(this, hello);
    if (this.phase !== 'open') return;
    for (const control of this.controls.splice(0)) this.sendControl(control);
    this.flush();
  }

  private read(bytes: Uint8Array): void {
    if (bytes[0] === FrameKind.envelopes) {
      this.reader.read(bytes, (envelope) => this.host.envelope(this, envelope));
    } else if (bytes[0] === FrameKind.control) {
      const control = readControl(bytes);
      if (control.op === 'ping') this.sendControl({ op: 'pong' });
      else if (control.op !== 'pong') this.host.control(this, control);
    } else {
      throw new FrameError(`a frame of unknown kind ${bytes[0] ?? 'none'}`);
    }
  }

  private heartbeat(): void {
    const { linkHeartbeatMs, linkSilenceMaxMs } = this.host.limits;
    this.timer = this.host.clock.setTimer(linkHeartbeatMs, () => {
      const silentMs = this.host.clock.monotonic() - this.heardAtMs;
      if (silentMs > linkSilenceMaxMs) {
        this.fail(`the peer is silent for ${Math.round(silentMs)} ms`);
        return;
      }
      this.sendControl({ op: 'ping' });
      this.heartbeat();
    });
  }

  /** One frame; two halves of it when it comes out too large or one of its envelopes cannot be written. */
  private write(envelopes: readonly Envelope[]): void {
    const mark = this.writer.mark();
    let problem: Error;
    try {
      const frame = this.writer.frame(envelopes);
      const max = this.host.limits.frameBytesMax;
      if (frame.length <= max) {
        this.channel?.send(frame);
        return;
      }
      problem = new Error(`${frame.length} bytes are more than a frame of ${max} holds`);
    } catch (error) {
      problem = error as Error;
    }
    // The peer never sees the lines this frame numbered.
    this.writer.rollback(mark);
    const [first] = envelopes;
    if (envelopes.length === 1 && first !== undefined) {
      this.host.unsendable(first, problem);
      return;
    }
    const middle = envelopes.length >> 1;
    this.write(envelopes.slice(0, middle));
    this.write(envelopes.slice(middle));
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
