/** The executor driver against an agent that does what the test says, on a simulated network. */
import test from 'ava';
import {
  type Executor,
  type ExecutorEnvironment,
  executorEnvironment,
  hostExecutor,
} from '../../../actors/executor/index.ts';
import { TaskState, TaskStatusSource } from '../../../proto/index.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import { simulatedWorld } from '../../support/world.ts';
import { ScriptedAgent, slave_id } from './scriptedAgent.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLED, TASK_STAGING } = TaskState;

const environment = (variables: Record<string, string> = {}): ExecutorEnvironment =>
  executorEnvironment({
    MESOS_SLAVE_PID: 'slave(1)@10.0.0.1:1',
    MESOS_FRAMEWORK_ID: 'F-0000',
    MESOS_EXECUTOR_ID: 'e',
    MESOS_DIRECTORY: '/sandbox',
    MESOS_CHECKPOINT: '1',
    ...variables,
  });

/** An executor at :2 that runs tasks until it is told to end them, and an agent at :1. */
function executorWorld(variables: Record<string, string> = {}, own: Partial<Executor> = {}) {
  const world = simulatedWorld(7, mesosCodec);
  const heard: string[] = [];
  const startAgent = () => {
    const agent = new ScriptedAgent();
    const node = world.node(1);
    node.spawn(agent);
    const crash = () => {
      world.network.drop(node.address);
      void node.stop();
    };
    return { agent, crash };
  };
  const executor: Executor = {
    registered: (_driver, { agent_id }) => heard.push(`registered ${agent_id.value}`),
    reregistered: () => heard.push('reregistered'),
    disconnected: () => heard.push('disconnected'),
    launchTask: (driver, { task_id }) => driver.sendStatusUpdate({ task_id, state: TASK_RUNNING }),
    killTask: (driver, task_id) => driver.sendStatusUpdate({ task_id, state: TASK_KILLED }),
    frameworkMessage: (driver, data) => driver.sendFrameworkMessage(data),
    shutdown: () => heard.push('shutdown'),
    ...own,
  };
  const first = startAgent();
  const node = world.node(2);
  const definition = { name: 'test', create: () => executor };
  const { pid } = hostExecutor(node, definition, environment(variables), () => heard.push('killed'));
  world.run(10);
  return {
    ...world,
    ...first,
    heard,
    pid,
    own: node,
    startAgent,
    alive: () => node.find(pid.id) !== undefined,
  };
}

test('registers once, runs and kills tasks, and tells who, when and where', (t) => {
  const { agent, heard, run } = executorWorld();
  t.deepEqual(heard, ['registered S0']);
  agent.run('a');
  agent.kill('a');
  run(10);
  t.deepEqual(agent.told, [`a ${TASK_RUNNING}`, `a ${TASK_KILLED}`]);
  const [update] = agent.updates;
  t.deepEqual(update?.slave_id, slave_id);
  t.deepEqual(update?.status.agent_id, slave_id);
  t.deepEqual(update?.status.executor_id, { value: 'e' });
  t.is(update?.status.source, TaskStatusSource.SOURCE_EXECUTOR);
  t.is(update?.uuid?.length, 16);
  t.deepEqual(update?.status.uuid, update?.uuid);
  t.true((update?.timestamp ?? 0) > 1_600_000_000);
  run(60_000);
  t.deepEqual(agent.heard, ['register']);
});

test('what a launch throws makes the task TASK_FAILED, with its words', (t) => {
  const { agent, run } = executorWorld(
    {},
    {
      launchTask: () => {
        throw new Error('no such function');
      },
    },
  );
  agent.run('a');
  run(10);
  t.deepEqual(agent.told, [`a ${TASK_FAILED}`]);
  t.is(agent.updates[0]?.status.message, 'no such function');
});

test("TASK_STAGING is not an executor's to tell", (t) => {
  const { agent, run } = executorWorld(
    {},
    { launchTask: (driver, { task_id }) => driver.sendStatusUpdate({ task_id, state: TASK_STAGING }) },
  );
  agent.run('a');
  run(10);
  t.regex(agent.updates[0]?.status.message ?? '', /TASK_STAGING is not an executor's to tell/);
});

test('messages of the framework and back', (t) => {
  const { agent, run } = executorWorld();
  const data = Buffer.from('ping');
  const ids = { slave_id, framework_id: { value: 'F-0000' }, executor_id: { value: 'e' } };
  agent.tell('mesos.internal.FrameworkToExecutorMessage', { ...ids, data });
  run(10);
  t.deepEqual(agent.heard, ['register', 'message ping']);
});

test('a restarted agent gets back what it has not acknowledged, in order', (t) => {
  const { agent, heard, run, crash, startAgent, pid } = executorWorld();
  agent.run('done');
  run(10);
  agent.acknowledging = false;
  agent.run('open');
  agent.kill('open');
  run(10);
  crash();
  run(60_000);
  t.deepEqual(heard.slice(1), ['disconnected']);
  const { agent: next } = startAgent();
  next.executor = pid;
  run(1);
  next.tell('mesos.internal.ReconnectExecutorMessage', { slave_id });
  run(100);
  t.deepEqual(next.heard, ['reregister']);
  const [told] = next.reregistrations;
  t.deepEqual(
    told?.tasks?.map(({ task_id }) => task_id.value),
    ['open'],
  );
  t.deepEqual(
    told?.updates?.map(({ status }) => status.state),
    [TASK_RUNNING, TASK_KILLED],
  );
  t.is(heard.at(-1), 'reregistered');
  next.run('new');
  run(10);
  t.deepEqual(next.told, [`new ${TASK_RUNNING}`]);
});

test('updates made while the agent is away are kept for it', (t) => {
  let finish = () => {};
  const { agent, run, crash, startAgent, pid } = executorWorld(
    {},
    {
      launchTask: (driver, { task_id }) => {
        finish = () => driver.sendStatusUpdate({ task_id, state: TASK_FINISHED });
      },
    },
  );
  agent.run('a');
  run(10);
  crash();
  run(1_000);
  finish();
  run(1_000);
  const { agent: next } = startAgent();
  next.executor = pid;
  run(1);
  next.tell('mesos.internal.ReconnectExecutorMessage', { slave_id });
  run(100);
  t.deepEqual(
    next.reregistrations[0]?.updates?.map(({ status }) => status.state),
    [TASK_FINISHED],
  );
});

test('an agent that stays away longer than the recovery time-out: shut down, then killed', (t) => {
  const { heard, run, crash, alive } = executorWorld({ MESOS_RECOVERY_TIMEOUT: '1mins' });
  crash();
  run(59_000);
  t.deepEqual(heard.slice(1), ['disconnected']);
  run(2_000);
  t.deepEqual(heard.slice(1), ['disconnected', 'shutdown']);
  run(5_000);
  t.deepEqual(heard.slice(1), ['disconnected', 'shutdown', 'killed']);
  t.false(alive());
});

test('without checkpoint the end of the agent is the order to shut down', (t) => {
  const { heard, run, crash } = executorWorld({ MESOS_CHECKPOINT: '0' });
  crash();
  run(10);
  t.deepEqual(heard.slice(1), ['disconnected', 'shutdown']);
});

test('told to shut down: the executor may still tell how its tasks end, and leaves when that is acknowledged', (t) => {
  const { agent, heard, run, alive } = executorWorld(
    { MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '30secs' },
    {
      shutdown: (driver) => {
        driver.sendStatusUpdate({ task_id: { value: 'a' }, state: TASK_KILLED });
        driver.stop();
      },
    },
  );
  agent.acknowledging = false;
  agent.tell('mesos.internal.ShutdownExecutorMessage', {});
  run(1_000);
  t.deepEqual(agent.told, [`a ${TASK_KILLED}`]);
  t.true(alive());
  for (const update of agent.updates) agent.acknowledge(update);
  run(10);
  t.false(alive());
  t.false(heard.includes('killed'));
});

test('acknowledgements that never come do not keep an executor from leaving', (t) => {
  const { agent, run, alive } = executorWorld(
    { MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '30secs' },
    { killTask: (driver) => driver.stop() },
  );
  agent.acknowledging = false;
  agent.run('a');
  agent.kill('a');
  run(4_000);
  t.true(alive());
  run(2_000);
  t.false(alive());
});

const missing = ['MESOS_SLAVE_PID', 'MESOS_FRAMEWORK_ID', 'MESOS_EXECUTOR_ID', 'MESOS_DIRECTORY'];
for (const name of missing)
  test(`an environment without ${name}: one sentence that names it`, (t) => {
    const error = t.throws(() => environment({ [name]: '' }));
    t.is(error?.message, `${name} is not set: an executor is started by an agent, which sets it`);
  });

test('an environment that makes no sense', (t) => {
  t.regex(
    t.throws(() => environment({ MESOS_SLAVE_PID: 'x' }))?.message ?? '',
    /^MESOS_SLAVE_PID: expected an address/,
  );
  t.regex(
    t.throws(() => environment({ MESOS_RECOVERY_TIMEOUT: 'x' }))?.message ?? '',
    /^MESOS_RECOVERY_TIMEOUT: expected/,
  );
});
