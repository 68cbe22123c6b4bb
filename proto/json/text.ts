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
