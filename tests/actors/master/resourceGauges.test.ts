/** What the metrics say of the cluster's resources (metrics.md §2). */
import test from 'ava';
import { MasterCallType, SchedulerCallType } from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';

function resources(cluster: TestCluster, ...names: readonly string[]): number[] {
  const snapshot = cluster.masterNode.metrics.snapshot();
  return names.map((name) => snapshot[name] ?? Number.NaN);
}

const CPUS = ['master/cpus_total', 'master/cpus_used', 'master/cpus_percent'];
const REVOCABLE = [
  'master/cpus_revocable_total',
  'master/cpus_revocable_used',
  'master/cpus_revocable_percent',
];
const ALLOCATOR = [
  'allocator/mesos/resources/cpus/total',
  'allocator/mesos/resources/cpus/offered_or_allocated',
];

test('revocable resources are told apart, the allocator counts both, and what is offered', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent, agentInfo('cpus:4;mem:4096', 'a'));
  cluster.register(cluster.agent(5052), agentInfo('cpus:4;mem:4096', 'b'));
  agent.say('mesos.internal.UpdateSlaveMessage', {
    slave_id: { value: id },
    update_oversubscribed_resources: true,
    oversubscribed_resources: [{ name: 'cpus', type: 0, scalar: { value: 2.5 }, revocable: {} }],
  });
  cluster.run(10);
  t.deepEqual(resources(cluster, ...CPUS), [8, 0, 0]);
  t.deepEqual(resources(cluster, ...REVOCABLE), [2.5, 0, 0]);
  t.deepEqual(resources(cluster, ...ALLOCATOR), [10.5, 0]);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
  cluster.run(1100);
  t.deepEqual(resources(cluster, ...ALLOCATOR), [10.5, 8]);
  const offer = cluster.offers(scheduler).find(({ agent_id }) => agent_id.value === id);
  if (offer === undefined) throw new Error('the agent was not offered');
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t', id, 'cpus:1.001;mem:64')]);
  t.deepEqual(resources(cluster, ...CPUS), [8, 1.001, 1.001 / 8]);
  t.deepEqual(resources(cluster, ...REVOCABLE), [2.5, 0, 0]);
  cluster.call(scheduler, { framework_id: { value: frameworkId }, type: SchedulerCallType.TEARDOWN });
  t.deepEqual(resources(cluster, ...CPUS, ...ALLOCATOR), [8, 0, 0, 10.5, 0]);
});

test('agents are counted by whether they are connected and active', (t) => {
  const cluster = new TestCluster();
  const agents = [5051, 5052, 5053].map((port) => cluster.agent(port));
  const ids = agents.map((agent, n) => cluster.register(agent, agentInfo('cpus:4;mem:4096', `host-${n}`)));
  const counted = () =>
    resources(
      cluster,
      ...['connected', 'disconnected', 'active', 'inactive'].map((each) => `master/slaves_${each}`),
    );
  t.deepEqual(counted(), [3, 0, 3, 0]);
  cluster.operate({
    type: MasterCallType.DEACTIVATE_AGENT,
    deactivate_agent: { agent_id: { value: ids[0] ?? '' } },
  });
  t.deepEqual(counted(), [3, 0, 2, 1]);
});

test('a look at the metrics looks at each task and each agent once for each sum, not for each metric', (t) => {
  const cluster = new TestCluster();
  const id = cluster.register(cluster.agent(), agentInfo('cpus:4;mem:4096', 'a'));
  const { parts } = cluster.master;
  const agent = parts.agents.find(id);
  if (agent === undefined) throw new Error('it is not registered');
  let looks = 0;
  const { total } = agent;
  Object.defineProperty(agent, 'total', {
    get: () => {
      looks++;
      return total;
    },
  });
  cluster.masterNode.metrics.snapshot();
  t.is(looks, 1);
});
