/**
 * What waits for one peer, and in which order it leaves. Small envelopes leave many to a frame; one that is larger than a
 * frame leaves in chunks, and the later ones of its pair of processes wait for it in a lane of their own, while those of
 * others go on between its chunks.
 */
import type { Limits } from '../limits.ts';
import { CHUNKED_MAX, ChunkWriter } from './chunks.ts';
import type { FrameSink } from './flow.ts';
import { type Envelope, EnvelopeWriter, packEnvelope } from './frame.ts';

export interface OutboxHost {
  readonly limits: Limits;
  /** An envelope that cannot be written, or is larger than a message may be. */
  unsendable(envelope: Envelope, error: Error): void;
}

interface Lane {
  envelopes: Envelope[];
  head: number;
  /** The large envelope of this lane that is under way. */
  chunks: ChunkWriter | undefined;
  chunkedBytes: number;
}

const newLane = (): Lane => ({ envelopes: [], head: 0, chunks: undefined, chunkedBytes: 0 });
const pairOf = (envelope: Envelope): string => `${envelope.from}/${envelope.to}`;

export class Outbox {
  private readonly host: OutboxHost;
  private readonly writer = new EnvelopeWriter();
  private main: Lane = newLane();
  /** By pair of processes: what waits for, or behind, a large envelope. */
  private readonly lanes = new Map<string, Lane>();
  private count = 0;
  private waitingBytes = 0;
  private chunked = 0;
  private lastChunkId = 0;

  constructor(host: OutboxHost) {
    this.host = host;
  }

  /** Envelopes waiting, those that are partly written included. */
  get length(): number {
    return this.count;
  }

  /** About how many bytes wait (`Envelope.bytes`). */
  get bytes(): number {
    return this.waitingBytes;
  }

  /** Whether more waits than may. */
  get overfull(): boolean {
    const { linkQueueMax, linkQueueBytesMax } = this.host.limits;
    return this.count > linkQueueMax || this.waitingBytes > linkQueueBytesMax;
  }

  add(envelope: Envelope): void {
    this.main.envelopes.push(envelope);
    this.count++;
    this.waitingBytes += envelope.bytes;
  }

  /** Writes what waits, as far as the peer keeps up: from each lane a frame, over and over. */
  pump(channel: FrameSink): void {
    while (this.count > 0 && channel.hasRoom) {
      let wrote = this.writeFrom(this.main, channel);
      for (const [pair, lane] of this.lanes) {
        if (!channel.hasRoom) break;
        if (this.writeFrom(lane, channel)) wrote = true;
        if (lane.chunks === undefined && lane.head >= lane.envelopes.length) this.lanes.delete(pair);
      }
      this.rotate();
      if (!wrote) break;
    }
  }

  /** Gives away what waits, in order for each pair of processes; only what is partly written stays (and counts). */
  takeAll(): readonly Envelope[] {
    const lanes = [...this.lanes.values(), this.main];
    const all = lanes.flatMap((lane) => lane.envelopes.slice(lane.head));
    for (const lane of lanes) this.taken(lane, lane.envelopes.slice(lane.head));
    return all;
  }

  /** @returns everything that was not wholly written; nothing waits any more */
  clear(): number {
    const lost = this.count;
    this.main = newLane();
    this.lanes.clear();
    this.count = 0;
    this.waitingBytes = 0;
    return lost;
  }

  /** Another lane is first the next time, so that a peer that takes little at a time takes it from all. */
  private rotate(): void {
    if (this.lanes.size < 2) return;
    for (const [pair, lane] of this.lanes) {
      this.lanes.delete(pair);
      this.lanes.set(pair, lane);
      return;
    }
  }

  /** Writes one frame of a lane. @returns whether anything moved */
  private writeFrom(lane: Lane, channel: FrameSink): boolean {
    if (lane.chunks !== undefined) {
      this.writeChunk(lane, lane.chunks, channel);
      return true;
    }
    const first = lane.envelopes[lane.head];
    if (first === undefined) return false;
    if (lane === this.main && this.lanes.size > 0 && this.lanes.has(pairOf(first))) {
      this.takeFirst(lane);
      this.lanes.get(pairOf(first))?.envelopes.push(first);
      return true;
    }
    if (first.bytes > this.frameRoom) return this.startChunks(lane, first);
    return this.writeBatch(lane, channel);
  }

  /** Bytes of envelopes a frame is filled with: a quarter less than it holds, as sizes are estimates. */
  private get frameRoom(): number {
    return this.host.limits.frameBytesMax * 0.75;
  }

  private writeBatch(lane: Lane, channel: FrameSink): boolean {
    for (let n = this.batchLength(lane); ; n = n >> 1) {
      const batch = lane.envelopes.slice(lane.head, lane.head + n);
      const [first] = batch;
      if (first === undefined) return false;
      const mark = this.writer.mark();
      try {
        const frame = this.writer.frame(batch);
        if (frame.length <= this.host.limits.frameBytesMax) {
          channel.send(frame);
          this.taken(lane, batch);
          return true;
        }
        // The peer never sees the lines this frame numbered.
        this.writer.rollback(mark);
        if (n === 1) return this.startChunks(lane, first);
      } catch (error) {
        this.writer.rollback(mark);
        if (n === 1) return this.refuse(lane, first, error as Error);
      }
    }
  }

  /** How many envelopes go into the next frame: up to the first that is large or has to wait in a lane. */
  private batchLength(lane: Lane): number {
    const { frameEnvelopesMax } = this.host.limits;
    const room = this.frameRoom;
    const end = Math.min(lane.envelopes.length, lane.head + frameEnvelopesMax);
    const held = lane === this.main && this.lanes.size > 0;
    let bytes = 0;
    let at = lane.head;
    for (; at < end; at++) {
      const envelope = lane.envelopes[at];
      if (envelope === undefined) break;
      bytes += envelope.bytes;
      if (bytes > room || (held && this.lanes.has(pairOf(envelope)))) break;
    }
    return Math.max(1, at - lane.head);
  }

  private startChunks(lane: Lane, envelope: Envelope): boolean {
    if (lane === this.main) {
      // Its pair gets a lane, where it is first; a lane of that pair would have taken it before.
      this.takeFirst(lane);
      this.lanes.set(pairOf(envelope), { ...newLane(), envelopes: [envelope] });
      return true;
    }
    if (this.chunked >= CHUNKED_MAX) return false;
    const { frameBytesMax, messageBytesMax } = this.host.limits;
    let whole: Uint8Array;
    try {
      whole = packEnvelope(envelope);
    } catch (error) {
      return this.refuse(lane, envelope, error as Error);
    }
    if (whole.length > messageBytesMax) {
      const error = new Error(`${whole.length} bytes are more than a message of ${messageBytesMax} may have`);
      return this.refuse(lane, envelope, error);
    }
    this.takeFirst(lane);
    this.chunked++;
    this.lastChunkId = (this.lastChunkId + 1) >>> 0;
    lane.chunks = new ChunkWriter(this.lastChunkId, whole, frameBytesMax);
    lane.chunkedBytes = envelope.bytes;
    return true;
  }

  private writeChunk(lane: Lane, chunks: ChunkWriter, channel: FrameSink): void {
    channel.send(chunks.next());
    if (!chunks.done) return;
    lane.chunks = undefined;
    this.chunked--;
    this.count--;
    this.waitingBytes -= lane.chunkedBytes;
  }

  private refuse(lane: Lane, envelope: Envelope, error: Error): boolean {
    this.taken(lane, [envelope]);
    this.host.unsendable(envelope, error);
    return true;
  }

  private taken(lane: Lane, envelopes: readonly Envelope[]): void {
    for (const envelope of envelopes) this.waitingBytes -= envelope.bytes;
    this.count -= envelopes.length;
    lane.head += envelopes.length;
    compact(lane);
  }

  private takeFirst(lane: Lane): void {
    lane.head++;
    compact(lane);
  }
}

/** Lets go of what was taken. */
function compact(lane: Lane): void {
  if (lane.head >= lane.envelopes.length) lane.envelopes = [];
  else if (lane.head >= 4096) lane.envelopes = lane.envelopes.slice(lane.head);
  else return;
  lane.head = 0;
}
