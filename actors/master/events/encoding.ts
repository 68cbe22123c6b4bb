/** Events as records of a stream, with their index where the client asked for it. */

import { encodeRecord, type MasterEvent } from '../../../proto/index.ts';
import { JSON_TYPE, type MediaType, writeMessage } from '../../../proto/mediaTypes.ts';

/**
 * Number of the field that carries the index in protobuf: far from all that Mesos uses, so that clients pass over it. In JSON it is
 * `index`.
 */
export const INDEX_FIELD = 50_000;

/** @param index written too, when there is one */
export function eventRecord(type: MediaType, event: MasterEvent, index: number | undefined): Uint8Array {
  return encodeRecord(withIndex(type, writeMessage('mesos.v1.master.Event', type, event), index));
}

/** A written event with its index at the end. */
function withIndex(
  type: MediaType,
  body: Uint8Array | string,
  index: number | undefined,
): Uint8Array | string {
  if (index === undefined) return body;
  if (type === JSON_TYPE) return `${Buffer.from(body).toString().slice(0, -1)},"index":${index}}`;
  return Buffer.concat([Buffer.from(body), varint(INDEX_FIELD * 8), varint(index)]);
}

/** The same of an event in pieces, of which the last one is never empty. */
export function piecesWithIndex(
  type: MediaType,
  pieces: readonly Uint8Array[],
  index: number | undefined,
): Uint8Array[] {
  const last = withIndex(type, pieces.at(-1) ?? new Uint8Array(0), index);
  return [...pieces.slice(0, -1), typeof last === 'string' ? Buffer.from(last) : last];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}
