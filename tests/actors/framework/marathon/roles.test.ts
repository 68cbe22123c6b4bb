/** Services of several roles: groups whose name is the role of what lies in them, and offers for each role (spec: marathon.md §3, §12, §28). */
import test from 'ava';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const APP = { cmd: 'sleep', cpus: 0.1, mem: 32 };
const PLAIN = { ...APP, id: '/plain' };

function rolesOf(world: MarathonWorld): readonly string[] {
  return [...(world.master?.parts.frameworks.all() ?? [])][0]?.description.roles ?? [];
}

const roleOf = (world: MarathonWorld, id: string): string =>
  (world.call<{ app: AppShape & { role: string } }>('GET', `/v2/apps${id}`).body.app ?? { role: '' }).role;

test('what lies in a group that enforces its role has it, runs, and goes on after a kill', (t) => {
  const world = new MarathonWorld({ agents: [{}, {}] });
  const made = world.call('POST', '/v2/groups', {
    id: '/dev',
    enforceRole: true,
    apps: [{ ...APP, id: 'web', instances: 2 }],
    pods: [
      {
        id: 'pod',
        containers: [{ name: 'c', resources: { cpus: 0.1, mem: 32 }, exec: { command: { shell: 'sleep' } } }],
      },
    ],
  });
  t.is(made.status, 201, made.text);
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/dev/later' }).status, 201);
  t.is(world.call('POST', '/v2/apps', PLAIN).status, 201);
  t.is(roleOf(world, '/dev/web'), 'dev');
  t.is(roleOf(world, '/dev/later'), 'dev');
  t.is(roleOf(world, '/plain'), '*');
  world.settle();
  t.deepEqual(rolesOf(world), ['*', 'dev']);
  const count = (): number[] =>
    ['/dev/web', '/dev/pod', '/dev/later', '/plain'].map((id) => world.running(id).length);
  t.deepEqual(count(), [2, 1, 1, 1]);
  world.crash();
  world.restart();
  world.run(5_000);
  t.deepEqual(rolesOf(world), ['*', 'dev']);
  t.deepEqual(count(), [2, 1, 1, 1]);
  t.is(world.call('PUT', '/v2/apps/dev/web', { instances: 4 }).status, 200);
  world.settle();
  t.deepEqual(count(), [4, 1, 1, 1]);
});

test('both roles want more than there is: none starves the other of offers', (t) => {
  const world = new MarathonWorld({ agents: [{}] });
  world.call('POST', '/v2/groups', { id: '/dev', enforceRole: true });
  world.call('POST', '/v2/apps', { ...PLAIN, cpus: 100 });
  world.call('POST', '/v2/apps', { ...APP, id: '/dev/web', instances: 3 });
  world.until('three run', () => world.running('/dev/web').length === 3);
  world.call('POST', '/v2/apps', { ...APP, id: '/small', instances: 3 });
  world.until('three run', () => world.running('/small').length === 3);
  t.is(world.running('/plain').length, 0);
});

test('a group that begins to enforce its role: what is there keeps the role it has, what comes gets the new one', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, id: '/dev/old' });
  world.settle();
  t.is(world.call('PATCH', '/v2/groups/dev', { enforceRole: true }).status, 200);
  world.settle();
  t.is(world.call('PUT', '/v2/apps/dev/old', { instances: 2 }).status, 200);
  world.settle();
  t.is(roleOf(world, '/dev/old'), '*');
  t.is(world.running('/dev/old').length, 2);
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/dev/new' }).status, 201);
  t.is(roleOf(world, '/dev/new'), 'dev');
  t.is(world.call('PUT', '/v2/apps/dev/new', { role: '*' }).status, 422);
  t.is(world.call('PUT', '/v2/apps/dev/old', { role: 'other' }).status, 422);
  const pod = {
    id: '/dev/pod',
    role: '*',
    containers: [{ name: 'c', resources: { cpus: 0.1, mem: 32 }, exec: { command: { shell: 'sleep' } } }],
  };
  t.is(world.call('POST', '/v2/pods', pod).status, 422);
  world.settle();
  t.is(world.call('PUT', '/v2/apps/dev/old', { role: 'dev' }).status, 200, 'it moves when it is told to');
  world.settle();
  t.is(world.running('/dev/old').length, 2);
});

test('--new_group_enforce_role=top: groups that are new, implied ones too', (t) => {
  const world = new MarathonWorld({ flags: ['--new_group_enforce_role=top'] });
  for (const id of ['/dev/a', '/dev/b', '/plain']) world.call('POST', '/v2/apps', { ...APP, id });
  t.deepEqual(
    ['/dev/a', '/dev/b', '/plain'].map((id) => roleOf(world, id)),
    ['dev', 'dev', '*'],
  );
  world.call('POST', '/v2/groups', { id: '/other', apps: [{ ...APP, id: 'a' }] });
  t.is(roleOf(world, '/other/a'), 'other');
  world.settle();
  t.is(world.running('/dev/b').length + world.running('/other/a').length, 2);
});

test('the role of what has reservations changes by force only', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/groups', { id: '/dev' });
  const volumes = [{ containerPath: 'data', mode: 'RW', persistent: { size: 10 } }];
  const made = world.call('POST', '/v2/apps', {
    ...APP,
    id: '/dev/db',
    container: { type: 'MESOS', volumes },
  });
  t.is(made.status, 201, made.text);
  t.is(world.call('PUT', '/v2/apps/dev/db?force=true', { cpus: 0.2 }).status, 422);
  t.is(world.call('PUT', '/v2/apps/dev/db', { role: 'dev' }).status, 422);
  t.is(world.call('PUT', '/v2/apps/dev/db?force=true', { role: 'dev' }).status, 200);
});
