/** The life of apps over a real master and real agents (spec: marathon.md §35, checks 1 to 5, 9, 10, 13, 14, 18, 19). */
import test from 'ava';
import type { AppShape, QueueShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const APP = { id: 'my-first-app', cmd: 'sleep', cpus: 0.1, mem: 64 };

const appOf = (world: MarathonWorld, id = '/my-first-app'): AppShape =>
  world.call<{ app: AppShape }>('GET', `/v2/apps${id}?extended=true`).body.app;

test('a created app is complete, and its id is taken', (t) => {
  const world = new MarathonWorld();
  const created = world.call<AppShape>('POST', '/v2/apps', APP);
  t.is(created.status, 201);
  t.is(created.headers['Location'], 'http://m:8080/v2/apps/my-first-app');
  t.is(created.headers['Marathon-Deployment-Id'], created.body.deployments[0]?.id);
  t.like(created.body, {
    id: '/my-first-app',
    instances: 1,
    disk: 0,
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    killSelection: 'YOUNGEST_FIRST',
    networks: [{ mode: 'host' }],
    tasksRunning: 0,
  });
  const again = world.call('POST', '/v2/apps', APP);
  t.is(again.status, 409);
  t.deepEqual(again.body, { message: 'An app with id [/my-first-app] already exists.' } as never);
  world.settle();
  t.is(world.running('/my-first-app').length, 1);
});

test('scaling keeps the command and restarts nothing', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const before = appOf(world);
  t.is(world.call('PUT', '/v2/apps/my-first-app', { instances: 5 }).status, 200);
  world.settle();
  const after = appOf(world);
  t.is(after.cmd, 'sleep');
  t.is(after.tasksRunning, 5);
  t.true(after.version > before.version);
  t.is(after.versionInfo.lastConfigChangeAt, before.versionInfo.lastConfigChangeAt);
  t.true(after.tasks.some(({ id }) => id === before.tasks[0]?.id));
  t.deepEqual(after.tasks.map(({ instanceNumber }) => instanceNumber).sort(), [0, 1, 2, 3, 4]);
  world.call('PUT', '/v2/apps/my-first-app', { instances: 0 });
  world.settle();
  t.is(appOf(world).tasksRunning, 0);
});

test('changing the environment restarts all; env is replaced, not merged; a version brings it back', (t) => {
  const world = new MarathonWorld();
  const first = world.call<AppShape>('POST', '/v2/apps', { ...APP, instances: 3, env: { B: '2' } }).body;
  world.settle();
  const before = world.running('/my-first-app');
  world.call('PUT', '/v2/apps/my-first-app', { env: { A: '1' } });
  world.settle();
  t.deepEqual(appOf(world).env, { A: '1' });
  t.false(world.running('/my-first-app').some((id) => before.includes(id)));
  t.is(world.running('/my-first-app').length, 3);
  t.is(world.call('PUT', '/v2/apps/my-first-app', { version: first.version, cmd: 'x' }).status, 422);
  t.is(world.call('PUT', '/v2/apps/my-first-app', { version: '2001-01-01T00:00:00.000Z' }).status, 404);
  t.is(world.call('PUT', '/v2/apps/my-first-app', { version: first.version }).status, 200);
  world.settle();
  t.deepEqual(appOf(world).env, { B: '2' });
});

test('a write that changes nothing deploys nothing and keeps the version', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const { version } = appOf(world);
  const answer = world.call('PUT', '/v2/apps/my-first-app', { cmd: 'sleep' });
  t.is(answer.status, 200);
  t.truthy(answer.body.deploymentId);
  t.is(appOf(world).version, version);
});

test('a deployment locks its app; force and DELETE go on regardless, groups do not', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, id: '/g/web', cpus: 100 });
  const refused = world.call<{ message: string; deployments: unknown[] }>('PUT', '/v2/apps/g/web', {
    cmd: 'y',
  });
  t.is(refused.status, 409);
  t.regex(
    refused.body.message,
    /^App is locked by one or more deployments\. Override with the option '\?force=true'/,
  );
  t.is(refused.body.deployments.length, 1);
  t.is(world.call('DELETE', '/v2/groups/g').status, 409);
  t.is(world.call('PUT', '/v2/apps/g/web?force=true', { cpus: 0.1 }).status, 200);
  world.settle();
  t.is(world.running('/g/web').length, 1);
  world.call('PUT', '/v2/apps/g/web', { cpus: 100 });
  t.is(world.call('DELETE', '/v2/apps/g/web').status, 200);
  world.settle();
  t.is(world.call('GET', '/v2/apps/g/web').status, 404);
  t.is(world.running('/g/web').length, 0);
});

test('what waits says why; a delay grows with failures and ends by DELETE', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, id: 'big', cpus: 100 });
  world.run(3_000);
  const { queue } = world.call<QueueShape>('GET', '/v2/queue').body;
  t.is(queue[0]?.count, 1);
  t.true(queue[0]?.delay.overdue);
  const summary = queue[0]?.processedOffersSummary.rejectSummaryLastOffers ?? [];
  t.is(summary.find(({ reason }) => reason === 'InsufficientCpus')?.declined, 1);
  t.regex(appOf(world, '/big').whyWaiting?.reason ?? '', /InsufficientCpus/);

  world.call('POST', '/v2/apps', {
    ...APP,
    id: 'crash',
    cmd: 'exit 3 after 0.1',
    backoffSeconds: 40,
    backoffFactor: 2,
  });
  world.until('the app failed', () => appOf(world, '/crash').lastTaskFailure !== undefined);
  t.is(appOf(world, '/crash').lastTaskFailure?.state, 'TASK_FAILED');
  const waiting = world
    .call<QueueShape>('GET', '/v2/queue')
    .body.queue.find(({ app }) => app.id === '/crash');
  t.false(waiting?.delay.overdue);
  t.is(appOf(world, '/crash').whyWaiting?.state, 'delayed');
  t.is(world.call('DELETE', '/v2/queue/crash/delay').status, 204);
  world.call('DELETE', '/v2/apps/crash');
  world.until('it is gone', () => world.marathon.queue.entry('/crash') === undefined);
  t.is(world.call('DELETE', '/v2/queue/crash/delay').status, 404);
});

test('killed tasks are replaced; with scale they are not; scale and wipe contradict each other', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, instances: 3 });
  world.settle();
  const [first = '', second = ''] = world.running('/my-first-app');
  t.is(world.call('DELETE', `/v2/apps/my-first-app/tasks/${first}`).status, 200);
  world.until('it was replaced', () => {
    const now = world.running('/my-first-app');
    return now.length === 3 && !now.includes(first);
  });
  const scaled = world.call('POST', '/v2/tasks/delete?scale=true', { ids: [second] });
  t.truthy(scaled.body.deploymentId);
  world.settle();
  t.is(appOf(world).instances, 2);
  t.false(world.running('/my-first-app').includes(second));
  t.is(world.call('DELETE', '/v2/apps/my-first-app/tasks?scale=true&wipe=true').status, 400);
  t.is(world.call('POST', '/v2/tasks/delete', { ids: ['nonsense'] }).status, 400);
});

test('a rollback of a creation removes the app; of a change restores it; others stay', (t) => {
  const world = new MarathonWorld();
  const first = world.call<AppShape>('POST', '/v2/apps', { ...APP, cpus: 100 }).body;
  t.is(world.call('DELETE', `/v2/deployments/${first.deployments[0]?.id}`).status, 200);
  world.settle();
  t.is(world.call('GET', '/v2/apps/my-first-app').status, 404);

  world.call('POST', '/v2/apps', APP);
  world.settle();
  const before = world.running('/my-first-app');
  const bad = world.call('PUT', '/v2/apps/my-first-app', { cpus: 100 });
  world.call('POST', '/v2/apps', { ...APP, id: 'other' });
  world.run(2_000);
  world.call('DELETE', `/v2/deployments/${bad.body.deploymentId}`);
  world.settle();
  t.deepEqual(world.running('/my-first-app'), before, 'what ran before still runs');
  t.is(world.running('/other').length, 1);
  const cancelled = world.call('PUT', '/v2/apps/my-first-app', { cpus: 100 });
  t.is(world.call('DELETE', `/v2/deployments/${cancelled.body.deploymentId}?force=true`).status, 202);
  t.is(world.call('DELETE', `/v2/deployments/${cancelled.body.deploymentId}`).status, 404);
});

test('an app that is wanted again before its end began is replaced like any other', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, instances: 3 });
  world.settle();
  // Both are asked for before anything is on disk.
  const ending = world.open('DELETE', '/v2/apps/my-first-app');
  const again = world.open('PUT', '/v2/apps/my-first-app?force=true', { ...APP, instances: 3 });
  world.until('both are taken', () => {
    t.true(world.running('/my-first-app').length >= 3, 'never too few');
    return ending.status === 200 && again.status === 201 && appOf(world).deployments.length === 0;
  });
  const { tasks, version } = appOf(world);
  t.deepEqual(
    tasks.map((task) => task.version),
    [version, version, version],
  );
});

test('constraints: one a host stays pending when there are too few hosts', (t) => {
  const world = new MarathonWorld({ agents: [{ attributes: 'rack:a' }, { attributes: 'rack:b' }, {}] });
  world.call('POST', '/v2/apps', { ...APP, id: 'u', instances: 4, constraints: [['hostname', 'unique']] });
  world.run(10_000);
  t.is(world.running('/u').length, 3);
  const { queue } = world.call<QueueShape>('GET', '/v2/queue').body;
  const reasons = queue[0]?.processedOffersSummary.rejectSummaryLastOffers ?? [];
  t.is(reasons.find(({ reason }) => reason === 'UnfulfilledConstraint')?.declined, 3);
  world.call('POST', '/v2/apps', {
    ...APP,
    id: 'like',
    instances: 3,
    constraints: [['rack', 'LIKE', 'a|b']],
  });
  world.call('POST', '/v2/apps', {
    ...APP,
    id: 'unlike',
    instances: 2,
    constraints: [['rack', 'UNLIKE', '.*']],
  });
  world.run(10_000);
  const hosts = (id: string): string[] => appOf(world, id).tasks.map(({ host }) => host);
  t.true(hosts('/like').length === 3 && !hosts('/like').includes('agent-3'));
  t.deepEqual(hosts('/unlike'), ['agent-3', 'agent-3']);
});

test('groups: dependencies make layers, scaleBy rounds up, a version brings a group back', (t) => {
  const world = new MarathonWorld();
  const group = {
    id: '/shop',
    apps: [
      { ...APP, id: 'web', instances: 3, dependencies: ['db'] },
      { ...APP, id: 'db', instances: 2 },
    ],
  };
  const dry = world.call<{ steps: { actions: { action: string; app: string }[] }[] }>(
    'PUT',
    '/v2/groups?dryRun=true',
    group,
  );
  t.deepEqual(
    dry.body.steps.map(({ actions }) => actions.map(({ action, app }) => `${action} ${app}`)),
    [
      ['StartApplication /shop/db', 'StartApplication /shop/web'],
      ['ScaleApplication /shop/db'],
      ['ScaleApplication /shop/web'],
    ],
  );
  t.is(world.call('GET', '/v2/groups/shop').status, 404);
  const created = world.call('POST', '/v2/groups', group);
  t.is(created.status, 201);
  world.settle();
  t.is(world.running('/shop/web').length, 3);
  t.is(world.call('POST', '/v2/groups', group).status, 409);
  world.call('PUT', '/v2/groups/shop', { scaleBy: 1.5 });
  world.settle();
  t.is(world.running('/shop/web').length, 5);
  t.is(world.running('/shop/db').length, 3);
  t.is(world.call('PUT', '/v2/groups/shop', { version: created.body.version, scaleBy: 2 }).status, 200);
  world.settle();
  t.is(world.running('/shop/web').length, 3);
  t.is(world.call<string[]>('GET', '/v2/groups/shop/versions').body.length, 3);
  const cyclic = {
    id: '/c',
    apps: [
      { ...APP, id: 'a', dependencies: ['b'] },
      { ...APP, id: 'b', dependencies: ['a'] },
    ],
  };
  t.is(world.call('POST', '/v2/groups', cyclic).status, 422);
  t.is(world.call('DELETE', '/v2/groups/shop').status, 200);
  world.settle();
  t.is(world.marathon.instances.size, 0);
});

test('relative dependencies: those of an app begin at its group, those of a group at the group itself', (t) => {
  const world = new MarathonWorld();
  const made = world.call<{ message?: string }>('POST', '/v2/groups', {
    id: '/product',
    groups: [
      { id: 'database', apps: [{ ...APP, id: 'mongo' }] },
      {
        id: 'service',
        dependencies: ['../database'],
        apps: [{ ...APP, id: 'web', dependencies: ['../database/mongo'] }],
      },
    ],
  });
  t.is(made.status, 201, made.text);
  const { groups } = world.call<{ groups: { id: string; dependencies: string[] }[] }>(
    'GET',
    '/v2/groups/product',
  ).body;
  t.deepEqual(groups.find(({ id }) => id === '/product/service')?.dependencies, ['/product/database']);
  t.deepEqual(appOf(world, '/product/service/web').dependencies, ['/product/database/mongo']);
});

test('a rollback brings groups back as well: what they say, and that they were not', (t) => {
  const world = new MarathonWorld();
  const group = (id: string) =>
    world.call<{ dependencies: string[]; enforceRole?: boolean; apps: AppShape[] }>('GET', `/v2/groups${id}`);
  const revert = (): void => {
    const [deployment] = [...world.marathon.deployments.all()];
    t.is(world.call('DELETE', `/v2/deployments/${deployment?.id}`).status, 200);
    world.settle();
  };
  const tooLarge = { ...APP, cpus: 100 };
  world.call('POST', '/v2/apps', { ...APP, id: '/base' });
  // Made: it is gone with what it holds, and what is nested in it; what others put there stays, and keeps its group.
  for (const others of [false, true]) {
    world.call('POST', '/v2/groups', {
      id: '/made',
      dependencies: ['/base'],
      groups: [{ id: 'in', apps: [{ ...tooLarge, id: 'a' }] }],
    });
    if (others) world.call('POST', '/v2/apps', { ...APP, id: '/made/other' });
    world.run(2_000);
    const [first] = [...world.marathon.deployments.all()];
    t.is(world.call('DELETE', `/v2/deployments/${first?.id}`).status, 200);
    world.settle();
    t.is(group('/made/in').status, 404);
    t.is(group('/made').status, others ? 200 : 404);
    if (others)
      t.deepEqual(
        group('/made').body.apps.map(({ id }) => id),
        ['/made/other'],
      );
  }
  const shop = { id: '/shop', dependencies: ['/base'], enforceRole: true, apps: [{ ...APP, id: 'a' }] };
  world.call('POST', '/v2/groups', shop);
  world.settle();
  // Changed.
  world.call('PUT', '/v2/groups/shop', {
    dependencies: [],
    enforceRole: false,
    apps: [{ ...tooLarge, id: 'a' }],
  });
  world.run(2_000);
  revert();
  t.like(group('/shop').body, { dependencies: ['/base'], enforceRole: true });
  // Removed, which waits for another one that cannot begin.
  world.call('PUT', '/v2/groups', { id: '/', groups: [{ id: '/new', apps: [{ ...tooLarge, id: 'x' }] }] });
  world.run(5_000);
  t.is(group('/shop').status, 404);
  revert();
  t.like(group('/shop').body, { dependencies: ['/base'], enforceRole: true });
  t.is(group('/new').status, 404);
  t.is(world.running('/shop/a').length, 1);
});

test('a Marathon that dies at any moment of a deployment goes on; nothing is doubled or lost', (t) => {
  for (const afterMs of [0, 40, 300, 1_100, 2_500]) {
    const world = new MarathonWorld({ seed: afterMs + 1 });
    world.call('POST', '/v2/apps', { ...APP, instances: 4 });
    world.settle();
    const before = world.running('/my-first-app');
    world.call('PUT', '/v2/apps/my-first-app', { env: { A: '1' } });
    world.run(afterMs);
    world.crash();
    world.run(1_000);
    world.restart();
    world.until(
      'it is deployed',
      () => world.marathon.deployments.size === 0 && world.running('/my-first-app').length === 4,
    );
    t.false(
      world.running('/my-first-app').some((id) => before.includes(id)),
      `after ${afterMs} ms`,
    );
    t.is(world.marathon.instances.of('/my-first-app').length, 4);
  }
});

test('a dry run tells the steps and what each agent lacks, and changes nothing', (t) => {
  const world = new MarathonWorld({ agents: [{}, { resources: 'cpus:1;mem:64' }] });
  world.call('POST', '/v2/apps', { ...APP, id: 'first', cpus: 100 });
  world.run(3_000);
  const answer = world.call<{ fits: string[]; offers: number; reasons: object; steps: unknown[] }>(
    'POST',
    '/v2/apps?dryRun=true',
    { ...APP, cpus: 2 },
  );
  t.is(answer.status, 200, answer.text);
  t.like(answer.body, { fits: ['agent-1'], offers: 2, reasons: { InsufficientCpus: 1 } });
  t.is(answer.body.steps.length, 2);
  t.is(world.call('GET', '/v2/apps/my-first-app').status, 404);
  t.is(world.call('POST', '/v2/apps?dryRun=true', { ...APP, cpus: -2 }).status, 422);
});

test('a change for a while undoes itself, also over a crash', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  t.is(world.call('PUT', '/v2/apps/my-first-app?expireAfterSeconds=60', { instances: 4 }).status, 200);
  world.settle();
  t.is(world.running('/my-first-app').length, 4);
  world.crash();
  world.restart();
  world.run(30_000);
  t.is(world.running('/my-first-app').length, 4);
  world.until('it is as before', () => world.running('/my-first-app').length === 1);
  t.is(appOf(world).instances, 1);
});

test('an agent that does not answer: replaced after a while, one too many when it comes back', (t) => {
  const world = new MarathonWorld({ agents: [{}, {}] });
  const strategy = { inactiveAfterSeconds: 30, expungeAfterSeconds: 600 };
  world.call('POST', '/v2/apps', {
    ...APP,
    instances: 2,
    constraints: [['hostname', 'MAX_PER', '2']],
    unreachableStrategy: strategy,
  });
  world.settle();
  const { tasks } = appOf(world);
  const lost = tasks[0]?.host ?? '';
  world.simulation.pause(lost);
  world.until('it is unreachable', () => world.marathon.instances.countIn('unreachable') > 0, 200_000);
  t.is(world.marathon.instances.of('/my-first-app').length, 2, 'not replaced yet');
  world.until('it is replaced', () => world.running('/my-first-app').length === 2, 60_000);
  t.true(
    appOf(world)
      .tasks.filter(({ state }) => state === 'TASK_RUNNING')
      .every(({ host }) => host !== lost),
  );
  world.simulation.resume(lost);
  world.until(
    'the surplus is gone',
    () => {
      const { instances } = world.marathon;
      return instances.of('/my-first-app').length === 2 && world.running('/my-first-app').length === 2;
    },
    300_000,
  );
});
