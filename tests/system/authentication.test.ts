/** Real masters, agents and frameworks that prove who they are, some with the wrong secret, some over a restart. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, bootAgent, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const SECRETS = { agents: 'the agents secret', jobs: 'the jobs secret' };
const QUICKLY = ['--authentication_timeout_min=2secs', '--authentication_backoff_factor=100ms'];

function filesOf(t: ExecutionContext) {
  const folder = scratch(t);
  const file = (name: string, content: unknown): string => {
    const where = path.join(folder, name);
    writeFileSync(where, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return where;
  };
  const credentials = Object.entries(SECRETS).map(([principal, secret]) => ({ principal, secret }));
  return {
    folder,
    file,
    all: file('credentials', { credentials }),
    agents: file('agents', credentials[0]),
    // The older form: a line.
    jobs: file('jobs', `jobs ${'guess'}\n`),
    right: file('right', credentials[1]),
    list: file('jobs.json', { jobs: [{ cpus: 0.1, mem: 32, command: 'true' }] }),
  };
}

test('agents and frameworks authenticate, over a master that is killed and comes back; others stay outside', async (t) => {
  const { folder, all, agents, jobs, right, list } = filesOf(t);
  const port = await freePort();
  const master = () =>
    boot(t, [
      ...['--role=master', `--port=${port}`, `--work_dir=${folder}/master`, `--credentials=${all}`],
      ...['--authenticate_agents', '--authenticate_frameworks', '--allocation_interval=50ms'],
    ]);
  const first = master();
  await first.says(/listens on/);
  const agent = await bootAgent(t, { port }, `${folder}/agent`, [`--credential=${agents}`, ...QUICKLY]);
  await agent.says(/Registered with the master/);
  const nobody = await bootAgent(t, { port }, `${folder}/nobody`);
  await first.says(/refused an agent: it is not authenticated/);
  const impostor = await bootAgent(t, { port }, `${folder}/impostor`, [`--credential=${jobs}`, ...QUICKLY]);
  t.is(await impostor.exited, 1);
  t.regex(impostor.output(), /refuses this agent: it knows no principal 'jobs' with that secret/);

  const framework = (...flags: string[]) =>
    boot(t, ['--role=framework', `--master=127.0.0.1:${port}`, `--jobs=${list}`, '--port=0', ...flags]);
  const done = framework(`--credential=${right}`);
  t.is(await done.exited, 0, done.output());
  const refused = framework(`--credential=${jobs}`);
  await refused.says(/authentication was refused: it knows no principal 'jobs' with that secret/);
  const unknown = framework();
  await unknown.says(/is not authenticated/);
  const misled = framework(`--credential=${right}`, '--principal=agents');
  t.is(await misled.exited, 64);
  t.regex(misled.output(), /--principal: expected the one to authenticate as, 'jobs', got 'agents'/);

  await first.end('SIGKILL');
  const second = master();
  await second.says(/listens on/);
  await until('the agent is back', async () => {
    const { slaves } = await getJson<{ slaves: { active: boolean }[] }>(`http://127.0.0.1:${port}/slaves`);
    return slaves.length === 1 && slaves[0]?.active;
  });
  const again = framework(`--credential=${right}`);
  t.is(await again.exited, 0, again.output());
  await nobody.end('SIGKILL');
  const { frameworks, completed_frameworks } = await getJson<
    Record<'frameworks' | 'completed_frameworks', { principal: string }[]>
  >(`http://127.0.0.1:${port}/frameworks`);
  t.deepEqual(
    [...frameworks, ...completed_frameworks].map(({ principal }) => principal),
    ['jobs'],
  );
  const said = [first, second, agent, impostor, done, refused].map((each) => each.output()).join('');
  for (const secret of [...Object.values(SECRETS), 'guess'])
    t.false(said.includes(secret), 'no secret in any log');
  const shown = await (await fetch(`http://127.0.0.1:${port}/flags`)).text();
  t.false(shown.includes(SECRETS.agents));
});

test('--authenticate_agents without anybody to know is an error, as is a credential that cannot be read', async (t) => {
  const { file, folder } = filesOf(t);
  const master = boot(t, ['--role=master', '--port=0', '--registry=in_memory', '--authenticate_agents']);
  t.is(await master.exited, 64);
  t.regex(master.output(), /--authenticate_agents: needs --credentials to know anybody by/);
  const broken = file('broken', '{"principal": "a", "secret": 5}');
  const agent = boot(t, [
    ...['--role=agent', '--master=127.0.0.1:1', `--work_dir=${folder}/w`, `--credential=${broken}`],
  ]);
  t.is(await agent.exited, 64);
  t.regex(agent.output(), /--credential: expected an absolute path of a credential/);
});

if (hasEtcd) {
  test('etcd: all authenticate at the next leader when the first is killed, and the jobs go on', async (t) => {
    const { folder, file, all, agents, right } = filesOf(t);
    const etcd = await bootEtcd(t, 1);
    const masters = await Promise.all(
      [1, 2].map(async () => {
        const port = await freePort();
        const master = boot(t, [
          ...['--role=master', `--port=${port}`, `--etcd=${etcd.url}`, '--etcd_session_timeout=1mins'],
          ...[`--credentials=${all}`, '--authenticate_agents', '--authenticate_frameworks'],
          '--allocation_interval=50ms',
        ]);
        return { ...master, port };
      }),
    );
    const leader = await until('one leads', () => masters.find((each) => / leading id=/.test(each.output())));
    const other = masters.find((each) => each !== leader);
    const agent = boot(t, [
      ...['--role=agent', `--master=${etcd.masterUrl}`, '--port=0', `--work_dir=${folder}/agent`],
      ...[`--runtime_dir=${folder}/run`, `--credential=${agents}`, '--no-switch_user', ...QUICKLY],
      ...['--resources=cpus:1;mem:512;disk:100', '--registration_backoff_factor=10ms'],
    ]);
    await agent.says(/Registered with the master/);
    const gate = path.join(folder, 'gate');
    const command = `until [ -e '${gate}' ]; do sleep 0.2; done`;
    const list = file('long.json', { jobs: [1, 2].map(() => ({ cpus: 1, mem: 32, command })) });
    const jobs = boot(t, [
      ...['--role=framework', `--master=${etcd.masterUrl}`, `--jobs=${list}`, '--port=0', '--user=nobody'],
      ...[`--credential=${right}`, '--failover_timeout=1hrs', ...QUICKLY],
    ]);
    await leader.says(/authenticated .*principal=jobs/);
    await until('a job runs', async () => {
      const { tasks } = await getJson<{ tasks: { state: string }[] }>(
        `http://127.0.0.1:${leader.port}/tasks`,
      );
      return tasks.some(({ state }) => state === 'TASK_RUNNING');
    });
    await leader.end('SIGKILL');
    etcd.endLeadership('election');
    await other?.says(/authenticated .*principal=agents/);
    await other?.says(/authenticated .*principal=jobs/);
    writeFileSync(gate, '');
    t.is(await jobs.exited, 0, jobs.output());
  });
} else {
  test('etcd is not installed here: who may lead is not asked, and whoever leads asks all the same', async (t) => {
    const { all } = filesOf(t);
    const master = boot(t, [
      ...[
        '--role=master',
        '--port=0',
        '--registry=in_memory',
        `--credentials=${all}`,
        '--authenticate_agents',
      ],
    ]);
    await master.says(/leading id=/);
    t.pass();
  });
}
