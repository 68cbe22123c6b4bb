/** Status updates, acknowledgements, histories: master.md §9. */
import test from 'ava';
import { TaskState } from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { frameworkInfo, offered, type TestCluster, taskInfo } from './support/cluster.ts';

test('a late update never leads out of a terminal state', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_FINISHED);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  const { parts } = cluster.master;
  const task = parts.frameworks.find(frameworkId)?.tasks.get('t1');
  t.is(task && parts.tasks.stateName(task), 'TASK_FINISHED');
  t.is(parts.allocation.allocator.available(agentId).cpus + offeredOf(cluster, agentId).cpus, 4);
});

function offeredOf(cluster: TestCluster, agentId: string): Resources {
  const { agents, offers } = cluster.master.parts;
  return Resources.sum(offers.listed(agents.find(agentId)?.offers).map(({ resources }) => resources));
}

test('resources are free when the latest state is terminal, though an earlier update is on its way', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  agent.say('mesos.internal.StatusUpdateMessage', {
    update: {
      framework_id: { value: frameworkId },
      slave_id: { value: agentId },
      timestamp: 1,
      uuid: new Uint8Array(16).fill(9),
      latest_state: TaskState.TASK_FINISHED,
      status: { task_id: { value: 't1' }, state: TaskState.TASK_RUNNING },
    },
  });
  cluster.run(5);
  t.is(cluster.master.parts.agents.find(agentId)?.used.size, 0);
  const [status] = cluster.statuses(scheduler);
  t.is(status?.state, TaskState.TASK_RUNNING);
  t.deepEqual(status?.uuid, new Uint8Array(16).fill(9), 'the envelope completes the status');
  t.is(status?.agent_id?.value, agentId);
});

test('an acknowledgement of another update changes nothing; one of an agent that is away goes nowhere', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered(
    frameworkInfo({ checkpoint: true }),
  );
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  const early = cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  const end = cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_FINISHED);
  cluster.acknowledge(scheduler, frameworkId, 't1', agentId, early);
  t.is(cluster.master.parts.frameworks.find(frameworkId)?.tasks.size, 1);
  t.is(agent.all('mesos.internal.StatusUpdateAcknowledgementMessage').length, 1);
  cluster.kill(5051);
  cluster.acknowledge(scheduler, frameworkId, 't1', agentId, end);
  t.is(cluster.master.parts.frameworks.find(frameworkId)?.tasks.size, 1);
  t.is(cluster.masterNode.metrics.snapshot()['master/invalid_status_update_acknowledgements'], 1);
});

test('the history has one status a state, no data, and a bound', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  const data = new Uint8Array(1000);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_STARTING, { data });
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING, { data, healthy: false });
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING, { data, healthy: true });
  const task = cluster.master.parts.frameworks.find(frameworkId)?.tasks.get('t1');
  t.deepEqual(
    task?.statuses.map(({ state, healthy }) => [state, healthy]),
    [
      [TaskState.TASK_STARTING, undefined],
      [TaskState.TASK_RUNNING, true],
    ],
  );
  t.true(task?.statuses.every((status) => status.data === undefined));
  for (let i = 0; i < 200; i++) {
    const state = i % 2 === 0 ? TaskState.TASK_STARTING : TaskState.TASK_RUNNING;
    cluster.update(agent, frameworkId, 't1', agentId, state);
  }
  t.true((task?.statuses.length ?? 0) <= 64);
});

test('completed tasks are remembered up to a bound, and an id may be used again', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent } = offered(frameworkInfo(), {
    max_completed_tasks_per_framework: '3',
  });
  for (let i = 0; i < 5; i++) {
    cluster.run(1100);
    cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('again', agentId)]);
    const uuid = cluster.update(agent, frameworkId, 'again', agentId, TaskState.TASK_FINISHED);
    cluster.acknowledge(scheduler, frameworkId, 'again', agentId, uuid);
  }
  const framework = cluster.master.parts.frameworks.find(frameworkId);
  t.is(agent.all('mesos.internal.RunTaskMessage').length, 5);
  t.is(framework?.completed.size, 3);
  t.is(cluster.master.parts.tasks.chart.size, 3, 'what is forgotten is forgotten');
});
