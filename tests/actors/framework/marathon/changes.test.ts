/** Who changed what, the way back of a change, and what the page is told of the master and its cluster. */
import test from 'ava';
import { MarathonWorld } from './support/world.ts';

const APP = { id: '/shop/web', cmd: 'sleep', cpus: 0.1, mem: 64 };

interface Changes {
  readonly changes: readonly {
    readonly version: string;
    readonly by?: string;
    readonly from?: string;
    readonly services: readonly {
      readonly id: string;
      readonly before: string | null;
      readonly after: string | null;
    }[];
    readonly groups?: readonly { readonly id: string }[];
  }[];
}

const basic = { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` };

test('each change is told with who made it, and can be taken back', (t) => {
  const world = new MarathonWorld({ flags: ['--http_credentials=ann:secret'] });
  const call = <T = unknown>(method: string, path: string, body?: unknown) =>
    world.call<T>(method, path, body, basic);
  const changes = (id: string) => call<Changes>('GET', `/v2/changes?id=${id}`).body.changes;
  t.deepEqual(changes('/'), []);
  t.is(call('POST', '/v2/apps', APP).status, 201);
  world.until('it runs', () => world.marathon.instances.of('/shop/web').length === 1);
  world.until('it is deployed', () => world.marathon.deployments.size === 0);
  t.is(call('PUT', '/v2/apps/shop/web', { env: { A: '1' } }).status, 200);
  world.until('it is deployed', () => world.marathon.deployments.size === 0);
  t.is(call('DELETE', '/v2/apps/shop/web').status, 200);
  world.until('it is gone', () => world.marathon.deployments.size === 0);

  const [removed, changed, made] = changes('/shop');
  t.is(removed?.by, 'ann');
  t.is(typeof removed?.from, 'string');
  t.deepEqual(made?.services, [{ id: '/shop/web', before: null, after: made?.version ?? '' }]);
  t.deepEqual(changed?.services, [
    { id: '/shop/web', before: made?.version ?? '', after: changed?.version ?? '' },
  ]);
  t.deepEqual(removed?.services, [{ id: '/shop/web', before: changed?.version ?? '', after: null }]);
  t.deepEqual(changes('/sho'), [], 'a name is not the beginning of another');
  t.is(call<Changes>('GET', '/v2/changes?limit=1').body.changes.length, 1);

  t.is(call('POST', `/v2/changes/${changed?.version}/undo`).status, 409, 'it was changed again since');
  t.is(call('POST', `/v2/changes/${removed?.version}/undo`).status, 200);
  t.deepEqual(world.marathon.definitions.root.app('/shop/web')?.env, { A: '1' });
  world.until('it runs again', () => world.marathon.deployments.size === 0);
  t.is(world.marathon.instances.of('/shop/web').length, 1);
  t.is(call('POST', `/v2/changes/${removed?.version}/undo`).status, 409, 'once');

  for (const [method, path, status] of [
    ['POST', '/v2/changes', 405],
    ['GET', '/v2/changes?limit=0', 400],
    ['GET', '/v2/changes?id=web', 400],
    ['POST', '/v2/changes/2020-01-01T00:00:00.000Z/undo', 404],
    ['POST', '/v2/changes/x/redo', 404],
    ['GET', `/v2/changes/${removed?.version}/undo`, 405],
  ] as const)
    t.is(call(method, path).status, status, `${method} ${path}`);
  t.is(world.call('GET', '/v2/changes').status, 401);
});

test('what was made is removed by taking it back', (t) => {
  const world = new MarathonWorld();
  t.is(world.call('POST', '/v2/apps', APP).status, 201);
  world.until('it is deployed', () => world.marathon.deployments.size === 0);
  const [made] = world.call<Changes>('GET', '/v2/changes').body.changes;
  t.is(made?.by, undefined);
  t.is(world.call('POST', `/v2/changes/${made?.version}/undo`).status, 200);
  t.is(world.marathon.definitions.root.app('/shop/web'), undefined);
});

interface Group {
  readonly id: string;
  readonly dependencies: readonly string[];
  readonly enforceRole?: boolean;
  readonly groups: readonly Group[];
}

test('a destroyed group comes back with its settings', (t) => {
  const world = new MarathonWorld();
  const settled = () => world.until('it is deployed', () => world.marathon.deployments.size === 0);
  const group = (id: string) => world.call<Group>('GET', `/v2/groups${id}`);
  const newest = () => world.call<Changes>('GET', '/v2/changes').body.changes[0]?.version ?? '';
  const undo = (version: string) => world.call('POST', `/v2/changes/${version}/undo`).status;
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/infra/db' }).status, 201);
  const made = {
    id: '/shop',
    enforceRole: true,
    dependencies: ['/infra'],
    apps: [{ ...APP, id: 'web' }],
    groups: [{ id: 'empty', dependencies: ['/infra/db'] }],
  };
  t.is(world.call('POST', '/v2/groups', made).status, 201);
  settled();
  const before = group('/shop').body;
  t.is(world.call('DELETE', '/v2/groups/shop').status, 200);
  settled();
  t.is(group('/shop').status, 404);
  const removal = newest();
  t.is(undo(removal), 200);
  settled();
  const after = group('/shop').body;
  t.like(after, { enforceRole: true, dependencies: ['/infra'] });
  t.deepEqual(
    after.groups.map(({ id, dependencies }) => [id, dependencies]),
    before.groups.map(({ id, dependencies }) => [id, dependencies]),
  );
  t.is(world.marathon.definitions.root.app('/shop/web')?.role, 'shop');
  t.is(undo(removal), 409, 'once');

  t.is(undo(newest()), 200, 'the undoing is a change as well');
  settled();
  t.is(group('/shop').status, 404);
});

test('settings of a group alone are a change, and one that was made since is not overwritten', (t) => {
  const world = new MarathonWorld();
  const changes = (id: string) => world.call<Changes>('GET', `/v2/changes?id=${id}`).body.changes;
  const dependencies = () => world.call<Group>('GET', '/v2/groups/a').body.dependencies;
  for (const id of ['/x', '/y']) t.is(world.call('POST', '/v2/groups', { id }).status, 201);
  for (const each of [['/x'], ['/y']])
    t.is(world.call('PUT', '/v2/groups/a', { dependencies: each }).status < 300, true);
  const [second, first] = changes('/a');
  t.like(second, { services: [], groups: [{ id: '/a', before: first?.version, after: second?.version }] });
  t.is(world.call('POST', `/v2/changes/${first?.version}/undo`).status, 409);
  t.is(world.call('POST', `/v2/changes/${second?.version}/undo`).status, 200);
  t.deepEqual(dependencies(), ['/x']);
  t.is(world.call('PUT', '/v2/groups/a', { version: second?.version }).status, 200);
  t.deepEqual(dependencies(), ['/y']);
  t.is(world.call('POST', `/v2/changes/${changes('/a')[0]?.version}/undo`).status, 200, 'a rollback, too');
  t.deepEqual(dependencies(), ['/x']);
});

test('what is said of a group itself leaves what is in it alone', (t) => {
  const world = new MarathonWorld();
  const put = (path: string, body: object) => world.call('PUT', path, body).status;
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/infra/db' }).status, 201);
  t.is(world.call('POST', '/v2/apps', APP).status, 201);
  world.until('it is deployed', () => world.marathon.deployments.size === 0);
  const { services } = world.marathon.definitions.root;
  for (const body of [{}, { scaleBy: null }, { dependencies: ['/infra'] }, { enforceRole: false }])
    t.is(put('/v2/groups/shop', body), 200, JSON.stringify(body));
  t.is(put('/v2/groups', {}), 200);
  t.deepEqual([...world.marathon.definitions.root.services], [...services]);
  const { dependencies } = world.call<Group>('GET', '/v2/groups/shop').body;
  t.deepEqual(dependencies, ['/infra'], 'nor is what was said before');
  t.is(put('/v2/groups/shop', { scaleBy: 1e300 }), 422);
  t.is(put('/v2/groups/shop', { apps: [] }), 200);
  t.deepEqual([...world.marathon.definitions.root.services.keys()], ['/infra/db'], 'an empty list is one');
});

test('the page is led to the master that leads, and told what its cluster uses', (t) => {
  const snapshot = { 'master/cpus_used': 1.5, 'master/cpus_total': 8, 'master/mem_total': 'much' };
  const world = new MarathonWorld({
    probe: ({ path }) => ({
      connected: true,
      status: path === '/metrics/snapshot' ? 200 : 404,
      body: JSON.stringify(snapshot),
    }),
  });
  interface Info {
    readonly marathon_config: { readonly mesos_leader_ui_url: string };
    readonly cluster?: Readonly<Record<string, number>>;
  }
  const info = () => world.call<Info>('GET', '/v2/info?extended=true').body;
  t.is(info().marathon_config.mesos_leader_ui_url, `http://${world.marathon.master}/`);
  t.regex(world.marathon.master ?? '', /^[\w.]+:5050$/);
  world.run(100);
  t.like(info().cluster, { cpus_used: 1.5, cpus_total: 8, mem_total: 0 });
  t.is(
    world.call<Info>('GET', '/v2/info').body.cluster,
    undefined,
    "strict clients read Marathon's own members only",
  );
});
