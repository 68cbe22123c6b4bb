/** What a returning agent does not report, and yet may have: master.md §5.2. */
import test from 'ava';
import { TaskState, TaskStatusReason } from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';
import { TestCluster, taskInfo } from '../support/cluster.ts';

const EXECUTOR = {
  executor_id: { value: 'e1' },
  command: { value: 'x' },
  resources: [...parseResources('cpus:0.5')],
};

/** An agent comes back just when a task with an executor of its own is on its way there. */
function crossed() {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  cluster.run(10);
  const task = taskInfo('t1', agentId, 'cpus:1;mem:64', { command: undefined, executor: EXECUTOR });
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [task]);
  cluster.reregister(agent, agentId);
  const used = (): string => {
    const record = cluster.master.parts.agents.find(agentId);
    return (record?.used.get(frameworkId) ?? Resources.EMPTY).unallocated().toString();
  };
  const answer = (state: TaskState, reason?: TaskStatusReason): void => {
    const uuid = new Uint8Array(16).fill(7);
    const status = { task_id: { value: 't1' }, state, uuid, ...(reason !== undefined && { reason }) };
    const ids = { framework_id: { value: frameworkId }, slave_id: { value: agentId } };
    agent.say('mesos.internal.StatusUpdateMessage', {
      update: { ...ids, executor_id: { value: 'e1' }, status, timestamp: 1, uuid },
      pid: '',
    });
    cluster.run(5);
  };
  return { cluster, agent, agentId, frameworkId, used, answer };
}

const RUNS = 'cpus:1.5; mem:64';
const NOTHING = '{}';

test('a return that crossed a launch is no end of the executor: what it holds is offered to nobody', (t) => {
  const { cluster, agent, agentId, used, answer } = crossed();
  const [asked] = agent.last('mesos.internal.SlaveReregisteredMessage')?.reconciliations ?? [];
  t.deepEqual(
    asked?.statuses?.map(({ task_id }) => task_id.value),
    ['t1'],
  );
  t.is(used(), RUNS);
  answer(TaskState.TASK_RUNNING);
  t.is(used(), RUNS, 'it is there');
  answer(TaskState.TASK_FINISHED);
  t.is(used(), 'cpus:0.5', 'it goes on without a task');
  cluster.reregister(agent, agentId);
  t.is(used(), NOTHING, 'its agent tells of none any more');
});

test('an executor goes with the task that its agent never got', (t) => {
  const { used, answer } = crossed();
  answer(TaskState.TASK_DROPPED, TaskStatusReason.REASON_RECONCILIATION);
  t.is(used(), NOTHING);
});

test('an executor whose agent tells of it again is in doubt no more', (t) => {
  const { cluster, agent, agentId, frameworkId, used, answer } = crossed();
  cluster.reregister(agent, agentId, {
    executor_infos: [{ ...EXECUTOR, framework_id: { value: frameworkId } }],
  });
  answer(TaskState.TASK_DROPPED, TaskStatusReason.REASON_RECONCILIATION);
  t.is(used(), 'cpus:0.5');
});
