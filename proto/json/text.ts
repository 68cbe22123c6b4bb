// JSON text as Mesos writes it, for values made by hand: a double always shows a fraction.

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

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Double) return doubleText(value.value);
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOf(value.toJSON());
  const members: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const text = textOf(item);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

/** Texts are gathered up to this length before they become bytes: in time, not all at the end. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * `jsonText` in pieces of UTF-8: stops after each `LaterJson`, for the caller to look at the time.
 * @returns the pieces of the text
 */
export function* jsonPieces(value: unknown): Generator<void, Uint8Array[]> {
  const text = new ChunkedText();
  yield* addPieces(value, text);
  return text.end();
}

class ChunkedText {
  private readonly chunks: Uint8Array[] = [];
  private text = '';

  add(text: string): void {
    this.text += text;
    if (this.text.length >= CHUNK_LENGTH) this.cut();
  }

  end(): Uint8Array[] {
    this.cut();
    return this.chunks;
  }

  private cut(): void {
    this.chunks.push(Buffer.from(this.text));
    this.text = '';
  }
}

function* addPieces(value: unknown, text: ChunkedText): Generator<void, void> {
  if (value instanceof LaterJson) {
    text.add(jsonText(value.make()));
    yield;
  } else if (Array.isArray(value)) {
    yield* addItems(value, text);
  } else if (typeof value === 'object' && value !== null && !('toJSON' in value)) {
    yield* addMembers(value, text);
  } else text.add(jsonText(value));
}

function* addItems(items: readonly unknown[], text: ChunkedText): Generator<void, void> {
  let comma = '[';
  for (const item of items) {
    text.add(comma);
    comma = ',';
    // Without a generator of its own: this is what long lists are made of.
    if (item instanceof LaterJson) {
      text.add(jsonText(item.make()));
      yield;
    } else yield* addPieces(item, text);
  }
  text.add(comma === '[' ? '[]' : ']');
}

function* addMembers(value: object, text: ChunkedText): Generator<void, void> {
  let comma = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    text.add(`${comma}${JSON.stringify(key)}:`);
    comma = ',';
    yield* addPieces(item, text);
  }
  text.add(comma === '{' ? '{}' : '}');
}
