/** Tasks with a command, run for real by the built-in command executor. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { TaskState, TaskStatusReason, TaskStatusSource } from '../../../proto/generated/types/v1.ts';
import { realPorts } from '../../../runtime/index.ts';
import { until } from '../../support/until.ts';
import { registeredAgent } from './support/realAgent.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLING, TASK_KILLED } = TaskState;

const { clock } = realPorts();

test('ends: state and message by how the command ended', async (t) => {
  const { master } = await registeredAgent(t);
  const rows: [string, string, TaskState, string][] = [
    ['ok', 'true', TASK_FINISHED, 'Command exited with status 0'],
    ['three', 'exit 3', TASK_FAILED, 'Command exited with status 3'],
    ['kill9', 'kill -9 $$', TASK_FAILED, 'Command terminated with signal Killed'],
    ['term', 'kill -15 $$', TASK_FAILED, 'Command terminated with signal Terminated'],
    ['nothing', 'no-such-program', TASK_FAILED, 'Command exited with status 127'],
  ];
  for (const [id, command] of rows) master.run(commandTask(id, command));
  for (const [id, , state, message] of rows) {
    await until(`${id} ends`, () => master.states(id).length === 3);
    t.deepEqual(master.states(id), [TASK_STARTING, TASK_RUNNING, state], id);
    const last = master.statuses(id).at(-1);
    t.is(last?.message, message);
    t.is(last?.source, TaskStatusSource.SOURCE_EXECUTOR);
    t.is(last?.executor_id?.value, id);
    t.truthy(last?.container_status?.container_id?.value);
  }
});

test('the sandbox holds stdout and stderr, the environment is that of Mesos', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const environment = { variables: [{ name: 'OWN', value: 'mine' }] };
  master.run(
    commandTask('env', 'env; echo complaint >&2', {
      command: { value: 'env; echo complaint >&2', environment },
    }),
  );
  await until('it ends', () => master.states('env').includes(TASK_FINISHED));
  const sandbox = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/env/runs/latest`;
  const variables = new Map(
    readFileSync(`${sandbox}/stdout`, 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  t.is(readFileSync(`${sandbox}/stderr`, 'utf8'), 'complaint\n');
  t.is(variables.get('OWN'), 'mine');
  t.is(variables.get('MESOS_FRAMEWORK_ID'), 'framework-0000');
  t.is(variables.get('MESOS_SLAVE_ID'), 'agent-S0');
  t.is(variables.get('MESOS_ALLOCATION_ROLE'), '*');
  t.is(variables.get('MESOS_CHECKPOINT'), '1');
});

test('a kill: TASK_KILLING where the framework knows it, SIGTERM, then SIGKILL after the grace', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const older = { ...FRAMEWORK, id: { value: 'older-0001' }, capabilities: [] };
  master.run(commandTask('willing', 'sleep 1000'));
  master.run(commandTask('stubborn', `trap "" TERM; echo >${workDir}/deaf; while :; do sleep 1; done`));
  master.run(commandTask('old', 'sleep 1000'), older);
  for (const id of ['willing', 'stubborn'])
    await until(`${id} runs`, () => master.states(id).includes(TASK_RUNNING));
  // The older framework's updates are acknowledged by hand: the master of the test acknowledges for the other.
  const starting = await until('old starts', () => master.statuses('old')[0]);
  master.acknowledge(starting, older);
  const running = await until('old runs', () => master.statuses('old')[1]);
  master.acknowledge(running, older);
  await until('it is deaf to SIGTERM', () => existsSync(`${workDir}/deaf`));
  const since = clock.monotonic();
  master.kill('willing');
  master.kill('stubborn', 300);
  master.kill('old', undefined, older);
  await until('willing ends', () => master.states('willing').includes(TASK_KILLED));
  await until('old ends', () => master.states('old').includes(TASK_KILLED));
  await until('stubborn ends', () => master.states('stubborn').includes(TASK_KILLED));
  t.true(clock.monotonic() - since >= 300);
  t.deepEqual(master.states('willing'), [TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_KILLED]);
  t.deepEqual(master.states('old'), [TASK_STARTING, TASK_RUNNING, TASK_KILLED]);
  t.is(master.statuses('willing').at(-1)?.message, 'Command terminated with signal Terminated');
  t.is(master.statuses('stubborn').at(-1)?.message, 'Command terminated with signal Killed');
});

test('max_completion_time ends a task as failed, without TASK_KILLING', async (t) => {
  const { master } = await registeredAgent(t);
  master.run(commandTask('slow', 'sleep 1000', { max_completion_time: { nanoseconds: 200e6 } }));
  await until('it ends', () => master.states('slow').includes(TASK_FAILED));
  t.deepEqual(master.states('slow'), [TASK_STARTING, TASK_RUNNING, TASK_FAILED]);
  t.is(master.statuses('slow').at(-1)?.reason, TaskStatusReason.REASON_MAX_COMPLETION_TIME_REACHED);
});
