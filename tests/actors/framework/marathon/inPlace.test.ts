/** Changes that no running task can see, instances that are over, and what executors need. Ours, beside Marathon (§34). */
import test from 'ava';
import { taskInfoOf } from '../../../../actors/framework/marathon/launcher/taskInfo.ts';
import type { Resource } from '../../../../proto/index.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const CHECK = { protocol: 'TCP', gracePeriodSeconds: 300, intervalSeconds: 1, timeoutSeconds: 1 };
const APP = { id: '/web', cmd: 'sleep', cpus: 0.1, mem: 32, instances: 2, healthChecks: [CHECK] };

const appOf = (world: MarathonWorld): AppShape =>
  world.call<{ app: AppShape }>('GET', '/v2/apps/web').body.app;

test('labels, checks and strategies change in place: no task is replaced, and the new checks count', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const [before, running] = [appOf(world), world.running('/web')];
  const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
  const answer = world.call('PUT', '/v2/apps/web?inPlace=true', { labels: { a: 'b' }, upgradeStrategy });
  t.is(answer.status, 200, answer.text);
  world.settle();
  t.deepEqual(world.running('/web'), running);
  const after = appOf(world);
  t.not(after.version, before.version);
  t.is(after.versionInfo.lastConfigChangeAt, before.versionInfo.lastConfigChangeAt);
  t.true(after.tasks.every(({ version }) => version === after.version));

  world.probed = [];
  world.call('PATCH', '/v2/apps/web?inPlace=true', {
    healthChecks: [{ ...CHECK, protocol: 'HTTP', path: '/well' }],
  });
  world.until('the new check is asked', () => world.probed.some(({ path }) => path === '/well'));
  world.until('they are healthy by it', () => appOf(world).tasksHealthy === 2);
  t.deepEqual(world.running('/web'), running);

  world.call('PUT', '/v2/apps/web', { version: before.version });
  world.settle();
  t.deepEqual(world.running('/web'), running, 'nor does the way back replace any');
});

test('what running tasks have is refused, and nothing changes', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const before = appOf(world);
  const answer = world.call('PUT', '/v2/apps/web?inPlace=true', { cmd: 'sleep 2', labels: { a: 'b' } });
  t.is(answer.status, 422);
  t.regex(answer.text, /"path":"\/cmd"/);
  const command = [{ protocol: 'COMMAND', command: { value: 'true' } }];
  t.is(world.call('PATCH', '/v2/apps?inPlace=true', [{ id: '/web', healthChecks: command }]).status, 422);
  t.is(appOf(world).version, before.version);
  t.is(world.call('PUT', '/v2/apps/web?expireAfterSeconds=x', { instances: 3 }).status, 400);
  t.is(appOf(world).instances, 2, 'a time that is none changes nothing either');
});

test('the last instances that are over are told, over restarts, and forgotten with their app', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, healthChecks: [] });
  world.settle();
  const [first = ''] = world.running('/web');
  world.call('DELETE', `/v2/apps/web/tasks/${first}`);
  world.until(
    'it is replaced',
    () => world.running('/web').length === 2 && !world.running('/web').includes(first),
  );
  interface History {
    readonly history?: readonly {
      readonly tasks: readonly { readonly id: string; readonly state: string }[];
    }[];
  }
  const history = () => world.call<History>('GET', '/v2/apps/web/tasks?history=true').body.history;
  t.deepEqual(
    history()?.[0]?.tasks.map(({ id, state }) => [id, state]),
    [[first, 'TASK_KILLED']],
  );
  t.is(world.call<History>('GET', '/v2/apps/web/tasks').body.history, undefined);
  world.crash();
  world.restart();
  t.is(history()?.[0]?.tasks[0]?.id, first);
  for (let more = 0; more < 22; more++) {
    const [next = ''] = world.running('/web');
    world.call('DELETE', `/v2/apps/web/tasks/${next}`);
    world.until(
      'it is replaced',
      () => world.running('/web').length === 2 && !world.running('/web').includes(next),
    );
  }
  t.is(history()?.length, 20);
  world.call('DELETE', '/v2/apps/web');
  world.settle();
  t.deepEqual(world.marathon.history.of('/web'), []);
});

test('an executor of its own gets its resources beside those of the task', (t) => {
  const world = new MarathonWorld({ agents: [{ resources: 'cpus:1;mem:512;disk:100;ports:[31000-31010]' }] });
  const app = { ...APP, executor: '/bin/own', instances: 1, healthChecks: [] };
  world.call('POST', '/v2/apps', { ...app, cpus: 0.9, executorResources: { cpus: 0.2 } });
  world.run(20_000);
  t.is(world.marathon.queue.entry('/web')?.history.top, 'InsufficientCpus');
  world.call('PUT', '/v2/apps/web?force=true', { cpus: 0.5, executorResources: { cpus: 0.2, mem: 16 } });
  const made = world.marathon.definitions.root.app('/web');
  if (made === undefined) return t.fail('it was not changed');
  const task = taskInfoOf(made, {
    ...{ taskId: 'web.1', ports: [], number: 0, envPrefix: '', enforceGroupRole: false, bridgeName: '' },
    place: { agentId: 'a', hostname: 'h', attributes: {} },
    resources: parseResources('cpus:0.7;mem:48;ports:[31000-31000]').toMessages(),
  });
  const amounts = (resources: readonly Resource[] | undefined) =>
    (resources ?? []).map(({ name, scalar }) => [name, scalar?.value]);
  t.deepEqual(amounts(task.executor?.resources), [
    ['cpus', 0.2],
    ['mem', 16],
  ]);
  t.deepEqual(amounts(task.resources), [
    ['cpus', 0.5],
    ['mem', 32],
    ['ports', undefined],
  ]);
});
