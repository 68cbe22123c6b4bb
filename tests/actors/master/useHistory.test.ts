/** What was used in the last hour: of the cluster every ten seconds, of agents and frameworks every minute (docs/operator-api.md). */
import test from 'ava';
import { TaskState } from '../../../proto/index.ts';
import { frameworkInfo, offered, type TestCluster, taskInfo } from './support/cluster.ts';

interface History {
  readonly interval?: number;
  readonly time: readonly number[];
  readonly cpus_used?: readonly number[];
  readonly cpus_total?: readonly number[];
  readonly mem_used?: readonly number[];
  readonly tasks_running?: readonly number[];
}

const ask = (cluster: TestCluster, query = '') =>
  cluster.getJson(`/use-history${query}`) as unknown as History;

test('the cluster is looked at every ten seconds, for an hour', (t) => {
  const { cluster, agent, agentId, scheduler, frameworkId, offer } = offered();
  t.deepEqual(ask(cluster).cpus_total, [0], 'at the moment the master began to lead');
  cluster.run(10_000);
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('one', agentId, 'cpus:0.1;mem:64')]);
  cluster.update(agent, frameworkId, 'one', agentId, TaskState.TASK_RUNNING);
  cluster.run(20_000);
  const { interval, time, cpus_total, cpus_used, tasks_running } = ask(cluster);
  t.is(interval, 10);
  t.deepEqual(cpus_total, [0, 4, 4, 4]);
  t.deepEqual(cpus_used, [0, 0, 0.1, 0.1]);
  t.deepEqual(tasks_running, [0, 0, 1, 1]);
  const steps = time.slice(1).map((each, at) => Math.round(each - (time[at] ?? 0)));
  t.deepEqual(steps, [10, 10, 10]);
  cluster.run(7_200_000);
  t.is(ask(cluster).time.length, 360);
});

test('an agent and a framework are looked at every minute from when they are there; what is gone has no history', (t) => {
  const { cluster, agentId, scheduler, frameworkId, offer } = offered();
  const [ofAgent, ofFramework] = [`?agent_id=${agentId}`, `?framework_id=${frameworkId}`];
  t.deepEqual(ask(cluster, ofAgent), { time: [] });
  cluster.run(60_000);
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('one', agentId)]);
  cluster.run(60_000);
  for (const query of [ofAgent, ofFramework]) {
    const { interval, time, cpus_used, mem_used } = ask(cluster, query);
    t.is(interval, 60);
    t.is(time.length, 2);
    t.deepEqual(
      [cpus_used, mem_used],
      [
        [0, 1],
        [0, 64],
      ],
    );
  }
  t.is(cluster.request('POST', '/teardown', `frameworkId=${frameworkId}`).status, 200);
  t.is(cluster.get(`/use-history${ofFramework}`).status, 404);
  cluster.failOver();
  t.is(cluster.get(`/use-history${ofAgent}`).status, 404);
  t.deepEqual(ask(cluster).cpus_total, [0], 'each leader begins anew');
});

test('wrong questions are answered in words, and a framework that one may not see is not there', (t) => {
  const { cluster, agentId, frameworkId } = offered(frameworkInfo(), {
    acls: JSON.stringify({
      view_frameworks: [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }],
    }),
  });
  cluster.run(60_000);
  const status = (path: string, method = 'GET') => cluster.request(method, `/use-history${path}`, '').status;
  t.is(status(`?framework_id=${frameworkId}`), 404);
  t.is(status(`?agent_id=${agentId}`), 200);
  t.is(status(`?agent_id=${agentId}&framework_id=${frameworkId}`), 400);
  t.is(status('?agent_id=nobody'), 404);
  t.is(status('', 'POST'), 405);
});
