/** `npm start`: a cluster in one program, and its end, which leaves nothing behind. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { boot, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface Summary {
  readonly slaves: { readonly active: boolean; readonly TASK_RUNNING: number }[];
}

async function localCluster(t: ExecutionContext, flags: readonly string[] = []) {
  const folder = scratch(t);
  const port = await freePort();
  const cluster = boot(t, [
    '--role=local',
    `--port=${port}`,
    '--agent_port=0',
    '--http_port=0',
    `--work_dir=${folder}/work`,
    '--resources=cpus:4;mem:1024;ports:[31000-31100]',
    ...flags,
  ]);
  await cluster.says(new RegExp(`listens on http://127\\.0\\.0\\.1:${port}/`));
  const url = `http://127.0.0.1:${port}`;
  return { cluster, folder, port, url };
}

function runJobs(t: ExecutionContext, folder: string, port: number, jobs: readonly object[]) {
  const file = path.join(folder, 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs }));
  return boot(t, ['--role=framework', '--framework=jobs', `--master=127.0.0.1:${port}`, `--jobs=${file}`]);
}

/** Command lines of all processes whose environment or arguments name the folder. */
function processesOf(folder: string): string[] {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map((pid) => ({ line: read(`/proc/${pid}/cmdline`), environment: read(`/proc/${pid}/environ`) }))
    .filter(({ line, environment }) => line.includes(folder) || environment.includes(folder))
    .map(({ line }) => line);
}

test('Ctrl-C ends the cluster and everything it started, within the grace period', async (t) => {
  const { cluster, folder, port, url } = await localCluster(t);
  const run = runJobs(t, folder, port, [
    { name: 'patient', instances: 3, cpus: 0.1, mem: 32, command: 'sleep 1000' },
    {
      name: 'deaf',
      instances: 2,
      cpus: 0.1,
      mem: 32,
      command: 'trap "" TERM INT; sleep 1000 & wait; sleep 1000',
    },
  ]);
  await until(
    'all run',
    async () => (await getJson<Summary>(`${url}/state-summary`)).slaves[0]?.TASK_RUNNING === 5,
  );
  t.is(await cluster.end('SIGINT'), 0, cluster.output());
  await run.end('SIGKILL');
  await until(
    () => `nothing is left of ${folder}: ${processesOf(folder).join('; ')}`,
    () => processesOf(folder).length === 0,
  );
  t.pass();
});

test('a cluster killed and started again on the same folder goes on with its tasks', async (t) => {
  const folder = scratch(t);
  const [port, agentPort] = [await freePort(), await freePort()];
  const start = () =>
    boot(t, [
      '--role=local',
      `--port=${port}`,
      `--agent_port=${agentPort}`,
      '--http_port=0',
      `--work_dir=${folder}/work`,
      '--resources=cpus:2;mem:512',
    ]);
  const first = start();
  await first.says(/listens on/);
  const gate = path.join(folder, 'gate');
  const command = `echo begun; while ! [ -e '${gate}' ]; do sleep 0.2; done; echo ended`;
  const job = { name: 'long', instances: 2, cpus: 0.5, mem: 32, command };
  const run = runJobs(t, folder, port, [job]);
  const url = `http://127.0.0.1:${port}`;
  const running = async () => (await getJson<Summary>(`${url}/state-summary`)).slaves[0]?.TASK_RUNNING;
  await until('both run', async () => (await running()) === 2);
  await first.end('SIGKILL');
  const second = start();
  await second.says(/listens on/);
  writeFileSync(gate, '');
  t.is(await run.exited, 0, run.output() + second.output());
  const sandboxes = readdirSync(path.join(folder, 'work/agent/slaves'), {
    recursive: true,
    encoding: 'utf8',
  });
  const printed = sandboxes.filter((name) => /-S\d+\/.*runs\/[^/]+-[^/]+\/stdout$/.test(name));
  t.is(printed.length, 2, 'nothing was run twice');
  for (const name of printed) {
    t.is(readFileSync(path.join(folder, 'work/agent/slaves', name), 'utf8'), 'begun\nended\n');
  }
  await second.end('SIGINT');
});

test('the example jobs and the example framework run as the tour says', async (t) => {
  const { port } = await localCluster(t);
  const jobs = boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${port}`,
    '--jobs=examples/jobs.json',
  ]);
  t.is(await jobs.exited, 0, jobs.output());
  const hello = boot(t, [
    '--role=framework',
    '--framework=examples/hello-framework.mjs',
    `--master=127.0.0.1:${port}`,
  ]);
  t.is(await hello.exited, 0, hello.output());
  t.regex(hello.output(), /hello\.3 finished/);
});

test('endpoints answer at master and agent in the shapes of Mesos', async (t) => {
  const { url } = await localCluster(t);
  const state = await until('the agent is registered', async () => {
    const found = await getJson<{ slaves: { pid: string }[]; leader: string; version: string }>(
      `${url}/state`,
    );
    return found.slaves.length === 1 ? found : undefined;
  });
  t.regex(state.leader, /^master@127\.0\.0\.1:\d+$/);
  const agent = `http://${state.slaves[0]?.pid.split('@')[1]}`;
  for (const node of [url, agent]) {
    t.is((await fetch(`${node}/health`)).status, 200);
    t.is((await getJson<{ version: string }>(`${node}/version`)).version, state.version);
    const metrics = await getJson<Record<string, number>>(`${node}/metrics/snapshot`);
    t.true(Object.keys(metrics).length > 20);
    const names = Object.keys(metrics);
    t.deepEqual(names, [...names].sort(), 'sorted');
    const processes = await getJson<{ id: string; events: unknown[] }[]>(`${node}/__processes__`);
    t.true(processes.some(({ id }) => id === (node === url ? 'master' : 'slave(1)')));
    t.is((await fetch(`${node}/nosuch`)).status, 404);
  }
  t.is((await getJson<{ id: string }>(`${agent}/state`)).id.includes('-S'), true);
});
