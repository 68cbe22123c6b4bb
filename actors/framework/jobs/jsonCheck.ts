/** Checks of parsed JSON, each failing with the place and what was expected. */

/** Refuses: `at` is the place, `problem` what was expected and what was there. */
export type Fail = (at: string, problem: string) => never;

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value as a reader of an error recognizes it, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function objectAt(value: unknown, at: string, fail: Fail): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(at, `expected an object, got ${shown(value)}`);
  return value as JsonObject;
}

/** A text that is not empty and holds no NUL. */
export function textAt(value: unknown, at: string, fail: Fail): string {
  if (typeof value !== 'string' || value.trim() === '' || value.includes('\0'))
    return fail(at, `expected a text that is not empty, got ${shown(value)}`);
  return value;
}

/** A whole number, both bounds included. */
export function wholeAt(
  value: unknown,
  at: string,
  { min, max }: { readonly min: number; readonly max: number },
  fail: Fail,
): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    return fail(at, `expected a whole number ${min}…${max}, got ${shown(value)}`);
  return value;
}
