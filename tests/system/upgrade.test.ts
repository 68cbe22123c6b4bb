/** This release over the folders of an earlier one: everything is found again. */
import path from 'node:path';
import test from 'ava';
import { boot, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { olderMarathon, olderMaster } from './support/olderFolders.ts';

interface Named {
  readonly id: string;
  readonly active?: boolean;
}

test('the registry of an earlier release is read', async (t) => {
  const folder = scratch(t);
  olderMaster(path.join(folder, 'master'));
  const master = await bootMaster(t, folder);
  await master.says(/agents_to_come=1/);
  const { recovered_slaves } = await getJson<{ recovered_slaves: object[] }>(`${master.url}/slaves`);
  t.like(recovered_slaves[0], { hostname: 'agent-1', attributes: { rack: 'r1' } });
  t.deepEqual(await getJson(`${master.url}/weights`), [{ role: 'web', weight: 3.5 }]);
  t.like(await getJson(`${master.url}/quota`), {
    configs: [{ role: 'dev', guarantees: { cpus: { value: 1 } }, limits: { cpus: { value: 2 } } }],
  });
  t.like(await getJson(`${master.url}/maintenance/schedule`), {
    windows: [{ machine_ids: [{ hostname: 'other', ip: '10.9.9.9' }] }],
  });
});

test('apps, pods and their instances of a Marathon of an earlier release are found again', async (t) => {
  const folder = scratch(t);
  olderMarathon(path.join(folder, 'master'), path.join(folder, 'marathon'));
  const master = await bootMaster(t, folder);
  const port = await freePort();
  const marathon = boot(t, [
    ...['--role=framework', '--framework=marathon', `--master=127.0.0.1:${master.port}`, `--port=${port}`],
    `--work_dir=${folder}/marathon`,
  ]);
  await marathon.says(/listens on/);
  const url = `http://127.0.0.1:${port}`;
  const { id } = await until('Marathon is the framework that it was', async () => {
    const { frameworks } = await getJson<{ frameworks: Named[] }>(`${master.url}/frameworks`);
    return frameworks.find(({ active }) => active);
  });
  const { app } = await getJson<{ app: object & { tasks: Named[] } }>(`${url}/v2/apps//g/web`);
  t.like(app, { instances: 2, cpus: 0.1, labels: { a: 'b' }, cmd: 'sleep 10000' });
  t.is(app.tasks.length, 2);
  t.like(await getJson(`${url}/v2/info`), { frameworkId: id });
  const pod = await getJson<{ instances: object[] }>(`${url}/v2/pods//pod::status`);
  t.is(pod.instances.length, 1);
});
