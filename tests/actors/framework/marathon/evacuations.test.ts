/** Agents that the master asks for back: what is on them moves first, each question has a state of its own (`statecharts/marathonEvacuation.ts`). */
import test from 'ava';
import type { InverseOffer } from '../../../../proto/index.ts';
import { MarathonWorld } from './support/world.ts';

const APP = {
  id: '/web',
  cmd: 'sleep',
  cpus: 0.1,
  mem: 64,
  instances: 2,
  disruptionBudget: { maxUnavailable: 1 },
};

function worldOf(app: object = APP) {
  const world = new MarathonWorld({ agents: [{}, {}] });
  world.call('POST', '/v2/apps', app);
  world.settle();
  const { marathon } = world;
  const driver = marathon.driver;
  if (driver === undefined) throw new Error('not subscribed');
  const agentId = marathon.instances.of('/web')[0]?.place?.agentId ?? '';
  const there = (): number =>
    marathon.instances
      .of('/web')
      .filter((each) => marathon.instances.alive(each) && each.place?.agentId === agentId).length;
  const ask = (id: string): void => {
    const asked: InverseOffer = {
      id: { value: id },
      framework_id: { value: marathon.frameworkId ?? '' },
      agent_id: { value: agentId },
      unavailability: { start: { nanoseconds: 0 } },
      resources: [],
    };
    marathon.inverseOffers(driver, [asked]);
    world.run(1);
  };
  return { world, marathon, driver, there, ask };
}

test('its instances run elsewhere before it is given back; a question that is repeated is one', (t) => {
  const { world, marathon, there, ask } = worldOf();
  ask('first');
  ask('first');
  t.is(marathon.evacuations.charts.value('first'), 'moving');
  world.until('nothing is left there', () => there() === 0);
  world.until('it is given back', () => !marathon.evacuations.charts.has('first'));
  t.is(world.running('/web').length, 2);
});

test('a question that is taken back, or whose master goes, moves nothing any more', (t) => {
  for (const end of ['rescinded', 'disconnected'] as const) {
    const { world, marathon, driver, there, ask } = worldOf({
      ...APP,
      constraints: [['hostname', 'CLUSTER']],
    });
    ask('first');
    t.is(marathon.evacuations.charts.value('first'), 'moving', end);
    if (end === 'rescinded') marathon.rescindInverseOffer(driver, { value: 'first' });
    else marathon.evacuations.disconnected();
    t.false(marathon.evacuations.charts.has('first'));
    for (const deployment of marathon.deployments.all()) marathon.deployments.cancel(deployment, 'enough');
    world.run(30_000);
    t.is(marathon.deployments.size, 0, 'no further move was begun');
    t.true(there() > 0);
  }
});

test('where the most deployments are under way that may be, no instance is marked for a move that is refused', (t) => {
  const world = new MarathonWorld({ flags: ['--max_running_deployments=1'] });
  world.call('POST', '/v2/apps', { ...APP, instances: 1 });
  world.settle();
  world.call('POST', '/v2/apps', { ...APP, id: '/waits', cpus: 100 });
  const [instance] = world.marathon.instances.of('/web');
  const config = instance?.config;
  t.is(world.call('DELETE', `/v2/apps/web/tasks/${instance?.taskId}?replaceFirst=true`).status, 403);
  t.is(world.marathon.instances.of('/web')[0]?.config, config);
});
