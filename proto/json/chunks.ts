/** Bytes of a long text that is written piece by piece, gathered into chunks in time and not all at the end. */

const CHUNK_BYTES = 64 * 1024;

/** Bytes of UTF-8 that a character of a string takes at most. */
const BYTES_PER_CHARACTER_MAX = 3;

export class Chunks {
  private readonly full: Uint8Array[] = [];
  private chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private used = 0;
  private pending = '';

  /** Short texts are gathered before they become bytes. */
  text(text: string): void {
    this.pending += text;
    if (this.pending.length * BYTES_PER_CHARACTER_MAX > CHUNK_BYTES / 4) this.settle();
  }

  /** UTF-8 that was written before; it is copied. */
  bytes(bytes: Uint8Array): void {
    this.settle();
    this.put(bytes);
  }

  /** All of it, in order. */
  end(): Uint8Array[] {
    this.settle();
    if (this.used > 0) this.cut();
    return this.full;
  }

  private settle(): void {
    const { pending } = this;
    if (pending === '') return;
    this.pending = '';
    if (pending.length * BYTES_PER_CHARACTER_MAX > CHUNK_BYTES) {
      this.put(Buffer.from(pending));
      return;
    }
    if (this.used + pending.length * BYTES_PER_CHARACTER_MAX > CHUNK_BYTES) this.cut();
    this.used += this.chunk.write(pending, this.used);
  }

  private put(bytes: Uint8Array): void {
    if (this.used + bytes.length > CHUNK_BYTES && this.used > 0) this.cut();
    if (bytes.length > CHUNK_BYTES / 2) {
      if (this.used > 0) this.cut();
      this.full.push(bytes);
      return;
    }
    this.chunk.set(bytes, this.used);
    this.used += bytes.length;
  }

  private cut(): void {
    this.full.push(this.chunk.subarray(0, this.used));
    this.chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.used = 0;
  }
}
