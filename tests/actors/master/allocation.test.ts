/** When the allocator runs, and that a long run lets others have their turn (allocator.md §1). */
import test from 'ava';
import { SchedulerCallType } from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, TestCluster } from './support/cluster.ts';

const AGENTS = 60;

/** Every look at the clock finds it later than a slice may take: as on a slow machine. */
function slowClock(cluster: TestCluster): void {
  const { clock } = cluster.master.parts.actor;
  const monotonic = clock.monotonic.bind(clock);
  let looks = 0;
  clock.monotonic = () => monotonic() + looks++ * 50;
}

function manyAgents(cluster: TestCluster): void {
  for (let at = 0; at < AGENTS; at++) {
    cluster.register(cluster.agent(5100 + at), agentInfo('cpus:4;mem:4096', `h${at}`));
  }
}

test('a run that takes long goes on after others had their turn, and offers everything once', (t) => {
  const cluster = new TestCluster();
  manyAgents(cluster);
  slowClock(cluster);
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(1100);
  const events = scheduler.all('mesos.internal.ResourceOffersMessage');
  t.true(events.length >= 3, `${events.length} events`);
  const agents = cluster.offers(scheduler).map(({ agent_id }) => agent_id.value);
  t.is(agents.length, AGENTS);
  t.is(new Set(agents).size, AGENTS);
  t.deepEqual(cluster.errors, []);
});

test('agents that ask while a run is under way are looked at by the next one; the batches go on', (t) => {
  const cluster = new TestCluster();
  manyAgents(cluster);
  slowClock(cluster);
  const scheduler = cluster.scheduler();
  scheduler.say('mesos.scheduler.Call', {
    type: SchedulerCallType.SUBSCRIBE,
    subscribe: { framework_info: frameworkInfo() },
  });
  cluster.register(cluster.agent(5099), agentInfo('cpus:4;mem:4096', 'late'));
  cluster.run(50);
  t.true(cluster.offers(scheduler).some(({ hostname }) => hostname === 'late'));
  cluster.register(cluster.agent(5098), agentInfo('cpus:4;mem:4096', 'later'));
  cluster.run(3000);
  t.is(cluster.offers(scheduler).length, AGENTS + 2);
  t.deepEqual(cluster.errors, []);
});

test('a master that loses its registry in the middle of a run offers nothing more', (t) => {
  const cluster = new TestCluster();
  manyAgents(cluster);
  slowClock(cluster);
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  scheduler.forget();
  cluster.master.parts.leadership.fail('the registry cannot be written: test');
  cluster.run(5000);
  t.deepEqual(cluster.offers(scheduler), []);
});
