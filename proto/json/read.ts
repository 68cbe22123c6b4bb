// JSON → message, as Mesos reads requests (its rules are laxer than protobuf's own JSON mapping in some places,
// stricter in others): names exactly as in the .proto file, null is unset, unknown names are passed over.
import type { FieldSchema, MessageSchema } from '../schema.ts';
import { enumNamed, messageNamed } from '../schema.ts';

/** Objects and arrays nested deeper than this are refused. */
export const JSON_DEPTH_MAX = 200;

/** JSON that is not a message of the type: where (`subscribe.framework_info.user`) and what was expected. */
export class JsonMappingError extends Error {
  override readonly name = 'JsonMappingError';
  /** Where in the JSON, empty for the whole of it. */
  readonly path: string;
  readonly expectation: string;
  constructor(path: string, expectation: string) {
    super(path === '' ? expectation : `${path}: ${expectation}`);
    this.path = path;
    this.expectation = expectation;
  }
}

/**
 * The message that a JSON value stands for.
 * @throws JsonMappingError at the first value that does not fit, or for a missing required field
 */
export function fromJson(typeName: string, value: unknown): unknown {
  checkDepth(value, 1);
  return readMessage(messageNamed(typeName), value, '');
}

/**
 * The message that a JSON text stands for.
 * @throws JsonMappingError also for what is not JSON
 */
export function fromJsonText(typeName: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new JsonMappingError('', `not valid JSON: ${reason}`);
  }
  return fromJson(typeName, value);
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > JSON_DEPTH_MAX) throw new JsonMappingError('', `nested more than ${JSON_DEPTH_MAX} deep`);
  for (const item of Object.values(value)) checkDepth(item, depth + 1);
}

type Message = Record<string, unknown>;

function readMessage(schema: MessageSchema, value: unknown, path: string): Message {
  if (!isObject(value)) throw mismatch(path, 'an object', value);
  const message: Message = {};
  const fields = fieldsOf(schema);
  // Upstream goes through the keys in alphabetical order, which decides what a oneof holds in the end.
  for (const key of schema.oneofs.length === 0 ? Object.keys(value) : Object.keys(value).sort()) {
    const field = fields.get(key);
    const member = value[key];
    if (field === undefined || member === null) continue;
    const read = readField(field, member, path === '' ? key : `${path}.${key}`);
    if (read === undefined) continue;
    for (const oneof of schema.oneofs)
      if (oneof.includes(key)) for (const other of oneof) delete message[other];
    message[key] = read;
  }
  for (const field of schema.fields)
    if (field.rule === 'required' && message[field.name] === undefined)
      throw new JsonMappingError(
        path === '' ? field.name : `${path}.${field.name}`,
        'required field is missing',
      );
  return message;
}

const fieldTables = new WeakMap<MessageSchema, ReadonlyMap<string, FieldSchema>>();

function fieldsOf(schema: MessageSchema): ReadonlyMap<string, FieldSchema> {
  let table = fieldTables.get(schema);
  if (table === undefined) {
    table = new Map(schema.fields.map((field) => [field.name, field]));
    fieldTables.set(schema, table);
  }
  return table;
}

/** A field's value; `undefined` where the JSON leaves the field unset. */
function readField(field: FieldSchema, value: unknown, path: string): unknown {
  switch (field.rule) {
    case 'map':
      return readMap(field, value, path);
    case 'repeated':
      return Array.isArray(value) ? readArray(field, value, path) : readArray(field, [value], path);
    default:
      return readItem(field, value, path);
  }
}

function readArray(field: FieldSchema, values: readonly unknown[], path: string): unknown[] {
  const items: unknown[] = [];
  values.forEach((value, index) => {
    const item = value === null ? undefined : readItem(field, value, `${path}[${index}]`);
    if (item !== undefined) items.push(item);
  });
  return items;
}

function readMap(field: FieldSchema, value: unknown, path: string): object {
  if (!isObject(value)) throw mismatch(path, 'an object', value);
  const entries: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const item = member === null ? undefined : readItem(field, member, `${path}[${JSON.stringify(key)}]`);
    if (item !== undefined) entries.push([key, item]);
  }
  return Object.fromEntries(entries);
}

function readItem(field: FieldSchema, value: unknown, path: string): unknown {
  switch (field.kind) {
    case 'message':
      return readMessage(messageNamed(field.typeName ?? ''), value, path);
    case 'enum':
      return readEnum(field, value, path);
    case 'string':
      if (typeof value !== 'string') throw mismatch(path, 'a string', value);
      return value;
    case 'bytes':
      return readBytes(value, path);
    case 'bool':
      return readBool(value, path);
    case 'double':
      return readDouble(value, path);
    default:
      return readInteger(field.kind, value, path);
  }
}

/** A name that this version does not know leaves the field unset, so that newer clients can talk to it. */
function readEnum(field: FieldSchema, value: unknown, path: string): number | undefined {
  const { name, numbers } = enumNamed(field.typeName ?? '');
  if (typeof value !== 'string') throw mismatch(path, `the name of a ${name}`, value);
  const number = numbers.get(value);
  if (number === undefined && field.rule === 'required')
    throw new JsonMappingError(path, `expected the name of a ${name}, got ${quoted(value)}`);
  return number;
}

function readBool(value: unknown, path: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw mismatch(path, 'true or false', value);
}

const JSON_NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function readDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && JSON_NUMBER.test(value)) return Number(value);
  throw mismatch(path, 'a number', value);
}

/** Smallest and largest value of each integer type; 64-bit limits as the nearest doubles. */
const INTEGER_RANGES = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
} as const;

function readInteger(kind: keyof typeof INTEGER_RANGES, value: unknown, path: string): number {
  const isText = typeof value === 'string' && JSON_NUMBER.test(value);
  if (typeof value !== 'number' && !isText) throw mismatch(path, 'a number', value);
  const [min, max] = INTEGER_RANGES[kind];
  const number = Math.trunc(Number(value));
  if (number < min || number > max)
    throw new JsonMappingError(path, `expected ${kind} (${min} to ${max}), got ${number}`);
  return number === 0 ? 0 : number;
}

const BASE64 = /^[A-Za-z0-9+/]*$/;

function readBytes(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string') throw mismatch(path, 'base64 text', value);
  const [digits = ''] = value.replaceAll(/\s/g, '').split('=', 1);
  if (!BASE64.test(digits)) throw new JsonMappingError(path, `expected base64 text, got ${quoted(value)}`);
  return new Uint8Array(Buffer.from(digits, 'base64'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(path: string, expected: string, value: unknown): JsonMappingError {
  return new JsonMappingError(path, `expected ${expected}, got ${described(value)}`);
}

function described(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quoted(value) : `${typeof value} ${String(value)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
