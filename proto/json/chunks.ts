/** Bytes of a long body that is written piece by piece, gathered into chunks in time and not all at the end. */

const CHUNK_BYTES = 64 * 1024;

/** Bytes of UTF-8 that a character of a string takes at most. */
const BYTES_PER_CHARACTER_MAX = 3;

const NO_ROOM = Buffer.alloc(0);

export class Chunks {
  private full: Uint8Array[] = [];
  private chunk = NO_ROOM;
  private used = 0;
  private pending = '';

  /** Short texts are gathered before they become bytes. */
  text(text: string): void {
    this.pending += text;
    if (this.pending.length * BYTES_PER_CHARACTER_MAX > CHUNK_BYTES / 4) this.settle();
  }

  /** What was written before; it is copied. */
  bytes(bytes: Uint8Array): void {
    this.settle();
    this.put(bytes);
  }

  /** Another body, all of it. */
  append(chunks: readonly Uint8Array[]): void {
    this.settle();
    this.cut();
    for (const chunk of chunks) this.full.push(chunk);
  }

  /** The oldest full chunk, to be sent before the rest is there; undefined when none is full. */
  take(): Uint8Array | undefined {
    return this.full.length === 0 ? undefined : this.full.shift();
  }

  /** All that was not taken, in order. */
  end(): Uint8Array[] {
    this.settle();
    this.cut();
    return this.full;
  }

  private settle(): void {
    const { pending } = this;
    if (pending === '') return;
    this.pending = '';
    const most = pending.length * BYTES_PER_CHARACTER_MAX;
    if (most > CHUNK_BYTES) {
      this.put(Buffer.from(pending));
      return;
    }
    this.reserve(most);
    this.used += this.chunk.write(pending, this.used);
  }

  private put(bytes: Uint8Array): void {
    if (bytes.length > CHUNK_BYTES / 2) {
      this.cut();
      this.full.push(bytes);
      return;
    }
    this.reserve(bytes.length);
    this.chunk.set(bytes, this.used);
    this.used += bytes.length;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.chunk.length) return;
    this.cut();
    if (this.chunk.length < bytes) this.chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  /** What is used of the present chunk is one of its own; the rest of its room is used on. */
  private cut(): void {
    if (this.used === 0) return;
    this.full.push(this.chunk.subarray(0, this.used));
    this.chunk = this.chunk.subarray(this.used);
    this.used = 0;
  }
}

/** Bytes of all chunks together. */
export function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
