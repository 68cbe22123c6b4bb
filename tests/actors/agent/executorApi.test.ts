/** Executors over HTTP (v1-executor-api.md §1–§3), on a virtual clock. */
import test from 'ava';
import type { Recovered } from '../../../actors/agent/recovery/checkpoints.ts';
import { TaskState, TaskStatusReason, TaskStatusSource } from '../../../proto/generated/types/v1.ts';
import { ExecutorCallType } from '../../../proto/index.ts';
import type { Injected } from '../../support/http.ts';
import {
  customTask,
  launched,
  running,
  serve,
  statusOf,
  subscribe,
  update,
  uuidOf,
} from './support/customExecutor.ts';
import { eventsOf, JSON_HEADERS, post, typesOf } from './support/httpExecutor.ts';
import { registeredSimulation, type SimulatedAgent, simulatedAgent } from './support/simulatedAgent.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const { TASK_RUNNING, TASK_FINISHED, TASK_KILLED, TASK_DROPPED, TASK_FAILED } = TaskState;
test('subscribes, gets what waits for it in order, and what comes later', (t) => {
  const { world, master, stream } = running();
  for (const id of ['two', 'three']) master.run(customTask(id), undefined, false);
  world.run(100);
  t.is(stream.status, 200);
  t.is(stream.headers['Content-Type'], 'application/json');
  t.deepEqual(typesOf(stream), ['SUBSCRIBED', 'LAUNCH', 'LAUNCH', 'LAUNCH']);
  const [subscribed, ...launches] = eventsOf(stream);
  t.like(subscribed?.subscribed, {
    executor_info: { executor_id: { value: 'custom' }, framework_id: { value: 'framework-0000' } },
    framework_info: { name: 'test' },
    agent_info: { id: { value: 'agent-S0' } },
  });
  t.truthy(subscribed?.subscribed?.container_id?.value);
  t.deepEqual(
    launches.map(({ launch }) => launch?.task.task_id.value),
    ['one', 'two', 'three'],
  );
});

test('an update reaches the framework with the uuid it has, and is acknowledged when it is safe', (t) => {
  const simulation = running();
  const { world, master, stream } = simulation;
  master.acknowledges = false;
  t.is(update(simulation, statusOf('one', TASK_RUNNING, 1)).status, 202);
  t.is(typesOf(stream).at(-1), 'LAUNCH');
  world.run(100);
  const [status] = master.statuses('one');
  t.deepEqual(Buffer.from(status?.uuid ?? []), Buffer.from(uuidOf(1)));
  t.is(status?.source, TaskStatusSource.SOURCE_EXECUTOR);
  t.is(status?.agent_id?.value, 'agent-S0');
  t.truthy(status?.timestamp);
  t.truthy(status?.container_status?.container_id?.value);
  const acknowledged = eventsOf(stream).at(-1)?.acknowledged;
  t.is(acknowledged?.task_id.value, 'one');
  t.deepEqual(Buffer.from(acknowledged?.uuid ?? []), Buffer.from(uuidOf(1)));
});

test('what comes after the end of a task is acknowledged and goes no further, even when its scheduler knows that end', (t) => {
  const simulation = running();
  const { world, master, stream } = simulation;
  update(simulation, statusOf('one', TASK_FINISHED, 1));
  update(simulation, statusOf('one', TASK_FAILED, 2));
  world.run(100);
  update(simulation, statusOf('one', TASK_FINISHED, 1));
  world.run(100);
  t.deepEqual(master.states('one'), [TASK_FINISHED]);
  t.deepEqual(typesOf(stream).slice(2), ['ACKNOWLEDGED', 'ACKNOWLEDGED', 'ACKNOWLEDGED']);
});

test('an update for a task of nobody is handed on and not acknowledged', (t) => {
  const simulation = running();
  update(simulation, statusOf('unheard-of', TASK_RUNNING, 1));
  simulation.world.run(100);
  t.deepEqual(simulation.master.states('unheard-of'), [TASK_RUNNING]);
  t.deepEqual(typesOf(simulation.stream), ['SUBSCRIBED', 'LAUNCH']);
});

test('kills, messages of both directions, shutdown', (t) => {
  const simulation = running();
  const { world, master, stream } = simulation;
  master.kill('one', 2000);
  const ids = {
    slave_id: { value: 'agent-S0' },
    framework_id: { value: 'framework-0000' },
    executor_id: { value: 'custom' },
  };
  master.tell('mesos.internal.FrameworkToExecutorMessage', { ...ids, data: Buffer.from('down') });
  t.is(
    post(simulation, { type: ExecutorCallType.MESSAGE, message: { data: Buffer.from('up') } }).status,
    202,
  );
  world.run(100);
  master.tell('mesos.internal.ShutdownExecutorMessage', ids);
  world.run(100);
  const [kill, message, shutdown] = eventsOf(stream).slice(2);
  t.is(kill?.kill?.task_id.value, 'one');
  t.is(kill?.kill?.kill_policy?.grace_period?.nanoseconds, 2e9);
  t.is(Buffer.from(message?.message?.data ?? []).toString(), 'down');
  t.is(typesOf(stream).at(-1), 'SHUTDOWN');
  t.truthy(shutdown);
  const [sent] = master.messages('mesos.internal.ExecutorToFrameworkMessage');
  t.is(Buffer.from(sent?.data ?? []).toString(), 'up');
});

test('one that does not end within its grace after SHUTDOWN is destroyed', (t) => {
  const { world, master, containers, stream } = running({ executor_shutdown_grace_period: '3secs' });
  const ids = { framework_id: { value: 'framework-0000' }, executor_id: { value: 'custom' } };
  master.tell('mesos.internal.ShutdownExecutorMessage', ids);
  world.run(2900);
  t.deepEqual(containers.signals, []);
  world.run(200);
  t.is(containers.signals[0]?.signal, 'destroy');
  t.like(master.statuses('one').at(-1), {
    state: TASK_FAILED,
    reason: TaskStatusReason.REASON_EXECUTOR_TERMINATED,
  });
  t.is(stream.ended, 'ended');
});

test('one that does not subscribe in time is destroyed', (t) => {
  const { world, master, containers } = launched();
  world.run(60_100);
  t.is(containers.signals[0]?.signal, 'destroy');
  t.like(master.statuses('one')[0], {
    state: TASK_FAILED,
    reason: TaskStatusReason.REASON_EXECUTOR_REGISTRATION_TIMEOUT,
  });
});

test('its one task killed before it subscribed, it is not needed', (t) => {
  const simulation = launched();
  const { world, master, containers } = simulation;
  master.kill('one');
  world.run(100);
  t.deepEqual(master.states('one'), [TASK_KILLED]);
  t.is(containers.signals[0]?.signal, 'destroy');
  t.is(subscribe(simulation).status, 400);
});

test('subscribing again takes the place of the former stream; what never arrived is dropped, what waits is told again', (t) => {
  const simulation = running();
  const { world, master, stream } = simulation;
  master.run(customTask('two'), undefined, false);
  world.run(100);
  const held = customTask('one');
  const again = subscribe(simulation, {
    unacknowledged_tasks: [held],
    unacknowledged_updates: [{ status: statusOf('one', TASK_RUNNING, 7) }],
  });
  world.run(100);
  t.is(stream.ended, 'ended');
  t.deepEqual(typesOf(again).sort(), ['ACKNOWLEDGED', 'SUBSCRIBED']);
  t.deepEqual(master.states('one'), [TASK_RUNNING]);
  t.like(master.statuses('two')[0], { state: TASK_DROPPED, reason: TaskStatusReason.REASON_AGENT_RESTARTED });
});

test('a stream that breaks costs nothing but what is sent meanwhile', (t) => {
  const simulation = running();
  const { world, stream, containers } = simulation;
  stream.leave();
  world.run(5000);
  t.deepEqual(containers.signals, []);
  t.is(post(simulation, { type: ExecutorCallType.HEARTBEAT }).status, 202);
  t.is(update(simulation, statusOf('one', TASK_RUNNING, 1)).status, 202);
});

test('a heartbeat comes each half hour', (t) => {
  const { world, stream } = running();
  world.run(30 * 60_000 - 1000);
  t.is(typesOf(stream).length, 2);
  world.run(30 * 60_000 + 2000);
  t.deepEqual(typesOf(stream).slice(2), ['HEARTBEAT', 'HEARTBEAT']);
});

/** An agent that was started again and finds the executor with two tasks. */
function recovering(): SimulatedAgent {
  const executor = { executor_id: { value: 'custom' }, command: { value: 'my-executor' } };
  const kept = {
    info: executor,
    containerId: 'run-1',
    forCommandTask: false,
    pid: undefined,
    tasks: new Map(
      ['one', 'two'].map((id) => [id, { info: customTask(id), group: undefined, killDeadlineMs: undefined }]),
    ),
  };
  const frameworks: Recovered = new Map([
    ['framework-0000', { info: FRAMEWORK, pid: undefined, executors: new Map([['custom', kept]]) }],
  ]);
  const info = { hostname: 'host', port: 5051, id: { value: 'agent-S0' } };
  return simulatedAgent(
    {},
    {
      ...serve,
      info,
      remains: { frameworks, updatesOf: () => [], nextUpdateOf: () => undefined, rebooted: false },
    },
  );
}

test('after a restart of the agent it comes back while other calls are put off', (t) => {
  const simulation = recovering();
  const { world, master, containers } = simulation;
  world.settle();
  containers.start('run-1');
  world.run(100);
  t.is(update(simulation, statusOf('one', TASK_RUNNING, 1)).status, 503);
  const stream = subscribe(simulation, {
    unacknowledged_tasks: [customTask('one')],
    unacknowledged_updates: [{ status: statusOf('one', TASK_RUNNING, 1) }],
  });
  world.run(3000);
  t.true(typesOf(stream).includes('SUBSCRIBED'));
  t.deepEqual(master.states('one'), [TASK_RUNNING]);
  t.deepEqual(master.states('two'), [TASK_DROPPED]);
});

test('after a restart of the agent one that does not come back is destroyed', (t) => {
  const { world, master, containers } = recovering();
  world.settle();
  containers.start('run-1');
  world.run(4000);
  t.is(containers.signals[0]?.signal, 'destroy');
  t.is(master.statuses('one')[0]?.reason, TaskStatusReason.REASON_EXECUTOR_REREGISTRATION_TIMEOUT);
});

const task_id = { value: 'one' };
const good = statusOf('one', TASK_RUNNING, 1);

const refused: [what: string, status: number, send: (simulation: SimulatedAgent) => Injected][] = [
  ['GET', 405, (s) => post(s, {}, { method: 'GET' })],
  ['no Content-Type', 400, (s) => post(s, {}, { headers: {} })],
  ['text', 415, (s) => post(s, {}, { headers: { 'content-type': 'text/plain' } })],
  ['no JSON', 400, (s) => post(s, {}, { body: Buffer.from('{"type":') })],
  ['no type', 400, (s) => post(s, {})],
  ['UPDATE without its body', 400, (s) => post(s, { type: ExecutorCallType.UPDATE })],
  ['an update without uuid', 400, (s) => update(s, { ...good, uuid: undefined })],
  ['a uuid of 15 bytes', 400, (s) => update(s, { ...good, uuid: new Uint8Array(15) })],
  ['another executor’s status', 400, (s) => update(s, { ...good, executor_id: { value: 'other' } })],
  ['no source', 400, (s) => update(s, { task_id, state: TASK_RUNNING, uuid: uuidOf(1) })],
  ['TASK_STAGING', 400, (s) => update(s, statusOf('one', TaskState.TASK_STAGING, 1))],
  ['a check without its type', 400, (s) => update(s, { ...good, check_status: {} })],
  ['a check without its member', 400, (s) => update(s, { ...good, check_status: { type: 2 } })],
  [
    'Accept of neither encoding',
    406,
    (s) =>
      post(
        s,
        { type: ExecutorCallType.SUBSCRIBE, subscribe: {} },
        { headers: { ...JSON_HEADERS, accept: 'text/html' } },
      ),
  ],
  [
    'a framework that is not here',
    400,
    (s) =>
      post(s, {
        type: ExecutorCallType.SUBSCRIBE,
        subscribe: {},
        framework_id: { value: 'nobody' },
      }),
  ],
  [
    'an executor that is not here',
    400,
    (s) => post(s, { type: ExecutorCallType.SUBSCRIBE, subscribe: {}, executor_id: { value: 'nobody' } }),
  ],
  ['an update before SUBSCRIBE', 403, (s) => update(s, good)],
  ['UNKNOWN', 403, (s) => post(s, { type: ExecutorCallType.UNKNOWN })],
];

for (const [what, status, send] of refused) {
  test(`${status}: ${what}`, (t) => {
    const answer = send(launched());
    t.is(answer.status, status);
    t.regex(answer.text, /^[^\n]+$/);
  });
}

test('SUBSCRIBE may leave its lists out, and so its body', (t) => {
  const answer = post(launched(), { type: ExecutorCallType.SUBSCRIBE });
  t.is(answer.status, 200);
});

test('501: UNKNOWN of one that subscribed', (t) => {
  t.is(post(running(), { type: ExecutorCallType.UNKNOWN }).status, 501);
});

test('nobody speaks for the executor that the agent made for a command', (t) => {
  const simulation = registeredSimulation({}, serve);
  const { master, world } = simulation;
  master.run(commandTask('command', 'sleep 9'));
  world.run(100);
  const executor_id = { value: 'command' };
  const answer = post(simulation, { type: ExecutorCallType.SUBSCRIBE, subscribe: {}, executor_id });
  t.is(answer.status, 400);
});
