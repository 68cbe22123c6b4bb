/** ACCEPT, KILL, RECONCILE: the tables of master.md §7, §9, §10 and v1-scheduler-api.md §6.1, §8, §13. */
import test from 'ava';
import {
  type OfferOperation,
  SchedulerCallType,
  TaskState,
  TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import { parseResources, Resources } from '../../../proto/resources/index.ts';
import {
  agentInfo,
  frameworkInfo,
  oldFrameworkInfo,
  type Puppet,
  TestCluster,
  taskInfo,
} from './support/cluster.ts';

function started(info = frameworkInfo(), flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, info);
  cluster.run(10);
  return { cluster, agent, agentId, scheduler, frameworkId, offer: cluster.offer(scheduler) };
}

type Fixture = ReturnType<typeof started>;

function accept(
  { cluster, scheduler, frameworkId }: Fixture,
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

const invalid: readonly [what: string, ids: (fixture: Fixture) => string[], text: RegExp][] = [
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
      const fixture = started(info);
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
  const fixture = started(frameworkInfo({ roles: ['a'] }));
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
  const fixture = started();
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
  const fixture = started();
  const { cluster, scheduler, offer } = fixture;
  scheduler.forget();
  accept(fixture, [offer.id.value], []);
  cluster.run(4900);
  t.is(cluster.offers(scheduler).length, 0);
  cluster.run(1200);
  t.is(cluster.offers(scheduler).length, 1);
});

test('tasks of one ACCEPT are taken one after the other; a bad one does not stop the next', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started();
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
  const fixture = started();
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
  const fixture = started();
  const { cluster, scheduler, agentId, agent, offer } = fixture;
  accept(fixture, [offer.id.value], [{ type: 2, reserve: { resources: [] } }, launchOf(agentId)]);
  t.is(agent.all('mesos.internal.RunTaskMessage').length, 1);
  t.is(cluster.statuses(scheduler).length, 0);
  t.is(cluster.masterNode.handlerErrors, 0);
});

test('an offer that nobody answers is taken back after --offer_timeout', (t) => {
  const { cluster, scheduler, offer } = started(frameworkInfo(), { offer_timeout: '10secs' });
  cluster.run(10_100);
  t.deepEqual(scheduler.all('mesos.internal.RescindResourceOfferMessage')[0]?.offer_id, offer.id);
  cluster.run(1100);
  t.not(cluster.offer(scheduler).id.value, offer.id.value);
});

test('a custom executor is started once, charged once, and free again when it ends', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started();
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
  const { cluster, scheduler, frameworkId, agentId, agent } = started();
  const target = { agent_id: { value: agentId }, executor_id: { value: 'e1' } };
  const framework_id = { value: frameworkId };
  const data = new Uint8Array([7]);
  cluster.call(scheduler, { framework_id, type: SchedulerCallType.MESSAGE, message: { ...target, data } });
  t.deepEqual(agent.last('mesos.internal.FrameworkToExecutorMessage')?.data, data);
  cluster.call(scheduler, { framework_id, type: SchedulerCallType.SHUTDOWN, shutdown: target });
  t.is(agent.last('mesos.internal.ShutdownExecutorMessage')?.executor_id?.value, 'e1');
});

test('a group is sent as one, charged with its executor; a bad member refuses all', (t) => {
  const fixture = started();
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

// ---- kill ---------------------------------------------------------------------------------------------------------

function kill({ cluster, scheduler, frameworkId }: Fixture, taskId: string, agentId?: string): void {
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
  const fixture = started();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  kill(fixture, 't1');
  kill(fixture, 't1', agentId);
  const kills = agent.all('mesos.internal.KillTaskMessage');
  t.is(kills.length, 2);
  t.is(kills[0]?.kill_policy?.grace_period?.nanoseconds, 1e9);
});

test('a kill on another agent than the task’s is dropped', (t) => {
  const fixture = started();
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = fixture;
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  kill(fixture, 't1', 'another');
  t.is(agent.last('mesos.internal.KillTaskMessage'), undefined);
});

test('a kill of an unknown task is answered as a reconciliation', (t) => {
  const fixture = started();
  kill(fixture, 'nope', fixture.agentId);
  const [status] = fixture.cluster.statuses(fixture.scheduler);
  t.is(status?.state, TaskState.TASK_GONE);
  t.is(status?.reason, TaskStatusReason.REASON_RECONCILIATION);
});

// ---- reconciliation -----------------------------------------------------------------------------------------------

function reconcile(
  { cluster, scheduler, frameworkId }: Fixture,
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

type Prepare = (fixture: Fixture, agent: Puppet) => string | undefined;

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
      const fixture = started(info);
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
  const fixture = started();
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
  const fixture = started(frameworkInfo({ checkpoint: true }));
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

// ---- updates ------------------------------------------------------------------------------------------------------

test('a late update never leads out of a terminal state', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started();
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_FINISHED);
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  const { parts } = cluster.master;
  const task = parts.frameworks.find(frameworkId)?.tasks.get('t1');
  t.is(task && parts.tasks.stateName(task), 'TASK_FINISHED');
  t.is(parts.allocation.allocator.available(agentId).cpus + offered(cluster, agentId).cpus, 4);
});

function offered(cluster: TestCluster, agentId: string): Resources {
  const { agents, offers } = cluster.master.parts;
  return Resources.sum(offers.listed(agents.find(agentId)?.offers).map(({ resources }) => resources));
}

test('resources are free when the latest state is terminal, though an earlier update is on its way', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started();
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
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started(
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
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = started();
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
  const { cluster, scheduler, frameworkId, agentId, agent } = started(frameworkInfo(), {
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
