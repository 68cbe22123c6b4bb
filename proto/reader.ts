// A protobufjs reader for what this house decodes all day: many small messages full of ids that repeat.
import protobuf from 'protobufjs/minimal.js';

/** Strings up to this many bytes are looked for in the cache of strings seen; ids and names are shorter. */
const CACHED_BYTES_MAX = 64;
/** Slots of the cache (a power of two): one string each, the newest wins. */
const CACHE_SLOTS = 4096;

/** Up to this many bytes a loop copies faster than a view and `set` do. */
const LOOPED_COPY_BYTES_MAX = 64;

interface CachedString {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const cache: (CachedString | undefined)[] = new Array(CACHE_SLOTS).fill(undefined);

/**
 * Reads as `protobuf.BufferReader` does, except that `bytes` fields are copies (network buffers are large and must
 * not be held on to for the sake of a 16-byte uuid) and that short strings seen before are not made again.
 */
export class MessageReader extends protobuf.BufferReader {
  override raw(start: number, end: number): Buffer {
    return copyOf(this.buf, start, end) as Buffer;
  }

  override string(): string {
    const length = this.uint32();
    const start = this.pos;
    const end = start + length;
    if (end > this.len) throw new RangeError(`index out of range: ${start} + ${length} > ${this.len}`);
    this.pos = end;
    if (length === 0) return '';
    return length <= CACHED_BYTES_MAX
      ? cachedString(this.buf as Buffer, start, end)
      : text(this.buf as Buffer, start, end);
  }
}

function text(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, end);
}

function copyOf(source: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  const copy = new Uint8Array(length);
  if (length > LOOPED_COPY_BYTES_MAX) copy.set(source.subarray(start, end));
  else for (let i = 0; i < length; i++) copy[i] = source[start + i] as number;
  return copy;
}

function cachedString(buffer: Buffer, start: number, end: number): string {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (buffer[i] as number)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1);
  const entry = cache[slot];
  if (entry !== undefined && sameBytes(entry.bytes, buffer, start, end)) return entry.text;
  const made = text(buffer, start, end);
  cache[slot] = { bytes: copyOf(buffer, start, end), text: made };
  return made;
}

function sameBytes(bytes: Uint8Array, buffer: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (bytes.length !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== buffer[start + i]) return false;
  return true;
}
