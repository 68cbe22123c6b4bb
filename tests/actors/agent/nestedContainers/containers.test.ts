/** Containers inside others, sessions, terminals and standalone containers, for real (v1-operator-api.md §4.3). */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { call, Input, Output } from '../support/containerClient.ts';
import { realAgent, registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const { TASK_RUNNING } = TaskState;

/** An agent with a running task, and the container of that. */
async function withTask(t: ExecutionContext, command = 'sleep 1000', more: Record<string, string> = {}) {
  const made = await registeredAgent(t, more);
  const environment = { variables: [{ name: 'WORD', value: 'of the task' }] };
  made.master.run(commandTask('task', '', { command: { value: command, environment } }));
  await until('it runs', () => made.master.states('task').includes(TASK_RUNNING));
  const root = made.master.statuses('task')[0]?.container_status?.container_id?.value ?? '';
  const sandbox = join(made.workDir, 'slaves/agent-S0/frameworks/framework-0000/executors/task/runs', root);
  return { ...made, root, sandbox, url: made.agent.url };
}

const nested = (root: string, value: string) => ({ value, parent: { value: root } });

const launch = (container_id: object, value: string, more: object = {}) => ({
  type: 'LAUNCH_CONTAINER',
  launch_container: { container_id, command: { value }, ...more },
});
const wait = (container_id: object) => ({ type: 'WAIT_CONTAINER', wait_container: { container_id } });
const kill = (container_id: object, signal?: number) => ({
  type: 'KILL_CONTAINER',
  kill_container: { container_id, signal },
});
const remove = (container_id: object) => ({ type: 'REMOVE_CONTAINER', remove_container: { container_id } });
const session = (container_id: object, command: object, container?: object) => ({
  type: 'LAUNCH_NESTED_CONTAINER_SESSION',
  launch_nested_container_session: { container_id, command, container },
});

test('a container inside another: launched once, waited for, its end kept until it is removed', async (t) => {
  const { url, root, sandbox } = await withTask(t);
  const id = nested(root, 'inner');
  t.is((await call(url, launch(id, 'pwd > where; exit 3'))).status, 200);
  const { status, text } = await call(url, wait(id));
  t.is(status, 200);
  t.deepEqual(JSON.parse(text), { type: 'WAIT_CONTAINER', wait_container: { exit_status: 3 << 8 } });
  t.is(
    readFileSync(join(sandbox, 'containers/inner/where'), 'utf8').trim(),
    join(sandbox, 'containers/inner'),
  );
  t.is((await call(url, launch(id, 'true'))).status, 202);
  t.is((await call(url, wait(id))).text, text);
  t.is((await call(url, kill(id))).status, 404);
  t.is((await call(url, remove(id))).status, 200);
  t.is((await call(url, remove(id))).status, 200);
  t.is((await call(url, wait(id))).status, 404);
  await until('its sandbox is gone', () => !existsSync(join(sandbox, 'containers/inner')));
});

test('kill by signal; what runs is not removed; what is inside ends with what is around it', async (t) => {
  const { url, root, master } = await withTask(t);
  const id = nested(root, 'outer');
  const inside = { value: 'inside', parent: id };
  t.is((await call(url, launch(id, 'sleep 1000'))).status, 200);
  t.is((await call(url, launch(inside, 'sleep 1000'))).status, 200);
  t.is((await call(url, remove(id))).status, 500);
  const listed = async (get_containers: object) => {
    const { text } = await call(url, { type: 'GET_CONTAINERS', get_containers });
    const { containers } = JSON.parse(text).get_containers as {
      containers: { container_id: { value: string } }[];
    };
    return containers.map(({ container_id }) => container_id.value);
  };
  t.deepEqual(await listed({}), [root]);
  t.deepEqual(await listed({ show_nested: true }), [root, 'outer', 'inside']);
  const ended = [call(url, wait(id)), call(url, wait(inside))];
  t.is((await call(url, kill(id, 15))).status, 200);
  const statuses = (await Promise.all(ended)).map(({ text }) => JSON.parse(text).wait_container.exit_status);
  t.deepEqual(statuses, [15, 9]);
  const third = nested(root, 'third');
  t.is((await call(url, launch(third, 'sleep 1000'))).status, 200);
  const last = call(url, wait(third));
  master.kill('task');
  t.is(JSON.parse((await last).text).wait_container.exit_status, 9);
});

const refused: [what: string, status: number, body: (root: string) => Record<string, unknown>][] = [
  [
    'no parent',
    400,
    (root) => ({ type: 'WAIT_NESTED_CONTAINER', wait_nested_container: { container_id: { value: root } } }),
  ],
  ['an id that leaves its folder', 400, (root) => launch(nested(root, '..'), 'true')],
  ['an id with a dot', 400, (root) => launch(nested(root, 'a.b'), 'true')],
  ['a parent that is not here', 400, () => launch(nested('nobody', 'inner'), 'true')],
  ['no command', 400, (root) => launch(nested(root, 'inner'), '')],
  ['a wait for nobody', 404, (root) => wait(nested(root, 'nobody'))],
  ['a kill of nobody', 404, (root) => kill(nested(root, 'nobody'))],
  ['a signal that is none', 400, (root) => kill({ value: root }, 4711)],
  [
    'a standalone container with reserved resources',
    400,
    () =>
      launch({ value: 'alone' }, 'true', {
        resources: [
          {
            name: 'cpus',
            type: 'SCALAR',
            scalar: { value: 1 },
            reservations: [{ type: 'STATIC', role: 'a' }],
          },
        ],
      }),
  ],
  [
    'resources two levels down',
    400,
    (root) =>
      launch({ value: 'c', parent: nested(root, 'b') }, 'true', {
        resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }],
      }),
  ],
  ['a session without parent', 400, () => session({ value: 'alone' }, { value: 'true' })],
  [
    'output of what has none',
    400,
    (root) => ({
      type: 'ATTACH_CONTAINER_OUTPUT',
      attach_container_output: { container_id: { value: root } },
    }),
  ],
  [
    'output of nobody',
    404,
    (root) => ({
      type: 'ATTACH_CONTAINER_OUTPUT',
      attach_container_output: { container_id: nested(root, 'nobody') },
    }),
  ],
];

test('what cannot be is refused in a line of words', async (t) => {
  const { url, root } = await withTask(t);
  for (const [what, status, body] of refused) {
    const answer = await call(url, body(root));
    t.is(answer.status, status, `${what}: ${answer.text}`);
    t.regex(answer.text, /^[^\n]+$/, what);
  }
});

test('a session runs in the sandbox and the environment of its task, and reads its input', async (t) => {
  const { url, root, sandbox } = await withTask(t);
  const id = nested(root, 'session');
  const output = new Output(url, session(id, { value: 'pwd; echo "$WORD"; echo oops >&2; cat; exit 4' }));
  await until('it speaks', () => output.stdout.includes('of the task'));
  const input = new Input(url, id);
  input.type('hello\n');
  await until('it hears', () => output.stdout.includes('hello'));
  input.type('');
  await until('it ends', () => output.ended);
  t.is(output.stdout, `${sandbox}\nof the task\nhello\n`);
  t.is(output.stderr, 'oops\n');
  t.is(output.headers['content-type'], 'application/json');
  input.end();
  await until('the input is answered', () => input.status);
  t.is(input.status, 200);
});

test('a session whose output is over exits by itself, as does what closes its output and goes on', async (t) => {
  const { url, root } = await withTask(t);
  const id = nested(root, 'silent');
  const output = new Output(url, session(id, { value: 'echo last; exec >&- 2>&-; sleep 0.5; exit 7' }));
  await until('it ends', () => output.ended);
  t.is(output.stdout, 'last\n');
  const { text } = await call(url, wait(id));
  t.deepEqual(JSON.parse(text), { type: 'WAIT_CONTAINER', wait_container: { exit_status: 7 << 8 } });
});

test('a session ends with who asked for it; nothing of it is lost before that, however much it is', async (t) => {
  const { url, root, workDir } = await withTask(t);
  const output = new Output(
    url,
    session(nested(root, 'long'), { value: 'seq 1 200000; echo end; sleep 1001' }),
  );
  await until('all is there', () => output.stdout.endsWith('end\n'));
  t.is(output.stdout.split('\n').length, 200_002);
  output.leave();
  const runtime = join(workDir, 'run/containers', root, 'containers/long');
  await until('nothing is left', () => !existsSync(runtime));
  t.false(existsSync(join(workDir, 'run/io', `${root}.long`)));
});

test('a terminal: size at first and later, one stream, an end of input that is typed', async (t) => {
  const { url, root } = await withTask(t);
  const id = nested(root, 'terminal');
  const tty_info = { window_size: { rows: 33, columns: 77 } };
  const headers = { accept: 'application/recordio', 'message-accept': 'application/json' };
  const shell = session(id, { value: 'sh' }, { type: 'MESOS', tty_info });
  const output = new Output(url, shell, headers);
  await until('it is there', () => output.status);
  t.is(output.headers['content-type'], 'application/recordio');
  t.is(output.headers['message-content-type'], 'application/json');
  const input = new Input(url, id);
  input.type('tty && stty size; echo bad >&2\n');
  await until('it tells its size', () => /\/dev\/pts\/\d+\r\n33 77\r\nbad\r\n/.test(output.stdout));
  const second = new Input(url, id);
  second.end();
  await until('one more is refused', () => second.status);
  t.is(second.status, 409);
  input.resize(40, 100);
  await until('it has another size', () => {
    input.type('stty size\n');
    return output.stdout.includes('40 100\r\n');
  });
  input.type('');
  await until('it ends', () => output.ended);
  t.is(output.stderr, '');
  input.end();
});

test('records of input that make no sense cost the client its connection, not the container', async (t) => {
  const { url, root } = await withTask(t);
  const id = nested(root, 'session');
  const output = new Output(url, session(id, { value: 'cat' }));
  await until('it is there', () => output.status);
  const bad = new Input(url, id);
  bad.send({ type: 'PROCESS_IO', process_io: { type: 'DATA', data: { type: 'STDOUT', data: '' } } });
  await until('it is refused', () => bad.status);
  t.is(bad.status, 400);
  const good = new Input(url, id);
  good.type('still here\n');
  await until('it goes on', () => output.stdout === 'still here\n');
  output.leave();
});

test('somebody else may watch a terminal; heartbeats come while nothing is said', async (t) => {
  const { url, root } = await withTask(t, 'sleep 1000', { http_heartbeat_interval: '50ms' });
  const id = nested(root, 'shown');
  t.is(
    (
      await call(
        url,
        launch(id, 'read word; echo got $word; sleep 1000', { container: { type: 'MESOS', tty_info: {} } }),
      )
    ).status,
    200,
  );
  const attach = { type: 'ATTACH_CONTAINER_OUTPUT', attach_container_output: { container_id: id } };
  const watchers = [new Output(url, attach), new Output(url, attach)];
  await until('both watch', () => watchers.every(({ heartbeats }) => heartbeats > 1));
  const input = new Input(url, id);
  input.type('news\n');
  await until('both see', () => watchers.every(({ stdout }) => stdout.includes('got news')));
  for (const watcher of watchers) watcher.leave();
  input.end();
  t.is((await call(url, kill(id))).status, 200);
});

test('containers inside a task outlive the agent’s process with their terminals; sessions do not', async (t) => {
  const { master, world, agent, workDir, root } = await withTask(t);
  const shown = nested(root, 'shown');
  const loop = 'while read word; do echo "got $word"; done';
  const container = { type: 'MESOS', tty_info: {} };
  t.is((await call(agent.url, launch(shown, loop, { container }))).status, 200);
  const output = new Output(agent.url, session(nested(root, 'session'), { value: 'sleep 1002' }));
  await until('the session is there', () => output.status);
  const { port } = new URL(agent.url);
  await agent.leave();
  const again = await realAgent(t, world, workDir, { port });
  await until('it is back', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  const attach = { type: 'ATTACH_CONTAINER_OUTPUT', attach_container_output: { container_id: shown } };
  const watcher = new Output(again.url, attach);
  await until('it is watched', () => watcher.status);
  const input = new Input(again.url, shown);
  input.type('news\n');
  await until('it answers', () => watcher.stdout.includes('got news'));
  await until('the session is gone', () => !existsSync(join(workDir, 'run/io', `${root}.session`)));
  watcher.leave();
  input.end();
  t.is((await call(again.url, kill(shown))).status, 200);
});

test('a standalone container is nobody’s: launched, found again after a restart, killed, forgotten', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  const id = { value: 'alone' };
  t.is((await call(agent.url, launch(id, 'touch here; sleep 1000'))).status, 200);
  t.is((await call(agent.url, launch(id, 'true'))).status, 202);
  await until('it runs', () => existsSync(join(workDir, 'containers/alone/here')));
  const attach = { type: 'ATTACH_CONTAINER_OUTPUT', attach_container_output: { container_id: id } };
  t.is((await call(agent.url, attach)).status, 404, 'it is under no executor');
  const { port } = new URL(agent.url);
  await agent.leave();
  const { url } = await realAgent(t, world, workDir, { port });
  await until('it is back', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  const ended = call(url, wait(id));
  t.is((await call(url, kill(id))).status, 200);
  t.is(JSON.parse((await ended).text).wait_container.exit_status, 9);
  await until('it is forgotten', async () => (await call(url, wait(id))).status === 404);
});
