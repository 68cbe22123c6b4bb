/** Isolation as a framework sees it: an agent with cgroups, its tasks and what it tells of them. */

import { threadId } from 'node:worker_threads';
import test from 'ava';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { parseResources } from '../../../proto/resources/index.ts';
import { until } from '../../support/until.ts';
import { hasCgroups, removeCgroups } from './containerizer/support.ts';
import { registeredAgent } from './support/realAgent.ts';
import { commandTask } from './support/testMaster.ts';

const { TASK_FAILED, TASK_FINISHED, TASK_RUNNING, TASK_DROPPED } = TaskState;

const ISOLATED = {
  isolation: 'cgroups/cpu,cgroups/mem',
  cgroups_root: `mesostate-test/agent-${process.pid}-${threadId}`,
};

test('as root with cgroups: a task over its memory fails with the reason and the amount; one without limits does not', async (t) => {
  // Last of all, when the agent has ended its tasks.
  t.teardown(() => removeCgroups(ISOLATED.cgroups_root));
  const { master, agent } = await registeredAgent(t, ISOLATED);
  const resources = parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages();
  const limits = { mem: { value: Number.POSITIVE_INFINITY } };
  const greedy = 'head -c 150m /dev/zero | tail | wc -c';
  master.run(commandTask('greedy', greedy, { resources }));
  await until('it ends', () => master.states('greedy').some((state) => state > TASK_RUNNING));
  const last = master.statuses('greedy').at(-1);
  if (!hasCgroups(['cpu', 'memory'])) {
    t.is(last?.state, TASK_FINISHED);
    master.run(commandTask('limited', greedy, { resources, limits }));
    await until('it is dropped', () => master.states('limited').includes(TASK_DROPPED));
    return;
  }
  t.is(last?.state, TASK_FAILED);
  t.is(last?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION_MEMORY);
  t.regex(last?.message ?? '', /^Memory limit exceeded: Requested: 64MB Maximum Used: \d+MB/);
  t.is(last?.limitation?.resources?.[0]?.name, 'mem');
  master.run(commandTask('limited', `${greedy}; sleep 1000`, { resources, limits }));
  await until('it runs', () => master.states('limited').includes(TASK_RUNNING));
  const response = await fetch(`${agent.url}/slave(1)/monitor/statistics`);
  const [{ statistics }] = (await response.json()) as [{ statistics: Record<string, number> }];
  t.true((statistics['mem_total_bytes'] ?? 0) > 0);
});
