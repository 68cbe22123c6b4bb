/** Marathons that take turns over a real etcd: real processes, killed in the middle of a deployment. */
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import {
  type Booted,
  boot,
  bootAgent,
  bootMaster,
  freePort,
  getJson,
  type MasterProcess,
  scratch,
} from '../support/processes.ts';
import { until } from '../support/until.ts';

interface App {
  readonly deployments: readonly unknown[];
  readonly tasks: readonly { readonly id: string; readonly state: string; readonly version: string }[];
}

interface Marathon extends Booted {
  readonly url: string;
  readonly place: string;
}

async function bootMarathon(t: ExecutionContext, master: string, etcd: string): Promise<Marathon> {
  const port = await freePort();
  const booted = boot(t, [
    ...['--role=framework', '--framework=marathon', `--master=${master}`, `--etcd=${etcd}`],
    ...[`--http_port=${port}`, '--etcd_session_timeout=2mins', '--min_revive_offers_interval=100'],
  ]);
  await booted.says(/marathon listens on/);
  return { ...booted, url: `http://127.0.0.1:${port}`, place: `127.0.0.1:${port}` };
}

async function call(marathon: Marathon, method: string, target: string, body?: object) {
  const answer = await fetch(`${marathon.url}${target}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    redirect: 'manual',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

async function get<T>(marathon: Marathon, target: string): Promise<T> {
  const { status, text } = await call(marathon, 'GET', target);
  if (status !== 200) throw new Error(`${target}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

const appOf = async (marathon: Marathon): Promise<App> =>
  (await get<{ app: App }>(marathon, '/v2/apps/six')).app;

/** Waits until the app is as defined: nothing under way, six run, all of them of one version. */
const settled = (marathon: Marathon) =>
  until('six run and no deployment is under way', async () => {
    const { tasks, deployments } = await appOf(marathon).catch((): App => ({ tasks: [], deployments: [0] }));
    const versions = new Set(tasks.map(({ version }) => version));
    const running = tasks.filter(({ state }) => state === 'TASK_RUNNING');
    return deployments.length === 0 && running.length === 6 && tasks.length === 6 && versions.size === 1;
  });

interface MasterState {
  readonly frameworks: readonly {
    readonly id: string;
    readonly tasks: readonly { readonly id: string; readonly state: string }[];
  }[];
}

/** What the master knows to run, of all frameworks. */
async function runningOf(master: MasterProcess): Promise<string[]> {
  const { frameworks } = await getJson<MasterState>(`${master.url}/state`);
  return frameworks
    .flatMap(({ tasks }) => tasks)
    .filter(({ state }) => state === 'TASK_RUNNING')
    .map(({ id }) => id)
    .sort();
}

const idsOf = async (marathon: Marathon): Promise<string[]> =>
  (await appOf(marathon)).tasks.map(({ id }) => id).sort();

if (hasEtcd) {
  test.serial(
    'etcd: Marathon killed in the middle of a deployment: another one leads and finishes it, no task doubled, none lost',
    async (t) => {
      const folder = scratch(t);
      const etcd = await bootEtcd(t);
      const master = await bootMaster(t, folder);
      await bootAgent(t, master, `${folder}/agent`, ['--resources=cpus:8;mem:2048;disk:100']);
      const where = `127.0.0.1:${master.port}`;
      const first = await bootMarathon(t, where, etcd.url);
      await first.says(/marathon: leads/);
      const second = await bootMarathon(t, where, etcd.url);
      await until('the second one knows the leader', async () => {
        const { text } = await call(second, 'GET', '/v2/leader');
        return text === JSON.stringify({ leader: first.place });
      });

      const starts = `${folder}/starts`;
      const app = {
        id: '/six',
        cmd: `echo "$MESOS_TASK_ID" >> '${starts}'; exec sleep 1000`,
        cpus: 0.1,
        mem: 16,
        instances: 6,
        upgradeStrategy: { minimumHealthCapacity: 0.8, maximumOverCapacity: 0.2 },
      };
      const made = await call(second, 'POST', '/v2/apps', { ...app, colour: 'red' });
      t.is(made.status, 201, made.text);
      t.is(made.headers.get('x-marathon-leader'), `http://${first.place}`);
      t.truthy(made.headers.get('marathon-deployment-id'));
      t.regex(
        made.headers.get('warning') ?? '',
        /unknown members are ignored: colour/,
        'what the leader says of it',
      );
      t.is((await call(second, 'GET', '/ping')).text, 'pong');
      const events = await call(second, 'GET', '/v2/events?event_type=x');
      t.is(events.status, 302);
      t.is(events.headers.get('location'), `${first.url}/v2/events?event_type=x`);
      await settled(second);
      const before = await idsOf(second);
      const { frameworkId } = await get<{ frameworkId: string }>(second, '/v2/info');

      await call(second, 'PUT', '/v2/apps/six', { env: { V: '2' } });
      await until('the upgrade is in its middle', async () => {
        const { tasks, deployments } = await appOf(second);
        const fresh = tasks.filter(({ id }) => !before.includes(id));
        return deployments.length > 0 && fresh.length > 0 && tasks.some(({ id }) => before.includes(id));
      });
      await first.end('SIGKILL');
      etcd.endLeadership('marathon/election');
      await second.says(/marathon: leads/);
      await settled(second);
      const after = await idsOf(second);
      t.false(after.some((id) => before.includes(id)));
      t.is((await get<{ frameworkId: string }>(second, '/v2/info')).frameworkId, frameworkId);
      await until('what the master runs is what Marathon has', async () => {
        const running = await runningOf(master);
        return running.join() === after.join();
      });
      const started = readFileSync(starts, 'utf8').trim().split('\n');
      t.is(new Set(started).size, started.length, 'no task was begun twice');
      for (const id of [...before, ...after]) t.true(started.includes(id), id);

      const third = await bootMarathon(t, where, etcd.url);
      await until(
        'the third one stands in line',
        () =>
          third.output().includes('marathon listens on') &&
          etcd
            .ctl('get', '--prefix', '--keys-only', '/mesostate/marathon/election/')
            .split('\n')
            .filter((key) => key !== '').length === 2,
      );
      const stream = await fetch(`${second.url}/v2/events`, { headers: { accept: 'text/event-stream' } });
      const streamed = stream.text().catch((error: Error) => `cut: ${error.message}`);
      const abdicated = await call(third, 'DELETE', '/v2/leader');
      t.deepEqual(JSON.parse(abdicated.text), { message: 'Leadership abdicated' });
      await third.says(/marathon: leads/);
      t.regex(await streamed, /event: event_stream_attached/, 'who follows its events is let go');
      await settled(third);
      await until('the one that abdicated hands on to its successor', async () => {
        const { text } = await call(second, 'GET', '/v2/leader');
        return text === JSON.stringify({ leader: third.place });
      });
      t.deepEqual(await idsOf(second), after, 'no task was touched');
      t.deepEqual(await runningOf(master), after);
      t.is(await second.end(), 0, second.output());
      t.is(await third.end(), 0, third.output());
      t.is(etcd.ctl('get', '--prefix', '--keys-only', '/mesostate/marathon/election/'), '');
      t.deepEqual(await runningOf(master), after, 'tasks run on while no Marathon does');
    },
  );
} else {
  test('etcd is not installed here: a Marathon without one answers ping, waits, and ends in order', async (t) => {
    const port = await freePort();
    const marathon = await bootMarathon(t, '127.0.0.1:1', `http://127.0.0.1:${port}/mesostate`);
    t.is((await call(marathon, 'GET', '/ping')).text, 'pong');
    t.is((await call(marathon, 'GET', '/v2/apps')).status, 502);
    t.is((await call(marathon, 'GET', '/v2/leader')).status, 404);
    t.is(await marathon.end(), 0);
  });
}

test('what is wrong with the --etcd of a framework is said in a line', async (t) => {
  const refused = async (...flags: string[]) => {
    const framework = boot(t, ['--role=framework', '--master=127.0.0.1:1', ...flags]);
    t.is(await framework.exited, 64);
    return framework.output();
  };
  t.regex(await refused('--framework=marathon', '--etcd=nonsense'), /--etcd: expected members and a path/);
  t.regex(await refused('--jobs=x', '--etcd=http://h:1/m'), /--etcd: only --framework=marathon/);
});
