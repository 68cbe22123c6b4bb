/** Agents that are unreachable or gone for long are forgotten. */
import test from 'ava';
import { staleIn } from '../../../../actors/master/agents/garbage.ts';
import { agentInfo, TestCluster } from '../support/cluster.ts';

const HOUR = 3_600_000;
const marked = (...hours: number[]) =>
  new Map(hours.map((hour) => [`at-${hour}`, { timestamp: { nanoseconds: hour * HOUR * 1e6 } }]));

test('the oldest beyond the count are stale, and what is too old', (t) => {
  const list = marked(5, 1, 3, 2);
  const stale = (countMax: number, ageMaxMs: number) => staleIn(list, { countMax, ageMaxMs }, 6 * HOUR);
  t.deepEqual(stale(10, 100 * HOUR), []);
  t.deepEqual(stale(3, 100 * HOUR), ['at-1']);
  t.deepEqual(stale(10, 3.5 * HOUR), ['at-1', 'at-2']);
  t.deepEqual(stale(2, 4.5 * HOUR), ['at-1', 'at-2']);
  t.deepEqual(stale(0, 100 * HOUR).length, 4);
});

test('the master forgets them in time, and one of them may come back as a stranger', (t) => {
  const cluster = new TestCluster({ registry_gc_interval: '10mins', registry_max_agent_age: '2hrs' });
  const silent = cluster.agent(5051);
  const unreachable = cluster.register(silent);
  const gone = cluster.register(cluster.agent(5052), agentInfo('cpus:1', 'host-2'));
  const { parts } = cluster.master;
  parts.losses.markGone(gone, () => {});
  silent.pongs = false;
  cluster.run(HOUR);
  const { registry } = parts.registrar;
  t.deepEqual([[...registry.unreachable.keys()], [...registry.gone.keys()]], [[unreachable], [gone]]);
  cluster.run(1.5 * HOUR);
  t.deepEqual([registry.unreachable.size, registry.gone.size], [0, 0]);
  t.false(parts.agents.chart.has(unreachable));
  t.false(parts.agents.chart.has(gone));
  silent.pongs = true;
  cluster.reregister(silent, unreachable);
  t.true(registry.slaves.has(unreachable));
});

test('how a failover goes on is told by endpoint and gauges', (t) => {
  const cluster = new TestCluster();
  const ids = [5051, 5052].map((port) =>
    cluster.register(cluster.agent(port), agentInfo('cpus:1;mem:64', `host-${port}`)),
  );
  cluster.failOver();
  const told = () => cluster.getJson('/leadership');
  t.like(told(), {
    state: 'leading.awaitingAgents',
    leading: true,
    recovery: { agents: 2, settled: 0, awaited: 2 },
  });
  cluster.reregister(cluster.agent(5053), ids[0] ?? '');
  t.like(told(), { recovery: { agents: 2, settled: 1, awaited: 1 } });
  const metrics = cluster.masterNode.metrics.snapshot();
  t.is(metrics['master/recovery_slaves'], 2);
  t.is(metrics['master/recovery_slaves_settled'], 1);
});
