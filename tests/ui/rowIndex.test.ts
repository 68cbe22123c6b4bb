/** Rows of the page's tables: found by words, in the order people expect, made once for a question. */
import test from 'ava';
import { Index } from '../../ui/src/data/rowIndex.ts';
import type { OfferRow, RowsQuestion } from '../../ui/src/data/rows.ts';

function offer(id: string, cpus: number, host = 'h'): OfferRow {
  return { id, framework: 'f', frameworkName: 'Name', role: '*', agent: 'a', host, cpus, mem: 1, disk: 0 };
}

/** @returns an index over these rows, and how often they were asked for */
function indexOf(rows: readonly OfferRow[]) {
  const asked = { times: 0 };
  const index = new Index(() => {
    asked.times += 1;
    return rows;
  });
  const ids = (more: Partial<RowsQuestion<'offers'>> = {}): string[] =>
    index.rows({ kind: 'offers', offset: 0, limit: 100, ...more }).rows.map(({ id }) => id);
  return { index, ids, asked };
}

test('ids are in the order of their numbers, texts of other scripts in that of a language, numbers by size', (t) => {
  const plain = indexOf(['task-10', 'task-9', 'Task-1', 'task-009a', 'task'].map((id, at) => offer(id, at)));
  t.deepEqual(plain.ids({ sort: 'id' }), ['task', 'Task-1', 'task-9', 'task-009a', 'task-10']);
  t.deepEqual(plain.ids({ sort: 'id', descending: true }), [
    'task-10',
    'task-009a',
    'task-9',
    'Task-1',
    'task',
  ]);
  t.deepEqual(plain.ids({ sort: 'cpus', descending: true }), [
    'task',
    'task-009a',
    'Task-1',
    'task-9',
    'task-10',
  ]);
  const other = indexOf(['z', 'ä', 'a', 'é10', 'é9'].map((id) => offer(id, 1)));
  t.deepEqual(other.ids({ sort: 'id' }), ['a', 'ä', 'é9', 'é10', 'z']);
});

test('all words must be in a row, members be equal; what is found keeps the order', (t) => {
  const { ids, index, asked } = indexOf([offer('b2', 1, 'Rack'), offer('a1', 2, 'rack'), offer('c3', 3)]);
  t.deepEqual(ids({ search: ' RACK  name', sort: 'id' }), ['a1', 'b2']);
  t.deepEqual(ids({ where: { host: 'rack' }, sort: 'id' }), ['a1']);
  t.deepEqual(ids({ search: 'nobody' }), []);
  t.deepEqual(ids({ sort: 'id', offset: 1, limit: 1 }), ['b2']);
  const before = asked.times;
  ids({ search: 'c', sort: 'id' });
  t.is(asked.times, before, 'what is sorted already is not sorted again to be searched');
  index.forget();
  ids({ search: 'c', sort: 'id' });
  t.is(asked.times, before + 1);
});

test('the place of a row is told, if it is there', (t) => {
  const { index } = indexOf([offer('b', 1), offer('a', 2)]);
  const at = (find: string) => index.rows({ kind: 'offers', offset: 0, limit: 1, sort: 'id', find }).at;
  t.deepEqual([at('a'), at('b'), at('c')], [0, 1, undefined]);
});
