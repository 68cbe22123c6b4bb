/** A registry for which there is no room any more: an etcd at its quota, a disk that is full. Nothing ends, and what needs no registry goes on. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { run } from '../cli/support/terminal.ts';
import { objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, bootAgent, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { fill, makeRoom, SMALL } from './support/fullEtcd.ts';

interface Summary {
  readonly slaves: { readonly active: boolean; readonly TASK_RUNNING: number }[];
}

interface Leadership {
  readonly leading: boolean;
  readonly state: unknown;
  readonly registry_held_up?: { readonly reason: string; readonly waiting: number };
}

interface AnyMaster {
  readonly url: string;
  readonly port: number;
}

const leadership = ({ url }: AnyMaster) => getJson<Leadership>(`${url}/leadership`);
const metrics = ({ url }: AnyMaster) => getJson<Record<string, number>>(`${url}/metrics/snapshot`);
/** How many tasks run on each active agent. */
const running = async ({ url }: AnyMaster) =>
  (await getJson<Summary>(`${url}/state-summary`)).slaves
    .filter(({ active }) => active)
    .map((slave) => slave.TASK_RUNNING);

/** Held up, and tried again that often. */
const refusedOften = (master: AnyMaster, reason: RegExp) =>
  until('the registry is refused again and again', async () => {
    const { registry_held_up: held } = await leadership(master);
    if (held === undefined || held.waiting === 0 || !reason.test(held.reason)) return false;
    return ((await metrics(master))['registrar/refused_stores'] ?? 0) >= 3;
  });

const goesOn = (master: AnyMaster) =>
  until(
    'the registry is written again',
    async () => (await leadership(master)).registry_held_up === undefined,
  );

/** An agent that takes more than what is left of a page of the disk to write down. */
const bootNextAgent = (t: ExecutionContext, master: AnyMaster, folder: string, name: string) =>
  bootAgent(t, master, path.join(folder, name), [
    '--resources=cpus:4;mem:1024;disk:1024',
    `--attributes=note:${'x'.repeat(10_000)}`,
  ]);

/** What the summary says of it to a person, where there is a browser. @returns waits until it says so no more */
async function told(t: ExecutionContext, master: AnyMaster, words: RegExp): Promise<() => Promise<void>> {
  if (chromiumPath === undefined) return async () => undefined;
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(`${master.url}/`);
  const alert = page.getByRole('alert').filter({ hasText: words });
  await alert.waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'registry-held-up');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('alert').filter({ hasText: '无法写入注册表' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await alert.waitFor();
  return async () => {
    await alert.waitFor({ state: 'detached' });
    t.deepEqual(complaints, []);
  };
}

function runJobs(t: ExecutionContext, master: string, folder: string, name: string, instances: number) {
  const file = path.join(folder, `${name}.json`);
  const job = { name, instances, cpus: 0.5, mem: 64, command: 'sleep 1000' };
  writeFileSync(file, JSON.stringify({ jobs: [job] }));
  return boot(t, ['--role=framework', '--framework=jobs', `--master=${master}`, `--jobs=${file}`]);
}

async function bootOver(t: ExecutionContext, url: string) {
  const port = await freePort();
  const booted = boot(t, [
    ...['--role=master', `--port=${port}`, `--etcd=${url}`, '--allocation_interval=200ms'],
    // However busy the machine is, the leader is not to lose its lease.
    '--etcd_session_timeout=2mins',
  ]);
  await booted.says(/listens on/);
  return { ...booted, port, url: `http://127.0.0.1:${port}` };
}

if (hasEtcd) {
  test.serial(
    'etcd: at its quota the leader leads on, and the next one waits; with room again all that waited is done',
    async (t) => {
      const etcd = await bootEtcd(t, 1, undefined, SMALL);
      const folder = scratch(t);
      const first = await bootOver(t, etcd.url);
      await first.says(/leading id=/);
      const second = await bootOver(t, etcd.url);
      await second.says(/state=standby/);
      await bootNextAgent(t, first, folder, 'one');
      await until('an agent is there', async () => (await running(first)).length === 1);
      await fill(etcd);
      await bootNextAgent(t, first, folder, 'two');
      await refusedOften(first, /database space exceeded/);
      t.is((await metrics(first))['registrar/held_up'], 1);
      const why = await run(['why', `--master=${first.url}`]);
      t.regex(
        why.stdout,
        /the registry cannot be written for .* now, \d+ change\(s\) wait: .*space exceeded; agents that come/,
      );
      runJobs(t, etcd.masterUrl, folder, 'early', 3);
      await until('tasks run, and the other agent waits', async () => String(await running(first)) === '3');
      await makeRoom(etcd);
      await until('it is admitted', async () => (await running(first)).length === 2);
      await goesOn(first);
      t.is(first.output().match(/cannot be written now/g)?.length, 1, 'it is told once');
      t.regex(first.output(), /the registry is written again/);

      await fill(etcd);
      // It gives its lease back; whoever stands in line already needs no room to be elected, but to lead.
      t.is(await first.end(), 0);
      await refusedOften(second, /database space exceeded/);
      t.like(await leadership(second), { state: 'recovering', leading: false });
      const over = await told(t, second, /cannot begin to lead: .*space exceeded/);
      await makeRoom(etcd);
      await second.says(/leading id=/);
      await over();
      t.is(await second.end(), 0);
    },
  );
} else {
  test('etcd is not installed here: a leader whose registry is written tells of nothing that waits', async (t) => {
    const master = await bootMaster(t, scratch(t));
    t.is((await metrics(master))['registrar/held_up'], 0);
    t.is((await leadership(master)).registry_held_up, undefined);
  });
}

const mount = (folder: string): boolean => {
  mkdirSync(folder, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', folder]).status === 0;
};

test.serial(
  'a registry on a full disk: as root in a small tmpfs the master leads on; as anybody it tells that nothing waits',
  async (t) => {
    const folder = scratch(t);
    const small = path.join(folder, 'small');
    const mounted = mount(small);
    if (mounted) t.teardown(() => void spawnSync('umount', ['-l', small]));
    const master = await bootMaster(t, small, ['--allocation_interval=200ms']);
    await bootNextAgent(t, master, folder, 'one');
    await until('an agent is there', async () => (await running(master)).length === 1);
    t.is((await leadership(master)).registry_held_up, undefined);
    if (!mounted) return;
    const filler = path.join(small, 'filler');
    t.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), { code: 'ENOSPC' });
    await bootNextAgent(t, master, folder, 'two');
    await refusedOften(master, /registry\.journal: ENOSPC/);
    runJobs(t, `127.0.0.1:${master.port}`, folder, 'early', 3);
    await until('tasks run, and the other agent waits', async () => String(await running(master)) === '3');
    const over = await told(t, master, /registry cannot be written since .*ENOSPC.*\(\d+ change\(s\) wait/);
    rmSync(filler);
    await until('the other agent is admitted', async () => (await running(master)).length === 2);
    await goesOn(master);
    await over();
    t.is(await master.end(), 0);
    const next = await bootMaster(t, small);
    await next.says(/agents_to_come=2/);
  },
);
