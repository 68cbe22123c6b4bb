/** The life of apps over a real agent that runs real commands (spec: marathon.md §35, checks 1 to 5, 9, 14, 18 and 19). */
import test from 'ava';
import { scratch } from '../../support/processes.ts';
import { stopwatch, until } from '../../support/until.ts';
import { type App, marathonCluster } from '../support/marathonCluster.ts';

const FIRST = { id: 'my-first-app', cmd: 'echo $A$B; exec sleep 1000', cpus: 0.1, mem: 64 };

test('an app is made, scaled, changed, rolled back and removed', async (t) => {
  const marathon = await marathonCluster(t);
  const created = await marathon.ask<App>('POST', '/v2/apps', FIRST);
  t.is(created.status, 201);
  t.is(created.headers.get('location'), `${marathon.url}/v2/apps/my-first-app`);
  t.like(created.body, {
    id: '/my-first-app',
    instances: 1,
    disk: 0,
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    killSelection: 'YOUNGEST_FIRST',
    requirePorts: false,
    executor: '',
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    networks: [{ mode: 'host' }],
  } as never);
  const again = await marathon.ask('POST', '/v2/apps', FIRST);
  t.is(again.status, 409);
  t.is(again.body.message, 'An app with id [/my-first-app] already exists.');
  const one = await marathon.runs('/my-first-app', 1);

  t.is((await marathon.ask('PUT', '/v2/apps/my-first-app', { instances: 5 })).status, 200);
  const five = await marathon.runs('/my-first-app', 5);
  t.is(five.cmd, FIRST.cmd);
  t.true(five.version > one.version);
  t.is(five.versionInfo.lastConfigChangeAt, one.versionInfo.lastConfigChangeAt);
  t.true(
    five.tasks.some(({ id }) => id === one.tasks[0]?.id),
    'what ran is not restarted',
  );

  await marathon.call('PUT', '/v2/apps/my-first-app', { instances: 2, env: { B: '2' } });
  await marathon.runs('/my-first-app', 2);
  const changed = await marathon.call('PUT', '/v2/apps/my-first-app', { env: { A: '1' } });
  const restarted = await marathon.runs('/my-first-app', 2);
  t.deepEqual(restarted.env, { A: '1' }, 'replaced, not merged');
  t.false(
    restarted.tasks.some(({ id }) => five.tasks.some((each) => each.id === id)),
    'all are new',
  );
  t.is(restarted.version, changed.version);

  const both = { version: five.version, cmd: 'x' };
  t.is((await marathon.ask('PUT', '/v2/apps/my-first-app', both)).status, 422);
  t.is((await marathon.ask('PUT', '/v2/apps/my-first-app', { version: five.version })).status, 200);
  const back = await marathon.runs('/my-first-app', 5);
  t.deepEqual([back.env, back.instances], [{}, 5]);

  await marathon.call('PUT', '/v2/apps/my-first-app', { cpus: 100 });
  t.is((await marathon.ask('PUT', '/v2/apps/my-first-app', { cmd: 'y' })).status, 409);
  t.is(
    (await marathon.ask('DELETE', '/v2/apps/my-first-app')).status,
    200,
    'its deployment does not hold it',
  );
  await marathon.settled();
  t.is((await marathon.ask('GET', '/v2/apps/my-first-app')).status, 404);
});

test('rollbacks undo what their deployment did and nothing else; groups are locked and scaled as a whole', async (t) => {
  const marathon = await marathonCluster(t);
  const app = (id: string, more: object = {}) => ({ ...FIRST, id, ...more });
  await marathon.call('POST', '/v2/apps', app('/shop/other'));
  await marathon.settled();
  const creation = await marathon.ask<App>('POST', '/v2/apps', app('/shop/big', { cpus: 100 }));
  const [{ id: deployment = '' } = {}] = creation.body.deployments;
  t.is((await marathon.ask('DELETE', '/v2/groups/shop')).status, 409, 'a group is not deleted by force');
  await marathon.call('PUT', '/v2/apps/shop/other', { env: { A: '1' } });
  t.is((await marathon.ask('DELETE', `/v2/deployments/${deployment}`)).status, 200);
  await marathon.settled();
  t.is((await marathon.ask('GET', '/v2/apps/shop/big')).status, 404);
  t.deepEqual((await marathon.app('/shop/other')).env, { A: '1' });

  const before = await marathon.taskIds('/shop/other');
  const change = await marathon.call('PUT', '/v2/apps/shop/other', { cpus: 100 });
  t.is((await marathon.ask('DELETE', `/v2/deployments/${change.deploymentId}`)).status, 200);
  await marathon.runs('/shop/other', 1);
  t.deepEqual(await marathon.taskIds('/shop/other'), before, 'what was never replaced is left alone');

  const { version } = await marathon.call('PUT', '/v2/apps/shop/other', { instances: 3 });
  await marathon.runs('/shop/other', 3);
  await marathon.call('PUT', '/v2/groups/shop', { scaleBy: 1.5 });
  await marathon.runs('/shop/other', 5);
  await marathon.call('PUT', '/v2/groups/shop', { version, scaleBy: 2 });
  await marathon.runs('/shop/other', 3);

  const refused = await marathon.ask('DELETE', '/v2/apps/shop/other/tasks?scale=true&wipe=true');
  t.deepEqual(
    [refused.status, refused.body.message],
    [400, 'You cannot use scale and wipe at the same time.'],
  );
  const [first = '', second = ''] = await marathon.taskIds('/shop/other');
  await marathon.call('DELETE', `/v2/apps/shop/other/tasks/${first}`);
  await until('it is replaced', async () => {
    const ids = await marathon.taskIds('/shop/other');
    return ids.length === 3 && !ids.includes(first);
  });
  await marathon.call('POST', '/v2/tasks/delete?scale=true', { ids: [second] });
  t.false((await marathon.runs('/shop/other', 2)).tasks.some(({ id }) => id === second));
  await marathon.call('DELETE', '/v2/groups/shop');
  await marathon.settled();
  t.is((await marathon.ask('GET', '/v2/groups/shop')).status, 404);
});

interface Queue {
  readonly queue: readonly {
    readonly app: { readonly id: string };
    readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  }[];
}

test('a command that ends is begun anew, later each time, until its delay is taken back', async (t) => {
  const marathon = await marathonCluster(t);
  const entry = async () =>
    (await marathon.call<Queue>('GET', '/v2/queue')).queue.find(({ app }) => app.id === '/ends');
  await marathon.call('POST', '/v2/apps', {
    ...FIRST,
    id: 'ends',
    cmd: 'exit 0',
    backoffSeconds: 0.4,
    backoffFactor: 60,
  });
  const failed = new Set<string>();
  await until('two ended', async () => {
    for (const { id } of (await marathon.app('/ends')).tasks) failed.add(id);
    return failed.size >= 2;
  });
  await until('the third one waits for long', async () => ((await entry())?.delay.timeLeftSeconds ?? 0) > 10);
  t.false((await entry())?.delay.overdue);
  t.is((await marathon.ask('DELETE', '/v2/queue/ends/delay')).status, 204);
  await until('it is begun at once', async () => {
    for (const { id } of (await marathon.app('/ends')).tasks) failed.add(id);
    return failed.size >= 3;
  });
  await marathon.call('PUT', '/v2/apps/ends?force=true', { cmd: 'exec sleep 1000' });
  await marathon.runs('/ends', 1);
  const gone = await marathon.ask('DELETE', '/v2/queue/ends/delay');
  t.deepEqual([gone.status, gone.body.message], [404, 'Application /ends not found in tasks queue.']);
});

test('the state is written to a backup and brought back, by the leader that gives up; paths stay in their folder', async (t) => {
  const folder = scratch(t);
  const marathon = await marathonCluster(t, { flags: [`--backup_location=${folder}`] });
  const abdicate = (query: string) => marathon.ask('DELETE', `/v2/leader?${query}`);
  const upSeconds = async (): Promise<number> => {
    const { gauges } = await marathon.call<{ gauges: Record<string, { value: number }> }>('GET', '/metrics');
    return gauges['marathon.uptime.gauge.seconds']?.value ?? Number.NaN;
  };
  const again = async (query: string): Promise<void> => {
    const since = stopwatch();
    const { status, body, text } = await abdicate(query);
    t.is(status, 200, text);
    t.is(body.message, 'Leadership abdicated');
    await until('it began anew', async () => {
      const elapsedMs = since();
      return (await upSeconds()) * 1000 < elapsedMs;
    });
  };
  await marathon.call('POST', '/v2/apps', { ...FIRST, id: '/kept' });
  const { tasks } = await marathon.runs('/kept', 1);
  await again(`backup=file://${folder}/state.json`);
  await marathon.call('POST', '/v2/apps', { ...FIRST, id: '/later' });
  await marathon.call('PUT', '/v2/apps/kept', { labels: { changed: 'yes' }, env: { A: '2' } });
  await marathon.runs('/kept', 1);
  await marathon.runs('/later', 1);
  await again(`restore=file://${folder}/state.json`);
  t.is((await marathon.ask('GET', '/v2/apps/later')).status, 404);
  t.deepEqual((await marathon.app('/kept')).env, {});
  await until('what ran then, and is gone, was replaced', async () => {
    const kept = await marathon.app('/kept');
    return kept.tasksRunning === 1 && kept.tasks.every(({ id }) => id !== tasks[0]?.id);
  });
  for (const bad of [
    `backup=file:///etc/x`,
    `backup=file://${folder}/../x`,
    'restore=http://h/x',
    `restore=file://${folder}/none`,
  ])
    t.is((await abdicate(bad)).status, 400, bad);
});
