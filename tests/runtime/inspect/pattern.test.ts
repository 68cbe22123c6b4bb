import test from 'ava';
import fc from 'fast-check';
import { namesLike } from '../../../runtime/inspect/pattern.ts';

test('stars stand for anything, all else for itself', (t) => {
  const text = (...letters: readonly string[]) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text('a', 'b', '*', '.'), text('a', 'b', '.', '\n'), (pattern, name) => {
      const regex = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^]*')}$`);
      return namesLike(pattern)(name) === regex.test(name);
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('many stars cost no more than one', (t) => {
  t.false(namesLike(`${'*a'.repeat(1_000)}b`)('a'.repeat(10_000)));
});
