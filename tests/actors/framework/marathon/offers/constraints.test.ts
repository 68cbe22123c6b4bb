/** Placement constraints, operator by operator (spec: marathon.md §19, §35 check 10). */
import test from 'ava';
import { attributeText, scalarText } from '../../../../../actors/framework/attributeText.ts';
import type { Place } from '../../../../../actors/framework/marathon/instances/instance.ts';
import type { Constraint } from '../../../../../actors/framework/marathon/model/app.ts';
import { constraintProblem } from '../../../../../actors/framework/marathon/model/validateConstraints.ts';
import { patternTrouble, satisfies } from '../../../../../actors/framework/marathon/offers/constraints.ts';
import { ValueType } from '../../../../../proto/index.ts';
import { parseAttributes } from '../../../../../proto/resources/index.ts';

const at = (hostname: string, attributes: Readonly<Record<string, string>> = {}): Place => ({
  agentId: hostname,
  hostname,
  attributes,
});
const rack = (name: string): Place => at(`host-${name}`, { rack: name });

type Case = readonly [constraint: Constraint, here: Place, placed: readonly Place[], passes: boolean];

/** What makes others try 2^40 ways. */
const LONG = `${'a'.repeat(40)}!`;

const CASES: readonly Case[] = [
  [['hostname', 'UNIQUE'], at('a'), [at('b')], true],
  [['hostname', 'UNIQUE'], at('a'), [at('a')], false],
  [['rack', 'CLUSTER', 'a'], rack('a'), [], true],
  [['rack', 'CLUSTER', 'a'], rack('b'), [], false],
  [['rack', 'CLUSTER'], rack('b'), [], true],
  [['rack', 'CLUSTER'], rack('b'), [rack('a')], false],
  [['rack', 'LIKE', 'rack'], rack('rack-1'), [], false],
  [['rack', 'LIKE', 'rack-[1-3]'], rack('rack-2'), [], true],
  [['rack', 'UNLIKE', 'rack-1'], rack('rack-1'), [], false],
  [['rack', 'UNLIKE', 'rack'], rack('rack-1'), [], true],
  [['rack', 'LIKE', '(a+)+$'], rack(LONG), [], false],
  [['rack', 'UNLIKE', '(a+)+$'], rack(LONG), [], true],
  [['rack', 'LIKE', '(?!db).*'], rack('web'), [], true],
  [['rack', 'LIKE', '(?!db).*'], rack('db-1'), [], false],
  [['rack', 'LIKE', '(?i)Rack'], rack('rACK'), [], true],
  [['rack', 'MAX_PER', '2'], rack('a'), [rack('a')], true],
  [['rack', 'MAX_PER', '2'], rack('a'), [rack('a'), rack('a')], false],
  [['n', 'IS', '4'], at('a', { n: '4' }), [], true],
  [['n', 'IS', '4.0'], at('a', { n: '4' }), [], true],
  [['rack', 'IS', 'b'], rack('a'), [], false],
  [['rack', 'GROUP_BY', '3'], rack('d'), [rack('a'), rack('b'), rack('c')], false],
  [['rack', 'GROUP_BY', '3'], rack('c'), [rack('a'), rack('b')], true],
  [['rack', 'GROUP_BY'], rack('a'), [rack('a'), rack('b')], true],
  [['rack', 'GROUP_BY'], rack('a'), [rack('a'), rack('a'), rack('b')], false],
  [['rack', 'GROUP_BY', 'inf'], rack('a'), [rack('a')], false],
];

for (const [constraint, here, placed, passes] of CASES)
  test(`${constraint.join(' ')} at ${here.hostname} beside ${placed.map(({ hostname }) => hostname).join(' ')}: ${passes}`, (t) =>
    t.is(satisfies([constraint], here, placed, 10), passes));

test('an agent without the attribute is unlike everything, and nothing else', (t) => {
  for (const operator of ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'])
    t.is(satisfies([['gpu', operator, '1']], at('a'), [], 1), operator === 'UNLIKE', operator);
});

test('ten instances over three groups are 4, 3 and 3', (t) => {
  const placed: Place[] = [];
  for (let turn = 0; placed.length < 10 && turn < 100; turn++) {
    const here = rack('abc'[turn % 3] ?? 'a');
    const greedy = turn < 20 ? rack('a') : here;
    if (satisfies([['rack', 'GROUP_BY', '3']], greedy, placed, 10)) placed.push(greedy);
  }
  const sizes = ['a', 'b', 'c'].map(
    (name) => placed.filter(({ attributes }) => attributes['rack'] === name).length,
  );
  t.deepEqual(sizes.sort(), [3, 3, 4]);
});

test('attributes as texts', (t) => {
  const texts = parseAttributes('a:2.0;b:0.25;c:[5-9,1-3];e:word').map(attributeText);
  t.deepEqual(texts, ['2', '0.25', '[1-3,5-9]', 'word']);
  t.is(attributeText({ name: 'd', type: ValueType.SET, set: { item: ['b', 'a'] } }), '{a,b}');
  t.deepEqual([0.0005, 0.0015, 1.23456].map(scalarText), ['0', '0.002', '1.235']);
});

test('what a constraint may not say', (t) => {
  const wrong: readonly Constraint[] = [
    ['', 'UNIQUE'],
    ['a', 'NEAR'],
    ['a', 'UNIQUE', 'x'],
    ['a', 'GROUP_BY', 'x'],
    ['a', 'MAX_PER'],
    ['a', 'MAX_PER', '0'],
    ['a', 'LIKE'],
    ['a', 'LIKE', '('],
    ['a', 'LIKE', '(a)\\1'],
    ['a', 'LIKE', '(a{20}){200}'],
    ['a', 'IS'],
  ];
  for (const each of wrong) t.truthy(constraintProblem(each), each.join(' '));
});

/** Each place is a beginning of a look at the rest, at each place of which is one. */
const DEAR = `(?:(?=${'(?:.*'.repeat(20)}x${')'.repeat(20)}).|.)*`;

test('a pattern that could take long is refused at its place; one of before is told in why', (t) => {
  t.regex(constraintProblem(['hostname', 'LIKE', DEAR]) ?? '', /takes too long, more than \d+ steps/);
  t.is(constraintProblem(['hostname', 'LIKE', '(a+)+$']), undefined);
  const here = at('a'.repeat(255));
  for (const operator of ['LIKE', 'UNLIKE']) {
    const constraint: Constraint = ['hostname', operator, DEAR];
    t.false(satisfies([constraint], here, [], 1), 'nobody knows');
    t.regex(
      patternTrouble([constraint], here) ?? '',
      new RegExp(`^hostname ${operator} at aaa.*takes too long`),
    );
  }
  t.regex(patternTrouble([['hostname', 'LIKE', '(a)\\1']], here) ?? '', /backreferences are not supported/);
  t.is(patternTrouble([['hostname', 'LIKE', '.*']], here), undefined);
});
