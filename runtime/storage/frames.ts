import { crc32 } from 'node:zlib';
import { ExitCode } from '../startError.ts';

/**
 * The bytes of a journal file.
 *
 * ```
 * file  = magic (8 bytes "MSJRNL01"), batch…
 * batch = length u32, crc32 u32, number u32, then `length` bytes: record…
 * record = length u32, payload
 * ```
 * All numbers little-endian. The checksum covers the batch number and the records.
 *
 * A batch is what one write and one fdatasync made durable, and batch n+1 is only written when batch n is on
 * the disk. The number is what tells a crash from damage: an unreadable batch n with nothing after it was
 * being written when the power went; an unreadable batch n before a whole batch n+1 had been durable once.
 */
export const MAGIC: Uint8Array = Buffer.from('MSJRNL01', 'latin1');

/** Bytes of a batch before its records. */
export const BATCH_HEADER_BYTES = 12;

/** Bytes of a record before its payload. */
export const RECORD_HEADER_BYTES = 4;

/** Where and why reading a journal file ended before its end. */
export interface Broken {
  /** Offset in the file of the first batch that cannot be read. */
  readonly offset: number;
  readonly why: string;
}

/** What a journal file holds. */
export interface FileContent {
  readonly records: Uint8Array[];
  /** Number of the last whole batch; 0 when there is none. */
  readonly lastBatch: number;
  /** Bytes from the start of the file that are whole. */
  readonly validBytes: number;
  /** Present when a torn tail follows `validBytes`. */
  readonly torn: Broken | undefined;
}

/** A record that had been durable cannot be read any more. */
export class JournalDamaged extends Error {
  readonly file: string;
  readonly offset: number;
  readonly exitCode = ExitCode.dataError;

  constructor(file: string, offset: number, why: string) {
    super(`${file}: damaged at offset ${offset}: ${why}`);
    this.name = 'JournalDamaged';
    this.file = file;
    this.offset = offset;
  }
}

/** Encodes one batch. `number` counts from 1 in each file. */
export function encodeBatch(number: number, payloads: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const payload of payloads) length += RECORD_HEADER_BYTES + payload.length;
  const bytes = Buffer.allocUnsafe(BATCH_HEADER_BYTES + length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(number, 8);
  let offset = BATCH_HEADER_BYTES;
  for (const payload of payloads) {
    bytes.writeUInt32LE(payload.length, offset);
    bytes.set(payload, offset + RECORD_HEADER_BYTES);
    offset += RECORD_HEADER_BYTES + payload.length;
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/**
 * Reads a whole journal file.
 *
 * @throws JournalDamaged when a batch that had been durable cannot be read
 */
export function decodeFile(file: string, content: Uint8Array): FileContent {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const records: Uint8Array[] = [];
  const start = startProblem(file, bytes);
  if (start !== undefined) {
    return { records, lastBatch: 0, validBytes: 0, torn: bytes.length === 0 ? undefined : start };
  }
  let offset = MAGIC.length;
  let number = 0;
  while (offset < bytes.length) {
    const why = batchProblem(bytes, offset, number + 1);
    if (why !== undefined) {
      if (laterBatchFollows(bytes, offset, number + 1))
        throw new JournalDamaged(file, offset, `${why}, yet whole records follow`);
      return { records, lastBatch: number, validBytes: offset, torn: { offset, why } };
    }
    const end = offset + BATCH_HEADER_BYTES + bytes.readUInt32LE(offset);
    readRecords(bytes, offset + BATCH_HEADER_BYTES, end, records);
    offset = end;
    number++;
  }
  return { records, lastBatch: number, validBytes: offset, torn: undefined };
}

/**
 * @returns how the first write was torn (bytes of it may be missing or zero), or undefined when the start is whole
 * @throws JournalDamaged when this never was the start of a journal, or batches that came later are there
 */
function startProblem(file: string, bytes: Buffer): Broken | undefined {
  const start = bytes.subarray(0, MAGIC.length);
  if (start.equals(MAGIC)) return undefined;
  if (!start.every((byte, at) => byte === 0 || byte === MAGIC[at])) {
    throw new JournalDamaged(file, 0, 'it does not begin as a journal does');
  }
  const why = 'the first 8 bytes are not whole';
  if (laterBatchFollows(bytes, 0, 1)) throw new JournalDamaged(file, 0, why);
  return { offset: 0, why };
}

/** @returns why no whole batch with this number begins here, or undefined when one does */
function batchProblem(bytes: Buffer, offset: number, number: number): string | undefined {
  if (bytes.length - offset < BATCH_HEADER_BYTES) return 'the file ends within a batch header';
  const end = offset + BATCH_HEADER_BYTES + bytes.readUInt32LE(offset);
  if (end > bytes.length) return 'the file ends within a batch';
  if (crc32(bytes.subarray(offset + 8, end)) !== bytes.readUInt32LE(offset + 4))
    return 'the checksum differs';
  const found = bytes.readUInt32LE(offset + 8);
  return found === number ? undefined : `batch ${number} is missing, ${found} stands in its place`;
}

/** Whether any whole batch after `offset` has a number above `number`. Byte by byte: lengths there are not to be trusted. */
function laterBatchFollows(bytes: Buffer, offset: number, number: number): boolean {
  const highest = number + Math.ceil((bytes.length - offset) / BATCH_HEADER_BYTES);
  for (let at = offset; at + BATCH_HEADER_BYTES <= bytes.length; at++) {
    const found = bytes.readUInt32LE(at + 8);
    if (found > number && found <= highest && batchProblem(bytes, at, found) === undefined) return true;
  }
  return false;
}

function readRecords(bytes: Buffer, start: number, end: number, records: Uint8Array[]): void {
  let offset = start;
  while (offset < end) {
    const length = bytes.readUInt32LE(offset);
    offset += RECORD_HEADER_BYTES;
    records.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
}

/** Magic, then the records as batches of up to so many bytes; one larger record is a batch of its own. */
export function snapshotChunks(records: readonly Uint8Array[], batchBytesMax: number): Uint8Array[] {
  const chunks: Uint8Array[] = [MAGIC];
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const record of records) {
    if (batch.length > 0 && bytes + record.length > batchBytesMax) {
      chunks.push(encodeBatch(chunks.length, batch));
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += RECORD_HEADER_BYTES + record.length;
  }
  if (batch.length > 0) chunks.push(encodeBatch(chunks.length, batch));
  return chunks;
}
