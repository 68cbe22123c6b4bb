// Binary protobuf (proto2) for every message type, by full name. Objects are plain: own properties for what is set,
// nothing for what is not, v1 field names (view.ts), enums as numbers, bytes as Uint8Array, 64-bit as numbers.
// Fields and enum values this house does not know are kept out of sight and written back when re-encoded.
import protobuf from 'protobufjs/minimal.js';
import { codecOf } from './codegen.ts';
import type { MessageTypes } from './generated/types/names.ts';
import { MessageReader } from './reader.ts';
import type { FieldSchema } from './schema.ts';
import { enumNamed, findMessage, messageNamed } from './schema.ts';

/** Bytes that are not a message of the type: truncated, malformed, or without a required field. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** A message that cannot be written: a required field is missing, or a value is not of its field's type. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

/** Whether messages of that full name can be encoded and decoded. */
export function hasType(typeName: string): boolean {
  return findMessage(typeName) !== undefined;
}

/**
 * The message as protobuf bytes. Properties that are no fields of the type are ignored.
 * @throws EncodeError naming type and field when a required field is missing or a value does not fit
 */
export function encode(typeName: string, message: object): Uint8Array {
  if (!hasType(typeName)) throw new EncodeError(`${typeName}: no such message type`);
  const writer = takeWriter();
  try {
    codecOf(typeName).encode(message, writer, 0);
    return finish(writer);
  } catch (error) {
    throw new EncodeError(`cannot encode ${typeName}: ${reasonOf(error)}`);
  }
}

/**
 * The message in the bytes. The bytes are not kept: what is in the result is copied.
 * @throws DecodeError naming type and field when the input is truncated, malformed or lacks a required field
 */
export function decode(typeName: string, bytes: Uint8Array): unknown {
  if (!hasType(typeName)) throw new DecodeError(`${typeName}: no such message type`);
  try {
    const reader = new MessageReader(asBuffer(bytes));
    return codecOf(typeName).decode(reader, reader.len, 0, undefined);
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
 * enum), `undefined` for messages, repeated fields and maps.
 * @throws TypeError if there is no such type or field
 */
export function fieldDefault(typeName: string, fieldName: string): unknown {
  const field = messageNamed(typeName).fields.find(({ name }) => name === fieldName);
  if (field === undefined) throw new TypeError(`${typeName}.${fieldName}: no such field`);
  if (field.explicitDefault !== undefined) return field.explicitDefault;
  return field.rule === 'optional' || field.rule === 'required' ? zeroOf(field) : undefined;
}

function zeroOf(field: FieldSchema): unknown {
  switch (field.kind) {
    case 'message':
      return undefined;
    case 'enum':
      return enumNamed(field.typeName ?? '').first;
    case 'string':
      return '';
    case 'bytes':
      return new Uint8Array(0);
    case 'bool':
      return false;
    default:
      return 0;
  }
}

/** A writer whose buffer grew beyond this is not kept. */
const KEPT_WRITER_BYTES_MAX = 64 * 1024;

/** The writer of the last message, when nothing went wrong with it: its buffer has grown to what is needed. */
let idleWriter: protobuf.Writer | undefined;

function takeWriter(): protobuf.Writer {
  const writer = idleWriter ?? protobuf.Writer.create();
  idleWriter = undefined;
  return writer;
}

function finish(writer: protobuf.Writer): Uint8Array {
  const bytes = Buffer.allocUnsafe(writer.pos);
  (writer.buf as Buffer).copy(bytes, 0, 0, writer.pos);
  if (writer.buf.length <= KEPT_WRITER_BYTES_MAX) idleWriter = writer.reset();
  return bytes;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof RangeError ? `truncated or malformed (${error.message})` : error.message;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
