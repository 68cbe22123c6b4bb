/** DRAIN_AGENT, DEACTIVATE_AGENT, REACTIVATE_AGENT, and what follows at the master (master.md §13, v1-operator-api.md §10). */
import test from 'ava';
import { drainAgent, markAgentDrained } from '../../../../actors/master/registrar/drainOperations.ts';
import {
  AgentInfoCapabilityType,
  DrainState,
  MasterCallType,
  TaskState,
  TaskStatusReason,
} from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster, taskInfo } from '../support/cluster.ts';

const DRAIN = 'mesos.internal.DrainSlaveMessage';

const DRAINABLE = {
  agent_capabilities: [
    { type: AgentInfoCapabilityType.MULTI_ROLE },
    { type: AgentInfoCapabilityType.AGENT_DRAINING },
  ],
};

function drain(cluster: TestCluster, id: string, more: { seconds?: number; mark_gone?: boolean } = {}) {
  const { seconds, mark_gone } = more;
  return cluster.operate({
    type: MasterCallType.DRAIN_AGENT,
    drain_agent: {
      agent_id: { value: id },
      max_grace_period: seconds === undefined ? undefined : { seconds },
      mark_gone,
    },
  });
}

function deactivate(cluster: TestCluster, id: string) {
  const agent_id = { value: id };
  return cluster.operate({ type: MasterCallType.DEACTIVATE_AGENT, deactivate_agent: { agent_id } });
}

function reactivate(cluster: TestCluster, id: string) {
  const agent_id = { value: id };
  return cluster.operate({ type: MasterCallType.REACTIVATE_AGENT, reactivate_agent: { agent_id } });
}

function agentOf(cluster: TestCluster) {
  const [agent] = cluster.operate({ type: MasterCallType.GET_AGENTS }).answer.get_agents?.agents ?? [];
  return agent;
}

function reregister(cluster: TestCluster, agent: Puppet, id: string, fields: object = {}): void {
  const agent_capabilities = [
    { type: AgentInfoCapabilityType.AGENT_DRAINING },
    { type: AgentInfoCapabilityType.MULTI_ROLE },
  ];
  cluster.reregister(agent, id, { agent_capabilities, ...fields });
}

/** An agent with a task of a framework that has the rest of it offered. */
function running(labels: Record<string, string> = {}) {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent, agentInfo(), DRAINABLE);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(
    scheduler,
    frameworkInfo({ failover_timeout: 1e6, checkpoint: true }),
  );
  cluster.run(1100);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [
    {
      ...taskInfo('t', agentId),
      labels: { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) },
    },
  ]);
  cluster.update(agent, frameworkId, 't', agentId, TaskState.TASK_RUNNING);
  cluster.run(1100);
  scheduler.forget();
  const end = (state: TaskState = TaskState.TASK_KILLED) => {
    const uuid = cluster.update(agent, frameworkId, 't', agentId, state, {
      reason: TaskStatusReason.REASON_AGENT_DRAINING,
    });
    cluster.acknowledge(scheduler, frameworkId, 't', agentId, uuid);
    cluster.run(5);
  };
  return { cluster, agent, agentId, scheduler, frameworkId, end };
}

test('an agent is drained when its last task is acknowledged; reactivated, it is offered again', (t) => {
  const { cluster, agent, agentId, scheduler, end } = running();
  t.is(drain(cluster, agentId, { seconds: 7 }).status, 200);
  t.deepEqual(agent.all(DRAIN), [{ config: { max_grace_period: { nanoseconds: 7e9 }, mark_gone: false } }]);
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  const draining = agentOf(cluster);
  t.like(draining, { active: false, deactivated: true, drain_info: { state: DrainState.DRAINING } });
  t.truthy(draining?.estimated_drain_start_time);
  const early = reactivate(cluster, agentId);
  t.is(early.status, 400);
  t.regex(early.body, /still draining/);
  end();
  t.is(agentOf(cluster)?.drain_info?.state, DrainState.DRAINED);
  cluster.run(5000);
  t.deepEqual(cluster.offers(scheduler), []);
  t.is(reactivate(cluster, agentId).status, 200);
  t.like(agentOf(cluster), { active: true, deactivated: false, drain_info: undefined });
  cluster.run(1100);
  t.is(cluster.offers(scheduler).length, 1);
  t.is(cluster.master.parts.registrar.registry.minimum_capabilities.size, 0);
  t.is(cluster.get('/slaves').status, 200);
  t.deepEqual(cluster.errors, []);
});

test('an empty agent is drained at once; with mark_gone it is gone and told so', (t) => {
  const { cluster, agent, agentId, end, scheduler } = running();
  t.is(drain(cluster, agentId, { mark_gone: true }).status, 200);
  end(TaskState.TASK_GONE_BY_OPERATOR);
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, 'Agent has been marked gone');
  t.true(cluster.master.parts.agents.isGone(agentId));
  t.deepEqual(
    cluster.statuses(scheduler).map(({ state }) => state),
    [TaskState.TASK_GONE_BY_OPERATOR],
  );
  const other = cluster.agent(5060);
  const otherId = cluster.register(other, agentInfo(undefined, 'host-2'), DRAINABLE);
  drain(cluster, otherId);
  t.is(agentOf(cluster)?.drain_info?.state, DrainState.DRAINED);
  t.deepEqual(cluster.errors, []);
});

test('a drain goes on after a failover of the master and after the agent was unreachable', (t) => {
  const { cluster, agent, agentId, frameworkId, scheduler } = running();
  drain(cluster, agentId, { seconds: 7 });
  t.true(cluster.master.parts.registrar.registry.minimum_capabilities.has('AGENT_DRAINING'));
  cluster.failOver();
  agent.forget();
  reregister(cluster, agent, agentId);
  t.deepEqual(agent.all(DRAIN), [{ config: { max_grace_period: { nanoseconds: 7e9 }, mark_gone: false } }]);
  t.is(agentOf(cluster)?.drain_info?.state, DrainState.DRAINED, 'nothing is left on it');
  drain(cluster, agentId, { seconds: 3 });
  agent.pongs = false;
  cluster.run(100_000);
  t.is(agentOf(cluster), undefined);
  cluster.failOver();
  agent.pongs = true;
  agent.forget();
  reregister(cluster, agent, agentId);
  t.like(agentOf(cluster), {
    active: false,
    drain_info: { config: { max_grace_period: { nanoseconds: 3e9 } } },
  });
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: frameworkId } }));
  cluster.run(3000);
  t.deepEqual(cluster.offers(scheduler), []);
  t.deepEqual(cluster.errors, []);
});

test('a master that ends after the drain and before the agent is marked gone: the next one marks it', (t) => {
  const { cluster, agent, agentId } = running();
  const { registrar } = cluster.master.parts;
  registrar.apply(drainAgent(agentId, { mark_gone: true }), () => {});
  registrar.apply(markAgentDrained(agentId), () => {});
  cluster.run(5);
  cluster.failOver();
  t.false(cluster.master.parts.agents.isGone(agentId));
  reregister(cluster, agent, agentId);
  cluster.run(5);
  t.true(cluster.master.parts.agents.isGone(agentId));
  t.is(agent.last('mesos.internal.ShutdownMessage')?.message, 'Agent has been marked gone');
  t.deepEqual(cluster.errors, []);
});

test('an agent that is not there is told when it comes back', (t) => {
  const { cluster, agent, agentId } = running();
  cluster.failOver();
  agent.forget();
  t.is(drain(cluster, agentId).status, 200, 'recovered');
  t.deepEqual(agent.all(DRAIN), []);
  reregister(cluster, agent, agentId);
  t.is(agent.all(DRAIN).length, 1);
});

test('a deactivated agent gets no offers, its tasks go on, and it stays so after a failover', (t) => {
  const { cluster, agent, agentId, frameworkId, scheduler } = running();
  t.is(deactivate(cluster, agentId).status, 200);
  t.is(deactivate(cluster, agentId).status, 200, 'again');
  t.like(agentOf(cluster), { active: false, deactivated: true, drain_info: undefined });
  t.is(scheduler.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  cluster.run(3000);
  t.deepEqual([cluster.offers(scheduler), cluster.statuses(scheduler)], [[], []]);
  cluster.failOver();
  reregister(cluster, agent, agentId);
  cluster.subscribe(scheduler, frameworkInfo({ id: { value: frameworkId } }));
  cluster.run(3000);
  t.deepEqual(cluster.offers(scheduler), []);
  t.is(reactivate(cluster, agentId).status, 200);
  cluster.run(1100);
  t.is(cluster.offers(scheduler).length, 1);
  t.is(reactivate(cluster, agentId).status, 400);
});

test('refused: agents that are unknown, incapable, under maintenance, on their way out', (t) => {
  const { cluster, agentId } = running();
  for (const answer of [drain(cluster, 'x'), deactivate(cluster, 'x'), reactivate(cluster, 'x')]) {
    t.is(answer.status, 400);
    t.regex(answer.body, /Unknown agent 'x'/);
  }
  t.is(drain(cluster, agentId, { seconds: -1 }).status, 400);
  const oldId = cluster.register(cluster.agent(5060), agentInfo(undefined, 'old'));
  t.regex(drain(cluster, oldId).body, /lacks AGENT_DRAINING/);
  const machine_ids = [{ hostname: 'host-1', ip: '10.0.0.1' }];
  const windows = [{ machine_ids, unavailability: { start: { nanoseconds: 1 } } }];
  cluster.request('POST', '/maintenance/schedule', JSON.stringify({ windows }));
  t.regex(drain(cluster, agentId).body, /scheduled maintenance/);
  cluster.request('POST', '/maintenance/schedule', '{}');
  cluster.master.parts.losses.markGone(agentId, () => {});
  t.throws(() => cluster.master.parts.drains.drain({ agent_id: { value: agentId } }, () => t.fail()), {
    message: /being marked gone/,
  });
  cluster.run(5);
  t.is(drain(cluster, agentId).status, 400);
});

test('an order that meets another change in the registry is refused, not half done', (t) => {
  const { cluster, agentId } = running();
  const answers: (number | undefined)[] = [];
  cluster.master.parts.losses.markGone(agentId, () => {});
  t.throws(() => cluster.master.parts.drains.deactivate(agentId, (refusal) => answers.push(refusal?.status)));
  cluster.run(5);
  t.deepEqual(answers, []);
  t.is(deactivate(cluster, agentId).status, 400);
});

test('a task may say that its drain is worth a wait: its framework is asked, and the agent told when it is over', (t) => {
  const INVERSE = 'mesos.internal.InverseOffersMessage';
  const moved = running({ MESOSTATE_DRAIN_WAIT_SECONDS: '60' });
  moved.agent.forget();
  drain(moved.cluster, moved.agentId);
  moved.cluster.run(1000);
  t.deepEqual(moved.agent.all(DRAIN), []);
  t.is(moved.scheduler.all(INVERSE).length, 1);
  const [asked] = moved.scheduler.last(INVERSE)?.inverse_offers ?? [];
  const startMs = (asked?.unavailability.start.nanoseconds ?? 0) / 1e6;
  const leftMs = startMs - moved.cluster.nowMs;
  t.true(leftMs > 58_000 && leftMs < 60_000, `in ${leftMs} ms`);
  t.false(agentOf(moved.cluster)?.active);
  moved.end(TaskState.TASK_FINISHED);
  t.is(moved.agent.all(DRAIN).length, 1, 'nothing to wait for is left');
  t.is(agentOf(moved.cluster)?.drain_info?.state, DrainState.DRAINED);

  const stays = running({ MESOSTATE_DRAIN_WAIT_SECONDS: '60' });
  stays.agent.forget();
  drain(stays.cluster, stays.agentId);
  stays.cluster.run(59_000);
  t.deepEqual(stays.agent.all(DRAIN), []);
  stays.cluster.run(1_500);
  t.is(stays.agent.all(DRAIN).length, 1, 'it waits no longer than the task says');
  stays.end();
  t.is(agentOf(stays.cluster)?.drain_info?.state, DrainState.DRAINED);
  t.deepEqual([...moved.cluster.errors, ...stays.cluster.errors], []);
});

test('agents that went are not remembered with those that drain', (t) => {
  const { cluster } = running();
  const { drains } = cluster.master.parts;
  for (let n = 0; n < 3; n++) {
    const id = cluster.register(cluster.agent(5100 + n), agentInfo(), DRAINABLE);
    t.is(drain(cluster, id, { mark_gone: true }).status, 200);
    t.is(drains.startedMs(id), undefined, 'nothing was on it: it is gone');
    t.is(drains.remembered, 1);
  }
});
