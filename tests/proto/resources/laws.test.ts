import test from 'ava';
import fc from 'fast-check';
import { Resources } from '../../../proto/resources/index.ts';
import { bag } from './notation.ts';

const scalar = fc
  .record({
    name: fc.constantFrom('cpus', 'mem', 'gpus'),
    role: fc.constantFrom('', '(a)', '(a/b)'),
    revocable: fc.constantFrom('', '{REV}'),
    milli: fc.integer({ min: 0, max: 5000 }),
  })
  .map(({ name, role, revocable, milli }) => `${name}${role}${revocable}:${milli / 1000}`);
const ranges = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((list) => `ports:[${list.map(([begin, size]) => `${begin}-${begin + size}`).join(',')}]`);
const set = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
  .map((items) => `disks:{${items.join(',')}}`);
const volume = fc.constantFrom('disk(r)[v1:/data]:64', 'disk(r)[v2:/data]:64', 'disk(r)[s:/data]<SHARED>:8');
const resources = fc
  .array(fc.oneof(scalar, ranges, set, volume), { maxLength: 8 })
  .map((items) => bag(items.join(';')));
const additive = fc.array(scalar, { maxLength: 8 }).map((items) => bag(items.join(';')));

test('addition does not care for order or grouping', (t) => {
  fc.assert(
    fc.property(resources, resources, resources, (a, b, c) => {
      return (
        a.plus(b).equals(b.plus(a)) &&
        a
          .plus(b)
          .plus(c)
          .equals(a.plus(b.plus(c)))
      );
    }),
  );
  t.pass();
});

test('a sum contains its parts, and what is left of it contains the other part', (t) => {
  fc.assert(
    fc.property(resources, resources, (a, b) => {
      const sum = a.plus(b);
      return sum.contains(a) && sum.contains(b) && b.contains(sum.minus(a));
    }),
  );
  t.pass();
});

test('what was added can be taken away again: scalars exactly', (t) => {
  fc.assert(fc.property(additive, additive, (a, b) => a.plus(b).minus(b).equals(a)));
  t.pass();
});

test('what is contained can be taken away and added again', (t) => {
  fc.assert(
    fc.property(resources, resources, (a, b) => {
      const whole = a.plus(b);
      return whole.minus(b).plus(b).equals(whole);
    }),
  );
  t.pass();
});

test('a bag without itself is empty, and nothing changes a bag', (t) => {
  fc.assert(
    fc.property(resources, (a) => {
      return a.minus(a).isEmpty && a.plus(Resources.EMPTY) === a && a.minus(Resources.EMPTY) === a;
    }),
  );
  t.pass();
});

test('containing one another is being equal', (t) => {
  fc.assert(fc.property(resources, resources, (a, b) => (a.contains(b) && b.contains(a)) === a.equals(b)));
  t.pass();
});

test('parts by reservation, revocability and type add up to the whole', (t) => {
  fc.assert(
    fc.property(resources, (a) => {
      const halves = [
        [a.unreserved(), a.reserved()],
        [a.revocable(), a.nonRevocable()],
        [a.scalars(), a.nonScalars()],
        [a.shared(), a.nonShared()],
      ] as const;
      return halves.every(([one, other]) => one.plus(other).equals(a));
    }),
  );
  t.pass();
});

test('messages make the same bag (a holder each of what is shared)', (t) => {
  fc.assert(fc.property(resources, (a) => Resources.of(a.toMessages()).equals(a.withSingleHolders())));
  t.pass();
});

test('allocation is set and taken off without loss, and keeps bags apart', (t) => {
  fc.assert(
    fc.property(resources, (a) => {
      const allocated = a.allocatedTo('r');
      return allocated.unallocated().equals(a) && (a.isEmpty || !allocated.contains(a));
    }),
  );
  t.pass();
});

test('quantities are additive', (t) => {
  fc.assert(
    fc.property(additive, additive, (a, b) =>
      a.plus(b).scalarQuantities().equals(a.scalarQuantities().plus(b.scalarQuantities())),
    ),
  );
  t.pass();
});
