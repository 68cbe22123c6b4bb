/** An agent that is started again (agent.md §7): with real processes and files. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { StartError } from '../../../runtime/startError.ts';
import { until } from '../../support/until.ts';
import {
  type RealAgent,
  realAgent,
  realMaster,
  registeredAgent,
  temporaryFolder,
} from './support/realAgent.ts';
import { commandTask, FRAMEWORK, type TestMaster } from './support/testMaster.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLING, TASK_KILLED, TASK_LOST } =
  TaskState;

const REREGISTER = 'mesos.internal.ReregisterSlaveMessage';
const UPDATE = 'mesos.internal.UpdateSlaveMessage';

async function reregistered(master: TestMaster) {
  return await until('it registers again', () => master.messages(REREGISTER)[0]);
}

/** The same address, so that the configuration is the same. */
function portOf(agent: RealAgent): Record<string, string> {
  return { port: String(agent.listening.node.address.port) };
}

test('it keeps its id, finds what runs, tells what ended meanwhile', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  const flag = join(workDir, 'go-on');
  master.run(commandTask('runs', 'sleep 1000'));
  master.run(commandTask('ends', `until [ -e ${flag} ]; do sleep 0.05; done; exit 4`));
  for (const id of ['runs', 'ends'])
    await until(`${id} runs`, () => master.states(id).includes(TASK_RUNNING));
  await agent.leave();
  writeFileSync(flag, '');
  const sandbox = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/ends/runs/latest`;
  await until('the command ends', () => existsSync(sandbox) && existsSync(flag));
  const next = await realAgent(t, world, workDir, portOf(agent));
  const message = await reregistered(master);
  t.is(message.slave.id?.value, 'agent-S0');
  t.deepEqual(
    message.frameworks?.map(({ id }) => id?.value),
    ['framework-0000'],
  );
  t.deepEqual(message.tasks?.map(({ task_id }) => task_id.value).sort(), ['ends', 'runs']);
  await until('the end is told', () => master.states('ends').includes(TASK_FAILED));
  t.is(master.statuses('ends').at(-1)?.message, 'Command exited with status 4');
  t.deepEqual(master.states('runs'), [TASK_STARTING, TASK_RUNNING]);
  // What was told and acknowledged before is still known, with its time and its container.
  const kept = message.tasks?.find(({ task_id }) => task_id.value === 'runs')?.statuses;
  const told = master.statuses('runs').map(({ state, timestamp }) => ({ state, timestamp }));
  t.deepEqual(
    kept?.map(({ state, timestamp }) => ({ state, timestamp })),
    told,
  );
  const state = (await (await fetch(`${next.url}/slave(1)/state`)).json()) as {
    frameworks: { executors: { tasks: { id: string; statuses: { state: string }[] }[] }[] }[];
  };
  const tasks = state.frameworks.flatMap(({ executors }) => executors).flatMap(({ tasks }) => tasks);
  t.deepEqual(
    tasks.find(({ id }) => id === 'runs')?.statuses.map(({ state }) => state),
    ['TASK_STARTING', 'TASK_RUNNING'],
  );
  master.kill('runs');
  await until('it can be killed', () => master.states('runs').includes(TASK_KILLED));
  t.deepEqual(master.states('runs'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
});

test('updates that nobody acknowledged come again, in order', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.acknowledges = false;
  master.run(commandTask('quick', 'exit 0'));
  await until('the first update', () => master.states('quick').includes(TASK_STARTING));
  await until('the end is on disk', () =>
    readFileSync(join(workDir, 'meta', 'updates.journal')).includes('Command exited with status 0'),
  );
  await agent.leave();
  master.acknowledges = true;
  await realAgent(t, world, workDir, portOf(agent));
  const [task] = (await reregistered(master)).tasks ?? [];
  // What the master may tell frameworks until then: a later state would be taken back by the updates before it.
  t.deepEqual([task?.state, task?.status_update_state], [TASK_FINISHED, TASK_STARTING]);
  await until('the end', () => master.states('quick').includes(TASK_FINISHED));
  t.deepEqual(master.states('quick'), [TASK_STARTING, TASK_RUNNING, TASK_FINISHED]);
});

test('a kill is not forgotten: the task ends as killed, in time', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.run(commandTask('stubborn', 'trap "" TERM; while :; do sleep 1; done'));
  await until('it runs', () => master.states('stubborn').includes(TASK_RUNNING));
  master.kill('stubborn', 1500);
  await until('it is being killed', () => master.states('stubborn').includes(TASK_KILLING));
  await agent.leave();
  await realAgent(t, world, workDir, portOf(agent));
  await until('it is killed', () => master.states('stubborn').includes(TASK_KILLED));
  t.deepEqual(master.states('stubborn'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
});

test('what ended and was acknowledged is forgotten', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.run(commandTask('done', 'true'));
  await until('it ends', () => master.states('done').includes(TASK_FINISHED));
  await until(
    'nothing is left',
    () => agent.listening.node.metrics.snapshot()['slave/frameworks_active'] === 0,
  );
  await agent.leave();
  await realAgent(t, world, workDir, portOf(agent));
  const message = await reregistered(master);
  t.deepEqual(message.tasks ?? [], []);
  t.deepEqual(message.frameworks ?? [], []);
});

test('after a boot of the machine every run counts as ended', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  // Nobody ends it: it goes when its folder does.
  master.run(commandTask('before', `while [ -e ${workDir} ]; do sleep 0.1; done`));
  await until('it runs', () => master.states('before').includes(TASK_RUNNING));
  await agent.leave();
  writeFileSync(join(workDir, 'meta', 'boot_id'), 'another boot');
  await realAgent(t, world, workDir, portOf(agent));
  t.is((await reregistered(master)).slave.id?.value, 'agent-S0');
  await until('its end is told', () => master.states('before').includes(TASK_FAILED));
  t.is(master.statuses('before').at(-1)?.reason, TaskStatusReason.REASON_EXECUTOR_TERMINATED);
});

test('tasks of a framework without checkpoints are not kept: what is left of them is destroyed', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  const framework = { ...FRAMEWORK, checkpoint: false };
  master.run(commandTask('light', `echo $$ >${workDir}/pid; exec sleep 1000`), framework);
  await until('it runs', () => master.states('light').includes(TASK_RUNNING));
  const pid = await pidIn(workDir);
  await agent.leave();
  await realAgent(t, world, workDir, portOf(agent));
  await until('it is gone', () => !lives(pid));
  t.deepEqual((await reregistered(master)).tasks ?? [], []);
  t.false(master.states('light').includes(TASK_LOST));
});

/** What a task writes there first; that it runs is told before it does so. */
async function pidIn(workDir: string): Promise<number> {
  return Number(await until('its pid', () => readFileSync(join(workDir, 'pid'), 'utf8').trim()));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('another configuration is refused with what to do; without the link it is a new agent', async (t) => {
  const { world, agent, workDir, master } = await registeredAgent(t);
  await agent.leave();
  const other = { ...portOf(agent), resources: 'cpus:8;mem:2048;disk:1000;ports:[31000-31010]' };
  const error = await t.throwsAsync(realAgent(t, world, workDir, other));
  t.regex(error?.message ?? '', /agent-S0.*resources were cpus:4;.* and are cpus:8;.*meta\/slaves\/latest/);
  const grown = await realAgent(t, world, workDir, { ...other, reconfiguration_policy: 'additive' });
  t.is((await reregistered(master)).slave.id?.value, 'agent-S0');
  await grown.leave();
  rmSync(join(workDir, 'meta', 'slaves', 'latest'));
  await realAgent(t, world, workDir, portOf(agent));
  await until('it registers as new', () => master.messages('mesos.internal.RegisterSlaveMessage')[1]);
});

test('a second agent on the same work_dir is refused', async (t) => {
  const { world, workDir } = await registeredAgent(t);
  const error = await t.throwsAsync(realAgent(t, world, workDir));
  t.regex(error?.message ?? '', /lock/);
});

test('a damaged slave.info is told by its name', async (t) => {
  const { world, agent, workDir } = await registeredAgent(t);
  await agent.leave();
  const file = join(workDir, 'meta', 'slaves', 'agent-S0', 'slave.info');
  writeFileSync(file, 'xx');
  const error = await t.throwsAsync(realAgent(t, world, workDir));
  t.is(
    error?.message,
    `${file}: damaged: expected one record of some bytes, got 0. With --no-strict it is set aside, and the agent goes on with what is left`,
  );
  t.true(error instanceof StartError);
});

test('without --strict a damaged file is set aside and counted; what runs of it is ended', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.run(commandTask('unknown', `echo $$ >${workDir}/pid; exec sleep 1000`));
  await until('it runs', () => master.states('unknown').includes(TASK_RUNNING));
  const pid = await pidIn(workDir);
  await agent.leave();
  const journal = join(workDir, 'meta', 'checkpoints.journal');
  const bytes = readFileSync(journal);
  bytes.fill(0xff, 0, 16);
  writeFileSync(journal, bytes);
  const error = await t.throwsAsync(realAgent(t, world, workDir, portOf(agent)));
  t.regex(error?.message ?? '', /checkpoints\.journal: damaged .*\. With --no-strict it is set aside/);
  const next = await realAgent(t, world, workDir, { ...portOf(agent), strict: 'false' });
  await until('it is gone', () => !lives(pid));
  t.is((await reregistered(master)).slave.id?.value, 'agent-S0');
  t.is(next.listening.node.metrics.snapshot()['slave/recovery_errors'], 1);
  t.true(readdirSync(join(workDir, 'meta')).some((name) => /^checkpoints\.journal\.damaged-\d+$/.test(name)));
});

test('a folder in the place of any file that recovery reads is told by its name, and set aside without --strict', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  await agent.leave();
  const meta = (...names: string[]) => join(workDir, 'meta', ...names);
  const files = [
    meta('boot_id'),
    meta('checkpoints.journal'),
    meta('updates.journal'),
    meta('resources', 'resources.journal'),
    meta('slaves', 'agent-S0', 'slave.info'),
    meta('slaves', 'latest'),
  ];
  for (const file of files) {
    t.true(existsSync(file), file);
    rmSync(file);
    mkdirSync(join(file, 'folder'), { recursive: true });
    const error = await t.throwsAsync(realAgent(t, world, workDir, portOf(agent)));
    t.true(error?.message.startsWith(`${file}: damaged`), error?.message);
    t.regex(error?.message ?? '', /With --no-strict it is set aside/);
    const locks = [meta('checkpoints.lock'), meta('updates.lock')];
    await until('it has given its files back', () => !locks.some((lock) => existsSync(lock)));
    const told = master.messages(UPDATE).length;
    const next = await realAgent(t, world, workDir, { ...portOf(agent), strict: 'false' });
    t.is(next.listening.node.metrics.snapshot()['slave/recovery_errors'], 1, file);
    await until('it registers', () => master.messages(UPDATE).length > told);
    await next.leave();
  }
});

test('nobody holds a lock that is a folder, or a link to itself', async (t) => {
  const { world, agent, workDir, master } = await registeredAgent(t);
  await agent.leave();
  mkdirSync(join(workDir, 'meta', 'checkpoints.lock', 'folder'), { recursive: true });
  symlinkSync('updates.lock', join(workDir, 'meta', 'updates.lock'));
  await realAgent(t, world, workDir, portOf(agent));
  t.is((await reregistered(master)).slave.id?.value, 'agent-S0');
});

for (const left of ['nothing', 'an empty file']) {
  test(`${left} in the place of boot_id, as a kill leaves it, is no boot: what runs goes on`, async (t) => {
    const { master, world, agent, workDir } = await registeredAgent(t);
    master.run(commandTask('on', 'exec sleep 1000'));
    await until('it runs', () => master.states('on').includes(TASK_RUNNING));
    await agent.leave();
    const file = join(workDir, 'meta', 'boot_id');
    rmSync(file);
    if (left !== 'nothing') writeFileSync(file, '');
    await realAgent(t, world, workDir, portOf(agent));
    const { tasks = [] } = await reregistered(master);
    t.deepEqual(
      tasks.map(({ task_id, state }) => [task_id.value, state]),
      [['on', TASK_RUNNING]],
    );
    t.deepEqual(master.states('on'), [TASK_STARTING, TASK_RUNNING]);
  });
}

test('with --recover=cleanup all that was left is ended, then the agent, and no master hears of it', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  master.run(commandTask('old', `echo $$ >${workDir}/pid; exec sleep 1000`));
  await until('it runs', () => master.states('old').includes(TASK_RUNNING));
  const pid = await pidIn(workDir);
  await agent.leave();
  const cleaning = await realAgent(t, world, workDir, { ...portOf(agent), recover: 'cleanup' });
  t.is(await cleaning.done, 0);
  await cleaning.leave();
  t.false(lives(pid));
  t.deepEqual(master.messages(REREGISTER), []);
  const empty = await realAgent(t, world, workDir, { ...portOf(agent), recover: 'cleanup' });
  t.is(await empty.done, 0);
});

test('stop with killTasks ends all that was started', async (t) => {
  const workDir = temporaryFolder(t);
  const world = await realMaster(t);
  const agent = await realAgent(t, world, workDir);
  await until('it is registered', () => world.master.agent);
  world.master.run(commandTask('long', `echo $$ >${workDir}/pid; exec sleep 1000`));
  await until('it runs', () => world.master.states('long').includes(TASK_RUNNING));
  const pid = await pidIn(workDir);
  t.true(lives(pid));
  await agent.stop({ killTasks: true });
  t.false(lives(pid));
  t.is(await agent.done, 0);
});
