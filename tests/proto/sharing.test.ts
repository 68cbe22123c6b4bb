// Parts that come again are one object: the same value in, the same value out, and nobody can change it for others.
import test from 'ava';
import fc from 'fast-check';
import { decode, encode } from '../../proto/codec.ts';
import type { Labels, Task } from '../../proto/index.ts';

const LABELS = 'mesos.v1.Labels';

function taskBytes(labels: Labels): Uint8Array {
  return encode('mesos.v1.Task', {
    name: 'task',
    task_id: { value: 'task' },
    framework_id: { value: 'framework' },
    agent_id: { value: 'agent' },
    state: 1,
    labels,
  });
}

function read(bytes: Uint8Array): Task {
  return decode('mesos.v1.Task', bytes) as Task;
}

/** What comes twice is kept. */
function readThrice(bytes: Uint8Array): Task {
  read(bytes);
  read(bytes);
  return read(bytes);
}

test('what was seen before is the same object, frozen to its leaves; what is not the same is not', (t) => {
  const labels = { labels: [{ key: 'seen', value: 'before' }] };
  const [one, two] = [readThrice(taskBytes(labels)), read(taskBytes(labels))];
  t.deepEqual(one.labels, labels);
  t.is(one.labels, two.labels);
  t.throws(() => one.labels?.labels?.push({ key: 'mine' }), { instanceOf: TypeError });
  t.throws(() => Object.assign(one.labels?.labels?.[0] ?? {}, { value: 'mine' }), { instanceOf: TypeError });
  t.not(read(taskBytes({ labels: [{ key: 'seen', value: 'befora' }] })).labels, one.labels);
});

test('a field that comes twice in a message is merged into a copy', (t) => {
  const once = taskBytes({ labels: [{ key: 'a', value: 'merged' }] });
  const kept = readThrice(once);
  const twice = Buffer.concat([once, once]);
  for (let i = 0; i < 3; i++) {
    t.deepEqual(read(twice).labels, {
      labels: [
        { key: 'a', value: 'merged' },
        { key: 'a', value: 'merged' },
      ],
    });
  }
  t.deepEqual(read(once).labels, { labels: [{ key: 'a', value: 'merged' }] });
  t.is(read(once).labels, kept.labels);
});

test('fields that this house does not know stay with what is shared, and with a copy of it', (t) => {
  const unknown = Buffer.concat([
    encode(LABELS, { labels: [{ key: 'u' }] }),
    Buffer.from([0xf8, 0x07, 0x2a]),
  ]);
  for (let i = 0; i < 3; i++)
    t.deepEqual(Buffer.from(encode(LABELS, decode(LABELS, unknown) as object)), unknown);
  const head = [0x5a, unknown.length];
  const twice = Buffer.concat([taskBytes({}), ...[0, 1].flatMap(() => [Buffer.from(head), unknown])]);
  for (let i = 0; i < 3; i++) {
    const again = Buffer.from(encode('mesos.v1.Task', read(twice)));
    t.is(again.toString('hex').split('f8072a').length - 1, 2);
  }
});

test('property: whatever came before, bytes give their own value', (t) => {
  const some = fc.record({
    labels: fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'ü'), value: fc.string({ maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 20 }), (values, order) => {
      for (const n of order) {
        const value = values[n % values.length];
        if (value !== undefined) t.deepEqual(decode(LABELS, encode(LABELS, value)), value);
      }
    }),
  );
});
