/** Health and readiness checks, and what they do to deployments (spec: marathon.md §18, §20, §35 check 8). */
import test from 'ava';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const CHECK = {
  protocol: 'HTTP',
  path: '/health',
  gracePeriodSeconds: 0,
  intervalSeconds: 1,
  timeoutSeconds: 1,
};
const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64, healthChecks: [CHECK] };

const appOf = (world: MarathonWorld): AppShape =>
  world.call<{ app: AppShape }>('GET', '/v2/apps/web').body.app;

test('a deployment waits for healthy instances; 302 and 399 are healthy, 400 is not', (t) => {
  const world = new MarathonWorld({ probe: () => ({ connected: true, status: 400 }) });
  world.call('POST', '/v2/apps', { ...APP, healthChecks: [{ ...CHECK, maxConsecutiveFailures: 0 }] });
  world.run(20_000);
  t.is(world.marathon.deployments.size, 1);
  t.is(appOf(world).tasksUnhealthy, 1);
  for (const status of [302, 399]) {
    world.probe = () => ({ connected: true, status });
    world.run(2_000);
    t.is(appOf(world).tasksHealthy, 1, String(status));
  }
  t.is(world.marathon.deployments.size, 0);
  t.like(world.probed[0], { protocol: 'HTTP', host: 'agent-1', path: '/health', timeoutMs: 1_000 });
});

for (const [flag, kills] of [
  ['', 4],
  ['--strict_failure_count', 3],
] as const)
  test(`${kills} failures in a row kill ${flag}`, (t) => {
    const world = new MarathonWorld({ flags: flag === '' ? [] : [flag] });
    world.call('POST', '/v2/apps', APP);
    world.settle();
    const [first] = world.running('/web');
    let failures = 0;
    world.probe = () => {
      failures++;
      return { connected: false, error: 'refused' };
    };
    world.until('so many failed but one', () => failures === kills - 1);
    world.run(500);
    t.deepEqual(world.running('/web'), [first ?? '']);
    world.until('the last one failed', () => failures === kills);
    world.probe = () => ({ connected: true, status: 200 });
    world.until(
      'it was replaced',
      () => world.running('/web').length === 1 && world.running('/web')[0] !== first,
    );
    t.is(appOf(world).lastTaskFailure?.state, 'TASK_KILLED');
  });

test('failures do not count in the grace period, unless it was healthy before', (t) => {
  const world = new MarathonWorld({ probe: () => ({ connected: false, error: 'refused' }) });
  world.call('POST', '/v2/apps', { ...APP, healthChecks: [{ ...CHECK, gracePeriodSeconds: 30 }] });
  world.until('it runs', () => world.running('/web').length === 1);
  const [first] = world.running('/web');
  world.run(28_000);
  t.deepEqual(world.running('/web'), [first ?? '']);
  t.is(appOf(world).tasksUnhealthy, 0);
  world.until('it is killed', () => world.running('/web')[0] !== first, 20_000);
  const again = new MarathonWorld();
  again.call('POST', '/v2/apps', { ...APP, healthChecks: [{ ...CHECK, gracePeriodSeconds: 300 }] });
  again.settle();
  const [healthy] = again.running('/web');
  again.probe = () => ({ connected: false, error: 'refused' });
  again.until('it is killed', () => again.running('/web')[0] !== healthy, 20_000);
});

test('neither grace nor the delay after failures changes with the wall clock', (t) => {
  for (const days of [3650, -3650]) {
    const world = new MarathonWorld({ probe: () => ({ connected: false, error: 'refused' }) });
    world.call('POST', '/v2/apps', {
      ...APP,
      backoffSeconds: 20,
      healthChecks: [{ ...CHECK, gracePeriodSeconds: 30, maxConsecutiveFailures: 1 }],
    });
    world.until('it runs', () => world.running('/web').length === 1);
    const [first = ''] = world.running('/web');
    world.simulation.ports.clock.jump(days * 24 * 3600 * 1000);
    world.run(28_000);
    t.deepEqual(world.running('/web'), [first], `${days} days`);
    world.until('it is killed', () => !world.running('/web').includes(first), 20_000);
    world.simulation.ports.clock.jump(-days * 24 * 3600 * 1000);
    world.until('another one runs', () => world.running('/web').length === 1, 40_000);
  }
});

test('health checks of an instance wait as long as somebody says, over a restart too', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const [first = ''] = world.running('/web');
  const answer = world.call<{ tasks: { healthChecksSnoozedUntil: string }[] }>(
    'POST',
    '/v2/tasks/snooze?seconds=120',
    { ids: [first] },
  );
  t.is(answer.status, 200);
  t.regex(answer.body.tasks[0]?.healthChecksSnoozedUntil ?? '', /^\d{4}-.*Z$/);
  world.probe = () => ({ connected: false, error: 'refused' });
  world.run(50_000);
  world.crash();
  world.restart();
  world.run(60_000);
  t.deepEqual(world.running('/web'), [first]);
  world.until('it is killed afterwards', () => world.running('/web')[0] !== first, 30_000);
  for (const seconds of ['', '-1', 'x', '1e9'])
    t.is(world.call('POST', `/v2/tasks/snooze?seconds=${seconds}`, { ids: [] }).status, 400);
  t.is(world.call('GET', '/v2/tasks/snooze').status, 405);
});

test('1xx answers count as nothing when that is asked for; TCP checks need a connection only', (t) => {
  const world = new MarathonWorld({ probe: () => ({ connected: true, status: 102 }) });
  world.call('POST', '/v2/apps', { ...APP, healthChecks: [{ ...CHECK, ignoreHttp1xx: true }] });
  world.run(20_000);
  t.is(appOf(world).tasksUnhealthy, 0);
  t.is(appOf(world).tasksHealthy, 0);
  world.call('PUT', '/v2/apps/web?force=true', { healthChecks: [{ ...CHECK, protocol: 'TCP' }] });
  world.probe = () => ({ connected: true });
  world.settle();
  t.is(appOf(world).tasksHealthy, 1);
});

test('a rolling upgrade waits for readiness and never falls below its minimum', (t) => {
  let ready = true;
  const world = new MarathonWorld({
    probe: ({ path }) => ({
      connected: true,
      status: path === '/ready' && !ready ? 503 : 200,
      body: 'not yet',
    }),
  });
  const readinessChecks = [
    {
      portName: 'default',
      path: '/ready',
      intervalSeconds: 5,
      timeoutSeconds: 1,
      preserveLastResponse: true,
    },
  ];
  world.call('POST', '/v2/apps', { ...APP, instances: 3, readinessChecks });
  world.settle();
  const before = world.running('/web');
  ready = false;
  world.call('PUT', '/v2/apps/web', { env: { A: '1' } });
  world.run(30_000);
  t.true(before.every((id) => world.running('/web').includes(id)));
  const [deployment] = world.call<
    { currentActions: { readinessCheckResults: { ready: boolean; lastResponse: unknown }[] }[] }[]
  >('GET', '/v2/deployments').body;
  t.deepEqual(deployment?.currentActions[0]?.readinessCheckResults[0]?.lastResponse, {
    status: 503,
    contentType: '',
    body: 'not yet',
  });
  ready = true;
  world.settle();
  t.false(before.some((id) => world.running('/web').includes(id)));
});

test('a deployment over its budget of failures is reverted by itself', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', {
    id: 'web',
    cmd: 'sleep',
    cpus: 0.1,
    mem: 64,
    instances: 2,
    update: { maxFailures: 1, autoRollback: true, watchSeconds: 2 },
  });
  world.settle();
  const before = world.running('/web');
  world.call('PUT', '/v2/apps/web', { cmd: 'exit 1 after 0.1', backoffSeconds: 0.5 });
  world.until('it is back', () => appOf(world).cmd === 'sleep');
  world.settle();
  t.deepEqual(world.running('/web').sort(), before.sort());
});

test('canary steps pause; resuming goes to the next, promoting past all', (t) => {
  const world = new MarathonWorld();
  const app = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64, instances: 6, update: { canarySteps: [1, 3] } };
  world.call('POST', '/v2/apps', app);
  world.settle();
  const { deploymentId } = world.call('PUT', '/v2/apps/web', { env: { A: '1' } }).body;
  const state = (): string | undefined =>
    world.call<{ state?: string }>('GET', `/v2/deployments/${deploymentId}`).body.state;
  const fresh = (): number =>
    appOf(world).tasks.filter(({ version }) => version === appOf(world).version).length;
  world.until('the first canary stands', () => state() === 'paused');
  t.is(fresh(), 1);
  world.crash();
  world.restart();
  t.is(state(), 'paused', 'a pause survives');
  world.call('POST', `/v2/deployments/${deploymentId}/resume`);
  world.until('the second canaries stand', () => state() === 'paused' && fresh() === 3);
  world.call('POST', `/v2/deployments/${deploymentId}/promote`);
  world.settle();
  t.is(fresh(), 6);
  t.is(appOf(world).tasksRunning, 6);
});

test('an instance that starts slowly is neither ill nor healthy until it answered once; one that never does is replaced', (t) => {
  let up = false;
  const world = new MarathonWorld({
    probe: ({ path }) =>
      path === '/started' && !up ? { connected: false, error: 'refused' } : { connected: true, status: 200 },
  });
  const startupCheck = {
    path: '/started',
    intervalSeconds: 2,
    timeoutSeconds: 1,
    maxConsecutiveFailures: 10,
  };
  const created = world.call('POST', '/v2/apps', { ...APP, startupCheck });
  t.is(created.status, 201, created.text);
  world.run(12_000);
  const [first = ''] = world.running('/web');
  t.true(
    world.probed.every(({ path }) => path === '/started'),
    'its health is not asked for',
  );
  t.is(appOf(world).tasksUnhealthy + appOf(world).tasksHealthy, 0);
  t.is(world.marathon.deployments.size, 1, 'the deployment waits');
  up = true;
  world.settle();
  t.deepEqual(world.running('/web'), [first]);
  t.is(appOf(world).tasksHealthy, 1);
  t.true(world.probed.some(({ path }) => path === '/health'));
  up = false;
  world.call('PUT', '/v2/apps/web', { env: { A: '1' } });
  world.until('a second one runs', () => world.running('/web').length === 2);
  const [second] = world.running('/web').filter((id) => id !== first);
  world.until('it was given up', () => !world.running('/web').includes(second ?? ''), 60_000);
  t.true(world.running('/web').includes(first), 'the old one stays until then');
  t.regex(appOf(world).lastTaskFailure?.message ?? '', /it has not started: refused/);
  up = true;
  world.settle();
  t.is(world.running('/web').length, 1);
  t.is(world.call('POST', '/v2/apps', { ...APP, id: 'x', ports: [], startupCheck }).status, 422);
});
