/** Every message type there is, at random: it survives protobuf and JSON, and both ways of writing JSON say the same. */
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { decode, encode } from '../../proto/codec.ts';
import { fromJsonText, toJson, toJsonText } from '../../proto/json.ts';
import { messageNames } from '../../proto/schema.ts';
import { messages } from './arbitraries.ts';

const RUNS = 3;
const DEPTH = 2;

/** Whether all that `part` has is in `whole`, which may have more: defaults that are written. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part))
    return (
      Array.isArray(whole) &&
      part.length === whole.length &&
      part.every((each, i) => isWithin(each, whole[i]))
    );
  if (part instanceof Uint8Array) return whole instanceof Uint8Array && Buffer.compare(part, whole) === 0;
  if (typeof part !== 'object' || part === null) return Object.is(part, whole);
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(([key, value]) =>
    isWithin(value, Object.getOwnPropertyDescriptor(whole, key)?.value),
  );
}

/** @throws Error, from which fast-check goes on to the smallest such message */
function expectSame(one: unknown, other: unknown, name: string): void {
  if (!isDeepStrictEqual(one, other)) throw new Error(`${name} is not what it was`);
}

const names = messageNames();

test('every type survives protobuf', (t) => {
  for (const name of names) {
    fc.assert(
      fc.property(messages(name, DEPTH), (message) => {
        expectSame(decode(name, encode(name, message)), message, name);
      }),
      { numRuns: RUNS, seed: 11 },
    );
  }
  t.true(names.length > 400);
});

test('every type survives JSON, which is written alike as text and as a value', (t) => {
  for (const name of names) {
    fc.assert(
      fc.property(messages(name, DEPTH), (message) => {
        const text = toJsonText(name, message);
        expectSame(JSON.parse(text), toJson(name, message), name);
        const read = fromJsonText(name, text) as object;
        if (!isWithin(message, read)) throw new Error(`${name} reads back with less: ${text}`);
        if (toJsonText(name, read) !== text) throw new Error(`${name} reads back as another: ${text}`);
      }),
      { numRuns: RUNS, seed: 12 },
    );
  }
  t.pass();
});

test('what was read from JSON is what is read from its protobuf', (t) => {
  for (const name of names) {
    fc.assert(
      fc.property(messages(name, 2), (message) => {
        const read = fromJsonText(name, toJsonText(name, message)) as object;
        expectSame(decode(name, encode(name, read)), read, name);
      }),
      { numRuns: 2, seed: 13 },
    );
  }
  t.pass();
});
