/** What a Marathon among several keeps is in an etcd at its quota: it says so, reads are answered, nothing is lost, and it goes on when there is room. */
import test, { type ExecutionContext } from 'ava';
import { openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, bootAgent, bootMaster, freePort, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { fill, makeRoom, SMALL } from './support/fullEtcd.ts';

interface Answer {
  readonly message?: string;
  readonly app?: { readonly tasksRunning: number; readonly deployments: readonly unknown[] };
  readonly state_held_up?: { readonly reason: string };
}

async function bootMarathon(t: ExecutionContext, flags: readonly string[]) {
  const port = await freePort();
  const booted = boot(t, [
    ...['--role=framework', '--framework=marathon', `--http_port=${port}`],
    ...['--min_revive_offers_interval=100', ...flags],
  ]);
  await booted.says(/marathon listens on/);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, target: string, body?: object) => {
    const answer = await fetch(`${url}${target}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const warning = answer.headers.get('warning');
    return { status: answer.status, warning, body: (await answer.json()) as Answer };
  };
  return { ...booted, url, ask, gauge: () => heldUp(`${url}/metrics`) };
}

/** What the page says of it to a person, where there is a browser. @returns waits until it says so no more */
async function told(t: ExecutionContext, { url }: Marathon): Promise<() => Promise<void>> {
  if (chromiumPath === undefined) return async () => undefined;
  const { page } = await openPage(t, chromiumPath);
  await page.goto(`${url}/`);
  const alert = page
    .getByRole('alert')
    .filter({ hasText: /Marathon cannot write its state: .*space exceeded/ });
  await alert.waitFor();
  await picture(page, 'marathon-held-up');
  return () => alert.waitFor({ state: 'detached' });
}

async function heldUp(url: string): Promise<number | undefined> {
  const { gauges } = (await (await fetch(url)).json()) as { gauges: Record<string, { value: number }> };
  return gauges['marathon.state.held-up.gauge']?.value;
}

type Marathon = Awaited<ReturnType<typeof bootMarathon>>;

const runs = (marathon: Marathon, id: string, count: number) =>
  until(`${count} of ${id} run`, async () => {
    const { app } = (await marathon.ask('GET', `/v2/apps/${id}`)).body;
    return app?.tasksRunning === count && app.deployments.length === 0;
  });

const app = (instances: number) => ({ cmd: 'sleep 1000', cpus: 0.1, mem: 16, instances });

if (hasEtcd) {
  test.serial(
    'etcd: at its quota Marathon tells of it and takes no orders; with room it goes on',
    async (t) => {
      const etcd = await bootEtcd(t, 1, undefined, SMALL);
      const folder = scratch(t);
      const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
      await bootAgent(t, master, `${folder}/agent`);
      const flags = [
        `--master=127.0.0.1:${master.port}`,
        `--etcd=${etcd.url}`,
        '--etcd_session_timeout=2mins',
      ];
      const first = await bootMarathon(t, flags);
      await first.says(/marathon: leads/);
      t.is((await first.ask('PUT', '/v2/apps/web', app(1))).status, 201);
      await runs(first, 'web', 1);
      const second = await bootMarathon(t, flags);
      await until('the second one knows the leader', async () => {
        const { status, warning } = await second.ask('GET', '/v2/apps/web');
        return status === 200 && warning === null;
      });
      await until(
        'the second one stands in line',
        () =>
          etcd.ctl('get', '--prefix', '--keys-only', '/mesostate/marathon/election/').match(/election/g)
            ?.length === 2,
      );

      await fill(etcd);
      const asked = await second.ask('PUT', '/v2/apps/late', app(2));
      t.is(asked.status, 503);
      const { message = '' } = asked.body;
      t.regex(message, /database space exceeded/);
      // Unless something else was to be written just before, it is the first that finds no room.
      const isTakenUp = /is done as soon as it can be/.test(message);
      const refused = await first.ask('PUT', '/v2/apps/web', app(3));
      t.is(refused.status, 503);
      t.regex(refused.body.message ?? '', /^Nothing was changed: .*database space exceeded/);
      t.is((await first.ask('PUT', '/v2/apps/web?dryRun=true', app(3))).status, 200);
      const read = await second.ask('GET', '/v2/apps/web');
      t.like(read.body.app, { tasksRunning: 1 });
      t.regex(read.warning ?? '', /cannot be written now: .*database space exceeded/);
      t.regex((await first.ask('GET', '/v2/info')).body.state_held_up?.reason ?? '', /space exceeded/);
      t.is(await first.gauge(), 1);
      const over = await told(t, first);

      await makeRoom(etcd);
      await until('it is held up no more', async () => (await first.gauge()) === 0);
      if (!isTakenUp) t.is((await first.ask('PUT', '/v2/apps/late', app(2))).status, 201);
      await runs(first, 'late', 2);
      await over();
      t.is((await first.ask('GET', '/v2/apps/web')).warning, null);
      t.is((await first.ask('PUT', '/v2/apps/web', app(2))).status, 200);
      await runs(first, 'web', 2);

      await fill(etcd);
      t.is((await first.ask('PUT', '/v2/apps/lost', app(1))).status, 503);
      // What nobody was told is done does not keep it from ending, nor the next one from leading.
      t.is(await first.end(), 0);
      await second.says(/marathon: leads/);
      t.is((await second.ask('GET', '/v2/apps/lost')).status, 404);
      t.like((await second.ask('GET', '/v2/apps/web')).body.app, { instances: 2 });
      await makeRoom(etcd);
      await runs(second, 'web', 2);
      await runs(second, 'late', 2);
      await until('it is held up no more', async () => (await second.gauge()) === 0);
      t.is((await second.ask('PUT', '/v2/apps/web', app(1))).status, 200);
      await runs(second, 'web', 1);
    },
  );
} else {
  test('etcd is not installed here: a Marathon with its state on its own disk tells that nothing holds it up', async (t) => {
    const folder = scratch(t);
    const master = await bootMaster(t, folder);
    const marathon = await bootMarathon(t, [
      `--master=127.0.0.1:${master.port}`,
      `--work_dir=${folder}/marathon`,
    ]);
    t.is(await marathon.gauge(), 0);
    t.is((await marathon.ask('GET', '/v2/info')).body.state_held_up, undefined);
  });
}
