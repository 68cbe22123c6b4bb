/** Batches, ranges and budgets of updates (spec: other-frameworks.md §2.2). */
import test from 'ava';
import {
  countInRange,
  haltOf,
  inRange,
} from '../../../../../actors/framework/marathon/deployments/pacing.ts';
import type { AppShape } from '../support/shapes.ts';
import { MarathonWorld } from '../support/world.ts';

test('halts of batches, of canaries, and of both', (t) => {
  const halts = (update: Parameters<typeof haltOf>[0], instances: number): (number | undefined)[] =>
    [0, 1, 2, 3, 4].map((passed) => haltOf(update, passed, instances)?.newMax);
  t.deepEqual(halts({ batchSizes: [2, 3, 5] }, 20), [2, 5, 10, 15, undefined]);
  t.deepEqual(halts({ batchSizes: [4] }, 10), [4, 8, undefined, undefined, undefined]);
  t.deepEqual(halts({ canarySteps: [1, 3] }, 10), [1, 3, undefined, undefined, undefined]);
  t.deepEqual(halts(undefined, 10), Array(5).fill(undefined));
  t.false(haltOf({ batchSizes: [2] }, 0, 10)?.pauses);
  t.true(haltOf({ batchSizes: [2], autoPause: true }, 0, 10)?.pauses);
  t.true(inRange({ range: [1, 2] }, 2));
  t.false(inRange({ range: [1, 2] }, 3));
  t.is(countInRange({ range: [1, 9] }, 4), 3);
});

const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64, instances: 6 };

const appOf = (world: MarathonWorld): AppShape =>
  world.call<{ app: AppShape }>('GET', '/v2/apps/web?extended=true').body.app;
const fresh = (world: MarathonWorld): AppShape['tasks'] => {
  const { tasks, version } = appOf(world);
  return tasks.filter((task) => task.version === version);
};
const numbers = (tasks: AppShape['tasks']): number[] =>
  tasks.map(({ instanceNumber }) => instanceNumber).sort();

test('batches come one after another, each when all of the one before are healthy; with autoPause when somebody says so', (t) => {
  const world = new MarathonWorld({ probe: () => ({ connected: true, status: 200 }) });
  const check = { gracePeriodSeconds: 300, intervalSeconds: 1, timeoutSeconds: 1 };
  world.call('POST', '/v2/apps', { ...APP, healthChecks: [check], update: { batchSizes: [1, 2] } });
  world.settle();
  world.probe = () => ({ connected: false, error: 'refused' });
  world.call('PUT', '/v2/apps/web', { env: { A: '1' } });
  world.run(20_000);
  t.is(fresh(world).length, 1, 'the second batch waits for the first');
  world.probe = () => ({ connected: true, status: 200 });
  world.until('the second batch', () => fresh(world).length > 1);
  t.is(fresh(world).length, 3);
  world.settle();
  t.is(fresh(world).length, 6);
  const { deploymentId } = world.call('PUT', '/v2/apps/web', {
    env: { A: '2' },
    update: { batchSizes: [4], autoPause: true },
  }).body;
  const state = (): string | undefined =>
    world.call<{ state?: string }>('GET', `/v2/deployments/${deploymentId}`).body.state;
  world.until('it pauses after the first batch', () => state() === 'paused');
  t.is(fresh(world).length, 4);
  world.call('POST', `/v2/deployments/${deploymentId}/resume`);
  world.settle();
  t.is(fresh(world).length, 6);
});

test('numbers stay 0 to N−1 over upgrades; a range replaces its numbers only', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  world.call('PUT', '/v2/apps/web', { env: { A: '1' } });
  world.settle();
  t.deepEqual(numbers(fresh(world)), [0, 1, 2, 3, 4, 5]);
  const before = appOf(world).tasks;
  world.call('PUT', '/v2/apps/web', { env: { A: '2' }, update: { range: [2, 3] } });
  world.settle();
  t.deepEqual(numbers(fresh(world)), [2, 3]);
  const kept = appOf(world).tasks.filter(({ id }) => before.some((each) => each.id === id));
  t.deepEqual(numbers(kept), [0, 1, 4, 5], 'the others were left alone');
  world.call('PUT', '/v2/apps/web', { env: { A: '3' }, update: {} });
  world.settle();
  t.deepEqual(numbers(fresh(world)), [0, 1, 2, 3, 4, 5]);
});

test('one instance that fails again and again ends an update, as all of them together do', (t) => {
  for (const update of [{ maxInstanceFailures: 1 }, { maxTotalFailures: 3 }]) {
    const world = new MarathonWorld();
    world.call('POST', '/v2/apps', {
      ...APP,
      instances: 2,
      update: { ...update, autoRollback: true, watchSeconds: 5 },
    });
    world.settle();
    world.call('PUT', '/v2/apps/web', { cmd: 'exit 1 after 0.1', backoffSeconds: 0.1, backoffFactor: 1 });
    world.until('it was rolled back', () => appOf(world).cmd === 'sleep');
    world.settle();
    t.is(appOf(world).tasksRunning, 2);
  }
  const world = new MarathonWorld();
  for (const update of [
    { batchSizes: [] },
    { batchSizes: [0] },
    { autoPause: true },
    { range: [1] },
    { range: [2, 1] },
  ])
    t.is(world.call('POST', '/v2/apps', { ...APP, update }).status, 422, JSON.stringify(update));
});

test('an instance is killed when its replacement is well, and not before', (t) => {
  const world = new MarathonWorld();
  const check = { gracePeriodSeconds: 300, intervalSeconds: 1, timeoutSeconds: 1 };
  world.call('POST', '/v2/apps', { ...APP, instances: 2, healthChecks: [check] });
  world.settle();
  const [chosen = '', other = ''] = world.running('/web');
  const { version } = appOf(world);
  world.probe = () => ({ connected: false, error: 'refused' });
  const healthy = { connected: true, status: 200 };
  const port = appOf(world).tasks.find(({ id }) => id === chosen)?.ports[0];
  world.probe = (target) =>
    target.port === port || world.marathon.instances.countIn('running') < 3
      ? healthy
      : { connected: false, error: 'x' };
  const answer = world.call('DELETE', `/v2/apps/web/tasks/${chosen}?replaceFirst=true`);
  t.truthy(answer.body.deploymentId, answer.text);
  world.run(2_000);
  t.true(world.running('/web').includes(chosen));
  world.probe = () => healthy;
  world.settle();
  const after = world.running('/web');
  t.is(after.length, 2);
  t.true(after.includes(other));
  t.false(after.includes(chosen));
  t.is(appOf(world).version, version, 'nothing of the app changed');
  t.is(world.call('DELETE', `/v2/apps/web/tasks/${other}?replaceFirst=true&scale=true`).status, 400);
});

test('a canary is not one too many where an old instance is ill: that one gives its place', (t) => {
  const world = new MarathonWorld();
  const check = { gracePeriodSeconds: 300, intervalSeconds: 1, timeoutSeconds: 1, maxConsecutiveFailures: 0 };
  world.call('POST', '/v2/apps', {
    ...{ ...APP, instances: 3, healthChecks: [check] },
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  });
  world.settle();
  const [ill] = appOf(world).tasks;
  world.probe = ({ port }) =>
    port === ill?.ports[0] ? { connected: false, error: 'refused' } : { connected: true, status: 200 };
  world.until('one is ill', () => appOf(world).tasksUnhealthy === 1);
  let most = 0;
  world.call('PUT', '/v2/apps/web', { env: { A: '1' }, update: { canarySteps: [1] } });
  world.until('it pauses at its canary', () => {
    const { instances } = world.marathon;
    most = Math.max(most, instances.of('/web').filter((each) => instances.alive(each)).length);
    return [...world.marathon.deployments.all()].some(({ paused }) => paused);
  });
  t.is(most, 3);
  t.false(
    appOf(world).tasks.some(({ id }) => id === ill?.id),
    'the ill one made room',
  );
});

test('an update of few instances ends though its canary is larger', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  world.call('PUT', '/v2/apps/web', { env: { A: '1' }, update: { range: [2, 3], canarySteps: [3] } });
  world.settle();
  t.deepEqual(numbers(fresh(world)), [2, 3]);
});

test('an instance is moved whatever the last update was about: outside its range, and without its canaries', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, instances: 3 });
  world.settle();
  world.call('PUT', '/v2/apps/web', { env: { A: '1' }, update: { range: [0, 1], canarySteps: [2] } });
  world.settle();
  const [third] = appOf(world).tasks.filter(({ instanceNumber }) => instanceNumber === 2);
  const [first] = appOf(world).tasks.filter(({ instanceNumber }) => instanceNumber === 0);
  for (const id of [third?.id, first?.id]) {
    world.call('DELETE', `/v2/apps/web/tasks/${id}?replaceFirst=true`);
    world.settle();
    t.false(appOf(world).tasks.some((task) => task.id === id));
    t.deepEqual(numbers(appOf(world).tasks), [0, 1, 2]);
  }
});
