import test from 'ava';
import { DrfSorter } from '../../../../actors/master/allocator/drfSorter.ts';
import { RandomSorter } from '../../../../actors/master/allocator/randomSorter.ts';
import { Totals } from '../../../../actors/master/allocator/share.ts';
import type { Resources } from '../../../../proto/resources/index.ts';
import { bag } from '../../../proto/resources/notation.ts';
import { FILLINGS, ORDERS } from './orders.ts';
import { IN_ORDER, optionsOf, readCases, seeded } from './transcript.ts';

function makeSorter(total: Resources, excluded: string[] = []): { sorter: DrfSorter; totals: Totals } {
  const totals = new Totals();
  totals.add(total);
  return { sorter: new DrfSorter({ totals, excluded: new Set(excluded), random: IN_ORDER }), totals };
}

for (const { name, lines } of readCases(ORDERS)) {
  test(`orders: ${name}`, (t) => {
    const [head = [], ...rest] = lines;
    let total = bag(head[1] ?? '');
    const { sorter, totals } = makeSorter(total, optionsOf(head).get('excluded')?.split(','));
    for (const [verb, client = '', value = '', ...others] of rest) {
      if (verb === 'add') {
        sorter.add(client);
        sorter.activate(client);
      } else if (verb === 'activate') sorter.activate(client);
      else if (verb === 'deactivate') sorter.deactivate(client);
      else if (verb === 'weight') sorter.setWeight(client, Number(value));
      else if (verb === 'allocated') sorter.allocated(client, 'S', bag(value));
      else if (verb === 'unallocated') sorter.unallocated(client, 'S', bag(value));
      else if (verb === 'total') {
        totals.subtract(total);
        total = bag(client);
        totals.add(total);
      } else
        t.deepEqual(
          sorter.sort(),
          [client, value, ...others].filter((word) => word !== ''),
        );
    }
    t.true(rest.some(([verb]) => verb === 'sort'));
  });
}

function fraction(text: string): number {
  const [numerator = '', denominator = '1'] = text.split('/');
  return Number(numerator) / Number(denominator);
}

interface User {
  readonly demand: Resources;
  readonly weight: number;
  tasks: number;
}

for (const { name, lines } of readCases(FILLINGS)) {
  test(`progressive filling: ${name}`, (t) => {
    let left = bag(lines[0]?.[1] ?? '');
    const { sorter } = makeSorter(left);
    const users = new Map<string, User>();
    for (const words of lines.filter(([verb]) => verb === 'user')) {
      const [, id = '', demand = ''] = words;
      const options = optionsOf(words);
      const weight = Number(options.get('weight') ?? 1);
      users.set(id, { demand: bag(demand), weight, tasks: Number(options.get('tasks') ?? Infinity) });
      sorter.add(id);
      sorter.activate(id);
      sorter.setWeight(id, weight);
    }
    const grants: string[] = [];
    for (;;) {
      const next = sorter.sort().find((id) => fits(users.get(id), left));
      const user = users.get(next ?? '');
      if (next === undefined || user === undefined) break;
      user.tasks--;
      left = left.minus(user.demand);
      sorter.allocated(next, 'S', user.demand);
      const share = sorter.dominantShare(next);
      grants.push(`${next} ${share.toFixed(9)} ${(share / user.weight).toFixed(9)}`);
    }
    const expected = lines.filter(([verb]) => verb === 'grant');
    t.deepEqual(
      grants,
      expected.map(
        ([, id, share = '', weighted = '']) =>
          `${id} ${fraction(share).toFixed(9)} ${fraction(weighted).toFixed(9)}`,
      ),
    );
    t.true(left.equals(bag(lines.find(([verb]) => verb === 'left')?.[1] ?? '')));
  });
}

function fits(user: User | undefined, left: Resources): boolean {
  return user !== undefined && user.tasks > 0 && left.contains(user.demand);
}

test('shares are IEEE doubles: 15 of 100 at weight 3 comes before 10 of 100 at weight 2', (t) => {
  const { sorter } = makeSorter(bag('cpus:100;mem:100'));
  for (const [id, weight, part] of [
    ['a', 2, 10],
    ['b', 3, 15],
  ] as const) {
    sorter.add(id);
    sorter.activate(id);
    sorter.setWeight(id, weight);
    sorter.allocated(id, 'S', bag(`cpus:${part}`));
  }
  sorter.allocated('b', 'S', bag(''));
  t.deepEqual(sorter.sort(), ['b', 'a']);
});

test('removing the last child folds the virtual leaf back, and nothing is lost', (t) => {
  const { sorter } = makeSorter(bag('cpus:100'));
  for (const id of ['a', 'a/b', 'c']) {
    sorter.add(id);
    sorter.activate(id);
  }
  sorter.allocated('a', 'S', bag('cpus:10'));
  sorter.allocated('a/b', 'S', bag('cpus:5'));
  sorter.allocated('c', 'S', bag('cpus:12'));
  t.deepEqual(sorter.sort(), ['c', 'a/b', 'a']);
  sorter.remove('a/b');
  t.deepEqual(sorter.sort(), ['a', 'c']);
  t.is(sorter.dominantShare('a'), 0.1);
  sorter.add('a/d');
  sorter.activate('a/d');
  t.deepEqual(sorter.sort(), ['a/d', 'a', 'c']);
  sorter.remove('a');
  t.deepEqual(sorter.sort(), ['a/d', 'c']);
  t.is(sorter.dominantShare('a'), 0);
});

test('a shared resource weighs once', (t) => {
  const { sorter } = makeSorter(bag('disk(r)[v:/d]<SHARED>:10;disk:90'));
  sorter.add('a');
  sorter.activate('a');
  const volume = bag('disk(r)[v:/d]<SHARED>:10');
  sorter.allocated('a', 'S', volume);
  sorter.allocated('a', 'S', volume);
  t.is(sorter.dominantShare('a'), 0.1);
  sorter.unallocated('a', 'S', volume);
  t.is(sorter.dominantShare('a'), 0.1);
  sorter.unallocated('a', 'S', volume);
  t.is(sorter.dominantShare('a'), 0);
});

test('incremental sorting gives what sorting anew gives', (t) => {
  const random = seeded(7);
  const total = bag('cpus:1000;mem:1000');
  const { sorter, totals } = makeSorter(total);
  const clients = ['a', 'a/x', 'a/y', 'b', 'b/z/q', 'c', 'd', 'e/f'];
  for (const id of clients) {
    sorter.add(id);
    sorter.activate(id);
  }
  for (let step = 0; step < 500; step++) {
    const client = clients[Math.floor(random.next() * clients.length)] ?? 'a';
    sorter.allocated(
      client,
      'S',
      bag(`cpus:${Math.floor(random.next() * 3)};mem:${Math.floor(random.next() * 3)}`),
    );
    if (random.next() < 0.2) sorter.setWeight(client, 1 + Math.floor(random.next() * 3));
    const incremental = sorter.sort();
    totals.add(bag(''));
    t.deepEqual(sorter.sort(), incremental);
  }
});

const DRAWS: readonly {
  weights: Record<string, number>;
  clients: string[];
  first: Record<string, number>;
}[] = [
  {
    weights: { a: 1, b: 2, c: 3, d: 4, e: 5 },
    clients: ['a', 'b', 'c', 'd', 'e'],
    first: { a: 1 / 15, b: 2 / 15, c: 3 / 15, d: 4 / 15, e: 5 / 15 },
  },
  {
    weights: { a: 1, b: 3, 'b/x': 1, 'b/y': 2 },
    clients: ['a', 'b/x', 'b/y'],
    first: { a: 1 / 4, 'b/x': 1 / 4, 'b/y': 1 / 2 },
  },
];

for (const { weights, clients, first } of DRAWS) {
  test(`random order in proportion to weights: ${clients.join(' ')}`, (t) => {
    const sorter = new RandomSorter({ totals: new Totals(), excluded: new Set(), random: seeded(42) });
    for (const id of clients) {
      sorter.add(id);
      sorter.activate(id);
    }
    for (const [path, weight] of Object.entries(weights)) sorter.setWeight(path, weight);
    const rounds = 20_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < rounds; i++) {
      const order = sorter.sort();
      t.is(order.length, clients.length);
      counts.set(order[0] ?? '', (counts.get(order[0] ?? '') ?? 0) + 1);
    }
    for (const [id, probability] of Object.entries(first)) {
      t.true(Math.abs((counts.get(id) ?? 0) / rounds - probability) < 0.015, id);
    }
  });
}

test('random order leaves inactive clients out of the draw and of the weights', (t) => {
  const sorter = new RandomSorter({ totals: new Totals(), excluded: new Set(), random: seeded(1) });
  for (const id of ['a', 'b', 'c']) {
    sorter.add(id);
    sorter.activate(id);
  }
  sorter.setWeight('b', 2);
  sorter.deactivate('c');
  let baFirst = 0;
  for (let i = 0; i < 10_000; i++) if (sorter.sort().join() === 'b,a') baFirst++;
  t.true(Math.abs(baFirst / 10_000 - 2 / 3) < 0.02);
});
