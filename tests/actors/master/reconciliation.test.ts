/** KILL and RECONCILE: the tables of master.md §9, §10 and v1-scheduler-api.md §6.1, §13. */
import test from 'ava';
import { SchedulerCallType, TaskState, TaskStatusReason, TaskStatusSource } from '../../../proto/index.ts';
import {
  frameworkInfo,
  type Offered,
  offered,
  oldFrameworkInfo,
  type Puppet,
  taskInfo,
} from './support/cluster.ts';

function kill({ cluster, scheduler, frameworkId }: Offered, taskId: string, agentId?: string): void {
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.KILL,
    kill: {
      task_id: { value: taskId },
      agent_id: agentId === undefined ? undefined : { value: agentId },
      kill_policy: { grace_period: { nanoseconds: 1e9 } },
    },
  });
}

test('a kill is passed on each time it is asked, with its policy', (t) => {
  const fixture = offered();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  kill(fixture, 't1');
  kill(fixture, 't1', agentId);
  const kills = agent.all('mesos.internal.KillTaskMessage');
  t.is(kills.length, 2);
  t.is(kills[0]?.kill_policy?.grace_period?.nanoseconds, 1e9);
});

test('a kill on another agent than the task’s is dropped', (t) => {
  const fixture = offered();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  kill(fixture, 't1', 'another');
  t.is(agent.last('mesos.internal.KillTaskMessage'), undefined);
});

test('a kill of an unknown task is answered as a reconciliation', (t) => {
  const fixture = offered();
  kill(fixture, 'nope', fixture.agentId);
  const [status] = fixture.cluster.statuses(fixture.scheduler);
  t.is(status?.state, TaskState.TASK_GONE);
  t.is(status?.reason, TaskStatusReason.REASON_RECONCILIATION);
});

function reconcile(
  { cluster, scheduler, frameworkId }: Offered,
  tasks: readonly [id: string, agentId?: string][],
): void {
  scheduler.forget();
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.RECONCILE,
    reconcile: {
      tasks: tasks.map(([id, agentId]) => ({
        task_id: { value: id },
        agent_id: agentId === undefined ? undefined : { value: agentId },
      })),
    },
  });
}

type Prepare = (fixture: Offered, agent: Puppet) => string | undefined;

const unknown: readonly [what: string, prepare: Prepare, state: TaskState][] = [
  ['its agent is a member', ({ agentId }) => agentId, TaskState.TASK_GONE],
  [
    'its agent is unreachable',
    ({ cluster, agentId }, agent) => {
      agent.pongs = false;
      cluster.run(91_000);
      return agentId;
    },
    TaskState.TASK_UNREACHABLE,
  ],
  [
    'its agent is gone',
    ({ cluster, agentId }) => {
      cluster.master.parts.losses.markGone(agentId, () => {});
      cluster.run(10);
      return agentId;
    },
    TaskState.TASK_GONE_BY_OPERATOR,
  ],
  ['its agent is unknown', () => 'nobody', TaskState.TASK_UNKNOWN],
  ['no agent is named', () => undefined, TaskState.TASK_UNKNOWN],
];

for (const [what, prepare, state] of unknown) {
  for (const [kind, info, told] of [
    ['partition-aware', frameworkInfo(), state],
    ['old', oldFrameworkInfo(), TaskState.TASK_LOST],
  ] as const) {
    test(`an unknown task, ${what}: asked by a framework that is ${kind}`, (t) => {
      const fixture = offered(info);
      const agentId = prepare(fixture, fixture.agent);
      reconcile(fixture, [agentId === undefined ? ['nope'] : ['nope', agentId]]);
      const statuses = fixture.cluster.statuses(fixture.scheduler);
      t.is(statuses.length, 1);
      t.is(statuses[0]?.state, told);
      t.is(statuses[0]?.reason, TaskStatusReason.REASON_RECONCILIATION);
      t.is(statuses[0]?.source, TaskStatusSource.SOURCE_MASTER);
      t.is(statuses[0]?.uuid, undefined);
      t.is(statuses[0]?.unreachable_time !== undefined, state === TaskState.TASK_UNREACHABLE);
    });
  }
}

test('a known task is answered with what was last forwarded, without its data', (t) => {
  const fixture = offered();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  reconcile(fixture, [['t1']]);
  t.is(cluster.statuses(scheduler)[0]?.state, TaskState.TASK_STAGING);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING, {
    healthy: true,
    data: new Uint8Array([1]),
    message: 'hello',
    container_status: { container_id: { value: 'c' } },
  });
  reconcile(fixture, [['t1', 'whatever agent']]);
  const [status] = cluster.statuses(scheduler);
  t.is(status?.state, TaskState.TASK_RUNNING);
  t.true(status?.healthy);
  t.is(status?.data, undefined);
  t.is(status?.message, 'Reconciliation: Latest task state');
  t.deepEqual(status?.container_status, { container_id: { value: 'c' } });
});

test('implicit reconciliation: every active task, also one whose end is not acknowledged; no unreachable one', (t) => {
  const fixture = offered(frameworkInfo({ checkpoint: true }));
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo('running', agentId),
    taskInfo('ended', agentId),
    taskInfo('done', agentId),
  ]);
  cluster.update(agent, frameworkId, 'running', agentId, TaskState.TASK_RUNNING);
  cluster.update(agent, frameworkId, 'ended', agentId, TaskState.TASK_FAILED);
  const uuid = cluster.update(agent, frameworkId, 'done', agentId, TaskState.TASK_FINISHED);
  cluster.acknowledge(scheduler, frameworkId, 'done', agentId, uuid);
  reconcile(fixture, []);
  t.deepEqual(
    cluster.statuses(scheduler).map(({ task_id, state }) => [task_id.value, state]),
    [
      ['running', TaskState.TASK_RUNNING],
      ['ended', TaskState.TASK_FAILED],
    ],
  );
  agent.pongs = false;
  cluster.run(91_000);
  reconcile(fixture, []);
  t.is(cluster.statuses(scheduler).length, 0);
});
