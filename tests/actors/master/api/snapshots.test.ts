/** What is kept written of agents and tasks is what would be written anew: after every kind of change. */
import test, { type ExecutionContext } from 'ava';
import { MasterCallType, TaskState } from '../../../../proto/index.ts';
import { frameworkInfo, offered, type TestCluster, taskInfo } from '../support/cluster.ts';

/** All answers that tell of agents and tasks. */
function told(cluster: TestCluster): string[] {
  return [
    ...['/state', '/slaves', '/state-summary', '/frameworks', '/tasks'].map((page) => cluster.get(page).body),
    cluster.operate({ type: MasterCallType.GET_STATE }).body,
  ];
}

function forget({ master }: TestCluster): void {
  const { agents, frameworks } = master.parts;
  for (const agent of agents.all()) agent.snapshot = undefined;
  for (const { tasks, unreachable, completed } of [...frameworks.all(), ...frameworks.completed()])
    for (const records of [tasks, unreachable, completed])
      for (const task of records.values()) task.snapshot = undefined;
}

/** Asks twice, so that the second time is told from what was kept, and then anew. @returns `/state` */
function isExact(t: ExecutionContext, cluster: TestCluster, when: string): string {
  told(cluster);
  const kept = told(cluster);
  forget(cluster);
  t.deepEqual(kept, told(cluster), when);
  return kept[0] ?? '';
}

test('after each change of a task or an agent all answers tell of it', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered(
    frameworkInfo({ checkpoint: true }),
  );
  const seen = [isExact(t, cluster, 'with an offer')];
  const step = (when: string): void => {
    const state = isExact(t, cluster, when);
    t.not(state, seen.at(-1), `${when}: nothing changed`);
    seen.push(state);
  };
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId), taskInfo('t2', agentId)]);
  step('launched');
  const uuid = cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  step('running');
  cluster.acknowledge(scheduler, frameworkId, 't1', agentId, uuid);
  isExact(t, cluster, 'acknowledged');
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING, { healthy: false });
  step('not healthy');
  const end = cluster.update(agent, frameworkId, 't2', agentId, TaskState.TASK_FAILED);
  step('failed');
  cluster.acknowledge(scheduler, frameworkId, 't2', agentId, end);
  step('completed');
  cluster.operate({
    type: MasterCallType.DEACTIVATE_AGENT,
    deactivate_agent: { agent_id: { value: agentId } },
  });
  cluster.run(100);
  step('deactivated');
  cluster.operate({
    type: MasterCallType.REACTIVATE_AGENT,
    reactivate_agent: { agent_id: { value: agentId } },
  });
  cluster.run(2000);
  step('reactivated');
  cluster.kill(5051);
  step('disconnected');
  cluster.run(120_000);
  step('unreachable');
});

test('what was taken for an answer stays as it was', (t) => {
  const { cluster, scheduler, frameworkId, agentId, agent, offer } = offered();
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t1', agentId)]);
  const { parts } = cluster.master;
  const task = parts.frameworks.find(frameworkId)?.tasks.get('t1');
  const before = task && parts.tasks.snapshot(task);
  const text = before && Buffer.from(before.json()).toString();
  cluster.update(agent, frameworkId, 't1', agentId, TaskState.TASK_RUNNING);
  t.is(before && Buffer.from(before.json()).toString(), text);
  t.not(task && parts.tasks.snapshot(task), before);
  t.true(text?.includes('TASK_STAGING'));
});
