/** This release over the folders of an earlier one: everything is found again. */
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { versionOf } from '../../actors/election/store/version.ts';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { type Booted, boot, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { GONE, makeNewer, olderEtcd } from './support/olderEtcd.ts';
import { olderMarathon, olderMaster } from './support/olderFolders.ts';

interface Named {
  readonly id: string;
  readonly active?: boolean;
}

async function asItWas(
  t: ExecutionContext,
  master: Booted & { readonly url: string },
  { hostname, limit }: { hostname: string; limit: number },
): Promise<void> {
  await master.says(/agents_to_come=1/);
  const { recovered_slaves } = await getJson<{ recovered_slaves: object[] }>(`${master.url}/slaves`);
  t.like(recovered_slaves[0], { hostname, attributes: { rack: 'r1' } });
  t.deepEqual(await getJson(`${master.url}/weights`), [{ role: 'web', weight: 3.5 }]);
  t.like(await getJson(`${master.url}/quota`), {
    configs: [{ role: 'dev', guarantees: { cpus: { value: 1 } }, limits: { cpus: { value: limit } } }],
  });
  t.like(await getJson(`${master.url}/maintenance/schedule`), {
    windows: [{ machine_ids: [{ hostname: 'other', ip: '10.9.9.9' }] }],
  });
}

test('the registry of an earlier release is read', async (t) => {
  const folder = scratch(t);
  olderMaster(path.join(folder, 'master'));
  const master = await bootMaster(t, folder);
  await asItWas(t, master, { hostname: 'agent-1', limit: 2 });
});

async function servicesAsTheyWere(t: ExecutionContext, url: string): Promise<void> {
  const { app } = await getJson<{ app: object & { tasks: Named[] } }>(`${url}/v2/apps//g/web`);
  t.like(app, { instances: 2, cpus: 0.1, labels: { a: 'b' } });
  t.is(app.tasks.length, 2);
  const pod = await getJson<{ instances: object[] }>(`${url}/v2/pods//pod::status`);
  t.is(pod.instances.length, 1);
}

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
  await servicesAsTheyWere(t, url);
  t.like(await getJson(`${url}/v2/info`), { frameworkId: id });
});

if (hasEtcd) {
  test('etcd: what earlier releases left there is read; what a later one left is refused in a line that says so', async (t) => {
    const etcd = await bootEtcd(t);
    await olderEtcd(etcd);
    const port = await freePort();
    const lasting = '--etcd_session_timeout=2mins';
    const bootOver = () => boot(t, ['--role=master', `--port=${port}`, `--etcd=${etcd.url}`, lasting]);
    const master = bootOver();
    await asItWas(t, { ...master, url: `http://127.0.0.1:${port}` }, { hostname: 'vm', limit: 1 });
    const gone = { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: GONE } } };
    const again = await fetch(`http://127.0.0.1:${port}/api/v1`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(gone),
    });
    t.is(again.status, 200, 'it is gone already');

    const bootMarathon = async () => {
      const own = await freePort();
      const booted = boot(t, [
        ...['--role=framework', '--framework=marathon', `--master=127.0.0.1:${port}`, `--http_port=${own}`],
        ...[`--etcd=${etcd.url.replace(/mesostate$/, 'marathon')}`, lasting],
      ]);
      return { ...booted, url: `http://127.0.0.1:${own}` };
    };
    const marathon = await bootMarathon();
    await marathon.says(/marathon: leads/);
    await servicesAsTheyWere(t, marathon.url);

    t.is(await marathon.end(), 0);
    t.is(await master.end(), 0);
    const refusal = /the registry has format 1000, which a newer release wrote; this one reads 1/;
    makeNewer(etcd, '/mesostate/registry/version');
    makeNewer(etcd, '/marathon/marathon/registry/version');
    for (const later of [bootOver(), await bootMarathon()]) {
      await later.says(refusal);
      t.is(await later.exited, 1);
    }
  });
} else {
  test('etcd is not installed here: the version of a later release is refused in a line that says so', (t) => {
    const later = new TextEncoder().encode('{"format":1000,"version":1}');
    t.throws(() => versionOf(later), { message: /has format 1000, which a newer release wrote/ });
  });
}
