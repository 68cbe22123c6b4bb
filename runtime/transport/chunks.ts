/**
 * Envelopes larger than a frame travel in chunks, so that nothing waits behind them but what must: control messages and the
 * messages of other pairs of processes go between two chunks.
 *
 * A chunk is `kind, id (4 bytes), total (4 bytes), bytes`, numbers little-endian. `id` tells apart the envelopes that are
 * under way at once, `total` is the length of the whole, told in each chunk. The whole is msgpack: `[line, from, encoding, body]`.
 */
import { FrameError, FrameKind } from './frame.ts';

/** Kind, id and total. */
const HEAD_BYTES = 9;
/** Envelopes under way in chunks on one link and direction at once. */
export const CHUNKED_MAX = 4;

/** Cuts one packed envelope into frames. */
export class ChunkWriter {
  private readonly id: number;
  private readonly whole: Uint8Array;
  private readonly bytesMax: number;
  private at = 0;

  /** @param frameBytesMax length of a frame, head included */
  constructor(id: number, whole: Uint8Array, frameBytesMax: number) {
    this.id = id;
    this.whole = whole;
    this.bytesMax = Math.max(1, frameBytesMax - HEAD_BYTES);
  }

  get done(): boolean {
    return this.at >= this.whole.length;
  }

  next(): Uint8Array {
    const part = this.whole.subarray(this.at, this.at + this.bytesMax);
    this.at += part.length;
    const frame = new Uint8Array(HEAD_BYTES + part.length);
    const head = new DataView(frame.buffer);
    head.setUint8(0, FrameKind.chunk);
    head.setUint32(1, this.id, true);
    head.setUint32(5, this.whole.length, true);
    frame.set(part, HEAD_BYTES);
    return frame;
  }
}

interface Partial {
  readonly total: number;
  readonly parts: Uint8Array[];
  bytes: number;
}

/** Puts chunks together. What it holds is bounded by what arrived, never by what a peer announces. */
export class ChunkReader {
  private readonly open = new Map<number, Partial>();
  private readonly messageBytesMax: number;

  constructor(messageBytesMax: number) {
    this.messageBytesMax = messageBytesMax;
  }

  /** Bytes of envelopes that are not complete yet. */
  get heldBytes(): number {
    let bytes = 0;
    for (const partial of this.open.values()) bytes += partial.bytes;
    return bytes;
  }

  /** @returns the whole when this was its last chunk. @throws FrameError, after which the link is not to be trusted */
  read(frame: Uint8Array): Uint8Array | undefined {
    if (frame.length <= HEAD_BYTES) throw new FrameError('a chunk is empty');
    const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const id = head.getUint32(1, true);
    const partial = this.open.get(id) ?? this.begin(id, head.getUint32(5, true));
    if (partial.total !== head.getUint32(5, true))
      throw new FrameError('a chunk changes the length told before');
    const part = frame.subarray(HEAD_BYTES);
    partial.bytes += part.length;
    if (partial.bytes > partial.total) throw new FrameError('chunks are longer than was told');
    partial.parts.push(part);
    if (partial.bytes < partial.total) return undefined;
    this.open.delete(id);
    return Buffer.concat(partial.parts, partial.total);
  }

  private begin(id: number, total: number): Partial {
    if (total > this.messageBytesMax) {
      throw new FrameError(`a message of ${total} bytes is larger than ${this.messageBytesMax}`);
    }
    if (this.open.size >= CHUNKED_MAX) throw new FrameError('too many messages arrive in chunks at once');
    const partial: Partial = { total, parts: [], bytes: 0 };
    this.open.set(id, partial);
    return partial;
  }
}
