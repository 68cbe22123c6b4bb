/** Apps with persistent volumes, and pods, over a real master and real agents (spec: marathon.md §4, §27). */
import test from 'ava';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const VOLUME = { containerPath: 'data', mode: 'RW', persistent: { size: 10 } };
const APP = { id: 'db', cmd: 'sleep', cpus: 0.1, mem: 64, container: { type: 'MESOS', volumes: [VOLUME] } };
const FLAGS = ['--mesos_role=web', '--principal=marathon'];

const appOf = (world: MarathonWorld): AppShape =>
  world.call<{ app: AppShape }>('GET', '/v2/apps/db').body.app;
const volumesOf = (world: MarathonWorld): string[] =>
  appOf(world)
    .tasks.flatMap(({ localVolumes }) => (localVolumes ?? []).map(({ persistenceId }) => persistenceId))
    .sort();

test('a resident task comes back to its volume: after its end, an upgrade, a crash of Marathon', (t) => {
  const world = new MarathonWorld({ flags: FLAGS, agents: [{}, {}] });
  const created = world.call<AppShape & Readonly<Record<string, unknown>>>('POST', '/v2/apps', {
    ...APP,
    instances: 2,
  });
  t.is(created.status, 201, created.text);
  t.like(created.body, {
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    unreachableStrategy: 'disabled',
  });
  world.settle();
  const volumes = volumesOf(world);
  t.is(volumes.length, 2);
  t.regex(volumes[0] ?? '', /^db#data#[0-9a-f-]{36}$/);
  const [first = ''] = world.running('/db');
  world.call('DELETE', `/v2/apps/db/tasks/${first}`);
  world.until('it came back', () => world.running('/db').includes(first.replace(/\d+$/, '2')));
  t.deepEqual(volumesOf(world), volumes);
  world.call('PUT', '/v2/apps/db', { env: { A: '1' } });
  world.run(700);
  world.crash();
  world.restart();
  world.settle();
  t.deepEqual(volumesOf(world), volumes);
  t.is(world.marathon.instances.of('/db').length, 2, 'no reservation was made twice');
  world.call('PUT', '/v2/apps/db', { instances: 1 });
  world.settle();
  world.call('PUT', '/v2/apps/db', { instances: 2 });
  world.settle();
  t.deepEqual(volumesOf(world), volumes, 'scaled down and up again, on the same volume');
  t.is(world.call('PUT', '/v2/apps/db', { cpus: 0.2 }).status, 422);
});

test('a wiped instance gives its volume back and is replaced by another', (t) => {
  const world = new MarathonWorld({ flags: FLAGS });
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const [before] = volumesOf(world);
  const [task] = world.running('/db');
  world.call('DELETE', `/v2/apps/db/tasks/${task}?wipe=true`);
  world.until(
    'another one runs',
    () => world.running('/db').length === 1 && world.running('/db')[0] !== task,
  );
  t.not(volumesOf(world)[0], before);
  world.call('DELETE', '/v2/apps/db');
  world.settle();
  world.run(10_000);
  world.call('POST', '/v2/apps', { ...APP, id: 'all', mem: 8192, container: { type: 'MESOS' } });
  world.settle();
  t.is(world.running('/all').length, 1, 'everything was given back');
});

const ASKED: readonly (readonly [what: string, method: string, path: string, body?: object])[] = [
  ['changed', 'PUT', '/v2/apps/db', { env: { A: '1' } }],
  ['killed', 'DELETE', '/v2/apps/db/tasks'],
  ['scaled down', 'PUT', '/v2/apps/db', { instances: 0 }],
];
for (const [what, method, path, body] of ASKED)
  for (const first of ['asked', 'unreachable'] as const)
    test(`an instance whose agent does not answer keeps its volume when it is ${what}: first ${first}`, (t) => {
      const world = new MarathonWorld({ flags: FLAGS, agents: [{}, {}] });
      world.call('POST', '/v2/apps', APP);
      world.settle();
      const volumes = volumesOf(world);
      t.is(volumes.length, 1);
      const host = appOf(world).tasks[0]?.host ?? '';
      const ask = (): void => {
        t.is(world.call(method, path, body).status, 200);
      };
      if (first === 'asked') ask();
      world.simulation.pause(host);
      world.until(
        'its agent is unreachable',
        () => [...(world.master?.parts.agents.all() ?? [])].length === 1,
        300_000,
      );
      world.run(5_000);
      if (first === 'unreachable') ask();
      world.run(60_000);
      world.simulation.resume(host);
      world.run(30_000);
      world.call('PUT', '/v2/apps/db?force=true', { instances: 1 });
      world.until('it runs again', () => world.running('/db').length === 1, 300_000);
      t.deepEqual(volumesOf(world), volumes);
    });

test('a volume needs a role, and is checked', (t) => {
  const world = new MarathonWorld({ flags: FLAGS });
  const volumes = [
    { ...VOLUME, containerPath: '../x' },
    { ...VOLUME, persistent: { size: 0 } },
    { containerPath: 'x' },
  ];
  const refused = world.call<{ details: { path: string }[] }>('POST', '/v2/apps', {
    ...APP,
    container: { type: 'MESOS', volumes },
  });
  t.is(refused.status, 422);
  t.deepEqual(
    refused.body.details.map(({ path }) => path),
    ['/container/volumes(0)/containerPath', '/container/volumes(1)/persistent/size', '/container/volumes(2)'],
  );
});

const POD = {
  id: '/pod',
  containers: [
    {
      name: 'one',
      exec: { command: { shell: 'sleep' } },
      resources: { cpus: 0.1, mem: 32 },
      endpoints: [{ name: 'http', hostPort: 0, containerPort: 80 }],
    },
    { name: 'two', exec: { command: { shell: 'sleep' } }, resources: { cpus: 0.1, mem: 32 } },
  ],
  scaling: { kind: 'fixed', instances: 2 },
};

interface PodStatus {
  readonly status: string;
  readonly instances: readonly {
    readonly id: string;
    readonly status: string;
    readonly containers: readonly { readonly name: string; readonly status: string }[];
  }[];
}

test('pods: created, described, upgraded, one instance killed as a whole, removed', (t) => {
  const world = new MarathonWorld();
  const created = world.call('POST', '/v2/pods', POD);
  t.is(created.status, 201, created.text);
  t.is(world.call('POST', '/v2/pods', POD).status, 409);
  t.is(world.call('POST', '/v2/apps', { id: 'pod', cmd: 'x' }).status, 409);
  world.settle();
  const status = (): PodStatus => world.call<PodStatus>('GET', '/v2/pods/pod::status').body;
  t.is(status().status, 'STABLE');
  t.deepEqual(
    status().instances.map(({ containers }) => containers.map((each) => `${each.name} ${each.status}`)),
    [
      ['one TASK_RUNNING', 'two TASK_RUNNING'],
      ['one TASK_RUNNING', 'two TASK_RUNNING'],
    ],
  );
  const [first] = status().instances;
  t.is(world.call('DELETE', `/v2/pods/pod::instances/${first?.id}`).status, 200);
  world.until('it was replaced', () => {
    const now = status().instances;
    return now.length === 2 && now.every(({ id, status: is }) => id !== first?.id && is === 'STABLE');
  });
  const before = status().instances.map(({ id }) => id);
  t.is(world.call('PUT', '/v2/pods/pod', { ...POD, environment: { A: '1' } }).status, 200);
  world.settle();
  t.false(status().instances.some(({ id }) => before.includes(id)));
  t.is(world.call('PUT', '/v2/pods/other', { ...POD, id: '/other' }).status, 404);
  t.is(world.call('PUT', '/v2/pods/pod', { ...POD, id: '/other' }).status, 400);
  t.is(world.call<unknown[]>('GET', '/v2/pods::status').body.length, 1);
  t.is(world.call<unknown[]>('GET', '/v2/pods/pod::versions').body.length, 2);
  t.is(world.call('DELETE', '/v2/pods/pod').status, 202);
  world.settle();
  t.is(world.call('GET', '/v2/pods/pod').status, 404);
});

test('volumes on disks of their own: a part of a shared one, a mounted one whole, each where the path says', (t) => {
  const scalar = (name: string, value: number, more: object = {}) => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    ...more,
  });
  const source = (type: string, root: string) => ({
    disk: { source: { type, [type.toLowerCase()]: { root } } },
  });
  const resources = JSON.stringify([
    scalar('cpus', 8),
    scalar('mem', 8192),
    { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_999 }] } },
    scalar('disk', 300, source('PATH', '/shared')),
    scalar('disk', 100, source('MOUNT', '/mnt/small')),
    scalar('disk', 500, source('MOUNT', '/mnt/large')),
    scalar('disk', 450, source('MOUNT', '/mnt/other')),
  ]);
  const world = new MarathonWorld({ flags: FLAGS, agents: [{ resources }] });
  const volume = (containerPath: string, persistent: object) => ({ containerPath, mode: 'RW', persistent });
  const volumes = [
    volume('part', { type: 'path', size: 120 }),
    volume('whole', { type: 'mount', size: 200, maxSize: 600, constraints: [['path', 'LIKE', '/mnt/l.*']] }),
  ];
  const created = world.call('POST', '/v2/apps', { ...APP, container: { type: 'MESOS', volumes } });
  t.is(created.status, 201, created.text);
  world.settle();
  const before = volumesOf(world);
  t.is(before.length, 2);
  const [framework] = [...(world.master?.parts.frameworks.all() ?? [])];
  const held = [...(framework?.tasks.values() ?? [])][0]?.resources.toMessages() ?? [];
  const sizes = held
    .filter(({ disk }) => disk?.persistence !== undefined)
    .map(({ scalar: amount, disk }) => [amount?.value, disk?.source?.path?.root ?? disk?.source?.mount?.root])
    .sort();
  t.deepEqual(sizes, [
    [120, '/shared'],
    [500, '/mnt/large'],
  ]);
  const [task = ''] = world.running('/db');
  world.call('DELETE', `/v2/apps/db/tasks/${task}`);
  world.until('it came back to them', () => world.running('/db').includes(task.replace(/\d+$/, '2')));
  t.deepEqual(volumesOf(world), before);
  world.call('POST', '/v2/apps', {
    ...APP,
    id: 'none',
    container: { type: 'MESOS', volumes: [volume('x', { type: 'mount', size: 460 })] },
  });
  world.run(5_000);
  t.is(world.running('/none').length, 0, 'none is large enough');
  for (const constraint of [
    ['path', 'LIKE', '('],
    ['rack', 'LIKE', 'a'],
    ['path', 'UNIQUE'],
  ]) {
    const wrong = [volume('x', { type: 'mount', size: 1, constraints: [constraint] })];
    const container = { type: 'MESOS', volumes: wrong };
    t.is(
      world.call('POST', '/v2/apps', { ...APP, id: 'wrong', container }).status,
      422,
      constraint.join(' '),
    );
  }
});
