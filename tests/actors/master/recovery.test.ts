/** A master takes over from another one: master.md §3, failover.md §2.5. */
import test from 'ava';
import { TaskState, ValueType } from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, reportedTask, TestCluster, taskInfo } from './support/cluster.ts';

const MINUTES = 60_000;

/** An agent with a task, then another master. */
function failedOver(flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const info = frameworkInfo({ checkpoint: true, failover_timeout: 1e6 });
  const frameworkId = cluster.subscribe(scheduler, info);
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t1', agentId)]);
  const formerId = cluster.master.parts.info.id;
  cluster.failOver();
  return { cluster, agent, agentId, scheduler, frameworkId, info, formerId };
}

const ask = (
  cluster: TestCluster,
  scheduler: ReturnType<TestCluster['scheduler']>,
  id: string,
  agentId?: string,
) => {
  scheduler.forget();
  cluster.call(scheduler, {
    framework_id: { value: id },
    type: 9,
    reconcile: {
      tasks: [{ task_id: { value: 't1' }, agent_id: agentId === undefined ? undefined : { value: agentId } }],
    },
  });
  return cluster.statuses(scheduler);
};

test('agents of the registry are awaited; ids are never given twice', (t) => {
  const { cluster, agentId, formerId } = failedOver();
  const { parts } = cluster.master;
  t.not(parts.info.id, formerId);
  t.true(parts.agents.isAwaited(agentId));
  t.is(parts.leadership.chart.value, 'leading.awaitingAgents');
  t.deepEqual(
    (cluster.getJson('/slaves')['recovered_slaves'] as { id: string }[]).map(({ id }) => id),
    [agentId],
  );
  const newcomer = cluster.agent(5052);
  t.not(cluster.register(newcomer, agentInfo('cpus:1', 'host-2')), agentId);
});

test('an awaited agent comes back with its tasks; nothing is told twice', (t) => {
  const { cluster, agent, agentId, scheduler, frameworkId, info } = failedOver();
  cluster.subscribe(scheduler, { ...info, id: { value: frameworkId } });
  scheduler.forget();
  cluster.reregister(agent, agentId, {
    tasks: [reportedTask(frameworkId, 't1', agentId, TaskState.TASK_RUNNING)],
    frameworks: [{ ...info, id: { value: frameworkId } }],
  });
  const { parts } = cluster.master;
  t.truthy(agent.last('mesos.internal.SlaveReregisteredMessage'));
  t.is(cluster.statuses(scheduler).length, 0, 'the framework knows: no update is made up');
  t.is(parts.frameworks.find(frameworkId)?.tasks.size, 1);
  t.is(parts.leadership.chart.value, 'leading.settled');
  t.is(ask(cluster, scheduler, frameworkId)[0]?.state, TaskState.TASK_RUNNING);
});

test('the return of an awaited agent is written only when it says something else than before', (t) => {
  const { cluster, agent, agentId } = failedOver();
  const writes = () => cluster.masterNode.metrics.snapshot()['registrar/state_store_ms/count'] ?? 0;
  cluster.reregister(agent, agentId);
  t.is(writes(), 0, 'there are no statistics of one value, the new leader’s own');
  t.true(cluster.master.parts.agents.isConnected(agentId));
  cluster.failOver();
  const attributes = [{ name: 'rack', type: ValueType.TEXT, text: { value: 'r1' } }];
  cluster.reregister(agent, agentId, { slave: { ...agentInfo(), id: { value: agentId }, attributes } });
  t.is(writes(), 2, 'the new leader’s own, which proves that it may, and this one');
  t.deepEqual(cluster.master.parts.registrar.registry.slaves.get(agentId)?.info.attributes, attributes);
});

test('questions about tasks of awaited agents get no answer; then they do', (t) => {
  const { cluster, agentId, scheduler, frameworkId, info } = failedOver();
  cluster.subscribe(scheduler, { ...info, id: { value: frameworkId } });
  t.is(ask(cluster, scheduler, frameworkId, agentId).length, 0);
  t.is(ask(cluster, scheduler, frameworkId).length, 0, 'no agent is named, and one may still bring it');
  t.is(ask(cluster, scheduler, frameworkId, 'nobody')[0]?.state, TaskState.TASK_UNKNOWN);
  cluster.run(10 * MINUTES);
  t.is(ask(cluster, scheduler, frameworkId, agentId)[0]?.state, TaskState.TASK_UNREACHABLE);
  t.is(ask(cluster, scheduler, frameworkId)[0]?.state, TaskState.TASK_UNKNOWN);
});

test('an agent that does not come back is marked unreachable after 10 minutes; only the agent is told of', (t) => {
  const { cluster, agentId, scheduler, frameworkId, info } = failedOver();
  cluster.subscribe(scheduler, { ...info, id: { value: frameworkId } });
  scheduler.forget();
  cluster.run(9.9 * MINUTES);
  t.true(cluster.master.parts.agents.isAwaited(agentId));
  cluster.run(0.2 * MINUTES);
  const { parts } = cluster.master;
  t.true(parts.registrar.registry.unreachable.has(agentId));
  t.is(scheduler.last('mesos.internal.LostSlaveMessage')?.slave_id.value, agentId);
  t.is(cluster.statuses(scheduler).length, 0);
  t.is(cluster.masterNode.metrics.snapshot()['master/recovery_slave_removals'], 1);
});

test('if too many do not come back, the master ends and removes nobody', (t) => {
  const cluster = new TestCluster({ recovery_agent_removal_limit: '50%' });
  const ids = [5051, 5052, 5053].map((port) =>
    cluster.register(cluster.agent(port), agentInfo('cpus:1;mem:64', `host-${port}`)),
  );
  cluster.failOver();
  const back = cluster.agent(5054);
  cluster.reregister(back, ids[0] ?? '');
  cluster.run(10.1 * MINUTES);
  t.regex(cluster.fatal[0] ?? '', /2 of 3 agents did not come back/);
  t.is(cluster.master.parts.registrar.registry.unreachable.size, 0);
});

test('a framework that does not come back is kept: its timer ended with the former master', (t) => {
  const { cluster, agent, agentId, frameworkId, info } = failedOver();
  cluster.reregister(agent, agentId, {
    tasks: [reportedTask(frameworkId, 't1', agentId, TaskState.TASK_RUNNING)],
    frameworks: [{ ...info, failover_timeout: 1, id: { value: frameworkId } }],
  });
  cluster.run(60 * MINUTES);
  t.is(cluster.master.parts.frameworks.chart.value(frameworkId), 'recovered');
});

test('unreachable and gone agents are known to the next master', (t) => {
  const cluster = new TestCluster();
  const silent = cluster.agent(5051);
  const unreachable = cluster.register(silent);
  silent.pongs = false;
  cluster.run(91_000);
  const gone = cluster.register(cluster.agent(5052), agentInfo('cpus:1', 'host-2'));
  cluster.master.parts.losses.markGone(gone, () => {});
  cluster.run(10);
  cluster.failOver();
  const { agents } = cluster.master.parts;
  t.true(agents.chart.matches(unreachable, 'membership.unreachable'));
  t.true(agents.chart.matches(gone, 'membership.gone'));
  const back = cluster.agent(5053);
  cluster.reregister(back, unreachable);
  t.truthy(agents.find(unreachable));
  cluster.reregister(back, gone);
  t.truthy(back.last('mesos.internal.ShutdownMessage'));
});

test('offers of the former master cannot be accepted', (t) => {
  const { cluster, agent, agentId, scheduler, frameworkId, info } = failedOver();
  const former = cluster.offer(scheduler);
  cluster.reregister(agent, agentId, { frameworks: [{ ...info, id: { value: frameworkId } }] });
  cluster.subscribe(scheduler, { ...info, id: { value: frameworkId } });
  scheduler.forget();
  cluster.launch(scheduler, frameworkId, former, [taskInfo('t2', agentId)]);
  t.is(cluster.statuses(scheduler)[0]?.state, TaskState.TASK_DROPPED);
});
