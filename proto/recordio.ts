// RecordIO, the framing of Mesos' event streams: `<length in decimal>\n<bytes>`, nothing after the bytes.

/** A stream that is not RecordIO, or holds a record above the limit. The decoder that threw it is of no more use. */
export class RecordIoError extends Error {
  override readonly name = 'RecordIoError';
}

/** Largest record a decoder takes when it is not told otherwise: 64 MiB. */
export const DEFAULT_RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** Longest length header that is read: more digits than any record can have bytes. */
const HEADER_DIGITS_MAX = 16;
const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;

/** One record, framed. Text is written as UTF-8. */
export function encodeRecord(record: Uint8Array | string): Uint8Array {
  const body = typeof record === 'string' ? Buffer.from(record, 'utf8') : record;
  return Buffer.concat([recordHeader(body.length), body]);
}

/** What stands in front of a record of so many bytes. */
export function recordHeader(bytes: number): Uint8Array {
  return Buffer.from(`${bytes}\n`, 'latin1');
}

/**
 * Takes a stream apart as it arrives, wherever its pieces begin and end. What is buffered is what has arrived: a
 * header that announces much allocates nothing.
 */
export class RecordDecoder {
  readonly #recordBytesMax: number;
  #digits = '';
  /** Length of the record being read; `undefined` while reading a header. */
  #length: number | undefined;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #failure: RecordIoError | undefined;

  constructor(recordBytesMax: number = DEFAULT_RECORD_BYTES_MAX) {
    this.#recordBytesMax = recordBytesMax;
  }

  /** Whether the stream may end here: between two records. */
  get atBoundary(): boolean {
    return this.#failure === undefined && this.#length === undefined && this.#digits === '';
  }

  /**
   * The records that end in this chunk. A record within one chunk is a view of it, not a copy.
   * @throws RecordIoError for a header that is no number, or a record above the limit; then at every later call too
   */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#failure !== undefined) throw this.#failure;
    const records: Uint8Array[] = [];
    let position = 0;
    while (position < chunk.length) {
      position =
        this.#length === undefined
          ? this.#readHeader(chunk, position)
          : this.#readBody(chunk, position, this.#length);
      if (this.#length !== undefined && this.#length === this.#partsBytes) records.push(this.#takeRecord());
    }
    return records;
  }

  #readHeader(chunk: Uint8Array, start: number): number {
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === NEWLINE) {
        this.#endHeader();
        return i + 1;
      }
      if (byte < ZERO || byte > NINE) this.#fail(`expected a digit in a record's length, got byte ${byte}`);
      if (this.#digits.length >= HEADER_DIGITS_MAX)
        this.#fail(`length of a record has more than ${HEADER_DIGITS_MAX} digits`);
      this.#digits += String.fromCharCode(byte);
    }
    return chunk.length;
  }

  #endHeader(): void {
    if (this.#digits === '') this.#fail('length of a record is empty');
    const length = Number(this.#digits);
    if (length > this.#recordBytesMax)
      this.#fail(`record of ${length} bytes is above the limit of ${this.#recordBytesMax}`);
    this.#digits = '';
    this.#length = length;
  }

  #readBody(chunk: Uint8Array, start: number, length: number): number {
    const end = Math.min(chunk.length, start + length - this.#partsBytes);
    if (end > start) this.#parts.push(chunk.subarray(start, end));
    this.#partsBytes += end - start;
    return end;
  }

  #takeRecord(): Uint8Array {
    const [only, ...more] = this.#parts;
    const record = more.length === 0 ? (only ?? new Uint8Array(0)) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#length = undefined;
    return record;
  }

  #fail(reason: string): never {
    this.#failure = new RecordIoError(`not a RecordIO stream: ${reason}`);
    throw this.#failure;
  }
}
