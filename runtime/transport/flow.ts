/**
 * How much a peer may have before it that it has not read. Each side tells how many bytes of envelopes it has read, every
 * so many; the other stops writing when too many are on their way. So neither this program's buffers nor those of the two
 * kernels ever hold more than a little: control messages, which do not wait, find a short queue before them.
 */
import type { Channel } from './channel.ts';

/** Bytes of envelopes read after which the sender is told. */
export const TELL_BYTES = 64 * 1024;

/** Where an outbox writes: takes frames as long as there is room. */
export interface FrameSink {
  readonly hasRoom: boolean;
  send(frame: Uint8Array): void;
}

/** The way to one peer, for frames that can wait. */
export class Outflow implements FrameSink {
  private readonly channel: Channel;
  private readonly bytesMax: number;
  private readonly tells: boolean;
  private sent = 0;
  private read = 0;

  /**
   * @param highWaterBytes on their way at most, but for one frame
   * @param tellBytes every how many the peer tells what it has read, by its hello; undefined when it never does
   */
  constructor(channel: Channel, highWaterBytes: number, tellBytes: number | undefined) {
    this.channel = channel;
    this.tells = tellBytes !== undefined;
    // With less than a telling's worth under way nobody would ever tell.
    this.bytesMax = Math.max(highWaterBytes, tellBytes ?? 0);
  }

  get hasRoom(): boolean {
    return (this.tells ? this.sent - this.read : this.channel.bufferedBytes) < this.bytesMax;
  }

  send(frame: Uint8Array): void {
    this.sent += frame.length;
    this.channel.send(frame);
  }

  /** The peer says how many bytes it has read in all: never believed to be less than before, or more than was sent. */
  told(bytes: number): void {
    this.read = Math.min(this.sent, Math.max(this.read, bytes));
  }
}

/** Counts what comes from a peer. */
export class Inflow {
  private read = 0;
  private told = 0;

  /** @returns how many bytes were read in all, when the peer is to be told */
  count(bytes: number): number | undefined {
    this.read += bytes;
    if (this.read - this.told < TELL_BYTES) return undefined;
    this.told = this.read;
    return this.read;
  }
}
