/** Agents join and come back: every row of master.md §5.1 and §5.2. */
import test from 'ava';
import {
  type AgentInfo,
  SchedulerCallType,
  TaskState,
  TaskStatusReason,
  ValueType,
} from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, reportedTask, TestCluster, taskInfo } from './support/cluster.ts';

test('an agent is registered only after the registry has it', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  t.regex(id, /^[0-9a-f-]{36}-S0$/);
  t.true(cluster.master.parts.registrar.registry.slaves.has(id));
  t.is(agent.last('mesos.internal.SlaveRegisteredMessage')?.connection?.total_ping_timeout_seconds, 75);
  t.is(cluster.masterNode.metrics.snapshot()['master/slave_registrations'], 1);
  t.is(cluster.masterNode.metrics.snapshot()['master/slaves_active'], 1);
});

const refused: [string, Partial<AgentInfo>, string | undefined][] = [
  ['an id', { id: { value: 'mine' } }, '1.12.0'],
  ['an empty host name', { hostname: '' }, '1.12.0'],
  ['impossible resources', { resources: [{ name: 'cpus', type: 0, scalar: { value: -1 } }] }, '1.12.0'],
  [
    'allocated resources',
    { resources: [{ name: 'cpus', type: 0, scalar: { value: 1 }, allocation_info: { role: 'a' } }] },
    '1.12.0',
  ],
  ['an old version', {}, '0.28.2'],
  ['an unreadable version', {}, 'latest'],
  ['no version', {}, undefined],
];

for (const [what, fields, version] of refused) {
  test(`an agent with ${what} is refused without an answer`, (t) => {
    const cluster = new TestCluster();
    const agent = cluster.agent();
    agent.say('mesos.internal.RegisterSlaveMessage', { slave: { ...agentInfo(), ...fields }, version });
    cluster.run(100);
    t.is(agent.heard.length, 0);
    t.is(cluster.master.parts.agents.count, 0);
  });
}

test('a lost answer is given again: same address, same id', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  t.is(cluster.register(agent), id);
  t.is(cluster.master.parts.agents.count, 1);
});

test('a request that is being stored is not begun again', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const message = { slave: agentInfo(), version: '1.12.0' };
  agent.say('mesos.internal.RegisterSlaveMessage', message);
  agent.say('mesos.internal.RegisterSlaveMessage', message);
  cluster.run(10);
  t.is(cluster.master.parts.agents.count, 1);
});

test('an agent that asks to come back again before it is answered is taken up once, as it said last', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const message = { slave: { ...agentInfo(), id: { value: id } }, version: '1.12.0' };
  const attributes = [{ name: 'rack', type: ValueType.TEXT, text: { value: 'r1' } }];
  agent.say('mesos.internal.ReregisterSlaveMessage', message);
  agent.say('mesos.internal.ReregisterSlaveMessage', message);
  agent.say('mesos.internal.ReregisterSlaveMessage', { ...message, slave: { ...message.slave, attributes } });
  cluster.run(10);
  t.is(agent.all('mesos.internal.SlaveReregisteredMessage').length, 1);
  t.deepEqual(cluster.master.parts.agents.find(id)?.description.info.attributes, attributes);
  const metrics = cluster.masterNode.metrics.snapshot();
  t.is(metrics['master/messages_reregister_slave'], 3);
  t.is(metrics['master/slave_reregistrations'], 1);
});

test('an agent that leaves for good while its return waits does not come back', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  agent.say('mesos.internal.ReregisterSlaveMessage', {
    slave: { ...agentInfo(), id: { value: id } },
    version: '1.12.0',
  });
  agent.say('mesos.internal.UnregisterSlaveMessage', { slave_id: { value: id } });
  cluster.run(10);
  t.is(cluster.master.parts.agents.count, 0);
  t.is(agent.last('mesos.internal.SlaveReregisteredMessage'), undefined);
});

test('a new agent at the address of a disconnected one replaces it', (t) => {
  const cluster = new TestCluster();
  const first = cluster.register(cluster.agent());
  cluster.kill(5051);
  const second = cluster.register(cluster.agent());
  t.not(second, first);
  const { parts } = cluster.master;
  t.is(parts.agents.find(first), undefined);
  t.false(parts.registrar.registry.slaves.has(first));
  t.is(cluster.masterNode.metrics.snapshot()['master/slave_removals/reason_registered'], 1);
});

test('re-registration: a gone agent is told to shut down', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  cluster.master.parts.losses.markGone(id, (stored) => t.true(stored));
  cluster.run(5);
  agent.forget();
  cluster.reregister(agent, id);
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, 'Agent has been marked gone');
  t.is(agent.last('mesos.internal.SlaveReregisteredMessage'), undefined);
});

test('re-registration: the id of a member cannot be taken by another host', (t) => {
  const cluster = new TestCluster();
  const id = cluster.register(cluster.agent(5051));
  const thief = cluster.agent(5052);
  cluster.reregister(thief, id, { slave: { ...agentInfo('cpus:1', 'host-2'), id: { value: id } } });
  t.regex(thief.last('mesos.internal.ShutdownMessage')?.message ?? '', /is registered from 10\.0\.0\.1:5051/);
  t.is(cluster.master.parts.agents.find(id)?.pid.port, 5051);
});

for (const [what, slave] of [
  ['an impossible id', { ...agentInfo(), id: { value: '../x' } }],
  ['no id', agentInfo()],
] as const) {
  test(`re-registration with ${what} is refused`, (t) => {
    const cluster = new TestCluster();
    const agent = cluster.agent();
    agent.say('mesos.internal.ReregisterSlaveMessage', { slave, version: '1.12.0' });
    cluster.run(10);
    t.is(agent.heard.length, 0);
  });
}

test('an agent nobody knows is admitted with its tasks, which their framework hears of', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  const agent = cluster.agent();
  cluster.reregister(agent, 'old-S7', {
    frameworks: [{ ...frameworkInfo(), id: { value: frameworkId } }],
    tasks: [reportedTask(frameworkId, 't1', 'old-S7', TaskState.TASK_RUNNING)],
  });
  t.truthy(agent.last('mesos.internal.SlaveReregisteredMessage'));
  const { parts } = cluster.master;
  t.true(parts.registrar.registry.slaves.has('old-S7'));
  const [status] = cluster.statuses(scheduler);
  t.is(status?.state, TaskState.TASK_RUNNING);
  t.is(status?.reason, TaskStatusReason.REASON_AGENT_REREGISTERED);
  t.is(status?.uuid, undefined);
  t.is(parts.agents.find('old-S7')?.used.get(frameworkId)?.cpus, 1);
  t.is(agent.last('mesos.internal.UpdateFrameworkMessage')?.pid, 'scheduler-1@10.0.0.1:6001');
});

test('a framework that only agents know is recovered, and connected when it subscribes with its id', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  cluster.reregister(agent, 'old-S0', {
    frameworks: [{ ...frameworkInfo(), id: { value: 'old-0003' } }],
    tasks: [reportedTask('old-0003', 't1', 'old-S0', TaskState.TASK_RUNNING)],
  });
  const { parts } = cluster.master;
  t.is(parts.frameworks.chart.value('old-0003'), 'recovered');
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: 'old-0003' } }));
  t.is(parts.frameworks.chart.value('old-0003'), 'connected.active');
  t.is(scheduler.last('mesos.internal.FrameworkReregisteredMessage')?.framework_id.value, 'old-0003');
  t.is(parts.frameworks.find('old-0003')?.tasks.size, 1);
});

test('an agent with a framework that has ended is told to shut it down, and its tasks are not taken', (t) => {
  const cluster = new TestCluster();
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  cluster.call(scheduler, { framework_id: { value: frameworkId }, type: SchedulerCallType.TEARDOWN });
  const agent = cluster.agent();
  cluster.reregister(agent, 'old-S0', {
    frameworks: [{ ...frameworkInfo(), id: { value: frameworkId } }],
    tasks: [reportedTask(frameworkId, 't1', 'old-S0', TaskState.TASK_RUNNING)],
  });
  t.is(agent.last('mesos.internal.ShutdownFrameworkMessage')?.framework_id.value, frameworkId);
  t.is(cluster.master.parts.agents.find('old-S0')?.tasks.size, 0);
});

test('a member that comes back is active again and offered again', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(10);
  const before = cluster.offer(scheduler);
  cluster.kill(5051);
  t.deepEqual(scheduler.last('mesos.internal.RescindResourceOfferMessage')?.offer_id, before.id);
  t.is(cluster.masterNode.metrics.snapshot()['master/slaves_disconnected'], 1);
  const again = cluster.agent();
  cluster.reregister(again, id);
  t.truthy(again.last('mesos.internal.SlaveReregisteredMessage'));
  cluster.run(10);
  t.not(cluster.offer(scheduler).id.value, before.id.value);
  t.is(cluster.masterNode.metrics.snapshot()['master/slave_reregistrations'], 1);
});

test('a member that comes back larger is stored, and its offers are of the new size', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent, agentInfo('cpus:2;mem:512'));
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler);
  cluster.run(10);
  cluster.reregister(agent, id, { slave: { ...agentInfo('cpus:8;mem:512'), id: { value: id } } });
  cluster.run(10);
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  t.is(cluster.offer(scheduler).resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 8);
  const stored = cluster.master.parts.registrar.registry.slaves.get(id);
  t.is(stored?.info.resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 8);
});

test('what a member does not report is asked of it, by framework (§5.3)', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo({ checkpoint: true }));
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [
    taskInfo('known', id),
    taskInfo('lost', id),
  ]);
  cluster.reregister(agent, id, {
    tasks: [reportedTask(frameworkId, 'known', id, TaskState.TASK_RUNNING)],
    frameworks: [{ ...frameworkInfo({ checkpoint: true }), id: { value: frameworkId } }],
  });
  const [reconciliation, ...others] =
    agent.last('mesos.internal.SlaveReregisteredMessage')?.reconciliations ?? [];
  t.is(others.length, 0);
  t.is(reconciliation?.framework_id.value, frameworkId);
  t.deepEqual(
    reconciliation?.statuses?.map(({ task_id, reason }) => [task_id.value, reason]),
    [['lost', TaskStatusReason.REASON_RECONCILIATION]],
  );
});

test('a kill that could not be sent is sent when the agent is back (§5.3)', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const info = frameworkInfo({ checkpoint: true });
  const frameworkId = cluster.subscribe(scheduler, info);
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t1', id)]);
  cluster.kill(5051);
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.KILL,
    kill: { task_id: { value: 't1' } },
  });
  const again = cluster.agent();
  cluster.reregister(again, id, { tasks: [reportedTask(frameworkId, 't1', id, TaskState.TASK_RUNNING)] });
  t.is(again.last('mesos.internal.KillTaskMessage')?.task_id.value, 't1');
});

test('a task that was given up while its agent was away is ended when the agent brings it back', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler);
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t1', id)]);
  cluster.kill(5051);
  t.is(cluster.statuses(scheduler).at(-1)?.state, TaskState.TASK_LOST);
  const again = cluster.agent();
  cluster.reregister(again, id, { tasks: [reportedTask(frameworkId, 't1', id, TaskState.TASK_RUNNING)] });
  t.is(again.last('mesos.internal.KillTaskMessage')?.task_id.value, 't1');
});

test('executors that a member does not report are gone, and what they held is free', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo({ checkpoint: true }));
  cluster.run(10);
  const executor = { executor_id: { value: 'e1' }, command: { value: './run' }, resources: [] };
  const { command: _command, ...task } = taskInfo('t1', id);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [{ ...task, executor }]);
  const { parts } = cluster.master;
  t.is(parts.agents.find(id)?.executors.get(frameworkId)?.size, 1);
  cluster.reregister(agent, id, { tasks: [reportedTask(frameworkId, 't1', id, TaskState.TASK_RUNNING)] });
  t.is(parts.agents.find(id)?.executors.size, 0);
});

test('only the agent itself can unregister', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const other = cluster.agent(5052);
  const id = cluster.register(agent);
  other.say('mesos.internal.UnregisterSlaveMessage', { slave_id: { value: id } });
  cluster.run(10);
  t.is(cluster.master.parts.agents.count, 1);
  agent.say('mesos.internal.UnregisterSlaveMessage', { slave_id: { value: id } });
  cluster.run(10);
  t.is(cluster.master.parts.agents.count, 0);
  t.is(cluster.masterNode.metrics.snapshot()['master/slave_removals/reason_unregistered'], 1);
});

test('oversubscribed resources that an agent reports are added to what it has', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const id = cluster.register(agent, agentInfo('cpus:2;mem:512'));
  const spare = [{ name: 'cpus', type: 0, scalar: { value: 3 }, revocable: {} }] as const;
  agent.say('mesos.internal.UpdateSlaveMessage', {
    slave_id: { value: id },
    update_oversubscribed_resources: true,
    oversubscribed_resources: [...spare],
  });
  cluster.run(10);
  t.is(cluster.master.parts.agents.find(id)?.total.revocable().cpus, 3);
  t.is(cluster.master.parts.agents.find(id)?.total.nonRevocable().cpus, 2);
});
