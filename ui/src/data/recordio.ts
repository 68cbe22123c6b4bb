/** RecordIO as it comes from a stream: `<length>\n<bytes>` again and again. */

/** A record larger than this is refused, in bytes: the snapshot of 100,000 tasks has some 150 MB. */
const RECORD_BYTES_MAX = 512 * 1024 * 1024;
const NEWLINE = 10;

export class Records {
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private length: number | undefined;
  private digits = '';

  /** @throws Error for what is not RecordIO */
  push(chunk: Uint8Array): Uint8Array[] {
    const records: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.length === undefined) at = this.readLength(chunk, at);
      else {
        const part = chunk.subarray(at, at + this.length - this.buffered);
        this.chunks.push(part);
        this.buffered += part.length;
        at += part.length;
      }
      if (this.length !== undefined && this.buffered === this.length) records.push(this.take());
    }
    return records;
  }

  private readLength(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length && chunk[at] !== NEWLINE; at++)
      this.digits += String.fromCharCode(chunk[at] ?? 0);
    if (at === chunk.length) return at;
    if (!/^\d{1,10}$/.test(this.digits) || Number(this.digits) > RECORD_BYTES_MAX)
      throw new Error(`the stream is broken: '${this.digits.slice(0, 20)}' is no length of a record`);
    this.length = Number(this.digits);
    this.digits = '';
    return at + 1;
  }

  private take(): Uint8Array {
    const [only] = this.chunks;
    const record = this.chunks.length === 1 && only !== undefined ? only : joined(this.chunks, this.buffered);
    this.chunks = [];
    this.buffered = 0;
    this.length = undefined;
    return record;
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
