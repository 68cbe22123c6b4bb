/** Invariant: what is written by hand is what msgpackr reads, at each length where the form of a head changes. */
import test from 'ava';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { packBytePairs } from '../../../runtime/transport/packedBytes.ts';

function readBack(frame: Uint8Array): { numbers: unknown[]; bodies: number[][] } {
  const flat = unpack(frame.subarray(1)) as unknown[];
  return {
    numbers: flat.filter((_, i) => i % 2 === 0),
    bodies: flat.filter((_, i) => i % 2 === 1).map((body) => [...(body as Uint8Array)]),
  };
}

test('any numbers and bodies come back', (t) => {
  const pair = fc.tuple(fc.nat(65_535), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 40 }), (pairs) => {
      const numbers = pairs.map(([number]) => number);
      const bodies = pairs.map(([, body]) => body);
      t.deepEqual(readBack(packBytePairs(numbers, bodies)), {
        numbers,
        bodies: bodies.map((body) => [...body]),
      });
    }),
    { numRuns: 200 },
  );
});

for (const length of [0, 1, 31, 32, 33, 255, 256, 65_535, 65_536, 70_000]) {
  test(`a body of ${length} bytes`, (t) => {
    const body = Uint8Array.from({ length }, (_, i) => i % 251);
    const frame = packBytePairs([7], [body]);
    const [number, read] = unpack(frame.subarray(1)) as [number, Uint8Array];
    t.is(number, 7);
    t.is(Buffer.compare(read, body), 0);
  });
}

for (const number of [0, 127, 128, 255, 256, 4095, 65_535]) {
  test(`line ${number}`, (t) => {
    t.deepEqual(readBack(packBytePairs([number], [new Uint8Array(1)])).numbers, [number]);
  });
}

for (const count of [0, 7, 8, 512, 32_768]) {
  test(`${count} pairs to a frame`, (t) => {
    const frame = packBytePairs(
      Array.from({ length: count }, () => 1),
      Array.from({ length: count }, () => new Uint8Array(1)),
    );
    t.is((unpack(frame.subarray(1)) as unknown[]).length, 2 * count);
  });
}
