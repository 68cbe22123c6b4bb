// Parts of messages that come again and again (the resources and labels of the tasks of one app, the description of a framework with
// each of its agents) are made once: bytes seen before give the object made then, frozen, as messages are never changed.
import type { MessageCodec } from './codegen.ts';

/** Types whose values repeat; not those with ids of their own in them. */
const SHARED = new Set(
  [
    'AgentID',
    'AgentInfo.Capability',
    'Attribute',
    'CommandInfo',
    'ContainerInfo',
    'ExecutorID',
    'FrameworkID',
    'FrameworkInfo',
    'HealthCheck',
    'KillPolicy',
    'Labels',
    'Resource',
  ].map((name) => `mesos.v1.${name}`),
);

/** Larger values are not looked for. */
const BYTES_MAX = 4096;
/** Slots for each type (a power of two): one value each, the newest that came twice in a row wins. */
const SLOTS = 2048;
/** Up to this many bytes are compared one by one faster than by a call. */
const LOOPED_BYTES_MAX = 48;

interface Kept {
  readonly hash: number;
  readonly bytes: Buffer;
  readonly message: object;
}

type Decode = MessageCodec['decode'];

/** Whether values of that type are shared: frozen objects, as many as there are different values. */
export function isShared(typeName: string): boolean {
  return SHARED.has(typeName);
}

/** The decoder, made to share what it makes where that type's values repeat. */
export function sharing(typeName: string, decode: Decode): Decode {
  if (!SHARED.has(typeName)) return decode;
  const seen = new Int32Array(SLOTS);
  const kept: (Kept | undefined)[] = new Array(SLOTS).fill(undefined);
  return (reader, end, depth, into) => {
    // The field was there already: its parts are added to what came before, in a copy.
    if (into !== undefined) return decode(reader, end, depth, thawed(into) as object);
    const start = reader.pos;
    if (end - start > BYTES_MAX) return decode(reader, end, depth, undefined);
    const bytes = reader.buf as Buffer;
    const hash = hashOf(bytes, start, end);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = kept[slot];
    if (known !== undefined && known.hash === hash && sameBytes(known.bytes, bytes, start, end)) {
      reader.pos = end;
      return known.message;
    }
    const message = decode(reader, end, depth, undefined);
    // What comes once costs no more than its hash.
    if (seen[slot] === hash)
      kept[slot] = { hash, bytes: copyOf(bytes, start, end), message: frozen(message) };
    seen[slot] = hash;
    return message;
  };
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return hash;
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}

function sameBytes(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (known.length !== length) return false;
  if (length > LOOPED_BYTES_MAX) return known.compare(bytes, start, end) === 0;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

/** Bytes in a message stay as they are: they cannot be frozen. */
function frozen<T extends object>(value: T): T {
  if (ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const part of partsOf(value)) if (typeof part === 'object' && part !== null) frozen(part);
  return Object.freeze(value);
}

/** A copy that may be added to, with what is out of sight in it. */
function thawed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(thawed);
  const copy = {};
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value)))
    Object.defineProperty(copy, key, open(property));
  for (const key of Object.getOwnPropertySymbols(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property !== undefined) Object.defineProperty(copy, key, open(property));
  }
  return copy;
}

function open(property: PropertyDescriptor): PropertyDescriptor {
  return { ...property, value: thawed(property.value), writable: true, configurable: true };
}

function partsOf(value: object): unknown[] {
  const hidden = Object.getOwnPropertySymbols(value).map((key) => Reflect.get(value, key) as unknown);
  return [...Object.values(value), ...hidden];
}
