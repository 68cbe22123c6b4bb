/** The matcher: packers, constraints, limits, failures, kept offers (spec: other-frameworks.md §4). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  chooseHost,
  FIRST_FIT,
  type MatchingRule,
  scoreOf,
} from '../../../../actors/framework/matching/choose.ts';
import {
  balancedHostAttribute,
  exclusiveHost,
  hostAttributeIs,
  softened,
  uniqueHostAttribute,
} from '../../../../actors/framework/matching/constraints.ts';
import { FITNESS, type Fitness, spreading, weighted } from '../../../../actors/framework/matching/fitness.ts';
import { Leases } from '../../../../actors/framework/matching/leases.ts';
import { matchingRuleOf } from '../../../../actors/framework/matching/module.ts';
import {
  type Amounts,
  type Host,
  type PlacedTask,
  withTask,
} from '../../../../actors/framework/matching/task.ts';
import type { Offer } from '../../../../proto/index.ts';

const amounts = (cpus: number, mem: number, disk = 0): Amounts => ({ cpus, mem, disk });
const task = (id: string, more: Partial<PlacedTask> = {}): PlacedTask => ({
  id,
  group: id,
  amounts: amounts(1, 10),
  ...more,
});
const host = (hostname: string, more: Partial<Host> = {}): Host => ({
  hostname,
  attributes: {},
  free: amounts(8, 80, 100),
  used: amounts(0, 0),
  tasks: [],
  ...more,
});
const fitness = (name: string): Fitness => FITNESS[name] ?? (() => Number.NaN);

/** used, free and asked cpus, mem, disk → what each function says. */
const TABLE: readonly (readonly [
  used: Amounts,
  free: Amounts,
  asked: Amounts,
  expected: Readonly<Record<string, number>>,
])[] = [
  [
    amounts(0, 0, 0),
    amounts(4, 8, 10),
    amounts(1, 4, 5),
    { cpu: 0.25, mem: 0.5, disk: 0.5, cpu_mem: 0.375, spread: 0.625 },
  ],
  [
    amounts(2, 0, 0),
    amounts(2, 8, 10),
    amounts(1, 4, 5),
    { cpu: 0.75, mem: 0.5, cpu_mem: 0.625, spread: 0.375 },
  ],
  [
    amounts(3, 4, 5),
    amounts(1, 4, 5),
    amounts(1, 4, 5),
    { cpu: 1, mem: 1, disk: 1, cpu_mem: 1, cpu_mem_disk: 1, spread: 0 },
  ],
  [
    amounts(0, 0, 0),
    amounts(4, 0, 10),
    amounts(2, 0, 1),
    { cpu: 0.5, mem: 0, disk: 0.1, cpu_mem: 0.25, cpu_mem_disk: 0.2 },
  ],
];

test('packers say how full a host will be, spreading the contrary', (t) => {
  for (const [used, free, asked, expected] of TABLE)
    for (const [name, value] of Object.entries(expected)) {
      const said = fitness(name)(task('a', { amounts: asked }), host('h', { used, free }));
      t.true(Math.abs(said - value) < 1e-9, `${name} ${JSON.stringify({ used, free, asked })}: ${said}`);
    }
  const half = weighted([
    [() => 1, 3],
    [() => 0, 1],
  ]);
  t.is(half(task('a'), host('h')), 0.75);
  t.is(spreading(half)(task('a'), host('h')), 0.25);
  t.is(weighted([])(task('a'), host('h')), 0);
});

test('the fittest host is taken; a good enough one ends the search', (t) => {
  const hosts = [1, 6, 3].map((used, n) =>
    host(`h${n}`, { used: amounts(used, 0), free: amounts(8 - used, 80) }),
  );
  const rule: MatchingRule = { ...FIRST_FIT, fitness: fitness('cpu'), goodEnough: (value) => value > 0.9 };
  t.is(chooseHost(task('a'), hosts, rule).host?.hostname, 'h1');
  t.is(chooseHost(task('a'), hosts, { ...rule, fitness: fitness('spread') }).host?.hostname, 'h0');
  let looked = 0;
  const counting: MatchingRule = {
    ...rule,
    fitness: (...args) => {
      looked++;
      return fitness('cpu')(...args);
    },
    goodEnough: (value) => value > 0.8,
  };
  t.is(chooseHost(task('a'), hosts, counting).host?.hostname, 'h1');
  t.is(looked, 2);
});

test('of each host it is told what was asked, used and there', (t) => {
  const small = host('small', { free: amounts(0.5, 80), used: amounts(2, 0) });
  const other = host('other', { attributes: { rack: 'b' } });
  const rule: MatchingRule = { ...FIRST_FIT, hard: [hostAttributeIs('rack', 'a')] };
  t.deepEqual(chooseHost(task('a'), [small, other], rule), {
    host: undefined,
    failures: [
      { hostname: 'small', resource: 'cpus', asking: 1, used: 2, available: 0.5 },
      { hostname: 'other', constraint: 'its rack is not a' },
    ],
  });
});

test('unique and balanced over an attribute', (t) => {
  const one = task('one', { group: 'g' });
  const rack = (name: string, tasks: readonly PlacedTask[] = []): Host =>
    host(name, { attributes: { rack: name.slice(0, 1) }, tasks });
  const unique = uniqueHostAttribute('rack');
  const balanced = balancedHostAttribute('rack', 2);
  const hosts = [rack('a1', [task('x', { group: 'g' })]), rack('a2'), rack('b1')];
  t.deepEqual(
    hosts.map((each) => unique(one, each, hosts) === undefined),
    [false, false, true],
  );
  t.deepEqual(
    hosts.map((each) => balanced(one, each, hosts) === undefined),
    [false, false, true],
  );
  t.is(uniqueHostAttribute()(one, host('a2'), hosts), undefined, 'the host itself when nothing is said');
  t.regex(unique(one, host('c'), hosts) ?? '', /has no rack/);
  const full = [rack('a1', [task('y', { group: 'g' })]), rack('b1', [task('z', { group: 'g' })])];
  t.deepEqual(
    full.map((each) => balancedHostAttribute('rack', 3)(one, each, full) === undefined),
    [false, false],
    'a third rack is to come',
  );
});

test('who is exclusive comes to no host with others, and nobody comes to it', (t) => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (wishes) => {
      let hosts = [1, 2, 3, 4].map((n) => host(`h${n}`));
      wishes.forEach((exclusive, n) => {
        const placed = task(`t${n}`, { exclusive });
        const { host: chosen } = chooseHost(placed, hosts, FIRST_FIT);
        hosts = hosts.map((each) => (each === chosen ? withTask(each, placed) : each));
      });
      for (const { tasks } of hosts)
        if (tasks.length > 1) t.false(tasks.some(({ exclusive }) => exclusive === true));
    }),
  );
  t.is(exclusiveHost(task('a'), host('h', { tasks: [task('b')] }), []), undefined);
});

test('a group has no more than its limit, on all hosts together', (t) => {
  const limits = new Map([['g', { cpus: 2 }]]);
  let hosts = [host('a'), host('b')];
  const placed: string[] = [];
  for (const id of ['1', '2', '3']) {
    const one = task(id, { group: 'g' });
    const choice = chooseHost(one, hosts, {
      ...FIRST_FIT,
      limits,
      fitness: fitness('spread'),
      goodEnough: () => false,
    });
    if (choice.host !== undefined) placed.push(choice.host.hostname);
    else t.deepEqual(choice.failures, [{ hostname: '', constraint: 'its group may have 2 cpus, and has 2' }]);
    hosts = hosts.map((each) => (each === choice.host ? withTask(each, one) : each));
  }
  t.deepEqual(placed, ['a', 'b']);
  t.truthy(chooseHost(task('other'), hosts, { ...FIRST_FIT, limits }).host);
});

test('wishes count with their weight, and never forbid', (t) => {
  const near = host('near', { attributes: { rack: 'a' } });
  const far = host('far');
  const soft = [softened(hostAttributeIs('rack', 'a'), 3)];
  const rule: MatchingRule = { fitness: () => 0.4, hard: [], soft, goodEnough: () => false };
  t.is(scoreOf(task('a'), near, [near, far], rule), 0.85);
  t.is(scoreOf(task('a'), far, [near, far], rule), 0.1);
  t.is(chooseHost(task('a'), [far, near], rule).host?.hostname, 'near');
  t.is(chooseHost(task('a'), [far], rule).host?.hostname, 'far');
});

const offer = (id: string, hostname: string): Offer => ({
  id: { value: id },
  framework_id: { value: 'F' },
  agent_id: { value: hostname },
  hostname,
});

test('offers are kept for their time, then given back a few hosts at a time, the oldest first', (t) => {
  const leases = new Leases({ expiryMs: 120_000, rejectMax: 2 });
  for (let n = 0; n < 5; n++) t.true(leases.keep(offer(`o${n}`, `h${n}`), n * 1_000));
  t.true(leases.keep(offer('o0b', 'h0'), 500));
  t.deepEqual(leases.expired(119_999), []);
  const ids = (offers: readonly Offer[]): string[] => offers.map(({ id }) => id.value);
  t.deepEqual(ids(leases.expired(200_000)), ['o0', 'o0b', 'o1'], 'both of one host');
  t.deepEqual(ids(leases.takeWith([offer('o2', 'h2'), offer('new', 'h9')])), ['o2', 'o3', 'o4', 'new']);
  leases.used('o2');
  leases.rescinded('o3');
  t.deepEqual(ids(leases.expired(200_000)), ['o4']);
  t.is(leases.size, 0);
  t.false(new Leases({ expiryMs: 0, rejectMax: 4 }).keep(offer('o', 'h'), 0));
});

test('a rule of a module; what it names wrongly is told', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mesostate-fitness-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = (name: string, source: string): string => {
    writeFileSync(path.join(folder, name), source);
    return path.join(folder, name);
  };
  const rule = await matchingRuleOf(
    file(
      'rule.mjs',
      `export default {
        fitness: (task, host) => (host.hostname === 'b' ? 1 : 0.5),
        hard: [(task, host) => (host.hostname === 'c' ? 'not there' : undefined)],
        limits: { g: { cpus: 1 } },
      };`,
    ),
  );
  t.is(chooseHost(task('x'), [host('a'), host('b'), host('c')], rule).host?.hostname, 'b');
  t.truthy(rule.limits?.get('g'));
  t.is((await matchingRuleOf('cpu_mem')).fitness, fitness('cpu_mem'));
  await t.throwsAsync(matchingRuleOf('nonsense'), { message: /^--fitness: expected one of cpu, mem,/ });
  await t.throwsAsync(matchingRuleOf(file('none.mjs', 'export const a = 1;')), {
    message: /expected a default export/,
  });
  await t.throwsAsync(matchingRuleOf(file('wrong.mjs', 'export default { hard: 7 };')), {
    message: /expected a default/,
  });
  await t.throwsAsync(matchingRuleOf(file('broken.mjs', 'export default {')), {
    message: /cannot be loaded/,
  });
});
