/** The arithmetic of upgrades, row by row (spec: marathon.md §16). */
import test from 'ava';
import fc from 'fast-check';
import {
  boundsOf,
  ceilOf,
  floorOf,
  movesOf,
  type UpgradeRule,
} from '../../../../../actors/framework/marathon/deployments/upgrade.ts';

type Row = readonly [
  before: number,
  instances: number,
  min: number,
  over: number,
  minHealthy: number,
  maxAlive: number,
  kill: number,
  start: number,
];

const ROWS: readonly Row[] = [
  [10, 10, 0, 1, 0, 20, 10, 10],
  [10, 10, 0, 0, 0, 10, 10, 0],
  [10, 10, 0.6, 1, 6, 20, 4, 10],
  [10, 10, 0.6, 0.6, 6, 16, 4, 6],
  [10, 10, 0.6, 0, 6, 10, 4, 0],
  [10, 10, 1, 1, 10, 20, 0, 10],
  [10, 10, 1, 0.6, 10, 16, 0, 6],
  [10, 10, 1, 0, 10, 11, 0, 1],
  [10, 10, 0.5, 0.1, 5, 11, 5, 1],
  [3, 3, 0.7, 0, 3, 4, 0, 1],
  [3, 3, 0.5, 0.5, 2, 4, 1, 1],
  [1, 1, 0.5, 0.5, 1, 2, 0, 1],
  [1, 1, 0, 0, 0, 1, 1, 0],
  [10, 5, 1, 1, 5, 10, 5, 0],
  [5, 10, 0.6, 1, 6, 20, 0, 10],
];

const ruleOf = (instances: number, min: number, over: number, resident = false): UpgradeRule => ({
  instances,
  minimumHealthCapacity: min,
  maximumOverCapacity: over,
  resident,
});

for (const [before, instances, min, over, minHealthy, maxAlive, kill, start] of ROWS)
  test(`${before} to ${instances} with ${min} and ${over}`, (t) => {
    const rule = ruleOf(instances, min, over);
    t.deepEqual(boundsOf(rule, before), { minHealthy, maxAlive });
    const moves = movesOf(rule, {
      oldAlive: before,
      oldDying: 0,
      oldHealthy: before,
      newAlive: 0,
      newHealthy: 0,
    });
    t.deepEqual(moves, { kill, start, done: false });
  });

test('decimals are what they look like', (t) => {
  t.is(floorOf(10 * 1.1), 11);
  t.is(ceilOf(100 * 0.07), 7);
  t.is(ceilOf(3 * 0.7), 3);
});

test('resident services kill before they start and are never above their number', (t) => {
  const one = movesOf(ruleOf(1, 0.5, 0, true), {
    oldAlive: 1,
    oldDying: 0,
    oldHealthy: 1,
    newAlive: 0,
    newHealthy: 0,
  });
  t.deepEqual(one, { kill: 1, start: 0, done: false });
  const three = movesOf(ruleOf(3, 1, 0, true), {
    oldAlive: 3,
    oldDying: 0,
    oldHealthy: 3,
    newAlive: 0,
    newHealthy: 0,
  });
  t.deepEqual(three, { kill: 1, start: 0, done: false });
});

/** Plays an upgrade to its end in an order that chance gives; answers what went wrong, or undefined. */
function play(rule: UpgradeRule, before: number, choices: readonly number[]): string | undefined {
  let [old, dying, fresh, healthy] = [before, 0, 0, 0];
  const floor = Math.min(boundsOf(rule, Number.NEGATIVE_INFINITY).minHealthy, before);
  const ceiling = Math.max(boundsOf(rule, Number.POSITIVE_INFINITY).maxAlive, before);
  for (let turn = 0; turn < 2_000; turn++) {
    const moves = movesOf(rule, {
      oldAlive: old + dying,
      oldDying: dying,
      oldHealthy: old,
      newAlive: fresh,
      newHealthy: healthy,
    });
    if (moves.done) return old + dying === 0 && healthy === rule.instances ? undefined : 'done too early';
    old -= moves.kill;
    dying += moves.kill;
    fresh += moves.start;
    const lowest = rule.resident ? floor - 1 : floor;
    if (old + healthy < Math.min(lowest, rule.instances)) return `only ${old + healthy} healthy`;
    if (old + dying + fresh > ceiling) return `${old + dying + fresh} alive`;
    const mayBeHealthy = fresh > healthy;
    if (dying > 0 && (!mayBeHealthy || (choices[turn % choices.length] ?? 0) % 2 === 0)) dying--;
    else if (mayBeHealthy) healthy++;
    else return `stuck with ${old} old, ${fresh} new`;
  }
  return 'it never ended';
}

test('any upgrade ends, never below its minimum by its own doing, never above its maximum', (t) => {
  const capacity = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      capacity,
      capacity,
      fc.boolean(),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 }),
      (before, instances, min, over, resident, choices) =>
        play(ruleOf(instances, min, resident ? 0 : over, resident), before, choices) === undefined,
    ),
    { numRuns: 500 },
  );
  t.pass();
});
