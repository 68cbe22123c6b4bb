/** `--rate_limits`: how fast frameworks are heard (master.md §11). */
import test from 'ava';
import { readRateLimits } from '../../../actors/master/frameworks/rateLimits.ts';
import { SchedulerCallType } from '../../../proto/index.ts';
import { frameworkInfo, type Puppet, TestCluster } from './support/cluster.ts';

const LIMITS = {
  limits: [
    { principal: 'slow', qps: 1, capacity: 3 },
    { principal: 'free', capacity: 1 },
  ],
  aggregate_default_qps: 2,
};

/** A framework of the principal that asks to be revived, many times at once. */
function flood(principal: string | undefined, times: number) {
  const cluster = new TestCluster({ rate_limits: JSON.stringify(LIMITS) });
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ principal, failover_timeout: 1e6 }));
  ask(scheduler, id, times);
  cluster.run(5);
  const revived = () => cluster.masterNode.metrics.counter('master/messages_revive_offers').value;
  return { cluster, scheduler, id, revived };
}

function ask(scheduler: Puppet, id: string, times: number): void {
  for (let at = 0; at < times; at++) {
    scheduler.say('mesos.scheduler.Call', { framework_id: { value: id }, type: SchedulerCallType.REVIVE });
  }
}

test('messages of a listed principal wait in order; those beyond its capacity are lost, and it is told', (t) => {
  const { cluster, scheduler, revived } = flood('slow', 6);
  t.is(revived(), 1);
  const errors = scheduler.all('mesos.internal.FrameworkErrorMessage').map(({ message }) => message);
  t.deepEqual(errors, Array(2).fill('Message mesos.scheduler.Call dropped: capacity(3) exceeded'));
  cluster.run(1000);
  t.is(revived(), 2);
  cluster.run(5000);
  t.is(revived(), 4);
  const { metrics } = cluster.masterNode;
  t.is(metrics.counter('frameworks/slow/messages_received').value, 6);
  t.is(metrics.counter('frameworks/slow/messages_processed').value, 4);
});

test('what is counted of a principal goes with its last framework', (t) => {
  const { cluster, scheduler, id } = flood('slow', 2);
  const other = cluster.scheduler(6002, 'scheduler-2');
  const second = cluster.subscribe(other, frameworkInfo({ principal: 'slow', failover_timeout: 1e6 }));
  const counted = () =>
    Object.keys(cluster.masterNode.metrics.snapshot()).filter((name) => name.startsWith('frameworks/slow/'));
  const all = ['frameworks/slow/messages_processed', 'frameworks/slow/messages_received'];
  t.deepEqual(counted().sort(), all);
  const tearDown = (by: Puppet, frameworkId: string) => {
    cluster.call(by, { framework_id: { value: frameworkId }, type: SchedulerCallType.TEARDOWN });
    cluster.run(10_000);
  };
  tearDown(scheduler, id);
  t.deepEqual(counted().sort(), all);
  tearDown(other, second);
  t.deepEqual(counted(), []);
});

test('a principal that is listed without a rate is heard at once, all others share one limiter', (t) => {
  t.is(flood('free', 6).revived(), 6);
  for (const principal of ['other', undefined]) {
    const { cluster, revived } = flood(principal, 6);
    t.is(revived(), 1);
    cluster.run(1005);
    t.is(revived(), 3);
  }
});

test('that a framework is gone is noticed after what it said before', (t) => {
  const { cluster, id } = flood('slow', 3);
  cluster.kill(6001);
  cluster.run(10);
  t.true(cluster.master.parts.frameworks.isConnected(id));
  cluster.run(4000);
  t.false(cluster.master.parts.frameworks.isConnected(id));
});

const bad: readonly [what: string, value: unknown, text: RegExp][] = [
  ['a principal twice', { limits: [{ principal: 'a' }, { principal: 'a' }] }, /'a' is listed twice/],
  ['no principal', { limits: [{ qps: 1 }] }, /principal/],
  ['a rate of 0', { limits: [{ principal: 'a', qps: 0 }] }, /qps of 'a': expected a number above 0/],
  ['a negative default', { aggregate_default_qps: -1 }, /aggregate_default_qps/],
];

for (const [what, value, text] of bad) {
  test(`--rate_limits is refused: ${what}`, (t) => {
    t.throws(() => readRateLimits(value), { message: text });
  });
}
