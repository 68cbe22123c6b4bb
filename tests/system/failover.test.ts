/** Masters that take turns over a real etcd: real processes, killed and stopped. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SchedulerClient } from '../../actors/client/index.ts';
import { type FrameworkInfo, FrameworkInfoCapabilityType } from '../../proto/index.ts';
import { run } from '../cli/support/terminal.ts';
import { bootEtcd, type EtcdCluster, hasEtcd } from '../support/etcd.ts';
import { boot, freePort, getJson, type MasterProcess, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

/** No lease ends because the machine is busy; but where a test waits for one to end, it is as short as it can be. */
const [LASTING, BRIEF] = ['--etcd_session_timeout=2mins', '--etcd_session_timeout=10secs'];

interface Summary {
  readonly slaves: { readonly active: boolean; readonly TASK_RUNNING: number }[];
}

interface Frameworks {
  readonly frameworks: { readonly id: string; readonly active: boolean }[];
}

/** A scheduler that knows several masters, and only one of them leads. */
function subscribed(t: ExecutionContext, master: readonly string[]): SchedulerClient {
  const framework: FrameworkInfo = {
    user: 'nobody',
    name: 'two masters',
    failover_timeout: 60,
    roles: ['*'],
    capabilities: [{ type: FrameworkInfoCapabilityType.MULTI_ROLE }],
  };
  const client = new SchedulerClient({ master, framework, handlers: { event: () => {} } });
  t.teardown(() => client.stop());
  client.start();
  return client;
}

async function bootOver(t: ExecutionContext, url: string, session = LASTING): Promise<MasterProcess> {
  const port = await freePort();
  const flags = [`--etcd=${url}`, session, '--allocation_interval=200ms'];
  const booted = boot(t, ['--role=master', `--port=${port}`, ...flags]);
  await booted.says(/listens on/);
  return { ...booted, port, url: `http://127.0.0.1:${port}` };
}

/** Two masters; the first leads. */
async function twoMasters(t: ExecutionContext, etcd: EtcdCluster, session = LASTING) {
  const first = await bootOver(t, etcd.url, session);
  await first.says(/leading id=/);
  const second = await bootOver(t, etcd.url, session);
  await second.says(/state=standby/);
  return { first, second };
}

async function bootAgentOver(t: ExecutionContext, etcd: EtcdCluster, workDir: string) {
  const agent = boot(t, [
    ...['--role=agent', `--master=${etcd.masterUrl}`, `--port=${await freePort()}`, `--work_dir=${workDir}`],
    ...[`--runtime_dir=${workDir}/run`, '--registration_backoff_factor=10ms', '--no-switch_user'],
    '--resources=cpus:4;mem:1024;disk:1024',
  ]);
  await agent.says(/listens on/);
  return agent;
}

function runJobs(t: ExecutionContext, etcd: EtcdCluster, folder: string, command: string) {
  const file = path.join(folder, 'jobs.json');
  writeFileSync(
    file,
    JSON.stringify({ jobs: [{ name: 'steady', instances: 4, cpus: 0.5, mem: 64, command }] }),
  );
  return boot(t, ['--role=framework', '--framework=jobs', `--master=${etcd.masterUrl}`, `--jobs=${file}`]);
}

const allRun = (master: MasterProcess) =>
  until('all four tasks run', async () => {
    const { slaves } = await getJson<Summary>(`${master.url}/state-summary`);
    return slaves.some((slave) => slave.active && slave.TASK_RUNNING === 4);
  });

/** What each task wrote, over all sandboxes of an agent. */
function outputs(workDir: string): string[] {
  const names = readdirSync(path.join(workDir, 'slaves'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /^[^/]+-S\d+\/.*\/runs\/(?!latest)[^/]+\/stdout$/.test(name))
    .map((name) => readFileSync(path.join(workDir, 'slaves', name), 'utf8'));
}

if (hasEtcd) {
  test.serial(
    'etcd: a leader killed while tasks run: another leads, all come back, nothing is lost or run twice',
    async (t) => {
      const etcd = await bootEtcd(t);
      const folder = scratch(t);
      const { first, second } = await twoMasters(t, etcd);
      const standby = await fetch(`${second.url}/state?x=1`, { redirect: 'manual' });
      t.is(standby.status, 307);
      t.is(standby.headers.get('location'), `//127.0.0.1:${first.port}/master/state?x=1`);
      t.is((await fetch(`${second.url}/tasks/archive`, { redirect: 'manual' })).status, 307);
      const archive = await fetch(`${second.url}/tasks/archive?own=true`, { redirect: 'manual' });
      t.deepEqual(await archive.json(), { kept: false, total: 0, tasks: [] });
      for (const page of ['/health', '/version', '/flags', '/metrics/snapshot'])
        t.is((await fetch(second.url + page)).status, 200, page);
      const scheduler = await fetch(`${second.url}/api/v1/scheduler`, { redirect: 'manual' });
      t.is(scheduler.headers.get('location'), `//127.0.0.1:${first.port}/master/api/v1/scheduler`);
      const agent = await bootAgentOver(t, etcd, path.join(folder, 'agent'));
      const gate = path.join(folder, 'gate');
      const jobs = runJobs(t, etcd, folder, `echo once; while ! [ -e '${gate}' ]; do sleep 0.2; done`);
      await allRun(first);
      await first.end('SIGKILL');
      etcd.endLeadership('election');
      await second.says(/leading id=/);
      await allRun(second);
      writeFileSync(gate, '');
      t.is(await jobs.exited, 0, jobs.output().slice(-3000) + second.output().slice(-3000));
      t.deepEqual(outputs(path.join(folder, 'agent')), ['once\n', 'once\n', 'once\n', 'once\n']);
      t.is(await agent.end(), 0);
      t.is(await second.end(), 0);
      t.is(etcd.get('/mesostate/election/'), undefined);
    },
  );

  test.serial(
    'etcd: a leader that stood still past its lease neither answers nor writes as one',
    async (t) => {
      const etcd = await bootEtcd(t);
      const { first, second } = await twoMasters(t, etcd, BRIEF);
      first.child.kill('SIGSTOP');
      // What waits in its sockets is what it reads first when it goes on.
      const pending = Promise.allSettled([
        ...['/state', '/master/slaves', '/roles'].map((page) =>
          fetch(first.url + page, { redirect: 'manual' }),
        ),
        fetch(`${first.url}/master/mesos.internal.RegisterSlaveMessage`, {
          method: 'POST',
          headers: { 'Libprocess-From': 'slave(1)@127.0.0.1:1' },
          body: Buffer.from('0a0c0a0a736f6d652d686f7374', 'hex'),
        }),
      ]);
      await second.says(/leading id=/);
      const version = etcd.get('/mesostate/registry/version');
      first.child.kill('SIGCONT');
      t.is(await first.exited, 1);
      const answers = await pending;
      for (const answer of answers.slice(0, 3))
        t.true(answer.status === 'rejected' || answer.value.status >= 300, JSON.stringify(answer));
      t.is(etcd.get('/mesostate/registry/version'), version, 'nobody but the new leader wrote');
      t.regex(first.output(), /lost leadership/);
      t.is(await second.end(), 0);
    },
  );

  test.serial('etcd: a leader that ends in order is followed at once, also by who asks etcd', async (t) => {
    const etcd = await bootEtcd(t);
    const first = await bootOver(t, `${etcd.url}/other`);
    const leader = async () => (await run(['resolve', `--master=${etcd.masterUrl}/other`])).stdout;
    await first.says(/leading id=/);
    t.is(await leader(), `127.0.0.1:${first.port}\n`);
    const port = await freePort();
    const second = boot(t, [
      ...['--role=master', `--port=${port}`, `--etcd=${etcd.url}/other`],
      '--etcd_session_timeout=10mins',
    ]);
    await second.says(/state=standby/);
    const client = subscribed(t, [first.url, `http://127.0.0.1:${port}`]);
    await until('the framework has an id', () => client.frameworkId !== undefined);
    const id = client.frameworkId;
    t.is(await first.end(), 0);
    await second.says(/leading id=/);
    t.is(await leader(), `127.0.0.1:${port}\n`);
    await until('the framework is back at the other master', async () => {
      const { frameworks } = await getJson<Frameworks>(`http://127.0.0.1:${port}/frameworks`);
      return frameworks.some((each) => each.id === id && each.active);
    });
    client.stop();
    t.is(await second.end(), 0);
    const nobody = await run(['resolve', `--master=${etcd.masterUrl}`]);
    t.is(nobody.code, 69);
    t.regex(nobody.stderr, /no master leads, says etcd at/);
  });
} else {
  test('etcd is not installed here: a master without one waits, serves its health, and names no leader', async (t) => {
    const master = await bootOver(t, `http://127.0.0.1:${await freePort()}/mesostate`);
    t.is((await fetch(`${master.url}/health`)).status, 200);
    t.is((await fetch(`${master.url}/state`)).status, 503);
    t.is(await master.end(), 0);
  });
}

test('what is wrong with --etcd is said in a line', async (t) => {
  const refused = async (...flags: string[]) => {
    const master = boot(t, ['--role=master', '--port=0', ...flags]);
    t.is(await master.exited, 64);
    return master.output();
  };
  t.regex(await refused('--etcd=nonsense'), /--etcd: expected members and a path such as http/);
  t.regex(await refused('--registry=etcd'), /--etcd: required with --registry=etcd/);
  t.regex(
    await refused('--etcd=http://h:1/m', '--registry=in_memory'),
    /--registry: expected etcd with --etcd/,
  );
  t.regex(await refused('--etcd=http://h:1/m', '--etcd_cert_file=x'), /--etcd_cert_file and --etcd_key_file/);
});
