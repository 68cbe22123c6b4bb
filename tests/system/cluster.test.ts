/** A whole cluster of real processes running real commands. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type AgentProcess, boot, bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface TaskView {
  readonly id: string;
  readonly state: string;
  readonly slave_id: string;
  readonly statuses: { readonly state: string }[];
}

interface Summary {
  readonly slaves: { readonly id: string; readonly active: boolean; readonly TASK_RUNNING: number }[];
  readonly frameworks: { readonly id: string; readonly active: boolean }[];
}

/** Master timings that make a dead agent unreachable within a few seconds, and no other, unless the machine stands still for as long. */
const QUICK = ['--agent_ping_timeout=1secs', '--max_agent_ping_timeouts=5', '--allocation_interval=200ms'];

function jobsFile(folder: string, jobs: readonly object[]): string {
  const file = path.join(folder, 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs }));
  return file;
}

function runJobs(t: ExecutionContext, port: number, file: string, flags: readonly string[] = []) {
  return boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${port}`,
    `--jobs=${file}`,
    '--unreachable_timeout=1secs',
    ...flags,
  ]);
}

async function agentsActive(url: string, n: number): Promise<void> {
  await until(`${n} agents are active`, async () => {
    const { slaves } = await getJson<Summary>(`${url}/state-summary`);
    return slaves.filter((slave) => slave.active).length === n;
  });
}

/** A command that ends when the test says so: what sleeps for so long has ended on a busy machine before all of its kind have begun. */
const untilOpen = (gate: string): string => `until [ -e '${gate}' ]; do sleep 0.2; done`;

/** Every `stdout` of the sandboxes of an agent, by task id. */
function sandboxes(agent: AgentProcess): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(path.join(agent.workDir, 'slaves'), { recursive: true, encoding: 'utf8' })) {
    const match = /^[^/]*-S\d+\/frameworks\/[^/]+\/executors\/([^/]+)\/runs\/(?!latest)[^/]+$/.exec(name);
    if (match?.[1] !== undefined) found.set(match[1], path.join(agent.workDir, 'slaves', name));
  }
  return found;
}

test.serial('500 jobs of real commands over three agents end with the right result each', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  const agents: AgentProcess[] = [];
  for (const n of [1, 2, 3]) {
    agents.push(
      await bootAgent(t, master, path.join(folder, `agent${n}`), ['--resources=cpus:8;mem:8192;disk:8192']),
    );
  }
  await agentsActive(master.url, 3);
  const small = { cpus: 0.1, mem: 32 };
  const jobs = [
    {
      ...small,
      name: 'hello',
      instances: 400,
      command: 'echo "hello $MESOS_TASK_ID"; test -n "$MESOS_SANDBOX"',
    },
    { ...small, name: 'fails', instances: 40, retries: 0, command: 'echo sorry >&2; exit 3' },
    { ...small, name: 'killed', instances: 10, retries: 0, command: 'kill -9 $$' },
    { ...small, name: 'large', instances: 10, command: 'head -c 10485760 /dev/zero' },
    {
      ...small,
      name: 'second-try',
      instances: 20,
      retries: 1,
      command: `f='${folder}'/tried-$(basename "$(dirname "$(dirname "$PWD")")" | sed 's/[.][0-9]*$//'); if [ -e "$f" ]; then exit 0; else touch "$f"; exit 1; fi`,
    },
    { ...small, name: 'daemon', instances: 20, command: 'sh -c \'trap "" TERM; sleep 300\' & exit 0' },
  ];
  const run = runJobs(t, master.port, jobsFile(folder, jobs));
  t.is(await run.exited, 1, run.output().slice(-3000));
  t.regex(run.output(), /450/, 'that many succeeded');
  t.regex(run.output(), /\b50\b/, 'that many failed');

  const all = agents.flatMap((agent) => [...sandboxes(agent)]);
  const of = (name: string) => all.filter(([task]) => task.startsWith(name));
  t.is(of('hello').length, 400);
  for (const [task, sandbox] of of('hello'))
    t.is(readFileSync(path.join(sandbox, 'stdout'), 'utf8'), `hello ${task}\n`);
  for (const [, sandbox] of of('fails')) t.is(readFileSync(path.join(sandbox, 'stderr'), 'utf8'), 'sorry\n');
  for (const [, sandbox] of of('large')) t.is(statSync(path.join(sandbox, 'stdout')).size, 10_485_760);
  t.is(of('second-try').length, 40, 'two attempts each');
  const leftovers = readdirSync('/proc').filter((pid) => {
    const cmdline = `/proc/${pid}/cmdline`;
    return /^\d+$/.test(pid) && existsSync(cmdline) && readSafely(`/proc/${pid}/environ`).includes(folder);
  });
  const commands = leftovers
    .map((pid) => readSafely(`/proc/${pid}/cmdline`))
    .filter((line) => line.includes('sleep'));
  t.deepEqual(commands, [], 'nothing that a finished task left behind runs on');
});

function readSafely(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

test.serial(
  'an agent killed for good: its tasks are lost or unreachable, and its jobs run elsewhere',
  async (t) => {
    const folder = scratch(t);
    const master = await bootMaster(t, folder, QUICK);
    const one = await bootAgent(t, master, path.join(folder, 'agent1'), ['--resources=cpus:1;mem:1024']);
    const two = await bootAgent(t, master, path.join(folder, 'agent2'), ['--resources=cpus:1;mem:1024']);
    await agentsActive(master.url, 2);
    const gate = path.join(folder, 'gate');
    const job = { name: 'long', instances: 4, cpus: 0.5, mem: 64, command: untilOpen(gate) };
    const run = runJobs(t, master.port, jobsFile(folder, [job]));
    await until('both agents run tasks', async () => {
      const { slaves } = await getJson<Summary>(`${master.url}/state-summary`);
      return slaves.length === 2 && slaves.every((slave) => slave.TASK_RUNNING === 2);
    });
    const tasksOf = async () => (await getJson<{ tasks: TaskView[] }>(`${master.url}/tasks`)).tasks;
    const { id: dead } = await getJson<{ id: string }>(`${one.url}/state`);
    const there = (await tasksOf()).filter(({ slave_id }) => slave_id === dead).map(({ id }) => id);
    one.child.kill('SIGKILL');
    await until('its tasks are unreachable', async () => {
      const tasks = (await tasksOf()).filter(({ id }) => there.includes(id));
      const isUnreachable = ({ statuses }: TaskView) =>
        statuses.some(({ state }) => state === 'TASK_UNREACHABLE');
      return tasks.length === 2 && tasks.every(isUnreachable);
    });
    writeFileSync(gate, '');
    t.is(await run.exited, 0, run.output().slice(-3000));
    const tasks = await tasksOf();
    t.is(
      tasks.filter((task) => task.state === 'TASK_FINISHED').length,
      4,
      JSON.stringify(tasks.map(({ id, statuses }) => [id, statuses])),
    );
    t.is(await two.end(), 0);
  },
);

test.serial('an agent killed and started again finds its tasks, and nothing is run twice', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  const workDir = path.join(folder, 'agent');
  const flags = ['--resources=cpus:4;mem:1024'];
  const first = await bootAgent(t, master, workDir, flags);
  await agentsActive(master.url, 1);
  const gate = path.join(folder, 'gate');
  const job = {
    name: 'ticking',
    instances: 4,
    cpus: 0.5,
    mem: 64,
    command: `echo started; ${untilOpen(gate)}; echo ended`,
  };
  const run = runJobs(t, master.port, jobsFile(folder, [job]));
  await until('all run', async () => {
    const { slaves } = await getJson<Summary>(`${master.url}/state-summary`);
    return slaves.some((slave) => slave.TASK_RUNNING === 4);
  });
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await bootAgent(t, master, workDir, flags, { port: first.port });
  writeFileSync(gate, '');
  t.is(await run.exited, 0, run.output().slice(-3000) + second.output().slice(-3000));
  const found = [...sandboxes(second)];
  t.is(found.length, 4);
  for (const [, sandbox] of found) {
    t.is(readFileSync(path.join(sandbox, 'stdout'), 'utf8'), 'started\nended\n');
  }
});

test.serial('a framework waits for a master that is not there yet, and says so', async (t) => {
  const folder = scratch(t);
  const file = jobsFile(folder, [{ cpus: 0.1, mem: 32, command: 'true' }]);
  const probe = await bootMaster(t, folder);
  await probe.end();
  const run = runJobs(t, probe.port, file);
  await run.says(new RegExp(`the master is not there; trying again .*127\\.0\\.0\\.1:${probe.port}`));
  const master = boot(t, ['--role=master', `--port=${probe.port}`, `--work_dir=${folder}/master`]);
  await master.says(/listens on/);
  await bootAgent(t, probe, path.join(folder, 'agent'), ['--resources=cpus:1;mem:256']);
  t.is(await run.exited, 0, run.output().slice(-3000));
});

test.serial(
  'a master killed and started again has agents and frameworks back within seconds, and no job is run twice',
  async (t) => {
    const folder = scratch(t);
    const master = await bootMaster(t, folder, QUICK);
    const agent = await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4;mem:1024']);
    await agentsActive(master.url, 1);
    const gate = path.join(folder, 'gate');
    const command = `echo once; ${untilOpen(gate)}`;
    const job = { name: 'steady', instances: 4, cpus: 0.5, mem: 64, command };
    const run = runJobs(t, master.port, jobsFile(folder, [job]));
    await until('all run', async () => {
      const { slaves } = await getJson<Summary>(`${master.url}/state-summary`);
      return slaves.some((slave) => slave.TASK_RUNNING === 4);
    });
    master.child.kill('SIGKILL');
    await master.exited;
    const again = boot(t, [
      '--role=master',
      `--port=${master.port}`,
      `--work_dir=${folder}/master`,
      ...QUICK,
    ]);
    await again.says(/listens on/);
    await agentsActive(master.url, 1);
    writeFileSync(gate, '');
    t.is(await run.exited, 0, run.output().slice(-3000));
    const found = [...sandboxes(agent)];
    t.is(found.length, 4);
    for (const [, sandbox] of found) t.is(readFileSync(path.join(sandbox, 'stdout'), 'utf8'), 'once\n');
  },
);
