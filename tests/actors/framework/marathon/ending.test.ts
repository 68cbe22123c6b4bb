/** How instances end: asked by HTTP first, after a time that was set, and by no fault of theirs (spec: other-frameworks.md, rows 18, 41, 43). */
import test from 'ava';
import type { ProbeTarget } from '../../../../actors/framework/marathon/health/prober.ts';
import { MeaCulpa } from '../../../../actors/framework/meaCulpa.ts';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64 };

const appOf = (world: MarathonWorld): AppShape =>
  world.call<{ app: AppShape }>('GET', '/v2/apps/web').body.app;
const posts = (world: MarathonWorld): string[] =>
  world.probed.filter(({ method }) => method === 'POST').map(({ path }) => path);
const nowMs = (world: MarathonWorld): number => world.marathon.context.clock.now();

/** Deletes the only task, and waits until it is gone. @returns milliseconds that took */
function endOf(world: MarathonWorld): number {
  const [task = ''] = world.running('/web');
  const beganMs = nowMs(world);
  world.call('DELETE', `/v2/apps/web/tasks/${task}`);
  world.until('it ended', () => !world.running('/web').includes(task) && !isDying(world, task));
  return nowMs(world) - beganMs;
}

const isDying = (world: MarathonWorld, task: string): boolean =>
  world.marathon.instances.of('/web').some(({ taskId }) => taskId === task);

test('an instance is asked to quit, then to abort, then killed; each with the time it was given', (t) => {
  const world = new MarathonWorld();
  const httpShutdown = { gracefulWaitSeconds: 10, abortPath: '/now', abortWaitSeconds: 4 };
  world.call('POST', '/v2/apps', { ...APP, httpShutdown });
  world.settle();
  const [port] = appOf(world).tasks[0]?.ports ?? [];
  const tookMs = endOf(world);
  t.deepEqual(posts(world), ['/quitquitquit', '/now']);
  t.like(
    world.probed.find(({ method }) => method === 'POST'),
    { host: 'agent-1', port, protocol: 'HTTP' } as Partial<ProbeTarget>,
  );
  t.true(tookMs >= 14_000 && tookMs < 16_000, `${tookMs} ms`);
});

test('where nobody hears the request, nothing is waited for', (t) => {
  const world = new MarathonWorld({ probe: () => ({ connected: false, error: 'refused' }) });
  world.call('POST', '/v2/apps', { ...APP, httpShutdown: { gracefulWaitSeconds: 60, abortWaitSeconds: 60 } });
  world.settle();
  t.true(endOf(world) < 2_000);
  t.deepEqual(posts(world), ['/quitquitquit', '/abortabortabort']);
});

test('what ended of itself is neither asked again nor killed; a Marathon that begins anew asks again', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', {
    ...APP,
    cmd: 'exit 0 after 20',
    httpShutdown: { gracefulWaitSeconds: 60 },
  });
  world.until('it runs', () => world.running('/web').length === 1);
  t.true(endOf(world) < 25_000);
  t.deepEqual(posts(world), ['/quitquitquit']);

  const again = new MarathonWorld();
  again.call('POST', '/v2/apps', { ...APP, httpShutdown: { gracefulWaitSeconds: 30 } });
  again.settle();
  const [task = ''] = again.running('/web');
  again.call('DELETE', `/v2/apps/web/tasks/${task}`);
  again.run(5_000);
  again.crash();
  again.restart();
  again.until('it ended', () => !isDying(again, task), 60_000);
  t.deepEqual(posts(again).slice(0, 3), ['/quitquitquit', '/quitquitquit', '/abortabortabort']);
});

test('an instance whose time is over is replaced, which is no failure', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, maxRuntimeSeconds: 30, backoffSeconds: 300 });
  world.settle();
  const [first] = world.running('/web');
  world.until(
    'it was replaced',
    () => world.running('/web').length === 1 && world.running('/web')[0] !== first,
  );
  t.is(appOf(world).lastTaskFailure, undefined);
  world.call('POST', '/v2/apps', {
    ...APP,
    id: 'worse',
    cmd: 'exit 1 after 1',
    maxRuntimeSeconds: 30,
    backoffSeconds: 300,
  });
  world.run(60_000);
  t.is(world.running('/worse').length, 0, 'a failure before that is one');
});

test('members that cannot be are refused, each at its place', (t) => {
  const world = new MarathonWorld();
  const cases: readonly (readonly [member: object, path: string])[] = [
    [{ maxRuntimeSeconds: 0 }, '/maxRuntimeSeconds'],
    [{ httpShutdown: { gracefulWaitSeconds: -1 } }, '/httpShutdown/gracefulWaitSeconds'],
    [{ httpShutdown: { abortPath: 'now' } }, '/httpShutdown/abortPath'],
    [{ httpShutdown: { gracefulPath: '/a b' } }, '/httpShutdown/gracefulPath'],
    [{ httpShutdown: { portIndex: 3 } }, '/httpShutdown/portIndex'],
    [{ httpShutdown: { port: 1, portIndex: 0 } }, '/httpShutdown'],
    [{ httpShutdown: {}, portDefinitions: [] }, '/httpShutdown'],
  ];
  for (const [member, path] of cases) {
    const { status, body } = world.call<{ details: { path: string }[] }>('POST', '/v2/apps', {
      ...APP,
      ...member,
    });
    t.is(status, 422, JSON.stringify(member));
    t.is(body.details[0]?.path, path);
  }
});

test("failures of the cluster's are excused, as often as is said and until it runs again", (t) => {
  const culpa = new MeaCulpa(2);
  const excused = (reason: string | undefined): boolean => culpa.excuses('/web', reason);
  t.deepEqual(
    [1, 2, 3].map(() => excused('REASON_AGENT_REMOVED')),
    [true, true, false],
  );
  t.true(excused('REASON_CONTAINER_LAUNCH_FAILED'), 'each reason has a count of its own');
  t.false(excused('REASON_COMMAND_EXECUTOR_FAILED'));
  t.false(excused(undefined));
  t.true(culpa.excuses('/other', 'REASON_AGENT_REMOVED'));
  culpa.forget('/web');
  t.true(excused('REASON_AGENT_REMOVED'));
  t.false(new MeaCulpa(0).excuses('/web', 'REASON_AGENT_REMOVED'));
});

for (const [flags, delayed] of [
  [['--mea_culpa_limit=5'], false],
  [[], true],
] as const)
  test(`an instance that went with its agent ${delayed ? 'delays the next one' : 'costs no delay'} (${flags.join() || 'no flag'})`, (t) => {
    const world = new MarathonWorld({ agents: [{}, {}], flags });
    world.call('POST', '/v2/apps', { ...APP, backoffSeconds: 500, maxLaunchDelaySeconds: 1_000 });
    world.settle();
    const agentId = world.marathon.instances.of('/web')[0]?.place?.agentId ?? '';
    world.master?.parts.losses.markGone(agentId, () => undefined);
    world.run(60_000);
    t.is(world.running('/web').length, delayed ? 0 : 1);
    t.is(appOf(world).lastTaskFailure?.state, 'TASK_GONE_BY_OPERATOR', 'it is told all the same');
  });
