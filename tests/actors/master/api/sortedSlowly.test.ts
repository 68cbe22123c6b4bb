/** Sorting in steps is sorting. */
import test from 'ava';
import fc from 'fast-check';
import { sortedSlowly } from '../../../../actors/master/api/sortedSlowly.ts';

interface Item {
  readonly key: number;
  readonly n: number;
}

test('property: the first items, in order, equal ones as they came', (t) => {
  const keys = fc.array(fc.nat({ max: 50 }), { maxLength: 3000 });
  fc.assert(
    fc.property(keys, fc.nat({ max: 3000 }), (numbers, max) => {
      const items: Item[] = numbers.map((key, n) => ({ key, n }));
      const compare = (a: Item, b: Item): number => a.key - b.key;
      const steps = sortedSlowly(items, compare, max);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      t.deepEqual(step.value, [...items].sort(compare).slice(0, max));
    }),
    { numRuns: 50 },
  );
});
