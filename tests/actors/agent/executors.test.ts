/** Executors that are processes of their own (agent.md §4.2, §4.3, §6), on a virtual clock. */
import test from 'ava';
import type { TaskInfo } from '../../../proto/generated/types/v1.ts';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { registeredSimulation, type SimulatedAgent } from './support/simulatedAgent.ts';
import { TestExecutor } from './support/testExecutor.ts';
import { commandTask } from './support/testMaster.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_FAILED, TASK_KILLED, TASK_DROPPED } = TaskState;

function customTask(id: string, grace?: number): TaskInfo {
  const shutdown_grace_period = grace === undefined ? undefined : { nanoseconds: grace * 1e6 };
  const executor = {
    executor_id: { value: 'custom' },
    command: { value: 'my-executor' },
    shutdown_grace_period,
  };
  return commandTask(id, '', { command: undefined, executor });
}

/** Its driver, on a node of its own. */
function executorOf({ world, agent }: SimulatedAgent): TestExecutor {
  const executor = new TestExecutor(agent.self);
  world.node(7070).spawn(executor);
  world.settle();
  return executor;
}

/** An executor that registered and runs task `one`. */
function runningExecutor(given: Record<string, string> = {}) {
  const simulation = registeredSimulation(given);
  const { world, master } = simulation;
  master.run(customTask('one'));
  world.run(100);
  const executor = executorOf(simulation);
  executor.register();
  world.run(100);
  return { ...simulation, executor };
}

const RUN = 'mesos.internal.RunTaskMessage';

test('is started with the environment of Mesos, registers, gets its tasks in order', (t) => {
  const { world, master, containers, executor } = runningExecutor();
  const [id = ''] = containers.ids;
  const launch = containers.launches.get(id);
  t.is(launch?.command.value, 'my-executor');
  t.like(launch?.environment, {
    MESOS_FRAMEWORK_ID: 'framework-0000',
    MESOS_EXECUTOR_ID: 'custom',
    MESOS_SLAVE_ID: 'agent-S0',
    MESOS_SLAVE_PID: 'slave(1)@10.0.0.1:5051',
    MESOS_AGENT_ENDPOINT: '10.0.0.1:5051',
    MESOS_CHECKPOINT: '1',
    MESOS_RECOVERY_TIMEOUT: '15mins',
    MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
    LIBPROCESS_PORT: '0',
  });
  t.is(executor.messages('mesos.internal.ExecutorRegisteredMessage').length, 1);
  for (const task of ['two', 'three', 'four']) master.run(customTask(task), undefined, false);
  world.run(100);
  t.deepEqual(
    executor.messages(RUN).map(({ task }) => task.task_id.value),
    ['one', 'two', 'three', 'four'],
  );
  t.is(containers.ids.length, 1);
});

test('an update is acknowledged when it is safe, and once more when it comes again', (t) => {
  const { world, master, executor } = runningExecutor();
  master.acknowledges = false;
  executor.update('one', TASK_RUNNING, 1);
  world.run(100);
  t.is(executor.messages('mesos.internal.StatusUpdateAcknowledgementMessage').length, 1);
  executor.update('one', TASK_RUNNING, 1);
  world.run(100);
  t.is(executor.messages('mesos.internal.StatusUpdateAcknowledgementMessage').length, 2);
  t.deepEqual(master.states('one'), [TASK_RUNNING]);
});

test("a task's first end wins; what comes after goes no further", (t) => {
  const { world, master, executor } = runningExecutor();
  executor.update('one', TASK_RUNNING, 1);
  executor.update('one', TASK_FINISHED, 2);
  executor.update('one', TASK_FAILED, 3);
  executor.update('one', TASK_RUNNING, 4);
  world.run(1000);
  t.deepEqual(master.states('one'), [TASK_RUNNING, TASK_FINISHED]);
  t.is(executor.messages('mesos.internal.StatusUpdateAcknowledgementMessage').length, 4);
});

const badUpdates: [string, (executor: TestExecutor) => void][] = [
  ['TASK_STAGING', (executor) => executor.update('one', TaskState.TASK_STAGING, 1)],
  [
    'no uuid',
    (executor) =>
      executor.tell('mesos.internal.StatusUpdateMessage', {
        update: {
          framework_id: { value: 'framework-0000' },
          status: { task_id: { value: 'one' }, state: TASK_RUNNING },
          timestamp: 1,
        },
      }),
  ],
  [
    'a framework that is not here',
    (executor) =>
      executor.tell('mesos.internal.StatusUpdateMessage', {
        update: {
          framework_id: { value: 'nobody' },
          status: { task_id: { value: 'one' }, state: TASK_RUNNING, uuid: new Uint8Array(16) },
          timestamp: 1,
        },
      }),
  ],
];

for (const [what, send] of badUpdates) {
  test(`an update is refused: ${what}`, (t) => {
    const { world, master, executor, agent } = runningExecutor();
    send(executor);
    world.run(100);
    t.deepEqual(master.states('one'), []);
    t.is(agent.node.metrics.snapshot()['slave/invalid_status_updates'], 1);
  });
}

test('one that does not register within a minute is destroyed', (t) => {
  const { world, master, containers } = registeredSimulation();
  master.run(customTask('one'));
  world.run(59_000);
  t.deepEqual(master.states('one'), []);
  world.run(2000);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['destroy'],
  );
  t.deepEqual(master.states('one'), [TASK_FAILED]);
  t.is(master.statuses('one')[0]?.reason, TaskStatusReason.REASON_EXECUTOR_REGISTRATION_TIMEOUT);
  t.is(master.messages('mesos.internal.ExitedExecutorMessage')[0]?.status, 9);
});

test('a launch that fails ends its tasks with the reason', (t) => {
  const { world, master, containers } = registeredSimulation();
  containers.starts = false;
  master.run(customTask('one'));
  world.run(100);
  containers.fail(containers.ids[0] ?? '', 'no such user');
  world.run(100);
  const [status] = master.statuses('one');
  t.is(status?.state, TASK_FAILED);
  t.is(status?.reason, TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED);
  t.is(status?.message, 'Failed to launch container: no such user');
});

test('when its container ends, its tasks end and the master hears of it', (t) => {
  const { world, master, containers } = runningExecutor();
  master.run(customTask('two'), undefined, false);
  world.run(100);
  containers.exit(containers.ids[0] ?? '', { kind: 'exited', code: 7 });
  world.run(1000);
  for (const task of ['one', 'two']) {
    t.deepEqual(master.states(task), [TASK_FAILED]);
    t.is(master.statuses(task)[0]?.reason, TaskStatusReason.REASON_EXECUTOR_TERMINATED);
  }
  t.is(master.messages('mesos.internal.ExitedExecutorMessage')[0]?.status, 7 << 8);
});

test('it can be launched anew once all about its former run is acknowledged', (t) => {
  const { world, master, containers } = runningExecutor();
  master.acknowledges = false;
  containers.exit(containers.ids[0] ?? '');
  world.run(100);
  master.run(customTask('early'));
  world.run(100);
  t.is(master.statuses('early')[0]?.state, TASK_DROPPED);
  t.is(master.statuses('early')[0]?.reason, TaskStatusReason.REASON_EXECUTOR_TERMINATED);
  const [last] = master.statuses('one');
  if (last !== undefined) master.acknowledge(last);
  world.run(100);
  master.run(customTask('again'));
  world.run(100);
  t.is(containers.ids.length, 2);
});

test('ShutdownExecutorMessage: it is asked, then destroyed after its grace', (t) => {
  const { world, master, containers, executor } = runningExecutor();
  master.tell('mesos.internal.ShutdownExecutorMessage', {
    executor_id: { value: 'custom' },
    framework_id: { value: 'framework-0000' },
  });
  world.run(4500);
  t.is(executor.messages('mesos.internal.ShutdownExecutorMessage').length, 1);
  t.deepEqual(containers.signals, []);
  world.run(1000);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['destroy'],
  );
  t.deepEqual(master.states('one'), [TASK_FAILED]);
});

test('ShutdownFrameworkMessage: nothing more is said of its tasks', (t) => {
  const { world, master, executor, agent } = runningExecutor();
  master.tell('mesos.internal.ShutdownFrameworkMessage', { framework_id: { value: 'framework-0000' } });
  world.run(100);
  t.is(executor.messages('mesos.internal.ShutdownExecutorMessage').length, 1);
  executor.update('one', TASK_KILLED, 5);
  world.run(6000);
  t.deepEqual(master.states('one'), []);
  t.is(agent.describe()['frameworks'], 0);
});

test('kills, and messages both ways, are passed on', (t) => {
  const { world, master, executor } = runningExecutor();
  const to = {
    slave_id: { value: 'agent-S0' },
    framework_id: { value: 'framework-0000' },
    executor_id: { value: 'custom' },
    data: new Uint8Array([1, 2]),
  };
  master.kill('one', 50);
  master.tell('mesos.internal.FrameworkToExecutorMessage', to);
  executor.tell('mesos.internal.ExecutorToFrameworkMessage', to);
  world.run(100);
  t.is(executor.messages('mesos.internal.KillTaskMessage')[0]?.kill_policy?.grace_period?.nanoseconds, 50e6);
  t.is(executor.messages('mesos.internal.FrameworkToExecutorMessage').length, 1);
  t.is(master.messages('mesos.internal.ExecutorToFrameworkMessage').length, 1);
});

test('a task killed before its executor registered never reaches it; the executor is not needed then', (t) => {
  const simulation = registeredSimulation();
  const { world, master, containers } = simulation;
  master.run(customTask('one'));
  world.run(100);
  master.kill('one');
  world.run(100);
  t.deepEqual(master.states('one'), [TASK_KILLED]);
  t.is(master.statuses('one')[0]?.reason, TaskStatusReason.REASON_TASK_KILLED_DURING_LAUNCH);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['destroy'],
  );
});

test('one that nobody expects is told to end', (t) => {
  const simulation = registeredSimulation();
  const executor = executorOf(simulation);
  executor.register('stranger');
  simulation.world.run(100);
  t.is(executor.messages('mesos.internal.ShutdownExecutorMessage')[0]?.executor_id?.value, 'stranger');
});
