/** The way of a task through the master: offer, launch, updates, acknowledgements, kill. */
import test from 'ava';
import { SchedulerCallType, TaskState } from '../../../proto/index.ts';
import { parseResources, Resources } from '../../../proto/resources/index.ts';
import { TestCluster, taskInfo } from './support/cluster.ts';

/** An agent, a framework, and an offer of one to the other. */
function launched(flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  cluster.run(10);
  return { cluster, agent, agentId, scheduler, frameworkId };
}

test('everything an agent has is offered at once, and offered again when declined', (t) => {
  const { cluster, agentId, scheduler, frameworkId } = launched();
  const offer = cluster.offer(scheduler);
  t.is(offer.agent_id.value, agentId);
  t.is(offer.framework_id.value, frameworkId);
  t.is(
    Resources.of(offer.resources).toString(),
    'cpus(allocated: *):4; mem(allocated: *):4096; disk(allocated: *):10000; ports(allocated: *):[31000-31999]',
  );
  t.deepEqual(scheduler.last('mesos.internal.ResourceOffersMessage')?.pids, ['slave(1)@10.0.0.1:5051']);
  t.deepEqual(offer.url, {
    scheme: 'http',
    address: { hostname: 'host-1', ip: '10.0.0.1', port: 5051 },
    path: '/slave(1)',
  });

  scheduler.forget();
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: [offer.id] },
  });
  cluster.run(4900);
  t.is(cluster.offers(scheduler).length, 0, 'a refusal lasts 5 seconds');
  cluster.run(1200);
  t.is(cluster.offers(scheduler).length, 1);
});

test("where nodes speak TLS, offers tell an agent's URL so", (t) => {
  const cluster = new TestCluster({}, undefined, { isSecure: true });
  cluster.register(cluster.agent());
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(10);
  t.is(cluster.offer(scheduler).url?.scheme, 'https');
});

test('a task is launched, reported, acknowledged, completed; what it held is offered again', (t) => {
  const { cluster, agent, agentId, scheduler, frameworkId } = launched();
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t1', agentId)]);
  const run = agent.last('mesos.internal.RunTaskMessage');
  t.is(run?.task.task_id.value, 't1');
  t.is(run?.framework.id?.value, frameworkId);
  t.is(run?.pid, 'scheduler-1@10.0.0.1:6001');
  t.true(run?.launch_executor);
  t.deepEqual(
    run?.task.resources?.map((each) => each.allocation_info),
    [{ role: '*' }, { role: '*' }],
  );

  cluster.run(1100);
  const rest = Resources.of(cluster.offer(scheduler).resources).unallocated();
  t.true(rest.equals(parseResources('cpus:3;mem:4032;disk:10000;ports:[31000-31999]')));

  const running = cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  t.is(cluster.statuses(scheduler).at(-1)?.state, TaskState.TASK_RUNNING);
  t.is(scheduler.last('mesos.internal.StatusUpdateMessage')?.pid, 'slave(1)@10.0.0.1:5051');
  cluster.acknowledge(scheduler, frameworkId, 't1', agentId, running);
  t.deepEqual(agent.last('mesos.internal.StatusUpdateAcknowledgementMessage')?.uuid, running);

  const finished = cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_FINISHED);
  const { parts } = cluster.master;
  t.is(parts.frameworks.find(frameworkId)?.tasks.size, 1, 'it stays until its end is acknowledged');
  t.is(parts.agents.find(agentId)?.used.size, 0, 'what it held is free at once');
  cluster.acknowledge(scheduler, frameworkId, 't1', agentId, finished);
  t.is(parts.frameworks.find(frameworkId)?.tasks.size, 0);
  t.is(parts.frameworks.find(frameworkId)?.completed.size, 1);
  t.is(cluster.masterNode.metrics.snapshot()['master/tasks_finished'], 1);
});
