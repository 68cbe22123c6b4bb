/** Every row of the table of upgrades over a real agent, Marathon killed in their middle, again and again (spec: marathon.md §16, §35 checks 7 and 13). */
import test from 'ava';
import { getJson } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { type App, marathonCluster } from '../support/marathonCluster.ts';

/** Instances before and after, the strategy, and how many may be alive at most by the table. */
type Row = readonly [before: number, instances: number, min: number, over: number, most: number];

const ROWS: readonly Row[] = [
  [10, 10, 0, 1, 20],
  [10, 10, 0, 0, 10],
  [10, 10, 0.6, 1, 20],
  [10, 10, 0.6, 0.6, 16],
  [10, 10, 0.6, 0, 10],
  [10, 10, 1, 1, 20],
  [10, 10, 1, 0.6, 16],
  [10, 10, 1, 0, 11],
  [10, 10, 0.5, 0.1, 11],
  [3, 3, 0.7, 0, 4],
  [3, 3, 0.5, 0.5, 4],
  [1, 1, 0.5, 0.5, 2],
  [1, 1, 0, 0, 1],
  [10, 5, 1, 1, 10],
  [5, 10, 0.6, 1, 20],
];

interface State {
  readonly frameworks: readonly {
    readonly tasks: readonly { readonly name: string; readonly state: string }[];
  }[];
}

const LIVING: ReadonlySet<string> = new Set([
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
]);

test('every row goes on over a kill -9 in its middle, never above its capacity, and ends as it should', async (t) => {
  const marathon = await marathonCluster(t, {
    flags: ['--launch_tokens=1000', '--max_instances_per_offer=50'],
  });
  const bodyOf = ([before, , minimumHealthCapacity, maximumOverCapacity]: Row, index: number) => ({
    id: `/row-${index}`,
    cmd: 'exec sleep 1000',
    cpus: 0.01,
    mem: 1,
    instances: before,
    ports: [],
    upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
  });
  await marathon.call('PUT', '/v2/apps', ROWS.map(bodyOf));
  await marathon.settled();
  const earlier = await Promise.all(ROWS.map((_row, index) => marathon.taskIds(`/row-${index}`)));
  for (const [index, [, instances]] of ROWS.entries())
    await marathon.call('PUT', `/v2/apps/row-${index}`, { env: { V: '2' }, instances });
  const broken: string[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { frameworks } = await getJson<State>(`${marathon.master.url}/state`);
      const alive = frameworks.flatMap(({ tasks }) => tasks).filter(({ state }) => LIVING.has(state));
      ROWS.forEach(([, , , , most], index) => {
        const count = alive.filter(({ name }) => name === `row-${index}`).length;
        if (count > most) broken.push(`row ${index}: ${count} alive, ${most} may be`);
      });
    }
  })();
  let kills = 0;
  for (; kills < 3; kills++) {
    await marathon.killAndRestart();
    const left = await marathon.call<object[]>('GET', '/v2/deployments');
    if (left.length === 0) break;
  }
  await marathon.settled();
  over = true;
  await watching;
  t.deepEqual(broken, []);
  t.true(kills > 0, 'it was killed in the middle');
  for (const [index, [, instances]] of ROWS.entries()) {
    const { tasks } = await until('as many run as should', async () => {
      const app: App = await marathon.app(`/row-${index}`);
      return app.tasksRunning === instances && app.tasks.length === instances ? app : undefined;
    });
    t.false(
      tasks.some(({ id }) => earlier[index]?.includes(id)),
      `row ${index} is all new`,
    );
  }
});
