/** Executors of an earlier agent process (agent.md §7), on a virtual clock. */
import test from 'ava';
import type { Recovered } from '../../../actors/agent/recovery/checkpoints.ts';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { simulatedAgent } from './support/simulatedAgent.ts';
import { TestExecutor } from './support/testExecutor.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const { TASK_RUNNING, TASK_DROPPED, TASK_GONE } = TaskState;

const REREGISTER = 'mesos.internal.ReregisterSlaveMessage';

/** An agent that finds an executor with two tasks on its disk; the executor's driver is at `executor(1)@10.0.0.1:7070`. */
function recovering(rebooted = false) {
  const executor = { executor_id: { value: 'custom' }, command: { value: 'my-executor' } };
  const taskOf = (id: string) => ({
    info: commandTask(id, '', { executor }),
    group: undefined,
    killDeadlineMs: undefined,
  });
  const kept = {
    info: executor,
    containerId: 'run-1',
    forCommandTask: false,
    pid: '10.0.0.1:7070/executor(1)',
    tasks: new Map([
      ['one', taskOf('one')],
      ['two', taskOf('two')],
    ]),
  };
  const frameworks: Recovered = new Map([
    ['framework-0000', { info: FRAMEWORK, pid: undefined, executors: new Map([['custom', kept]]) }],
  ]);
  const info = { hostname: 'host', port: 5051, id: { value: 'agent-S0' } };
  const remains = { frameworks, updatesOf: () => [], nextUpdateOf: () => undefined, rebooted };
  return simulatedAgent({}, { info, remains });
}

function driverOf({ world, agent }: ReturnType<typeof recovering>): TestExecutor {
  const driver = new TestExecutor(agent.self);
  world.node(7070).spawn(driver);
  return driver;
}

test('is asked to reconnect, comes back with what it has, and only then the agent registers', (t) => {
  const simulation = recovering();
  const { world, master, containers } = simulation;
  world.settle();
  const driver = driverOf(simulation);
  containers.start('run-1');
  world.run(100);
  t.is(driver.messages('mesos.internal.ReconnectExecutorMessage')[0]?.slave_id.value, 'agent-S0');
  world.run(1000);
  t.is(master.messages(REREGISTER).length, 0);
  const update = {
    framework_id: { value: 'framework-0000' },
    executor_id: { value: 'custom' },
    slave_id: { value: 'agent-S0' },
    status: { task_id: { value: 'one' }, state: TASK_RUNNING, uuid: new Uint8Array(16).fill(1) },
    timestamp: 1,
    uuid: new Uint8Array(16).fill(1),
  };
  driver.tell('mesos.internal.ReregisterExecutorMessage', {
    executor_id: { value: 'custom' },
    framework_id: { value: 'framework-0000' },
    tasks: [commandTask('one', '')],
    updates: [update],
  });
  world.run(1500);
  t.is(driver.messages('mesos.internal.ExecutorReregisteredMessage').length, 1);
  t.is(driver.messages('mesos.internal.StatusUpdateAcknowledgementMessage').length, 1);
  const [message] = master.messages(REREGISTER);
  t.deepEqual(
    message?.executor_infos?.map(({ executor_id }) => executor_id.value),
    ['custom'],
  );
  t.deepEqual(master.states('one'), [TASK_RUNNING]);
  // The other task was handed over by the former agent process and never arrived.
  t.deepEqual(master.states('two'), [TASK_DROPPED]);
  t.is(master.statuses('two')[0]?.reason, TaskStatusReason.REASON_AGENT_RESTARTED);
});

test('one that does not come back in time is destroyed', (t) => {
  const simulation = recovering();
  const { world, master, containers } = simulation;
  world.settle();
  containers.start('run-1');
  world.run(1900);
  t.deepEqual(containers.signals, []);
  t.is(master.messages(REREGISTER).length, 0);
  world.run(2000);
  t.deepEqual(
    containers.signals.map(({ signal }) => signal),
    ['destroy'],
  );
  for (const task of ['one', 'two']) {
    t.deepEqual(master.states(task), [TASK_GONE]);
    t.is(master.statuses(task)[0]?.reason, TaskStatusReason.REASON_EXECUTOR_REREGISTRATION_TIMEOUT);
  }
  // The master is told by its absence.
  t.deepEqual(master.messages(REREGISTER)[0]?.executor_infos ?? [], []);
});

test('after a boot it counts as ended; the agent registers at once', (t) => {
  const { world, master } = recovering(true);
  world.run(1500);
  t.is(master.messages(REREGISTER).length, 1);
  for (const task of ['one', 'two']) {
    t.is(master.statuses(task)[0]?.reason, TaskStatusReason.REASON_EXECUTOR_TERMINATED);
  }
});
