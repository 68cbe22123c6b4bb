/** Tasks and sessions on terminals of their own, for real. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type ContainerInfo, ContainerInfoType, TaskState } from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { canUnshare, imageFlags, imageOf } from '../containerizer/isolators/images.ts';
import { call, Input, Output } from '../support/containerClient.ts';
import { realAgent, registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_KILLED } = TaskState;

const tty_info = { window_size: { rows: 33, columns: 77 } };
const TERMINAL: ContainerInfo = { type: ContainerInfoType.MESOS, tty_info };

const attach = (container_id: object) => ({
  type: 'ATTACH_CONTAINER_OUTPUT',
  attach_container_output: { container_id },
});

async function onTerminal(t: ExecutionContext, command: string) {
  const made = await registeredAgent(t);
  made.master.run(commandTask('task', command, { container: TERMINAL }));
  await until('it runs', () => made.master.states('task').includes(TASK_RUNNING));
  const id = made.master.statuses('task')[0]?.container_status?.container_id ?? { value: '' };
  const runs = join(made.workDir, 'slaves/agent-S0/frameworks/framework-0000/executors/task/runs');
  const pipes = join(made.workDir, 'run/io', id.value);
  return { ...made, id, pipes, stdout: () => readFileSync(join(runs, id.value, 'stdout'), 'utf8') };
}

test('a command task on a terminal: attached to, resized, typed at, also by way of a restarted agent', async (t) => {
  const lines =
    'tty && stty size; while read word; do [ $word != end ] || break; stty size; echo "got $word"; done';
  const { master, world, agent, workDir, id, pipes, stdout } = await onTerminal(t, lines);
  await until('it tells its size', () => /^\/dev\/pts\/\d+\r\n33 77\r\n$/.test(stdout()));
  const watcher = new Output(agent.url, attach(id));
  await until('it is watched', () => watcher.status === 200);
  const input = new Input(agent.url, id);
  input.resize(40, 100);
  await until('it has another size', () => {
    input.type('news\n');
    return watcher.stdout.includes('40 100\r\ngot news\r\n');
  });
  watcher.leave();
  input.end();
  const { port } = new URL(agent.url);
  await agent.leave();
  const again = await realAgent(t, world, workDir, { port });
  await until('it is back', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  const second = new Output(again.url, attach(id));
  await until('it is watched again', () => second.status === 200);
  const more = new Input(again.url, id);
  more.type('again\nend\n');
  await until('it ends', () => master.states('task').includes(TASK_FINISHED));
  await until('the stream ends', () => second.ended);
  more.end();
  t.true(second.stdout.includes('got again'));
  t.true(stdout().includes('got again'));
  await until('its pipes are gone', () => !existsSync(pipes));
});

test('a task on a terminal is killed like any other, and one that is over has none', async (t) => {
  const { master, agent, id } = await onTerminal(t, 'sleep 1000');
  master.kill('task');
  await until('it is killed', () => master.states('task').includes(TASK_KILLED));
  t.is((await call(agent.url, attach(id))).status, 404);
  master.run(commandTask('docker', 'true', { container: { type: ContainerInfoType.DOCKER, tty_info } }));
  await until('the other ends', () => master.states('docker').includes(TaskState.TASK_FAILED));
  t.regex(master.statuses('docker').at(-1)?.message ?? '', /have no terminal on this agent/);
});

test('a task of a group on a terminal', async (t) => {
  const { master, agent } = await registeredAgent(t);
  master.runGroup([
    commandTask('one', 'tty; read word; echo "got $word"; [ "$word" = go ]', { container: TERMINAL }),
  ]);
  await until('it runs', () => master.states('one').includes(TASK_RUNNING));
  const id = master.statuses('one')[0]?.container_status?.container_id ?? { value: '' };
  const watcher = new Output(agent.url, attach(id));
  await until('it is watched', () => watcher.status === 200);
  const input = new Input(agent.url, id);
  input.type('go\n');
  await until('it ends', () => master.states('one').includes(TASK_FINISHED));
  await until('all is read', () => watcher.stdout.includes('got go'));
  t.regex(watcher.stdout, /^go\r\n|\/dev\/pts/);
  input.end();
});

test('as root: terminals of tasks with an image, and of sessions into them, need nothing of the image', async (t) => {
  const flags = canUnshare ? imageFlags(t) : {};
  const { master, agent } = await registeredAgent(t, flags);
  const container = canUnshare ? imageOf('shell', { tty_info }) : TERMINAL;
  master.run(
    commandTask('task', '[ -t 0 ] && [ -t 1 ] && echo terminal; while read line; do eval "$line"; done', {
      container,
    }),
  );
  await until('it runs', () => master.states('task').includes(TASK_RUNNING));
  const root = master.statuses('task')[0]?.container_status?.container_id ?? { value: '' };
  const session = new Output(agent.url, {
    type: 'LAUNCH_NESTED_CONTAINER_SESSION',
    launch_nested_container_session: {
      container_id: { value: 'session', parent: root },
      command: { value: '[ -t 0 ] && [ -t 1 ] && ls / && read line && eval "$line"' },
      container: { type: 'MESOS', tty_info },
    },
  });
  await until('the session shows', () => session.stdout.includes('mnt'));
  t.is(session.stdout.includes('boot'), !canUnshare);
  const input = new Input(agent.url, { value: 'session', parent: root });
  input.type('echo "$((6 * 7))"\n');
  await until('it hears', () => session.stdout.includes('42\r\n'));
  await until('it ends', () => session.ended);
  input.end();
  const watcher = new Output(agent.url, attach(root));
  await until('it is watched', () => watcher.status === 200);
  const typed = new Input(agent.url, root);
  typed.type('echo "$((6 * 8))"; exit 0\n');
  await until('it ends', () => master.states('task').includes(TASK_FINISHED));
  await until('all is read', () => watcher.stdout.includes('48\r\n'));
  t.is(watcher.stderr, '');
  typed.end();
});
