import test from 'ava';
import fc from 'fast-check';
import { Chunks } from '../../../proto/json/chunks.ts';

const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.constantFrom('ä'.repeat(20_000), 'x'.repeat(60_000), '€'.repeat(30_000)),
  fc.uint8Array({ maxLength: 40_000 }),
);

test('texts and bytes come out in order, in chunks of a bounded size', (t) => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const chunks = new Chunks();
      for (const each of parts) {
        if (typeof each === 'string') chunks.text(each);
        else chunks.bytes(each);
      }
      const told = chunks.end();
      t.deepEqual(Buffer.concat(told), Buffer.concat(parts.map((each) => Buffer.from(each))));
      t.true(told.every(({ length }) => length > 0 && length <= 256 * 1024));
    }),
    { numRuns: 20, seed: 3 },
  );
});

test('nothing is no chunk', (t) => {
  t.deepEqual(new Chunks().end(), []);
});
