/** Defined jobs: runs with arguments, many at once, with a history; runs that a crontab begins, and their collisions. */
import test from 'ava';
import { scratch } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { type ProcessorOptions, processorOf as processor } from './support/processor.ts';

const UUID = '6b1c3a1e-0000-4000-8000-000000000001';
const DEFINITION = { command: 'backup "$1"', cpus: 1, mem: 10, retries: 0 };
const MINUTE_MS = 60_000;

interface RunShape {
  readonly id: string;
  readonly state: string;
  readonly by: string;
  readonly arguments: readonly string[];
  readonly requested_at: string;
}

interface DefinitionShape {
  readonly next_run?: string;
  readonly skipped?: number;
  readonly collision?: string;
}

function processorOf(options?: ProcessorOptions) {
  const made = processor<{ readonly state: string }>(options);
  const runs = (name = 'nightly') =>
    (JSON.parse(made.ask('GET', `/definitions/${name}/runs`).text) as { runs: RunShape[] }).runs;
  const definition = (name = 'nightly') =>
    JSON.parse(made.ask('GET', `/definitions/${name}`).text) as DefinitionShape;
  const states = () => runs().map(({ state }) => state);
  return { ...made, runs, definition, states };
}

test('a defined job is run when asked for, with arguments, as often as one likes', (t) => {
  const { ask, runs, master, run } = processorOf();
  t.is(ask('PUT', '/definitions/nightly', { ...DEFINITION, arguments: ['all'] }).status, 201);
  t.is(ask('PUT', '/definitions/nightly', { ...DEFINITION, arguments: ['most'] }).status, 200);
  t.is(ask('POST', '/definitions/nightly/runs', {}).status, 201);
  const own = ask('POST', '/definitions/nightly/runs', { arguments: ['a b', '--c'], uuid: UUID });
  t.deepEqual(JSON.parse(own.text), { job: UUID });
  t.is(ask('POST', '/definitions/nightly/runs', { uuid: UUID.toUpperCase() }).status, 409);
  master.offer('cpus:4;mem:100');
  run(1_000);
  t.deepEqual(
    master.launched.map(({ command }) => command?.arguments?.slice(1)),
    [
      ['-c', 'backup "$1"', 'sh', 'most'],
      ['-c', 'backup "$1"', 'sh', 'a b', '--c'],
    ],
  );
  const history = runs();
  t.like(history[0], { state: 'successful', by: 'request' });
  t.deepEqual(
    history.map((each) => each.arguments),
    [['a b', '--c'], ['most']],
  );
  t.is(ask('DELETE', '/definitions/nightly').status, 204);
  t.is(ask('GET', '/definitions/nightly').status, 404);
  t.is(ask('GET', `/jobs/${UUID}`).status, 200, 'what ran is a job as any other');
});

test('what a definition may not be is refused at its place', (t) => {
  const { ask } = processorOf();
  const cases: readonly (readonly [name: string, body: unknown, error: RegExp])[] = [
    ['a.b', DEFINITION, /^expected a name/],
    ['a', { ...DEFINITION, cpus: 0 }, /^cpus: expected a number/],
    ['a', { ...DEFINITION, uuid: UUID }, /^uuid: is not for definitions/],
    ['a', { ...DEFINITION, instances: 2 }, /^instances: is not for definitions/],
    ['a', { ...DEFINITION, arguments: [5] }, /^arguments: expected a list/],
    ['a', { ...DEFINITION, schedule: '61 * * * *' }, /^schedule: minute: expected 0 to 59/],
    ['a', { ...DEFINITION, schedule: '* * * * *', collision: 'WAIT' }, /^collision: expected one of KILL_EX/],
    ['a', { ...DEFINITION, other: 1 }, /^other: unknown member/],
  ];
  for (const [name, body, error] of cases) {
    const answer = ask('PUT', `/definitions/${name}`, body);
    t.is(answer.status, 400, answer.text);
    t.regex((JSON.parse(answer.text) as { error: string }).error, error);
  }
  t.is(ask('PUT', '/definitions/a', DEFINITION, 'text/plain').status, 415);
  t.is(ask('PUT', '/definitions', DEFINITION).status, 405);
  t.is(ask('POST', '/definitions/a/runs', {}).status, 404);
  t.is(ask('PUT', '/definitions/a', DEFINITION).status, 201);
  t.is(ask('PUT', '/definitions/a/runs', {}).status, 405);
  t.is(ask('POST', '/definitions/a/runs', { arguments: 'x' }).status, 400);
  t.is(ask('POST', '/definitions/a/runs', { uuid: 'x' }).status, 400);
  t.is(ask('GET', '/definitions/a/other').status, 404);
  t.is(
    processorOf({ serves: false, jobs: [{ ...DEFINITION, name: 'a' }] }).ask(
      'PUT',
      '/definitions/a',
      DEFINITION,
    ).status,
    403,
  );
});

for (const [collision, states, skipped] of [
  ['KILL_EXISTING', ['pending', 'failed', 'failed'], 0],
  ['CANCEL_NEW', ['pending'], 2],
  ['PARALLEL', ['pending', 'pending', 'pending'], 0],
] as const)
  test(`a schedule whose last run goes on: ${collision}`, (t) => {
    const here = processorOf();
    const scheduled = { ...DEFINITION, schedule: '* * * * *', collision };
    t.is(here.ask('PUT', '/definitions/nightly', scheduled).status, 201);
    t.is(here.ask('POST', '/definitions/nightly/runs', {}).status, 201, 'asked for: no collision');
    here.run(3 * MINUTE_MS);
    t.deepEqual(
      here
        .runs()
        .filter(({ by }) => by === 'schedule')
        .map(({ state }) => state),
      [...states],
    );
    t.is(here.states().length, states.length + 1);
    t.like(here.definition(), { skipped, collision });
  });

test('another schedule takes the place of the former, none ends it', (t) => {
  const here = processorOf();
  const put = (more: object) => here.ask('PUT', '/definitions/nightly', { ...DEFINITION, ...more }).status;
  t.is(put({ schedule: '* * * * *', collision: 'PARALLEL' }), 201);
  here.run(MINUTE_MS);
  t.is(here.runs().length, 1);
  t.is(put({ schedule: '0 0 1 1 *', collision: 'PARALLEL' }), 200);
  t.regex(here.definition().next_run ?? '', /-01-01T00:00:00.000Z$/);
  here.run(5 * MINUTE_MS);
  t.is(here.runs().length, 1);
  t.is(put({}), 200);
  t.is(here.definition().next_run, undefined);
});

test('the last hundred runs are remembered', (t) => {
  const here = processorOf();
  t.is(here.ask('PUT', '/definitions/nightly', { ...DEFINITION, schedule: '* * * * *' }).status, 201);
  here.run(110 * MINUTE_MS);
  t.is(here.runs().length, 100, 'each killed the one before');
  t.is(here.states()[0], 'pending');
});

test('definitions and their runs are there after a restart; what was missed is not made up for', async (t) => {
  const workDir = scratch(t);
  const first = processorOf({ workDir });
  const answers = [
    first.ask('PUT', '/definitions/nightly', { ...DEFINITION, schedule: '* * * * *', collision: 'PARALLEL' }),
    first.ask('PUT', '/definitions/gone', DEFINITION),
  ];
  const settled = async (of: typeof first, all: readonly { readonly status: number }[]) =>
    until('it is on disk, and answered', () => {
      of.run(1);
      return all.every(({ status }) => status !== 0);
    });
  await settled(first, answers);
  const more = [
    first.ask('POST', '/definitions/nightly/runs', { arguments: ['x'] }),
    first.ask('DELETE', '/definitions/gone'),
  ];
  await settled(first, more);
  first.hosted.finish({ exitCode: 1, failover: true });
  first.run(100);
  await first.hosted.ended;

  const second = processorOf({ workDir });
  t.is(second.ask('GET', '/definitions/gone').status, 404);
  t.deepEqual(
    second.runs().map((each) => [each.by, each.arguments]),
    [['request', ['x']]],
  );
  second.run(MINUTE_MS);
  t.deepEqual(
    second.runs().map(({ by }) => by),
    ['schedule', 'request'],
  );
  second.hosted.finish({ exitCode: 1, failover: true });
  second.run(100);
  await second.hosted.ended;
});
