/** Draining an agent whose apps have a disruption budget: others run before these end. */
import test from 'ava';
import { getJson } from '../../support/processes.ts';
import { stopwatch, until } from '../../support/until.ts';
import { marathonCluster, SERVER } from '../support/marathonCluster.ts';

interface State {
  readonly slaves: readonly {
    readonly id: string;
    readonly hostname: string;
    readonly drain_info?: { readonly state: string };
  }[];
}

/** As long is waited for what cannot be moved. */
const PINNED_SECONDS = 6;

test('an agent is drained when the instances with a budget have moved, never fewer of them healthy than it says; one whose place is nowhere waits no longer than it may', async (t) => {
  const marathon = await marathonCluster(t, { agents: [['--hostname=localhost']] });
  const app = { cmd: SERVER, cpus: 0.1, mem: 32, ports: [0] };
  const healthChecks = [
    { path: '/health', gracePeriodSeconds: 600, intervalSeconds: 0.3, timeoutSeconds: 120 },
  ];
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/web',
    instances: 4,
    healthChecks,
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0.5 },
    disruptionBudget: { maxUnavailable: 1 },
  });
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/pinned',
    constraints: [['hostname', 'LIKE', 'localhost']],
    disruptionBudget: { drainTimeoutSeconds: PINNED_SECONDS },
  });
  await until('all are healthy', async () => (await marathon.app('/web')).tasksHealthy === 4);
  await marathon.runs('/pinned', 1);
  await marathon.addAgent(t, []);
  const agents = async () => (await getJson<State>(`${marathon.master.url}/state`)).slaves;
  const agent = (await agents()).find(({ hostname }) => hostname === 'localhost');
  const sinceDrain = stopwatch();
  const answer = await fetch(`${marathon.master.url}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: agent?.id } } }),
  });
  t.is(answer.status, 200, await answer.text());
  let least = 4;
  let pinnedMs: number | undefined;
  let seen = '';
  await until(
    () => `it is drained: ${seen}`,
    async () => {
      seen = JSON.stringify([
        await marathon.call('GET', '/v2/tasks'),
        await marathon.call('GET', '/v2/deployments?extended=true'),
        await agents(),
      ]);
      const app = await marathon.app('/web');
      least = Math.min(least, app.tasksHealthy);
      if ((await marathon.app('/pinned')).tasksRunning === 0) pinnedMs ??= sinceDrain();
      return (await agents()).find(({ id }) => id === agent?.id)?.drain_info?.state === 'DRAINED';
    },
  );
  t.true(least >= 3, `${least} were healthy at least`);
  t.true(
    (pinnedMs ?? sinceDrain()) >= PINNED_SECONDS * 1000,
    `what cannot be moved ran on until its time was over: ${pinnedMs} ms`,
  );
  await until('four serve elsewhere', async () => {
    const { tasks, tasksHealthy } = await marathon.app('/web');
    return tasksHealthy === 4 && tasks.every(({ host }) => host === '127.0.0.1');
  });
});
