import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { ValueType } from '../../../proto/generated/types/v1.ts';
import {
  parseAttributes,
  parseResourceMessages,
  parseResources,
  ResourceError,
  Resources,
} from '../../../proto/resources/index.ts';
import { bag, messages } from './notation.ts';
import { VECTORS, type Vectors } from './vectors.ts';

const SPEC = new URL('../shared/spec/vectors/resources.json', `file://${process.cwd()}/`);
const inSpec = existsSync(SPEC) ? [['spec', JSON.parse(readFileSync(SPEC, 'utf8')) as Vectors] as const] : [];

for (const [from, vectors] of [['own', VECTORS] as const, ...inSpec]) {
  test(`${from}: text is read into these resources`, (t) => {
    for (const { text, default_role, expected, expected_total } of vectors.parse) {
      const parsed = parseResources(text, default_role);
      if (expected_total !== undefined) t.true(parsed.equals(bag(expected_total)), text);
      if (expected !== undefined) t.deepEqual(parsed.toMessages().map(shortForm), expected, text);
    }
  });

  test(`${from}: wrong text is refused with its item`, (t) => {
    for (const text of vectors.parse_errors) {
      const error = t.throws(() => parseResources(text), { instanceOf: ResourceError }, text);
      t.regex(error?.message ?? '', /^resource /, text);
    }
  });

  test(`${from}: sums, differences and containment`, (t) => {
    for (const [a, b, sum] of vectors.add) t.true(bag(a).plus(bag(b)).equals(bag(sum)), `${a} + ${b}`);
    for (const [a, b, rest] of vectors.subtract)
      t.true(bag(a).minus(bag(b)).equals(bag(rest)), `${a} - ${b}`);
    for (const [a, b, held] of vectors.contains) t.is(bag(a).contains(bag(b)), held, `${a} contains ${b}`);
  });

  test(`${from}: persistent volumes are never merged and only taken whole`, (t) => {
    for (const { have, minus, plus, contains, gives } of vectors.persistent) {
      if (minus !== undefined)
        t.true(
          bag(have)
            .minus(bag(minus))
            .equals(bag(String(gives))),
          `${have} - ${minus}`,
        );
      if (plus !== undefined)
        t.true(
          bag(have)
            .plus(bag(plus))
            .equals(bag(String(gives))),
          `${have} + ${plus}`,
        );
      if (contains !== undefined) t.is(bag(have).contains(bag(contains)), gives === true);
    }
  });

  test(`${from}: shared volumes count their holders`, (t) => {
    const volume = 'disk(r)[v:/data]<SHARED>:64';
    for (const { ops, holders } of vectors.shared) {
      const end = ops.reduce(
        (held, op) => (op.startsWith('+') ? held.plus(bag(volume)) : held.minus(bag(volume))),
        bag(volume),
      );
      const [message] = messages(volume);
      t.is(message && end.holders(message), holders);
    }
    t.true(bag(volume).minus(bag(volume)).isEmpty);
  });

  test(`${from}: attributes`, (t) => {
    for (const { text, expected } of vectors.attributes) {
      const parsed = parseAttributes(text).map((attribute) => {
        const { value } = shortValue(attribute);
        return [attribute.name, nameOfType(attribute.type), value];
      });
      t.deepEqual(parsed, expected, text);
    }
    for (const text of vectors.attribute_errors)
      t.throws(() => parseAttributes(text), { instanceOf: ResourceError }, text);
  });
}

test('items are kept apart as messages, zeros too', (t) => {
  t.deepEqual(
    parseResourceMessages('gpus:0;cpus:1;cpus:2').map((message) => message.scalar?.value),
    [0, 1, 2],
  );
});

test('an empty bag prints as {}', (t) => {
  t.is(Resources.EMPTY.toString(), '{}');
});

function nameOfType(type: number): string {
  return Object.entries(ValueType).find(([, number]) => number === type)?.[0] ?? '';
}

interface Valued {
  readonly scalar?: { value: number } | undefined;
  readonly ranges?: { range?: { begin: number; end: number }[] | undefined } | undefined;
  readonly set?: { item?: string[] | undefined } | undefined;
  readonly text?: { value: string } | undefined;
}

function shortValue(valued: Valued): { key: string; value: unknown } {
  if (valued.scalar !== undefined) return { key: 'scalar', value: valued.scalar.value };
  if (valued.ranges !== undefined)
    return { key: 'ranges', value: (valued.ranges.range ?? []).map(({ begin, end }) => [begin, end]) };
  if (valued.set !== undefined) return { key: 'set', value: valued.set.item };
  return { key: 'text', value: valued.text?.value };
}

/** A message as the vectors write it. */
function shortForm(message: ReturnType<typeof messages>[number]): Record<string, unknown> {
  const { key, value } = shortValue(message);
  const reservations = (message.reservations ?? []).map(({ type, role }) => ({
    type: type === 1 ? 'STATIC' : 'DYNAMIC',
    role,
  }));
  return { name: message.name, type: nameOfType(message.type), [key]: value, reservations };
}
