/** The life of a scheduler over HTTP: its stream, its events, its failover (v1-scheduler-api.md §4, §5, §7). */
import test from 'ava';
import { OperationState, SchedulerCallType, SchedulerEventType, TaskState } from '../../../proto/index.ts';
import { agentInfo, frameworkInfo, oldFrameworkInfo, TestCluster, taskInfo } from './support/cluster.ts';
import { HttpScheduler, PROTOBUF } from './support/httpScheduler.ts';

const Type = SchedulerCallType;
const Event = SchedulerEventType;

/** One agent, one framework over HTTP, and an offer of all that the agent has. */
function offered(info = frameworkInfo(), type = 'application/json') {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = new HttpScheduler(cluster, info, { type });
  cluster.run(1100);
  const [offer] = scheduler.offers;
  if (offer === undefined) throw new Error('no offer came');
  return { cluster, agent, agentId, scheduler, offer };
}

type Offered = ReturnType<typeof offered>;

function launch({ scheduler, offer, agentId }: Offered, id = 't1'): void {
  const operations = [{ type: 1 as const, launch: { task_infos: [taskInfo(id, agentId)] } }];
  scheduler.call({
    type: Type.ACCEPT,
    accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } },
  });
}

const again = (scheduler: HttpScheduler, fields: object = {}) =>
  new HttpScheduler(scheduler.cluster, frameworkInfo({ id: { value: scheduler.id }, ...fields }));

for (const type of ['application/json', PROTOBUF]) {
  test(`the stream begins with SUBSCRIBED and HEARTBEAT, then beats every 15 s: ${type}`, (t) => {
    const cluster = new TestCluster();
    const { stream, id, streamId, types } = new HttpScheduler(cluster, frameworkInfo(), { type });
    t.is(stream.status, 200);
    t.deepEqual(Object.keys(stream.headers).sort(), ['Content-Type', 'Mesos-Stream-Id']);
    t.is(stream.headers['Content-Type'], type);
    t.regex(streamId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    t.regex(id, /^[0-9a-f-]{36}-0000$/);
    t.deepEqual(types, [Event.SUBSCRIBED, Event.HEARTBEAT]);
    const subscribed = stream.events[0]?.subscribed;
    t.is(subscribed?.heartbeat_interval_seconds, 15);
    t.is(subscribed?.master_info?.port, 5050);
    cluster.run(14_990);
    t.is(stream.events.length, 2);
    cluster.run(10);
    t.is(stream.events.length, 3);
    cluster.run(45_000);
    t.is(stream.events.length, 6);
  });
}

test('JSON records are Mesos’ text: declared order, doubles with a fraction', (t) => {
  const { stream } = new HttpScheduler(new TestCluster());
  t.regex(
    stream.text,
    /^\d+\n\{"type":"SUBSCRIBED","subscribed":\{"framework_id":\{"value":"[^"]+"\},"heartbeat_interval_seconds":15\.0,"master_info":\{.*\}\}\}20\n\{"type":"HEARTBEAT"\}$/,
  );
});

for (const type of ['application/json', PROTOBUF]) {
  test(`a task's life: offer, launch, updates, acknowledgement: ${type}`, (t) => {
    const fixture = offered(frameworkInfo(), type);
    const { cluster, agent, agentId, scheduler, offer } = fixture;
    t.is(offer.allocation_info?.role, '*');
    t.is(offer.hostname, 'host-1');
    launch(fixture);
    const run = agent.last('mesos.internal.RunTaskMessage');
    t.is(run?.task.task_id.value, 't1');
    t.is(run?.pid ?? '', '', 'updates come back through the master');
    const uuid = cluster.update(agent, scheduler.id, 't1', agentId, TaskState.TASK_FINISHED);
    const [status] = scheduler.statuses;
    t.is(status?.state, TaskState.TASK_FINISHED);
    t.deepEqual(Buffer.from(status?.uuid ?? []), Buffer.from(uuid));
    t.is(status?.agent_id?.value, agentId);
    scheduler.call({
      type: Type.ACKNOWLEDGE,
      acknowledge: { agent_id: { value: agentId }, task_id: { value: 't1' }, uuid },
    });
    t.is(agent.all('mesos.internal.StatusUpdateAcknowledgementMessage').length, 1);
    t.is(cluster.master.parts.frameworks.find(scheduler.id)?.completed.size, 1);
    t.deepEqual(cluster.errors, []);
  });
}

test('a framework over HTTP is shown without a pid', (t) => {
  const { cluster, id } = new HttpScheduler(new TestCluster());
  const [block] = cluster.getJson('/state')['frameworks'] as Record<string, unknown>[];
  t.is(block?.['id'], id);
  t.is(block?.['connected'], true);
  t.false('pid' in (block ?? {}));
});

test('a framework of the old days gets the old form: no allocation, a role with each resource', (t) => {
  const { offer } = offered(oldFrameworkInfo({ role: 'a' }));
  t.is(offer.allocation_info, undefined);
  for (const resource of offer.resources ?? []) {
    t.is(resource.allocation_info, undefined);
    t.is(resource.reservations, undefined);
    t.is(resource.role, '*');
  }
});

test('messages, failures of executors and agents, and rescinds arrive as events', (t) => {
  const fixture = offered();
  const { cluster, agent, agentId, scheduler } = fixture;
  const executor = { executor_id: { value: 'e1' }, command: { value: 'x' }, resources: [] };
  const task = taskInfo('t1', agentId, 'cpus:1;mem:64', { command: undefined, executor });
  scheduler.call({
    type: Type.ACCEPT,
    accept: { offer_ids: [fixture.offer.id], operations: [{ type: 1, launch: { task_infos: [task] } }] },
  });
  const from = {
    slave_id: { value: agentId },
    framework_id: { value: scheduler.id },
    executor_id: { value: 'e1' },
  };
  agent.say('mesos.internal.ExecutorToFrameworkMessage', { ...from, data: new Uint8Array([1, 2]) });
  agent.say('mesos.internal.ExitedExecutorMessage', { ...from, status: 9 });
  cluster.run(10);
  t.deepEqual(Buffer.from(scheduler.all(Event.MESSAGE)[0]?.message?.data ?? []), Buffer.from([1, 2]));
  t.like(scheduler.all(Event.FAILURE)[0]?.failure, { executor_id: { value: 'e1' }, status: 9 });
  scheduler.call({ type: Type.REVIVE });
  cluster.run(10_000);
  const newest = scheduler.offers.at(-1)?.id.value ?? '';
  cluster.kill(5051);
  cluster.run(20);
  t.deepEqual(
    scheduler.all(Event.RESCIND).map(({ rescind }) => rescind?.offer_id.value),
    [newest],
  );
});

test('calls reach executors and tasks: KILL, SHUTDOWN, MESSAGE', (t) => {
  const fixture = offered();
  const { agent, agentId, scheduler } = fixture;
  launch(fixture);
  const ids = { agent_id: { value: agentId }, executor_id: { value: 'e1' } };
  scheduler.call({ type: Type.KILL, kill: { task_id: { value: 't1' } } });
  scheduler.call({ type: Type.SHUTDOWN, shutdown: ids });
  scheduler.call({ type: Type.MESSAGE, message: { ...ids, data: new Uint8Array([7]) } });
  t.is(agent.last('mesos.internal.KillTaskMessage')?.task_id?.value, 't1');
  t.is(agent.last('mesos.internal.ShutdownExecutorMessage')?.executor_id?.value, 'e1');
  t.deepEqual([...(agent.last('mesos.internal.FrameworkToExecutorMessage')?.data ?? [])], [7]);
});

test('reconciliation of tasks and operations is answered by events', (t) => {
  const fixture = offered();
  const { agentId, scheduler } = fixture;
  launch(fixture);
  scheduler.call({ type: Type.RECONCILE, reconcile: {} });
  scheduler.call({ type: Type.RECONCILE, reconcile: { tasks: [{ task_id: { value: 'nope' } }] } });
  t.deepEqual(
    scheduler.statuses.map(({ state, uuid }) => [state, uuid]),
    [
      [TaskState.TASK_STAGING, undefined],
      [TaskState.TASK_UNKNOWN, undefined],
    ],
  );
  const operations = [
    { operation_id: { value: 'o1' }, agent_id: { value: agentId } },
    { operation_id: { value: 'o2' } },
  ];
  scheduler.call({ type: Type.RECONCILE_OPERATIONS, reconcile_operations: { operations } });
  scheduler.call({ type: Type.RECONCILE_OPERATIONS, reconcile_operations: {} });
  t.deepEqual(
    scheduler.all(Event.UPDATE_OPERATION_STATUS).map((event) => event.update_operation_status?.status.state),
    [OperationState.OPERATION_UNKNOWN, OperationState.OPERATION_UNKNOWN],
  );
});

test('operations that are not performed are answered when they have an id', (t) => {
  const { scheduler, offer } = offered();
  const reserve = { type: 2 as const, reserve: { resources: [] } };
  const accept = (offerId: string, id: string) =>
    scheduler.call({
      type: Type.ACCEPT,
      accept: { offer_ids: [{ value: offerId }], operations: [{ ...reserve, id: { value: id } }, reserve] },
    });
  accept(offer.id.value, 'o1');
  accept('nope', 'o2');
  const statuses = scheduler
    .all(Event.UPDATE_OPERATION_STATUS)
    .map((event) => event.update_operation_status?.status);
  t.deepEqual(
    statuses.map((status) => [status?.operation_id?.value, status?.state, status?.uuid]),
    [
      ['o1', OperationState.OPERATION_ERROR, undefined],
      ['o2', OperationState.OPERATION_ERROR, undefined],
    ],
  );
  t.regex(statuses[1]?.message ?? '', /nope/);
});

test('operations of an agent that is to come back are recovering', (t) => {
  const cluster = new TestCluster();
  const agentId = cluster.register(cluster.agent());
  cluster.failOver();
  const scheduler = new HttpScheduler(cluster);
  const operations = [{ operation_id: { value: 'o' }, agent_id: { value: agentId } }];
  scheduler.call({ type: Type.RECONCILE_OPERATIONS, reconcile_operations: { operations } });
  const [event] = scheduler.all(Event.UPDATE_OPERATION_STATUS);
  t.is(event?.update_operation_status?.status.state, OperationState.OPERATION_RECOVERING);
});

test('failover: the old stream hears of it and ends, offers go without RESCIND, the new one is the only one', (t) => {
  const { cluster, agent, scheduler } = offered(frameworkInfo({ failover_timeout: 60 }));
  const next = again(scheduler, { failover_timeout: 60, name: 'renamed' });
  t.is(next.id, scheduler.id);
  t.not(next.streamId, scheduler.streamId);
  const last = scheduler.stream.events.at(-1);
  t.is(last?.error?.message, 'Framework failed over');
  t.is(scheduler.stream.ended, 'ended');
  t.is(scheduler.all(Event.RESCIND).length, 0);
  t.deepEqual(next.types.slice(0, 2), [Event.SUBSCRIBED, Event.HEARTBEAT]);
  t.is(scheduler.call({ type: Type.REVIVE }).status, 400, 'the old stream id is no good');
  t.is(next.call({ type: Type.REVIVE }).status, 202);
  t.is(agent.last('mesos.internal.UpdateFrameworkMessage')?.framework_info?.name, 'renamed');
  cluster.run(120_000);
  t.is(scheduler.stream.events.at(-1)?.type, Event.ERROR, 'nothing after the end');
  t.true(cluster.master.parts.frameworks.isConnected(next.id), 'the end of the old stream did no harm');
  t.true(next.offers.length > 0);
  t.deepEqual(cluster.errors, []);
});

test('a stream that closes disconnects the framework; it may come back within its timeout', (t) => {
  const fixture = offered(frameworkInfo({ failover_timeout: 30 }));
  const { cluster, agent, agentId, scheduler } = fixture;
  launch(fixture);
  cluster.run(1100);
  scheduler.stream.leave();
  cluster.run(29_000);
  const { frameworks, offers } = cluster.master.parts;
  t.false(frameworks.isConnected(scheduler.id));
  t.is(offers.count, 0);
  cluster.update(agent, scheduler.id, 't1', agentId, TaskState.TASK_RUNNING);
  const next = again(scheduler, { failover_timeout: 30 });
  t.is(next.types[0], Event.SUBSCRIBED);
  t.is(scheduler.all(Event.ERROR).length, 0, 'who is gone is told nothing');
  next.call({ type: Type.RECONCILE, reconcile: {} });
  t.is(next.statuses.at(-1)?.task_id.value, 't1');
  cluster.run(60_000);
  t.true(frameworks.isConnected(next.id));
});

test('a framework that is not back in time is removed, and its id refused', (t) => {
  const fixture = offered(frameworkInfo({ failover_timeout: 30 }));
  const { cluster, agent, scheduler } = fixture;
  launch(fixture);
  scheduler.stream.leave();
  cluster.run(30_100);
  t.is(agent.last('mesos.internal.ShutdownFrameworkMessage')?.framework_id.value, scheduler.id);
  const next = again(scheduler);
  t.is(next.stream.events[0]?.error?.message, 'Framework has been removed');
  t.is(next.stream.ended, 'ended');
});

test('TEARDOWN ends the stream without a last event', (t) => {
  const scheduler = new HttpScheduler(new TestCluster());
  const { types } = scheduler;
  t.is(scheduler.call({ type: Type.TEARDOWN }).status, 202);
  t.is(scheduler.stream.ended, 'ended');
  t.deepEqual(scheduler.types, types);
  t.is(scheduler.call({ type: Type.REVIVE }).status, 400);
});

test('an id nobody here knows, as after a failover of the master, is accepted', (t) => {
  const cluster = new TestCluster();
  const scheduler = new HttpScheduler(cluster, frameworkInfo({ id: { value: 'from-elsewhere' } }));
  t.is(scheduler.id, 'from-elsewhere');
});

test('a different principal is refused, a different user passed over', (t) => {
  const scheduler = new HttpScheduler(new TestCluster(), frameworkInfo({ principal: 'p' }));
  const stranger = again(scheduler);
  t.regex(stranger.stream.events[0]?.error?.message ?? '', /principal/);
  t.is(scheduler.stream.ended, 'open');
  const other = again(scheduler, { principal: 'p', user: 'other' });
  t.is(other.types[0], Event.SUBSCRIBED);
  t.is(other.cluster.master.parts.frameworks.find(other.id)?.description.info.user, 'nobody');
});

test('a driver’s framework is upgraded to HTTP by its id, and a driver takes it back only by force', (t) => {
  const cluster = new TestCluster();
  const driver = cluster.scheduler();
  const id = cluster.subscribe(driver);
  const scheduler = new HttpScheduler(cluster, frameworkInfo({ id: { value: id } }));
  t.is(scheduler.id, id);
  t.is(driver.last('mesos.internal.FrameworkErrorMessage')?.message, 'Framework failed over');
  cluster.kill(6001);
  cluster.run(100);
  t.true(cluster.master.parts.frameworks.isConnected(id), 'the driver’s end is nobody’s concern');
  const later = cluster.scheduler(6002);
  const call = (force: boolean) =>
    cluster.call(later, {
      type: Type.SUBSCRIBE,
      subscribe: { framework_info: frameworkInfo({ id: { value: id } }), ...{ force } },
    });
  call(false);
  t.is(later.last('mesos.internal.FrameworkErrorMessage')?.message, 'Framework failed over');
  t.is(scheduler.stream.ended, 'open');
  call(true);
  t.is(later.all('mesos.internal.FrameworkRegisteredMessage').length, 1);
  t.is(scheduler.stream.events.at(-1)?.error?.message, 'Framework failed over');
  t.is(scheduler.stream.ended, 'ended');
});

test('a reader that is too slow is cut off and its framework disconnected', (t) => {
  const { cluster, scheduler, agentId } = offered(frameworkInfo({ failover_timeout: 60 }));
  scheduler.stream.bufferedBytes = 2e6;
  for (let i = 0; i < 3; i++)
    scheduler.call({
      type: Type.RECONCILE,
      reconcile: { tasks: [{ task_id: { value: 'x' }, agent_id: { value: agentId } }] },
    });
  t.is(scheduler.stream.ended, 'cut');
  t.false(cluster.master.parts.frameworks.isConnected(scheduler.id));
  t.is(cluster.master.parts.offers.count, 0);
  t.is(again(scheduler).types[0], Event.SUBSCRIBED);
  t.deepEqual(cluster.errors, []);
});

test('a client that left before it was answered leaves no framework connected', (t) => {
  const cluster = new TestCluster();
  const { stream, id } = new HttpScheduler(cluster, frameworkInfo({ failover_timeout: 5 }));
  stream.leave();
  stream.leave();
  cluster.run(10);
  t.false(cluster.master.parts.frameworks.isConnected(id));
  cluster.run(6_000);
  t.true(cluster.master.parts.frameworks.isCompleted(id));
});

test('the end of the master ends its streams', (t) => {
  const { cluster, stream } = new HttpScheduler(new TestCluster());
  cluster.masterNode.terminate(cluster.master.self);
  cluster.run(1);
  t.is(stream.ended, 'ended');
});

test('suppressed roles of the subscription get no offers until they are revived', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent(), agentInfo());
  const scheduler = new HttpScheduler(cluster);
  scheduler.call({ type: Type.SUPPRESS });
  const before = scheduler.offers.map(({ id }) => id);
  scheduler.call({ type: Type.DECLINE, decline: { offer_ids: before, filters: { refuse_seconds: 0 } } });
  cluster.run(5_000);
  t.is(scheduler.offers.length, before.length);
  scheduler.call({ type: Type.REVIVE });
  cluster.run(100);
  t.is(scheduler.offers.length, before.length + 1);
});
