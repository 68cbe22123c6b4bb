/**
 * The envelopes of most frames between nodes: lines that have their numbers, bodies that are bytes (every typed message's
 * are). Written here by hand, as the very msgpack the general packer would write, at a third of its cost.
 */

/** Below this a loop copies faster than the call that would. */
const COPY_BY_HAND_MAX = 32;

/** Pairs of a line's number (0…65535) and a body, as a msgpack array behind one byte that is the caller's. */
export function packBytePairs(numbers: readonly number[], bodies: readonly Uint8Array[]): Uint8Array {
  let size = 6;
  for (let i = 0; i < numbers.length; i++) size += 8 + (bodies[i]?.length ?? 0);
  const frame = Buffer.allocUnsafe(size);
  let at = writeArrayHead(frame, 1, 2 * numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const body = bodies[i];
    if (body === undefined) continue;
    at = writeNumber(frame, at, numbers[i] ?? 0);
    at = writeBytes(frame, at, body);
  }
  return frame.subarray(0, at);
}

function writeArrayHead(frame: Buffer, at: number, length: number): number {
  if (length < 16) {
    frame[at] = 0x90 | length;
    return at + 1;
  }
  if (length < 0x10000) {
    frame[at] = 0xdc;
    frame[at + 1] = length >> 8;
    frame[at + 2] = length;
    return at + 3;
  }
  frame[at] = 0xdd;
  return frame.writeUInt32BE(length, at + 1);
}

function writeNumber(frame: Buffer, at: number, number: number): number {
  if (number < 0x80) {
    frame[at] = number;
    return at + 1;
  }
  if (number < 0x100) {
    frame[at] = 0xcc;
    frame[at + 1] = number;
    return at + 2;
  }
  frame[at] = 0xcd;
  frame[at + 1] = number >> 8;
  frame[at + 2] = number;
  return at + 3;
}

function writeBytes(frame: Buffer, at: number, body: Uint8Array): number {
  const { length } = body;
  let next = at;
  if (length < 0x100) {
    frame[next++] = 0xc4;
    frame[next++] = length;
  } else if (length < 0x10000) {
    frame[next++] = 0xc5;
    next = frame.writeUInt16BE(length, next);
  } else {
    frame[next++] = 0xc6;
    next = frame.writeUInt32BE(length, next);
  }
  if (length > COPY_BY_HAND_MAX) frame.set(body, next);
  else for (let i = 0; i < length; i++) frame[next + i] = body[i] ?? 0;
  return next + length;
}
