/**
 * How message bodies become bytes on their way between nodes. The runtime knows no message: a cluster gives its own codec
 * (protobuf for typed messages); names it does not know travel as msgpack of plain values.
 */
import { Packr } from 'msgpackr';

export interface MessageCodec {
  /** Whether bodies of this name are typed; others are plain values. */
  knows(name: string): boolean;
  /** @throws when the body does not fit the type */
  encode(name: string, body: unknown): Uint8Array;
  /** @throws when the bytes do not parse, naming type and field */
  decode(name: string, bytes: Uint8Array): unknown;
  /** Reads the JSON form, for messages sent by hand (`curl -H 'Content-Type: application/json'`). */
  fromJson(name: string, text: string): unknown;
  /** A body, or a part of one, as people read it: enums by name. Never throws. */
  shown?(name: string, body: unknown): unknown;
}

/** Plain JSON-like values and Uint8Array; no private record extension, so that any msgpack reader can read them. */
const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, int64AsType: 'number' });

/** Copies: msgpackr hands out views of a pooled buffer. */
export function packPlain(value: unknown): Uint8Array {
  return Uint8Array.from(packr.pack(value));
}

export function unpackPlain(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** The codec of a node that was given none: every body is plain. */
export const plainCodec: MessageCodec = {
  knows: () => false,
  encode: (_name, body) => packPlain(body),
  decode: (_name, bytes) => unpackPlain(bytes),
  fromJson: (_name, text) => JSON.parse(text) as unknown,
};

/** Encodes by the typed codec when it knows the name, else as plain values. An absent body is no bytes. */
export function encodeBody(codec: MessageCodec, name: string, body: unknown): Uint8Array {
  if (codec.knows(name)) return codec.encode(name, body);
  return body === undefined ? new Uint8Array(0) : packPlain(body);
}

export function decodeBody(codec: MessageCodec, name: string, bytes: Uint8Array): unknown {
  if (codec.knows(name)) return codec.decode(name, bytes);
  return bytes.length === 0 ? undefined : unpackPlain(bytes);
}
