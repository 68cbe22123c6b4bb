/** A task in `/state` and `/tasks` (v1-operator-api.md §8): what is in it, whatever its strings are. */
import test from 'ava';
import { TaskState } from '../../../../proto/index.ts';
import { frameworkInfo, offered, taskInfo } from '../support/cluster.ts';

const ODD = 'a"b\\c\n\u0001 ü \u2028 😀';

test('every member of a task and of its statuses is JSON that reads back', (t) => {
  const { cluster, scheduler, frameworkId, agent, agentId, offer } = offered(frameworkInfo({ name: ODD }));
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo(`t"1"`, agentId, 'cpus:0.1;mem:64', {
      name: ODD,
      labels: { labels: [{ key: ODD, value: ODD }, { key: 'bare' }] },
      discovery: { visibility: 2, name: ODD },
      container: { type: 2, mesos: {} },
      health_check: { type: 1, command: { value: ODD } },
    }),
  ]);
  cluster.update(agent, frameworkId, `t"1"`, agentId, TaskState.TASK_RUNNING, {
    healthy: false,
    labels: { labels: [{ key: 'k', value: ODD }] },
    container_status: { container_id: { value: ODD }, executor_pid: 7 },
  });
  const state = JSON.parse(cluster.get('/state').body) as {
    frameworks: { tasks: Record<string, unknown>[] }[];
  };
  const [task] = state.frameworks[0]?.tasks ?? [];
  const { statuses, health_check, ...rest } = task ?? {};
  t.like(health_check, { type: 'COMMAND', command: { value: ODD } });
  t.deepEqual(rest, {
    id: 't"1"',
    name: ODD,
    framework_id: frameworkId,
    executor_id: '',
    slave_id: agentId,
    state: 'TASK_RUNNING',
    resources: { disk: 0, mem: 64, gpus: 0, cpus: 0.1 },
    role: '*',
    labels: [{ key: ODD, value: ODD }, { key: 'bare' }],
    discovery: { visibility: 'EXTERNAL', name: ODD },
    container: { type: 'MESOS', mesos: {} },
  });
  const [status] = statuses as Record<string, unknown>[];
  const { timestamp, ...said } = status ?? {};
  t.is(typeof timestamp, 'number');
  t.deepEqual(said, {
    state: 'TASK_RUNNING',
    labels: [{ key: 'k', value: ODD }],
    container_status: { container_id: { value: ODD } },
    healthy: false,
  });
  const tasks = JSON.parse(cluster.get('/tasks').body) as { tasks: unknown[] };
  t.deepEqual(tasks.tasks, [task]);
});
