/** Agents are lost: every row of master.md §5.4 and §5.5. */
import test from 'ava';
import {
  SchedulerCallType,
  type Task,
  TaskState,
  TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import {
  agentInfo,
  frameworkInfo,
  oldFrameworkInfo,
  type Puppet,
  reportedTask,
  TestCluster,
  taskInfo,
} from './support/cluster.ts';

/** Two frameworks, one of each kind, with a task each on one agent. */
function twoTasks(flags: Record<string, string> = {}, checkpoint = true) {
  const cluster = new TestCluster(flags);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const aware = cluster.scheduler(6001, 'scheduler-1');
  const awareId = cluster.subscribe(aware, frameworkInfo({ checkpoint, failover_timeout: 1e6 }));
  cluster.run(10);
  cluster.launch(aware, awareId, cluster.offer(aware), [taskInfo('a', agentId)]);
  cluster.run(1100);
  cluster.call(aware, { framework_id: { value: awareId }, type: SchedulerCallType.SUPPRESS });
  cluster.call(aware, {
    framework_id: { value: awareId },
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: cluster.offers(aware).map(({ id }) => id), filters: { refuse_seconds: 0 } },
  });
  const old = cluster.scheduler(6002, 'scheduler-2');
  const oldId = cluster.subscribe(old, oldFrameworkInfo({ checkpoint, failover_timeout: 1e6 }));
  cluster.run(1100);
  cluster.launch(old, oldId, cluster.offer(old), [taskInfo('o', agentId)]);
  for (const puppet of [aware, old]) puppet.forget();
  return { cluster, agent, agentId, aware, awareId, old, oldId };
}

type Fixture = ReturnType<typeof twoTasks>;

interface Loss {
  readonly what: string;
  readonly lose: (fixture: Fixture) => void;
  readonly states: readonly [aware: TaskState, old: TaskState];
  readonly reasons: readonly [aware: TaskStatusReason, old: TaskStatusReason];
  readonly registry: 'slaves' | 'unreachable' | 'gone' | 'none';
}

const REMOVED = TaskStatusReason.REASON_AGENT_REMOVED;

const losses: readonly Loss[] = [
  {
    what: 'pings missed',
    lose: ({ cluster, agent }) => {
      agent.pongs = false;
      cluster.run(91_000);
    },
    states: [TaskState.TASK_UNREACHABLE, TaskState.TASK_LOST],
    reasons: [REMOVED, REMOVED],
    registry: 'unreachable',
  },
  {
    what: 'unregistered',
    lose: ({ cluster, agent, agentId }) => {
      agent.say('mesos.internal.UnregisterSlaveMessage', { slave_id: { value: agentId } });
      cluster.run(10);
    },
    states: [TaskState.TASK_LOST, TaskState.TASK_LOST],
    reasons: [REMOVED, REMOVED],
    registry: 'none',
  },
  {
    what: 'another agent at its address',
    lose: ({ cluster }) => {
      cluster.kill(5051);
      cluster.register(cluster.agent());
    },
    states: [TaskState.TASK_LOST, TaskState.TASK_LOST],
    reasons: [REMOVED, REMOVED],
    registry: 'none',
  },
  {
    what: 'marked gone',
    lose: ({ cluster, agentId }) => {
      cluster.master.parts.losses.markGone(agentId, () => {});
      cluster.run(10);
    },
    states: [TaskState.TASK_GONE_BY_OPERATOR, TaskState.TASK_LOST],
    reasons: [TaskStatusReason.REASON_AGENT_REMOVED_BY_OPERATOR, REMOVED],
    registry: 'gone',
  },
];

for (const { what, lose, states, reasons, registry } of losses) {
  test(`agent lost: ${what}`, (t) => {
    const fixture = twoTasks();
    const { cluster, agentId, aware, awareId, old, oldId } = fixture;
    lose(fixture);
    for (const [index, scheduler] of [aware, old].entries()) {
      const statuses = cluster.statuses(scheduler);
      t.is(statuses.length, 1);
      t.is(statuses[0]?.state, states[index]);
      t.is(statuses[0]?.reason, reasons[index]);
      t.is(statuses[0]?.source, TaskStatusSource.SOURCE_MASTER);
      t.is(statuses[0]?.uuid, undefined, 'nothing to acknowledge');
      t.is(statuses[0]?.unreachable_time !== undefined, registry === 'unreachable');
      t.is(scheduler.last('mesos.internal.LostSlaveMessage')?.slave_id.value, agentId);
    }
    const { parts } = cluster.master;
    for (const part of ['slaves', 'unreachable', 'gone'] as const) {
      t.is(parts.registrar.registry[part].has(agentId), part === registry);
    }
    t.is(parts.agents.find(agentId), undefined);
    for (const id of [awareId, oldId]) {
      const framework = parts.frameworks.find(id);
      t.is(framework?.tasks.size, 0);
      t.is(framework?.unreachable.size, registry === 'unreachable' ? 1 : 0);
      t.is(framework?.completed.size, registry === 'unreachable' ? 0 : 1);
    }
  });
}

test('a broken socket: what is not checkpointed is lost at once, for everybody as LOST', (t) => {
  const { cluster, agentId, aware, old } = twoTasks({}, false);
  cluster.kill(5051);
  for (const scheduler of [aware, old]) {
    t.is(cluster.statuses(scheduler)[0]?.state, TaskState.TASK_LOST);
    t.is(cluster.statuses(scheduler)[0]?.reason, TaskStatusReason.REASON_AGENT_DISCONNECTED);
    t.is(scheduler.last('mesos.internal.LostSlaveMessage'), undefined, 'the agent itself stays');
  }
  t.truthy(cluster.master.parts.agents.find(agentId));
});

test('a broken socket: what is checkpointed waits, until the pings are missed', (t) => {
  const { cluster, agentId, aware } = twoTasks();
  cluster.kill(5051);
  cluster.run(60_000);
  t.is(cluster.statuses(aware).length, 0);
  cluster.run(31_000);
  t.is(cluster.statuses(aware)[0]?.state, TaskState.TASK_UNREACHABLE);
  t.true(cluster.master.parts.registrar.registry.unreachable.has(agentId));
});

test('a disconnected agent that answers pings but never registers again is given 10 minutes', (t) => {
  const { cluster, agentId, aware } = twoTasks();
  cluster.kill(5051);
  cluster.agent();
  cluster.run(590_000);
  t.is(cluster.statuses(aware).length, 0);
  cluster.run(15_000);
  t.is(cluster.statuses(aware)[0]?.state, TaskState.TASK_UNREACHABLE);
  t.true(cluster.master.parts.registrar.registry.unreachable.has(agentId));
});

test('a silent agent is marked 75 seconds after the first unanswered ping, not before', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  agent.pongs = false;
  const id = cluster.register(agent);
  cluster.run(74_900);
  t.truthy(cluster.master.parts.agents.find(id));
  cluster.run(200);
  t.is(cluster.master.parts.agents.find(id), undefined);
  t.true(cluster.master.parts.registrar.registry.unreachable.has(id));
});

test('one pong starts the count anew', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  agent.pongs = false;
  const id = cluster.register(agent);
  cluster.run(70_000);
  agent.say('mesos.internal.PongSlaveMessage', {});
  cluster.run(70_000);
  t.truthy(cluster.master.parts.agents.find(id));
  cluster.run(21_000);
  t.is(cluster.master.parts.agents.find(id), undefined);
});

test('pings say whether the master counts the agent as connected', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  cluster.register(agent);
  t.deepEqual(agent.all('mesos.internal.PingSlaveMessage'), [{ connected: true }]);
  cluster.kill(5051);
  const again = cluster.agent();
  cluster.run(16_000);
  t.deepEqual(again.last('mesos.internal.PingSlaveMessage'), { connected: false });
});

test('the removal rate limit spreads losses; an agent that answers meanwhile is spared', (t) => {
  const cluster = new TestCluster({ agent_removal_rate_limit: '1/1mins' });
  const agents = [5051, 5052, 5053].map((port) => cluster.agent(port));
  const ids = agents.map((agent, i) => cluster.register(agent, agentInfo('cpus:1;mem:64', `host-${i}`)));
  for (const agent of agents) agent.pongs = false;
  const unreachable = () => ids.filter((id) => cluster.master.parts.registrar.registry.unreachable.has(id));
  cluster.run(91_000);
  t.is(unreachable().length, 1);
  cluster.run(60_000);
  t.is(unreachable().length, 2);
  agents[2]?.say('mesos.internal.PongSlaveMessage', {});
  if (agents[2] !== undefined) agents[2].pongs = true;
  cluster.run(120_000);
  t.is(unreachable().length, 2);
  const metrics = cluster.masterNode.metrics.snapshot();
  t.is(metrics['master/slave_unreachable_scheduled'], 3);
  t.is(metrics['master/slave_unreachable_completed'], 2);
  t.is(metrics['master/slave_unreachable_canceled'], 1);
});

/** The agent of the fixture is unreachable, then comes back with these states. */
function comeBack(fixture: Fixture, state: TaskState, more: Partial<Task> = {}): Puppet {
  const { cluster, agent, agentId, awareId, oldId } = fixture;
  agent.pongs = false;
  cluster.run(91_000);
  agent.pongs = true;
  for (const scheduler of [fixture.aware, fixture.old]) scheduler.forget();
  cluster.reregister(agent, agentId, {
    tasks: [
      { ...reportedTask(awareId, 'a', agentId, state), ...more },
      { ...reportedTask(oldId, 'o', agentId, state), ...more },
    ],
    frameworks: [
      { ...frameworkInfo(), id: { value: awareId } },
      { ...oldFrameworkInfo(), id: { value: oldId } },
    ],
  });
  return agent;
}

test('a task that ended meanwhile, of which the agent has still to tell more, is told as far as that was told', (t) => {
  const fixture = twoTasks();
  const { cluster, aware, old } = fixture;
  comeBack(fixture, TaskState.TASK_FINISHED, {
    status_update_state: TaskState.TASK_STARTING,
    status_update_uuid: new Uint8Array(16).fill(7),
  });
  for (const scheduler of [aware, old]) {
    const told = cluster.statuses(scheduler).map(({ state, reason }) => [state, reason]);
    t.deepEqual(told, [[TaskState.TASK_STARTING, TaskStatusReason.REASON_AGENT_REREGISTERED]]);
  }
});

test('an unreachable agent comes back: its tasks are what they are, for both kinds of frameworks', (t) => {
  const fixture = twoTasks();
  const { cluster, agentId, aware, awareId, old, oldId } = fixture;
  comeBack(fixture, TaskState.TASK_RUNNING);
  for (const scheduler of [aware, old]) {
    const [status] = cluster.statuses(scheduler);
    t.is(status?.state, TaskState.TASK_RUNNING);
    t.is(status?.reason, TaskStatusReason.REASON_AGENT_REREGISTERED);
    t.is(status?.source, TaskStatusSource.SOURCE_MASTER);
  }
  const { parts } = cluster.master;
  for (const id of [awareId, oldId]) {
    t.is(parts.frameworks.find(id)?.unreachable.size, 0);
    t.is(parts.frameworks.find(id)?.tasks.size, 1);
    t.is(parts.agents.find(agentId)?.used.get(id)?.cpus, 1);
  }
  const held = Resources.sum(parts.allocation.allocator.held(agentId).values());
  t.true(held.contains(Resources.sum(parts.agents.find(agentId)?.used.values() ?? [])));
  t.is(held.plus(parts.allocation.allocator.available(agentId)).cpus, 4);
  t.false(parts.registrar.registry.unreachable.has(agentId));
  t.true(parts.registrar.registry.slaves.has(agentId));
});

test('a task that ended while its agent was unreachable holds nothing any more', (t) => {
  const fixture = twoTasks();
  comeBack(fixture, TaskState.TASK_FINISHED);
  const { parts } = fixture.cluster.master;
  t.is(parts.agents.find(fixture.agentId)?.used.size, 0);
  const task = parts.frameworks.find(fixture.awareId)?.tasks.get('a');
  t.is(task && parts.tasks.stateName(task), 'TASK_FINISHED');
});

test('a task that an agent does not bring back from being unreachable is gone; its id is free again', (t) => {
  const fixture = twoTasks();
  const { cluster, agent, agentId, aware, awareId, old, oldId } = fixture;
  cluster.call(old, { framework_id: { value: oldId }, type: SchedulerCallType.TEARDOWN });
  agent.pongs = false;
  cluster.run(91_000);
  agent.pongs = true;
  aware.forget();
  cluster.reregister(agent, agentId);
  const framework = cluster.master.parts.frameworks.find(awareId);
  t.is(framework?.unreachable.size, 0);
  const [task] = framework?.completed.values() ?? [];
  t.is(task && cluster.master.parts.tasks.stateName(task), 'TASK_GONE');
  t.is(cluster.statuses(aware).length, 0, 'nobody is told unasked');
  cluster.call(aware, { framework_id: { value: awareId }, type: SchedulerCallType.REVIVE });
  cluster.run(1100);
  cluster.launch(aware, awareId, cluster.offer(aware), [taskInfo('a', agentId)]);
  t.is(cluster.statuses(aware).length, 0);
});

test('a task on an unreachable agent becomes gone with it', (t) => {
  const fixture = twoTasks();
  const { cluster, agent, agentId, aware, awareId } = fixture;
  agent.pongs = false;
  cluster.run(91_000);
  aware.forget();
  cluster.master.parts.losses.markGone(agentId, (stored) => t.true(stored));
  cluster.run(10);
  t.is(cluster.statuses(aware)[0]?.state, TaskState.TASK_GONE_BY_OPERATOR);
  t.is(cluster.master.parts.frameworks.find(awareId)?.unreachable.size, 0);
  t.is(cluster.master.parts.frameworks.find(awareId)?.completed.size, 1);
});

test('the end of a task that its framework has not acknowledged stays its end when the agent is lost', (t) => {
  const { cluster, agent, agentId, aware, awareId } = twoTasks();
  cluster.update(agent, awareId, 'a', agentId, TaskState.TASK_FINISHED);
  aware.forget();
  agent.pongs = false;
  cluster.run(91_000);
  t.is(cluster.statuses(aware)[0]?.state, TaskState.TASK_FINISHED);
  t.is(cluster.master.parts.frameworks.find(awareId)?.completed.size, 1);
});

test('messages of an agent that is no member go nowhere', (t) => {
  const { cluster, agent, agentId, aware, awareId } = twoTasks();
  agent.pongs = false;
  cluster.run(91_000);
  aware.forget();
  cluster.update(agent, awareId, 'a', agentId, TaskState.TASK_RUNNING);
  t.is(cluster.statuses(aware).length, 0);
  t.is(cluster.masterNode.metrics.snapshot()['master/invalid_status_updates'], 1);
});
