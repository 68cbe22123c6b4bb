/** Task groups, run for real by the built-in default executor (v1-executor-api.md §7). */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  type ContainerInfo,
  ContainerInfoType,
  TaskState,
  TaskStatusReason,
  VolumeMode,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { type RealAgent, realAgent, registeredAgent } from '../support/realAgent.ts';
import { commandTask, DEFAULT_EXECUTOR, FRAMEWORK, type TestMaster } from '../support/testMaster.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLING, TASK_KILLED } = TaskState;

const SANDBOX = 'slaves/agent-S0/frameworks/framework-0000/executors/default/runs/latest';

function running(master: TestMaster, ...ids: string[]): Promise<unknown> {
  return until(`${ids.join()} run`, () => ids.every((id) => master.states(id).includes(TASK_RUNNING)));
}

function exited(master: TestMaster): Promise<unknown> {
  return until('the executor has ended', () => master.messages('mesos.internal.ExitedExecutorMessage')[0]);
}

test('a group runs in containers inside that of its executor, which ends well with the last of them', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const one = commandTask('one', 'pwd > where; env > variables; sleep 0.3');
  master.runGroup([one, commandTask('two', 'true')]);
  await exited(master);
  for (const id of ['one', 'two']) {
    await until(`the end of ${id} is told`, () => master.states(id).length === 3);
    t.deepEqual(master.states(id), [TASK_STARTING, TASK_RUNNING, TASK_FINISHED]);
  }
  const [status] = master.statuses('one');
  const { value, parent } = status?.container_status?.container_id ?? { value: '' };
  t.truthy(parent);
  const sandbox = join(workDir, SANDBOX, 'containers', value);
  t.true(readlinkSync(join(workDir, SANDBOX, 'tasks/one')).endsWith(`/containers/${value}`));
  t.true(readFileSync(join(sandbox, 'where'), 'utf8').trim().endsWith(`/containers/${value}`));
  const variables = readFileSync(join(sandbox, 'variables'), 'utf8');
  t.regex(variables, new RegExp(`MESOS_SANDBOX=.*/containers/${value}\n`));
  t.notRegex(variables, /MESOS_EXECUTOR_ID|MESOS_SLAVE_PID/);
  t.is(master.messages('mesos.internal.ExitedExecutorMessage')[0]?.status, 0);
});

test('one that fails or is killed takes its group with it, not another group of the same executor', async (t) => {
  const { master } = await registeredAgent(t);
  master.runGroup([commandTask('other', 'sleep 1000')]);
  await running(master, 'other');
  master.runGroup([commandTask('long', 'sleep 1000'), commandTask('killed', 'sleep 1000')], undefined, false);
  await running(master, 'long', 'killed');
  master.kill('killed');
  await until('the group has ended', () => master.states('long').includes(TASK_KILLED));
  t.deepEqual(master.states('long'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
  t.deepEqual(master.states('other'), [TASK_STARTING, TASK_RUNNING]);
  master.runGroup([commandTask('wait', 'sleep 1000'), commandTask('bad', 'exit 4')], undefined, false);
  await until(
    'the second group has ended',
    () => master.states('wait').includes(TASK_KILLED) && master.states('bad').includes(TASK_FAILED),
  );
  t.like(master.statuses('bad').at(-1), { state: TASK_FAILED, message: 'Command exited with status 4' });
});

test('tasks share a folder of their executor by a volume', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const source = {
    type: VolumeSourceType.SANDBOX_PATH,
    sandbox_path: { type: VolumeSourceSandboxPathType.PARENT, path: 'shared' },
  };
  const container: ContainerInfo = {
    type: ContainerInfoType.MESOS,
    volumes: [{ mode: VolumeMode.RW, container_path: 'common', source }],
  };
  const reads = 'while [ ! -e common/word ]; do sleep 0.05; done; cat common/word';
  master.runGroup([
    commandTask('writes', 'echo hello > common/part; mv common/part common/word', { container }),
    commandTask('reads', reads, { container }),
  ]);
  await until('it is read', () => master.states('reads').includes(TASK_FINISHED));
  const [status] = master.statuses('reads');
  const child = status?.container_status?.container_id?.value ?? '';
  t.is(readFileSync(join(workDir, SANDBOX, 'containers', child, 'stdout'), 'utf8'), 'hello\n');
  t.true(existsSync(join(workDir, SANDBOX, 'shared/word')));
});

test('a volume that leaves the sandbox fails its task, and so its group', async (t) => {
  const { master } = await registeredAgent(t);
  const source = {
    type: VolumeSourceType.SANDBOX_PATH,
    sandbox_path: { type: VolumeSourceSandboxPathType.PARENT, path: '../../../..' },
  };
  const volumes = [{ mode: VolumeMode.RW, container_path: 'common', source }];
  const container = { type: ContainerInfoType.MESOS, volumes };
  master.runGroup([commandTask('escapes', 'true', { container }), commandTask('good', 'sleep 1000')]);
  await until('both ended', () => master.states('good').includes(TASK_KILLED));
  const last = master.statuses('escapes').at(-1);
  t.like(last, { state: TASK_FAILED, reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED });
  t.regex(last?.message ?? '', /out of the sandbox/);
});

test('a kill of what waits for its executor ends the whole group', async (t) => {
  const { master } = await registeredAgent(t);
  master.runGroup([commandTask('one', 'sleep 1000'), commandTask('two', 'sleep 1000')]);
  master.kill('one');
  await until('both ended', () => master.states('two').length > 0 && master.states('one').length > 0);
  for (const id of ['one', 'two']) {
    await until(`${id} ended`, () => master.states(id).includes(TASK_KILLED));
  }
  t.pass();
});

async function restarted(
  t: Parameters<typeof registeredAgent>[0],
  prepare: (master: TestMaster) => Promise<unknown>,
  meanwhile: (workDir: string) => Promise<unknown> | undefined,
) {
  const { master, world, agent, workDir } = await registeredAgent(t);
  await prepare(master);
  const port = new URL(agent.url).port;
  await agent.leave();
  await meanwhile(workDir);
  const again: RealAgent = await realAgent(t, world, workDir, { port });
  await until('it is back', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  return { master, again, workDir };
}

test('tasks of a group outlive a restart of the agent; ends that happened meanwhile are told', async (t) => {
  const { master } = await restarted(
    t,
    (before) => {
      before.runGroup([
        commandTask('stays', 'sleep 1000'),
        commandTask('ends', 'sleep 0.3; touch ../../ended'),
      ]);
      return running(before, 'stays', 'ends');
    },
    (workDir) => until('one ended', () => existsSync(join(workDir, SANDBOX, 'ended'))),
  );
  await until('the end is told', () => master.states('ends').includes(TASK_FINISHED));
  t.deepEqual(master.states('stays'), [TASK_STARTING, TASK_RUNNING]);
  master.kill('stays');
  await until('it is killed', () => master.states('stays').includes(TASK_KILLED));
  await exited(master);
});

test('an executor that died while the agent was away takes its tasks with it', async (t) => {
  let idle = 0;
  const { master } = await restarted(
    t,
    async (before) => {
      before.runGroup([commandTask('one', 'sleep 1001'), commandTask('two', 'sleep 1001')]);
      await running(before, 'one', 'two');
    },
    async (workDir) => {
      const parent = readlinkSync(join(workDir, SANDBOX)).split('/').at(-1) ?? '';
      const [pid = '', leader = ''] = readFileSync(
        join(workDir, 'run/containers', parent, 'pid'),
        'utf8',
      ).split('\n');
      idle = Number(pid);
      for (const each of [leader, pid]) process.kill(Number(each), 'SIGKILL');
    },
  );
  for (const id of ['one', 'two']) {
    await until(`${id} has ended`, () => master.states(id).length > 2);
    t.is(master.statuses(id).at(-1)?.state, TASK_FAILED);
  }
  t.true(idle > 0);
});

test('the executor is shut down: its tasks get their time, then the executor ends', async (t) => {
  const { master } = await registeredAgent(t);
  master.runGroup([commandTask('one', 'trap "exit 0" TERM; while :; do sleep 0.1; done')]);
  await running(master, 'one');
  master.tell('mesos.internal.ShutdownExecutorMessage', {
    framework_id: FRAMEWORK.id ?? { value: '' },
    executor_id: DEFAULT_EXECUTOR.executor_id,
  });
  await exited(master);
  await until('the end is told', () => master.states('one').includes(TASK_KILLED));
  t.deepEqual(master.states('one'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
});
