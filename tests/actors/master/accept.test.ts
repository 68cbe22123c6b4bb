/** ACCEPT: master.md §7, v1-scheduler-api.md §8 and §10.1. */
import test from 'ava';
import {
  type OfferOperation,
  SchedulerCallType,
  TaskState,
  TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import { parseResources } from '../../../proto/resources/index.ts';
import {
  agentInfo,
  frameworkInfo,
  type Offered,
  offered,
  oldFrameworkInfo,
  taskInfo,
} from './support/cluster.ts';

function accept(
  { cluster, scheduler, frameworkId }: Offered,
  offerIds: string[],
  operations: OfferOperation[],
): void {
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.ACCEPT,
    accept: { offer_ids: offerIds.map((value) => ({ value })), operations },
  });
}

const launchOf = (agentId: string): OfferOperation => ({
  type: 1,
  launch: { task_infos: [taskInfo('t1', agentId)] },
});

const invalid: readonly [what: string, ids: (fixture: Offered) => string[], text: RegExp][] = [
  ['no offers', () => [], /No offers specified/],
  ['an offer twice', ({ offer }) => [offer.id.value, offer.id.value], /Duplicate offer/],
  ['an unknown offer', ({ offer }) => [offer.id.value, 'nope'], /Offer nope is no longer valid/],
  [
    'offers of two agents',
    ({ cluster, scheduler, offer }) => {
      cluster.register(cluster.agent(5052), agentInfo('cpus:1;mem:64', 'host-2'));
      cluster.run(10);
      return [offer.id.value, cluster.offer(scheduler).id.value];
    },
    /is of agent/,
  ],
  [
    'an offer of another framework',
    ({ cluster, offer }) => {
      const other = cluster.scheduler(6002, 'scheduler-2');
      cluster.subscribe(other, frameworkInfo());
      cluster.register(cluster.agent(5052), agentInfo('cpus:1;mem:64', 'host-2'));
      cluster.run(10);
      return [offer.id.value, cluster.offer(other).id.value];
    },
    /is not of framework/,
  ],
];

for (const [what, ids, text] of invalid) {
  for (const [kind, info, state] of [
    ['partition-aware', frameworkInfo(), TaskState.TASK_DROPPED],
    ['old', oldFrameworkInfo(), TaskState.TASK_LOST],
  ] as const) {
    test(`ACCEPT of ${what}, by a framework that is ${kind}`, (t) => {
      const fixture = offered(info);
      const { cluster, scheduler, agentId, agent, frameworkId, offer } = fixture;
      accept(fixture, ids(fixture), [launchOf(agentId)]);
      const [status] = cluster.statuses(scheduler);
      t.is(status?.state, state);
      t.is(status?.reason, TaskStatusReason.REASON_INVALID_OFFERS);
      t.is(status?.source, TaskStatusSource.SOURCE_MASTER);
      t.is(status?.uuid, undefined);
      t.regex(status?.message ?? '', text);
      t.is(agent.last('mesos.internal.RunTaskMessage'), undefined);
      const outstanding = cluster.master.parts.frameworks.find(frameworkId)?.offers.has(offer.id.value);
      t.is(outstanding, what === 'no offers', 'what was named is given back');
    });
  }
}

test('offers of two roles cannot be put together', (t) => {
  const fixture = offered(frameworkInfo({ roles: ['a'] }));
  const { cluster, scheduler, frameworkId, agentId, offer } = fixture;
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.UPDATE_FRAMEWORK,
    update_framework: {
      framework_info: frameworkInfo({ id: { value: frameworkId }, roles: ['a', 'b'] }),
      suppressed_roles: ['a'],
    },
  });
  cluster.register(cluster.agent(5052), agentInfo('cpus:1;mem:64', 'host-2'));
  cluster.run(10);
  accept(fixture, [offer.id.value, cluster.offer(scheduler).id.value], [launchOf(agentId)]);
  t.regex(cluster.statuses(scheduler)[0]?.message ?? '', /is for role 'b'/);
});

test('two offers of one agent are used together', (t) => {
  const fixture = offered();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('first', agentId, 'cpus:4;mem:64')]);
  cluster.run(1100);
  const second = cluster.offer(scheduler);
  cluster.update(agent, frameworkId, 'first', agentId, TaskState.TASK_FINISHED);
  cluster.run(1100);
  const third = cluster.offer(scheduler);
  t.not(third.id.value, second.id.value);
  agent.forget();
  accept(
    fixture,
    [second.id.value, third.id.value],
    [{ type: 1, launch: { task_infos: [taskInfo('both', agentId, 'cpus:4;mem:4096')] } }],
  );
  t.is(agent.last('mesos.internal.RunTaskMessage')?.task.task_id.value, 'both');
});

test('an ACCEPT without tasks declines, with the filter it names', (t) => {
  const fixture = offered();
  const { cluster, scheduler, offer } = fixture;
  scheduler.forget();
  accept(fixture, [offer.id.value], []);
  cluster.run(4900);
  t.is(cluster.offers(scheduler).length, 0);
  cluster.run(1200);
  t.is(cluster.offers(scheduler).length, 1);
});

test('tasks of one ACCEPT are taken one after the other; a bad one does not stop the next', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo('a', agentId, 'cpus:3;mem:64'),
    taskInfo('b', agentId, 'cpus:2;mem:64'),
    taskInfo('c', agentId, 'cpus:1;mem:64'),
  ]);
  t.deepEqual(
    agent.all('mesos.internal.RunTaskMessage').map(({ task }) => task.task_id.value),
    ['a', 'c'],
  );
  const [status] = cluster.statuses(scheduler);
  t.is(status?.task_id.value, 'b');
  t.is(status?.state, TaskState.TASK_ERROR);
  t.is(status?.reason, TaskStatusReason.REASON_TASK_INVALID);
  t.regex(status?.message ?? '', /is more than available/);
  t.is(cluster.masterNode.metrics.snapshot()['master/tasks_error'], 1);
});

test('a task with resources of an impossible form spoils its whole LAUNCH, but not the next one', (t) => {
  const fixture = offered();
  const { cluster, scheduler, agentId, agent, offer } = fixture;
  const bad = {
    ...taskInfo('bad', agentId),
    resources: [{ name: 'cpus', type: 0 as const, scalar: { value: -1 } }],
  };
  accept(
    fixture,
    [offer.id.value],
    [
      { type: 1, launch: { task_infos: [taskInfo('good', agentId), bad] } },
      { type: 1, launch: { task_infos: [taskInfo('next', agentId)] } },
    ],
  );
  t.deepEqual(
    cluster.statuses(scheduler).map(({ state }) => state),
    [TaskState.TASK_ERROR, TaskState.TASK_ERROR],
  );
  t.deepEqual(
    agent.all('mesos.internal.RunTaskMessage').map(({ task }) => task.task_id.value),
    ['next'],
  );
});

test('operations that are not performed here are dropped with what they wanted to use', (t) => {
  const fixture = offered();
  const { cluster, scheduler, agentId, agent, offer } = fixture;
  accept(fixture, [offer.id.value], [{ type: 2, reserve: { resources: [] } }, launchOf(agentId)]);
  t.is(agent.all('mesos.internal.RunTaskMessage').length, 1);
  t.is(cluster.statuses(scheduler).length, 0);
  t.is(cluster.masterNode.handlerErrors, 0);
});

test('an offer that nobody answers is taken back after --offer_timeout', (t) => {
  const { cluster, scheduler, offer } = offered(frameworkInfo(), { offer_timeout: '10secs' });
  cluster.run(10_100);
  t.deepEqual(scheduler.all('mesos.internal.RescindResourceOfferMessage')[0]?.offer_id, offer.id);
  cluster.run(1100);
  t.not(cluster.offer(scheduler).id.value, offer.id.value);
});

test('a custom executor is started once, charged once, and free again when it ends', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  const executor = {
    executor_id: { value: 'e1' },
    command: { value: './executor' },
    resources: [...parseResources('cpus:0.5;mem:32')],
  };
  const task = (id: string) => {
    const { command: _command, ...rest } = taskInfo(id, agentId);
    return { ...rest, executor };
  };
  cluster.launch(scheduler, frameworkId, offer, [task('a'), task('b')]);
  const runs = agent.all('mesos.internal.RunTaskMessage');
  t.deepEqual(
    runs.map(({ launch_executor }) => launch_executor),
    [true, false],
  );
  t.is(runs[0]?.task.executor?.framework_id?.value, frameworkId);
  const { parts } = cluster.master;
  t.is(parts.agents.find(agentId)?.used.get(frameworkId)?.cpus, 2.5);
  cluster.run(1100);
  t.deepEqual(cluster.offer(scheduler).executor_ids, [{ value: 'e1' }]);

  agent.say('mesos.internal.ExecutorToFrameworkMessage', {
    slave_id: { value: agentId },
    framework_id: { value: frameworkId },
    executor_id: { value: 'e1' },
    data: new Uint8Array([1, 2]),
  });
  agent.say('mesos.internal.ExitedExecutorMessage', {
    slave_id: { value: agentId },
    framework_id: { value: frameworkId },
    executor_id: { value: 'e1' },
    status: 256,
  });
  cluster.run(10);
  t.deepEqual(scheduler.last('mesos.internal.ExecutorToFrameworkMessage')?.data, new Uint8Array([1, 2]));
  t.is(scheduler.last('mesos.internal.ExitedExecutorMessage')?.status, 256);
  t.is(parts.agents.find(agentId)?.used.get(frameworkId)?.cpus, 2);
});

test('messages to executors and shutdowns of executors are passed on', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent } = offered();
  const target = { agent_id: { value: agentId }, executor_id: { value: 'e1' } };
  const framework_id = { value: frameworkId };
  const data = new Uint8Array([7]);
  cluster.call(scheduler, { framework_id, type: SchedulerCallType.MESSAGE, message: { ...target, data } });
  t.deepEqual(agent.last('mesos.internal.FrameworkToExecutorMessage')?.data, data);
  cluster.call(scheduler, { framework_id, type: SchedulerCallType.SHUTDOWN, shutdown: target });
  t.is(agent.last('mesos.internal.ShutdownExecutorMessage')?.executor_id?.value, 'e1');
});

test('a group is sent as one, charged with its executor; a bad member refuses all', (t) => {
  const fixture = offered();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  const group = (executorId: string, ids: string[], resources = 'cpus:0.1;mem:32'): OfferOperation => ({
    type: 6,
    launch_group: {
      executor: {
        type: 1,
        executor_id: { value: executorId },
        framework_id: { value: frameworkId },
        resources: [...parseResources('cpus:0.1;mem:32;disk:32')],
      },
      task_group: { tasks: ids.map((id) => taskInfo(id, agentId, resources)) },
    },
  });
  accept(fixture, [offer.id.value], [group('e1', ['a', 'b']), group('e2', ['c', 'd'], 'cpus:100;mem:32')]);
  const [run, ...others] = agent.all('mesos.internal.RunTaskGroupMessage');
  t.is(others.length, 0);
  t.deepEqual(
    run?.task_group.tasks?.map(({ task_id }) => task_id.value),
    ['a', 'b'],
  );
  t.deepEqual(
    run?.task_group.tasks?.map(({ executor }) => executor?.executor_id.value),
    ['e1', 'e1'],
  );
  t.true(run?.launch_executor);
  t.deepEqual(
    cluster.statuses(scheduler).map(({ task_id, reason }) => [task_id.value, reason]),
    ['c', 'd'].map((id) => [id, TaskStatusReason.REASON_TASK_GROUP_INVALID]),
  );
  t.is(cluster.master.parts.agents.find(agentId)?.used.get(frameworkId)?.cpus, 0.3);
});
