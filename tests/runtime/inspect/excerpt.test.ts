/** What a person is shown of a message: bounded, plain, without secrets. */
import test from 'ava';
import { excerpt } from '../../../runtime/inspect/excerpt.ts';

test('what JSON cannot carry becomes something that it can', (t) => {
  const value = {
    n: 5n,
    f: () => 1,
    b: Uint8Array.of(255, 1),
    m: new Map([['a', 1]]),
    s: new Set([1]),
    u: undefined,
  };
  t.deepEqual(excerpt(value), { n: '5', f: undefined, b: { bytes: 2, hex: 'ff01' }, m: { a: 1 }, s: [1] });
  t.is(excerpt(null), null);
});

test('secrets are not shown, whatever carries them', (t) => {
  const text = JSON.stringify(
    excerpt({
      secret: { value: { data: 'one' } },
      variables: [
        { name: 'DB_PASSWORD', value: 'two' },
        { name: 'HOME', value: 'kept' },
      ],
      Authorization: 'three',
      deep: [{ accessToken: 'four', private_key: 'five', credentials: ['six'] }],
    }),
  );
  t.regex(text, /kept/);
  t.notRegex(text, /one|two|three|four|five|six/);
});

test('the largest and deepest value is shown in part, in no time', (t) => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const wide = { list: Array.from({ length: 1_000_000 }, (_, n) => ({ n, text: 'x'.repeat(100) })) };
  for (const value of [
    cyclic,
    wide,
    'x'.repeat(10_000_000),
    Object.fromEntries(wide.list.slice(0, 50_000).map(({ n }) => [n, n])),
  ])
    t.true(JSON.stringify(excerpt(value)).length < 100_000);
  t.deepEqual((excerpt(wide) as { list: unknown[] }).list.at(-1), '… and 999900 more');
});
