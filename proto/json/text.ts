// JSON text as Mesos writes it, for values made by hand: a double always shows a fraction.
import { Chunks } from './chunks.ts';

/** A number that prints with a fraction, as Mesos prints protobuf doubles: `new Double(3)` is `3.0`. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  toJSON(): number {
    return this.value;
  }
}

/** JSON text made elsewhere (`toJsonText` of a message), put into a larger value as it is. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** JSON in UTF-8 made elsewhere and kept: what `jsonPieces` need not make again. */
export class WrittenJson {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  toJSON(): unknown {
    return JSON.parse(textIn(this.bytes));
  }
}

/** A value that is made when it is written: an item of a list too long to be made in one go. */
export class LaterJson {
  readonly make: () => unknown;
  constructor(make: () => unknown) {
    this.make = make;
  }
  toJSON(): unknown {
    return this.make();
  }
}

/** A list whose items know how they are written, in UTF-8: none of it is made before its turn. */
export class ListJson<T> {
  readonly items: Iterable<T>;
  readonly write: (this: void, item: T) => Uint8Array;
  constructor(items: Iterable<T>, write: (item: T) => Uint8Array) {
    this.items = items;
    this.write = write;
  }
  toJSON(): unknown[] {
    return Array.from(this.items, (item) => JSON.parse(textIn(this.write(item))) as unknown);
  }
}

/** A value that takes so long to make that it is made in steps, when it is its turn. */
export class SlowJson {
  readonly steps: (this: void) => Generator<undefined, unknown>;
  constructor(steps: () => Generator<undefined, unknown>) {
    this.steps = steps;
  }
  toJSON(): unknown {
    const steps = this.steps();
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
    }
  }
}

/** Shortest text that reads back as the same double, always with a fraction or an exponent: `15.0`, `1e-7`. */
export function doubleText(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = String(value);
  // Below that, what is no integer shows its fraction, or an exponent below zero.
  if (Math.abs(value) < Number.MAX_SAFE_INTEGER) return text;
  return text.includes('e') ? text.replace('e+', 'e') : `${text}.0`;
}

/**
 * `JSON.stringify(value)` that prints `Double` with its fraction and `RawJson` as it is. Plain numbers print as
 * integers do; `undefined` properties are left out; objects with `toJSON` are asked.
 * @throws TypeError for what JSON cannot hold at the top (functions, `undefined`)
 */
export function jsonText(value: unknown): string {
  const text = textOf(value);
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON text`);
  return text;
}

function textIn(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Double) return doubleText(value.value);
  if (value instanceof RawJson) return value.text;
  if (value instanceof WrittenJson) return textIn(value.bytes);
  if (value instanceof ListJson)
    return `[${Array.from(value.items, (item) => textIn(value.write(item))).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOf(value.toJSON());
  const members: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const text = textOf(item);
    if (text !== undefined) members.push(`${quoted(key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

/** Keys are mostly the same few; names that come from outside may be keys too. */
const KEYS_MAX = 1024;
const quotedKeys = new Map<string, string>();

function quoted(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(key);
  if (quotedKeys.size < KEYS_MAX) quotedKeys.set(key, text);
  return text;
}

/** Steps that give a piece of a text, or a moment to look at the time. */
type Steps<T> = Generator<Uint8Array | undefined, T>;

/**
 * `jsonText` in pieces of UTF-8: gives a piece when one is full, and stops after each item of a list made later, for the caller
 * to look at the time.
 * @param before stands in front of the text, and `after` behind it
 */
export function* jsonPieces(value: unknown, before = '', after = ''): Steps<undefined> {
  const chunks = new Chunks();
  chunks.text(before);
  yield* addPieces(value, chunks);
  chunks.text(after);
  yield* chunks.end();
}

function* addPieces(value: unknown, chunks: Chunks): Steps<void> {
  if (value instanceof LaterJson) chunks.text(jsonText(value.make()));
  else if (value instanceof ListJson) yield* addList(value, chunks);
  else if (value instanceof SlowJson) yield* addPieces(yield* value.steps(), chunks);
  else if (value instanceof WrittenJson) chunks.bytes(value.bytes);
  else if (Array.isArray(value)) yield* addItems(value, chunks);
  else if (typeof value === 'object' && value !== null && !('toJSON' in value))
    yield* addMembers(value, chunks);
  else chunks.text(jsonText(value));
  yield chunks.take();
}

function* addList({ items, write }: ListJson<unknown>, chunks: Chunks): Steps<void> {
  let comma = '[';
  for (const item of items) {
    chunks.text(comma);
    chunks.bytes(write(item));
    comma = ',';
    yield chunks.take();
  }
  chunks.text(comma === '[' ? '[]' : ']');
}

function* addItems(items: readonly unknown[], chunks: Chunks): Steps<void> {
  let comma = '[';
  for (const item of items) {
    chunks.text(comma);
    comma = ',';
    yield* addPieces(item, chunks);
  }
  chunks.text(comma === '[' ? '[]' : ']');
}

function* addMembers(value: object, chunks: Chunks): Steps<void> {
  let comma = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    chunks.text(`${comma}${JSON.stringify(key)}:`);
    comma = ',';
    yield* addPieces(item, chunks);
  }
  chunks.text(comma === '{' ? '{}' : '}');
}
