// Binary protobuf (proto2) for every message type, by full name. Objects are plain: own properties for what is set,
// nothing for what is not, v1 field names (view.ts), enums as numbers, bytes as Uint8Array, 64-bit as numbers.
// Fields and enum values this house does not know are kept out of sight and written back when re-encoded.
import protobuf from 'protobufjs';
import type { MessageTypes } from './generated/types/names.ts';
import { findType } from './schema.ts';

/** Bytes that are not a message of the type: truncated, malformed, or without a required field. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** A message that cannot be written: a required field is missing, or a value is not of its field's type. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

type Encode = (message: object, writer?: protobuf.Writer, depth?: number) => protobuf.Writer;
type Decode = (
  reader: protobuf.Reader | Uint8Array,
  length?: number,
  endGroup?: number,
  depth?: number,
  into?: object,
) => object;
type PlainMessage = Record<string, unknown>;

interface Codec {
  readonly encode: Encode;
  readonly decode: Decode;
}

const codecs = new Map<string, Codec>();

/** Whether messages of that full name can be encoded and decoded. */
export function hasType(typeName: string): boolean {
  return findType(typeName) !== undefined;
}

/**
 * The message as protobuf bytes. Properties that are no fields of the type are ignored.
 * @throws EncodeError naming type and field when a required field is missing or a value does not fit
 */
export function encode(typeName: string, message: object): Uint8Array {
  const codec = codecOf(typeName);
  if (codec === undefined) throw new EncodeError(`${typeName}: no such message type`);
  try {
    return codec.encode(message).finish();
  } catch (error) {
    throw new EncodeError(`cannot encode ${typeName}: ${reasonOf(error)}`);
  }
}

/**
 * The message in the bytes. The bytes are not kept: what is in the result is copied.
 * @throws DecodeError naming type and field when the input is truncated, malformed or lacks a required field
 */
export function decode(typeName: string, bytes: Uint8Array): unknown {
  const codec = codecOf(typeName);
  if (codec === undefined) throw new DecodeError(`${typeName}: no such message type`);
  try {
    return codec.decode(new CopyingReader(asBuffer(bytes)));
  } catch (error) {
    throw new DecodeError(`cannot decode ${typeName}: ${reasonOf(error)}`);
  }
}

/** `encode`, with the message checked against the type of that name. */
export function encodeAs<Name extends keyof MessageTypes>(
  typeName: Name,
  message: MessageTypes[Name],
): Uint8Array {
  return encode(typeName, message);
}

/** `decode`, with the type of that name. */
export function decodeAs<Name extends keyof MessageTypes>(
  typeName: Name,
  bytes: Uint8Array,
): MessageTypes[Name] {
  return decode(typeName, bytes) as MessageTypes[Name];
}

/**
 * Default of a field that is not set: what the .proto file says, else the zero of its type (first value of an
 * enum), `undefined` for messages, as a proto2 accessor returns it.
 * @throws TypeError if there is no such type or field
 */
export function fieldDefault(typeName: string, fieldName: string): unknown {
  const field = findType(typeName)?.fields[fieldName]?.resolve();
  if (field === undefined) throw new TypeError(`${typeName}.${fieldName}: no such field`);
  return field.resolvedType instanceof protobuf.Type ? undefined : field.typeDefault;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof RangeError ? `truncated or malformed (${error.message})` : error.message;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Network buffers are large and reused: `bytes` fields must not hold on to them. */
class CopyingReader extends protobuf.BufferReader {
  override raw(start: number, end: number): Buffer {
    const copy = new Uint8Array(end - start);
    copy.set(this.buf.subarray(start, end));
    return copy as Buffer;
  }
}

// --- the generated encoders and decoders of protobufjs, with our checks around them

/** `new PlainObject()` is `{}`: decoded messages are plain objects, not instances with defaults on a prototype. */
const PlainObject = function PlainObject(): void {};
PlainObject.prototype = Object.prototype;

function codecOf(typeName: string): Codec | undefined {
  const known = codecs.get(typeName);
  if (known !== undefined) return known;
  const type = findType(typeName);
  if (type === undefined) return undefined;
  install(type);
  const codec: Codec = { encode: type.encode as Encode, decode: type.decode as Decode };
  codecs.set(typeName, codec);
  return codec;
}

const installed = new WeakSet<protobuf.Type>();

/** Generates encoder and decoder of a type and of every type inside it. */
function install(type: protobuf.Type): void {
  if (installed.has(type)) return;
  installed.add(type);
  const fields = type.fieldsArray;
  const types = fields.map((field) => field.resolve().resolvedType);
  for (const inner of types) if (inner instanceof protobuf.Type) install(inner);
  const { util } = protobuf;
  const encode = protobuf.encoder(type)({ Writer: protobuf.Writer, types, util }) as unknown as Encode;
  const scope = { Reader: protobuf.Reader, types, util, C: PlainObject };
  const decode = protobuf.decoder(type)(scope) as unknown as Decode;
  type.encode = checkedEncode(type, encode) as protobuf.Type['encode'];
  type.decode = checkedDecode(type, decode) as unknown as protobuf.Type['decode'];
}

/** protobufjs writes nothing sensible for a missing required field: check before. */
function checkedEncode(type: protobuf.Type, encode: Encode): Encode {
  const required = type.fieldsArray.filter((field) => field.required).map((field) => field.name);
  if (required.length === 0) return encode;
  const typeName = type.fullName.slice(1);
  return function encodeChecked(message, writer, depth) {
    const values = message as PlainMessage;
    for (const name of required)
      if (values[name] === undefined || values[name] === null)
        throw new Error(`${typeName} lacks required field '${name}'`);
    return encode(message, writer, depth);
  };
}

/** Says of which type the missing field is, and lets of a oneof only the last one read stand. */
function checkedDecode(type: protobuf.Type, decode: Decode): Decode {
  const oneofs = type.oneofsArray;
  const required = type.fieldsArray.some((field) => field.required);
  if (oneofs.length === 0 && !required) return decode;
  const typeName = type.fullName.slice(1);
  return function decodeChecked(reader, length, endGroup, depth, into) {
    try {
      const message = decode(reader, length, endGroup, depth, into);
      for (const oneof of oneofs) settleOneof(oneof, message as PlainMessage);
      return message;
    } catch (error) {
      if (error instanceof protobuf.util.ProtocolError)
        throw new Error(error.message.replace('missing required', `${typeName} lacks required field`));
      throw error;
    }
  };
}

/** The generated decoder notes the name of the member read last in a property named as the oneof. */
function settleOneof(oneof: protobuf.OneOf, message: PlainMessage): void {
  const last = message[oneof.name];
  if (last === undefined) return;
  delete message[oneof.name];
  for (const member of oneof.oneof) if (member !== last) delete message[member];
}
