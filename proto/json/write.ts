// Message → JSON, as Mesos answers: fields in order of declaration; what is not set is left out, unless the .proto file
// names a default for it and does not call it deprecated; enums by name; 64-bit integers as numbers; bytes as base64.
import type { FieldSchema } from '../schema.ts';
import { enumNamed, messageNamed } from '../schema.ts';
import { textWriterOf } from './textWriters.ts';

type Message = Readonly<Record<string, unknown>>;

/**
 * The message as a JSON value (doubles are plain numbers; use `toJsonText` where their fraction must show).
 * @throws TypeError if there is no such message type
 */
export function toJson(typeName: string, message: object): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const field of messageNamed(typeName).fields) {
    const value = present(field, (message as Message)[field.name]);
    if (value !== undefined) setMember(json, field.name, fieldJson(field, value));
  }
  return json;
}

/**
 * The message as JSON text, doubles with a fraction.
 * @throws TypeError if there is no such message type
 */
export function toJsonText(typeName: string, message: object): string {
  return textWriterOf(typeName).write(message);
}

/** The value to print: what is set, else a default that is printed, else `undefined`. */
function present(field: FieldSchema, value: unknown): unknown {
  if (value === undefined || value === null) return field.deprecated ? undefined : field.explicitDefault;
  if (field.rule === 'repeated') return (value as unknown[]).length === 0 ? undefined : value;
  if (field.rule === 'map') return Object.keys(value).length === 0 ? undefined : value;
  return value;
}

function fieldJson(field: FieldSchema, value: unknown): unknown {
  if (field.rule === 'repeated') return (value as unknown[]).map((item) => itemJson(field, item));
  if (field.rule !== 'map') return itemJson(field, value);
  const json: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value as object)) setMember(json, key, itemJson(field, item));
  return json;
}

function itemJson(field: FieldSchema, value: unknown): unknown {
  switch (field.kind) {
    case 'message':
      return toJson(field.typeName ?? '', value as object);
    case 'enum':
      return enumJson(field, value as number);
    case 'bytes':
      return base64(value as Uint8Array);
    case 'double':
      return Number.isFinite(value) ? value : String(value);
    default:
      return value;
  }
}

/** A number that no name stands for can only have been put there by our own code: shown as it is. */
function enumJson(field: FieldSchema, value: number): string | number {
  return enumNamed(field.typeName ?? '').names.get(value) ?? value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Map keys come from outside; `__proto__` is a key like any other. */
function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
