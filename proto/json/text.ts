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

/** Shortest text that reads back as the same double, always with a fraction or an exponent: `15.0`, `1e-7`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
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
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOf(value.toJSON());
  const members: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const text = textOf(item);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

/**
 * `jsonText` in pieces of UTF-8: stops after each `LaterJson`, for the caller to look at the time.
 * @returns the pieces of the text
 */
export function* jsonPieces(value: unknown): Generator<void, Uint8Array[]> {
  const text = new Chunks();
  yield* addPieces(value, text);
  return text.end();
}

function* addPieces(value: unknown, text: Chunks): Generator<void, void> {
  if (value instanceof LaterJson) {
    addMade(value, text);
    yield;
  } else if (Array.isArray(value)) {
    yield* addItems(value, text);
  } else if (typeof value === 'object' && value !== null && !('toJSON' in value)) {
    yield* addMembers(value, text);
  } else text.text(jsonText(value));
}

function addMade(later: LaterJson, text: Chunks): void {
  const value = later.make();
  if (value instanceof WrittenJson) text.bytes(value.bytes);
  else text.text(jsonText(value));
}

function* addItems(items: readonly unknown[], text: Chunks): Generator<void, void> {
  let comma = '[';
  for (const item of items) {
    text.text(comma);
    comma = ',';
    // Without a generator of its own: this is what long lists are made of.
    if (item instanceof LaterJson) {
      addMade(item, text);
      yield;
    } else yield* addPieces(item, text);
  }
  text.text(comma === '[' ? '[]' : ']');
}

function* addMembers(value: object, text: Chunks): Generator<void, void> {
  let comma = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    text.text(`${comma}${JSON.stringify(key)}:`);
    comma = ',';
    yield* addPieces(item, text);
  }
  text.text(comma === '{' ? '{}' : '}');
}
