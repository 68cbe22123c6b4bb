/** The command line against a cluster of real processes. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { cli } from '../../cli/main.ts';
import { type Outcome, run, TestTerminal } from '../cli/support/terminal.ts';
import {
  boot,
  bootAgent,
  bootMaster,
  type MasterProcess,
  repositoryRoot,
  scratch,
} from '../support/processes.ts';
import { until } from '../support/until.ts';

interface World {
  readonly folder: string;
  readonly master: MasterProcess;
  /** Runs `mesostate WORD…` against this cluster. */
  m(...words: string[]): Promise<Outcome>;
  /** The same, which must be done without a word of complaint; what it printed. */
  done(...words: string[]): Promise<string>;
}

async function world(t: ExecutionContext): Promise<World> {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  await bootAgent(t, master, path.join(folder, 'agent'), [
    '--resources=cpus:4;mem:1024;disk:1000',
    '--attributes=rack:a',
  ]);
  const env = { MESOSTATE_MASTER: `127.0.0.1:${master.port}` };
  const m = (...words: string[]): Promise<Outcome> => run(words, env);
  await until('the agent is registered', async () => (await m('agents')).stdout.includes('-S0'));
  return {
    folder,
    master,
    m,
    done: async (...words) => {
      const { code, stdout, stderr } = await m(...words);
      t.is(code, 0, `${words.join(' ')}: ${stderr}`);
      return stdout;
    },
  };
}

function runJobs(t: ExecutionContext, { folder, master }: World, jobs: readonly object[]): void {
  const file = path.join(folder, 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs }));
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${master.port}`,
    `--jobs=${file}`,
    `--work_dir=${folder}/jobs`,
  ]);
}

/** Id of the task of a job, once it is in that state. */
function taskOf({ m }: World, job: string, state: string): Promise<string> {
  return until(`${job} is ${state}`, async () => {
    const { stdout } = await m('tasks', '--json', `--state=${state}`);
    const tasks = JSON.parse(stdout) as { name: string; task_id: { value: string } }[];
    return tasks.find(({ name }) => name.startsWith(`jobs.${job}.`))?.task_id.value;
  });
}

test('tasks are listed, looked into, followed and killed', async (t) => {
  const here = await world(t);
  const { done, m, folder } = here;
  runJobs(t, here, [
    {
      name: 'talker',
      command: 'seq 1 300; echo oops >&2; mkdir d; echo x >d/file; while :; do echo tick; sleep 0.2; done',
      cpus: 0.5,
      mem: 32,
    },
    { name: 'failer', command: 'exit 3', cpus: 0.1, mem: 32, retries: 0 },
  ]);
  const talker = await taskOf(here, 'talker', 'running');
  const failer = await taskOf(here, 'failer', 'failed');
  await until('its end is known', async () => (await m('tasks', '--all')).stdout.includes('status 3'));
  await until('only what is alive is alive', async () => {
    const alive = await done('ps');
    return alive.includes(talker) && !alive.includes(failer);
  });
  t.regex(await done('tasks', '--all'), new RegExp(`${failer} .* failed .*exited with status 3`));
  t.regex(await done('inspect', failer), /starting\n.*failed Command exited with status 3\n/s);
  t.regex(await done('agents'), /active +0\.5\/4 +32\.0MiB\/1\.0GiB .*rack:a/);
  t.regex(await done('frameworks'), / active .* 1 +0\.5 /);

  await until('it has printed', async () => (await m('logs', talker, '--all')).stdout.includes('300\ntick'));
  t.is(await done('logs', talker, '--stderr'), 'oops\n');
  t.true((await done('logs', talker, '--all')).startsWith('1\n2\n'));
  t.is((await done('logs', talker, '-n', '2')).split('\n').length, 3);
  t.is(await done('logs', talker, '-n', '0'), '');
  t.regex(await done('files', 'ls', talker), /drwx.* d\/\n-rw.* stderr\n-rw.* stdout\n/s);
  t.is(await done('files', 'cat', talker, 'd/file'), 'x\n');
  t.is((await m('files', 'cat', talker, '../../../../../../../../etc/passwd')).stdout, '');
  await done('files', 'get', talker, 'd/file', path.join(folder, 'fetched'));
  t.is(readFileSync(path.join(folder, 'fetched'), 'utf8'), 'x\n');
  t.regex(
    (await m('files', 'get', talker, 'd/file', path.join(folder, 'fetched'))).stderr,
    /is there already/,
  );

  const follower = new TestTerminal({ MESOSTATE_MASTER: `127.0.0.1:${here.master.port}` });
  t.teardown(() => follower.signal('SIGINT'));
  const following = cli(['logs', '-f', talker, '-n', '1'], follower);
  await until('three ticks are followed', () => (follower.printed.match(/tick/g) ?? []).length >= 3);
  follower.signal('SIGINT');
  t.is(await following, 0);

  t.regex((await m('kill', talker)).stderr, /Nobody is there to ask: say --yes/);
  await done('kill', talker, '--yes');
  await until('it was killed', async () => (await m('tasks', '--state=killed')).stdout.includes(talker));
  const framework = (
    JSON.parse(await done('frameworks', '--json')) as { framework_info: { id: { value: string } } }[]
  )[0];
  await done('kill', framework?.framework_info.id.value ?? '', '--yes');
  t.regex(await done('frameworks', '--all'), / completed /);
});

test('agents are steered: reserved, drained, brought back', async (t) => {
  const { done, m } = await world(t);
  const state = (): Promise<string> => done('agents');
  t.regex(
    (await m('drain', 'nobody', '-y')).stderr,
    /there is no agent 'nobody'; `mesostate agents` lists them/,
  );
  await done('reserve', 'S0', 'cpus:1;disk:100', '--role=db');
  await done('volumes', 'create', 'S0', 'v1', '--role=db', '--size=60');
  t.regex(
    (await m('unreserve', 'S0', 'disk:100', '--role=db')).stderr,
    /^mesostate: the master at .* refused: /,
  );
  await done('volumes', 'destroy', 'S0', 'v1', '--role=db', '--size=60', '-y');
  await done('unreserve', 'S0', 'cpus:1;disk:100', '--role=db');
  await done('drain', 'S0', '-y', '--wait');
  t.regex(await state(), / drained /);
  await done('activate', 'S0');
  t.regex(await state(), / active /);
  await done('deactivate', 'S0');
  t.regex(await state(), / deactivated /);
  await done('activate', 'S0');
});

test('policy is set and shown: quota, weights, maintenance', async (t) => {
  const { done, folder } = await world(t);
  await done('quota', 'set', 'db', '--guarantee=cpus:1', '--limit=cpus:2,mem:100');
  t.regex(await done('quota'), /db +cpus:1 +cpus:2 mem:100\n/);
  await done('quota', 'remove', 'db');
  t.notRegex(await done('quota'), /db/);
  t.regex(await done('weights'), /^ROLE +WEIGHT\n$/, 'none is set yet');
  await done('weights', 'db=2.5', 'web=3');
  t.regex(await done('weights'), /db +2\.5\nweb +3\n/);
  await done('maintenance', 'plan', 'some-host', '--in=1hrs', '--for=30mins');
  t.regex(await done('maintenance'), /some-host +draining +20.* 30m\n/);
  await done('snapshot', path.join(folder, 'copy.json'));
  t.true(readFileSync(path.join(folder, 'copy.json'), 'utf8').includes('some-host'));
  await done('maintenance', 'clear');
  t.deepEqual(JSON.parse(await done('maintenance', '--json')), { schedule: {}, status: {} });
});

test('hosts are switched off and on, by their name, with a reason and a time', async (t) => {
  const { done, m } = await world(t);
  const [host] = JSON.parse(await done('hosts', '--json')) as { hostname: string; status: string }[];
  t.is(host?.status, 'on');
  await done('hosts', 'off', 'S0', '-m', 'a new disk', '--for=1hrs');
  t.regex(await done('hosts'), /-S0 .* off +manual +20\S+Z +- +a new disk\n/);
  await done('hosts', 'clear', host?.hostname ?? '');
  t.regex(await done('hosts'), / on +- +- /);
  t.is((await m('hosts', 'off')).code, 64);
  t.is((await m('hosts', 'off', 'S0', '--for=long')).code, 64);
  t.regex((await m('hosts', 'on', 'nobody')).stderr, /^mesostate: there is no agent 'nobody'/);
});

test('events are followed, and gone on with where they ended', async (t) => {
  const here = await world(t);
  const env = { MESOSTATE_MASTER: `127.0.0.1:${here.master.port}` };
  const first = new TestTerminal(env);
  t.teardown(() => first.signal('SIGINT'));
  const following = cli(['events', '--json', '--state'], first);
  await until('it is subscribed', () => first.printed.includes('SUBSCRIBED'));
  runJobs(t, here, [
    { name: 'one', command: `until [ -e '${here.folder}/go' ]; do sleep 0.1; done`, cpus: 0.1, mem: 32 },
  ]);
  await until('a task was added', () => first.printed.includes('TASK_ADDED'));
  first.signal('SIGINT');
  t.is(await following, 0);
  const from = /--from=(\S+)/.exec(first.said)?.[1];
  t.truthy(from, first.said);
  writeFileSync(path.join(here.folder, 'go'), '');
  const second = new TestTerminal(env);
  t.teardown(() => second.signal('SIGINT'));
  const goingOn = cli(['events', `--from=${from}`], second);
  await until('its end is told', () => second.printed.includes(' finished'));
  t.notRegex(second.printed, /task \S+ added/, 'what was told before is not told again');
  second.signal('SIGINT');
  t.is(await goingOn, 0);
});

test('why nothing is offered is told in words', async (t) => {
  const here = await world(t);
  runJobs(t, here, [{ name: 'big', command: 'true', cpus: 400, mem: 32 }]);
  const told = await until('somebody waits', async () => {
    const { stdout } = await here.m('why');
    return /jobs\.json .*-0000\n {2}role \*: share 0 %, weight 1.*\n {4}[A-Z_]+ .*agent/.test(stdout)
      ? stdout
      : undefined;
  });
  t.truthy(told);
  t.truthy(
    (JSON.parse(await here.done('why', '--json', '--role=*')) as { frameworks: unknown[] }).frameworks[0],
  );
  t.regex((await here.m('why', 'nobody')).stderr, /there is no framework 'nobody'/);
});

test('a support bundle holds what every node says', async (t) => {
  const { done, folder } = await world(t);
  const bundle = path.join(folder, 'bundle');
  await done('support-bundle', bundle);
  const parts = readdirSync(bundle).sort();
  t.regex(parts.join(' '), /^agent-\S+-S0 client\.json master problems\.txt$/);
  t.is(readFileSync(path.join(bundle, 'problems.txt'), 'utf8'), '');
  const state = JSON.parse(
    gunzipSync(readFileSync(path.join(bundle, 'master/state.json.gz'))).toString(),
  ) as {
    activated_slaves: number;
  };
  t.is(state.activated_slaves, 1);
});

test('a command is run on the cluster: what it prints, how it ends, Ctrl-C', async (t) => {
  const here = await world(t);
  const line = await here.m(
    'run',
    '--env=A=5',
    'case "$PWD" in */executors/"$MESOS_TASK_ID"/runs/*) echo "a is $A";; esac; echo oops >&2; exit 7',
  );
  t.is(line.code, 7, line.stderr);
  t.is(line.stdout, 'a is 5\n');
  t.regex(line.stderr, /launched on .*\n(.*\n)*oops\n/);
  t.is(await here.done('run', '-q', '--', 'echo', 'one  two', '--three'), 'one  two --three\n');
  t.regex((await here.m('run')).stderr, /expected a COMMAND, or --task-group=FILE/);

  const group = path.join(here.folder, 'group.json');
  const task = (id: string, command: string): object => ({
    name: id,
    task_id: { value: id },
    command: { value: command },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
  });
  writeFileSync(
    group,
    JSON.stringify({ tasks: [task('first', 'echo of the first'), task('second', 'sleep 1')] }),
  );
  const grouped = await here.m('run', `--task-group=${group}`);
  t.is(grouped.code, 0, grouped.stderr);
  t.regex(grouped.stderr, /first finished.*\n(.*\n)*second finished/);

  const terminal = new TestTerminal({ MESOSTATE_MASTER: `127.0.0.1:${here.master.port}` });
  const running = cli(['run', 'echo begun; sleep 1000'], terminal);
  await until('it runs', () => terminal.printed.includes('begun'));
  terminal.signal('SIGINT');
  t.is(await running, 130);
  t.regex(terminal.said, /\nkilling\n(.*\n)*killed: Command terminated with signal Terminated/);
});

test('a command that is run outlives its agent, and is heard again', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const work = path.join(folder, 'agent');
  const first = await bootAgent(t, master, work, ['--resources=cpus:4;mem:1024;disk:1000']);
  t.teardown(() => {
    // The first one waits for the task, the second does not.
    for (const name of ['SIGINT', 'SIGINT'] as const) terminal.signal(name);
  });
  const terminal = new TestTerminal({ MESOSTATE_MASTER: `127.0.0.1:${master.port}` });
  const running = cli(
    ['run', `echo begun; until [ -e '${folder}/go' ]; do sleep 0.1; done; echo done`],
    terminal,
  );
  await until('it runs', () => terminal.printed.includes('begun'));
  await first.end('SIGKILL');
  await until('it is told', () => terminal.said.includes('its output cannot be shown: '));
  await bootAgent(t, master, work, ['--resources=cpus:4;mem:1024;disk:1000'], { port: first.port });
  writeFileSync(path.join(folder, 'go'), '');
  t.is(await running, 0, terminal.said);
  t.is(terminal.printed, 'begun\ndone\n');
});

test('a command is run in the container of a task, with input and in a terminal', async (t) => {
  const here = await world(t);
  runJobs(t, here, [{ name: 'host', command: 'touch here; while :; do sleep 1; done', cpus: 0.1, mem: 32 }]);
  const task = await taskOf(here, 'host', 'running');
  t.is(await here.done('exec', task, 'echo', 'a b', '-i'), 'a b -i\n');
  t.is((await here.m('exec', task, 'sh', '-c', 'echo no >&2; exit 9')).code, 9);
  t.regex((await here.m('exec', '-it', task, 'sh')).stderr, /expected a terminal to read from/);

  const terminal = new TestTerminal({ MESOSTATE_MASTER: `127.0.0.1:${here.master.port}` });
  const counting = cli(['exec', '-i', task, 'wc', '-l'], terminal);
  terminal.stdin.end('1\n2\n3\n');
  t.is(await counting, 0);
  t.is(terminal.printed.trim(), '3');

  const boot = path.join(repositoryRoot, 'runtime/boot.js');
  const shell = `${process.execPath} ${boot} exec -it --master=127.0.0.1:${here.master.port} ${task} sh`;
  const typed = 'tty\nstty size\necho "typed $((20 + 3))"\nexit 4\n';
  const printed = await printedBy(
    'script',
    ['-qec', `stty rows 33 cols 99; ${shell}; echo "ended with $?"`, '/dev/null'],
    {},
    typed,
  );
  t.regex(printed, /\/dev\/pts\/\d+\r+\n/);
  t.regex(printed, /33 99\r+\n/);
  t.regex(printed, /typed 23\r+\n/);
  t.regex(printed, /ended with 4\r+\n/);
});

test('a shell completes commands and ids', async (t) => {
  const { done } = await world(t);
  t.true((await done('completion', '__complete')).split('\n').includes('drain'));
  t.regex(await done('completion', '__complete', 'drain'), /-S0\n.*--wait\n/s);
  for (const shell of ['bash', 'zsh', 'fish'])
    t.regex(await done('completion', shell), /mesostate completion __complete/);
});

test('colours are for terminals alone', async (t) => {
  const { master } = await world(t);
  const boot = path.join(repositoryRoot, 'runtime/boot.js');
  const command = `${process.execPath} ${boot} agents --master=127.0.0.1:${master.port}`;
  t.true((await printedBy('script', ['-qec', command, '/dev/null'])).includes('\u001b[32mactive'));
  t.false((await printedBy('sh', ['-c', command])).includes('\u001b['));
  t.false((await printedBy('script', ['-qec', command, '/dev/null'], { NO_COLOR: '1' })).includes('\u001b['));
});

function printedBy(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  typed?: string,
): Promise<string> {
  const { NO_COLOR: _, ...inherited } = process.env;
  const child = spawn(program, args, {
    stdio: [typed === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    env: { ...inherited, TERM: 'xterm', ...env },
  });
  let text = '';
  // Typed when the other side is there: what comes earlier would be read by the wrong one.
  let left = typed;
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (left === undefined || !/[$#] $/.test(text)) return;
    child.stdin?.write(left);
    left = undefined;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}
