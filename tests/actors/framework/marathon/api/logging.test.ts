/** `/logging` and `/help`: the log's level, for a while, and the API told to people. */
import test from 'ava';
import { REFERENCE } from '../../../../../actors/framework/marathon/api/help.ts';
import { MarathonWorld } from '../support/world.ts';

const levelOf = (world: MarathonWorld): string =>
  world.call<{ readonly ROOT: string }>('GET', '/logging').body.ROOT;

test('the level of the log is told, and changed for a while', (t) => {
  const world = new MarathonWorld();
  const before = levelOf(world);
  const answer = world.call('POST', '/logging', {
    level: 'Debug',
    logger: 'mesosphere.x',
    durationSeconds: 60,
  });
  t.is(answer.status, 200);
  t.is(levelOf(world), 'DEBUG');
  world.run(59_000);
  t.is(levelOf(world), 'DEBUG');
  world.run(2_000);
  t.is(levelOf(world), before);
  world.call('POST', '/logging', { level: 'error' });
  world.run(600_000);
  t.is(levelOf(world), 'ERROR');
  t.is(world.call('POST', '/logging', { level: 'loud' }).status, 422);
  t.is(world.call('POST', '/logging', { level: 'info', durationSeconds: 0 }).status, 422);
  t.is(world.call('POST', '/logging', {}).status, 400);
});

test('the help names every path, and every path it names is there', (t) => {
  const world = new MarathonWorld();
  const help = world.call('GET', '/help');
  t.regex(help.headers['Content-Type'] ?? '', /^text\/html/);
  world.call('POST', '/v2/apps', { id: 'id', cmd: 'sleep', cpus: 0.1, mem: 32, instances: 0 });
  for (const [path, methods] of REFERENCE) {
    t.true(help.text.includes(`<code>${path}</code>`));
    if (
      !methods.startsWith('GET') ||
      /events|ACTION|TASK|pods\/ID|deployments\/ID|queue\/ID|groups\/ID/.test(path)
    )
      continue;
    const status = world.call('GET', path.replace('ID', 'id')).status;
    t.true(status === 200 || path.startsWith('/v2/eventSubscriptions'), `${path}: ${status}`);
  }
});
