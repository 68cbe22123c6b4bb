/** SUBSCRIBE of the operator API: a snapshot, then every change in order; bounded, filtered, resumable. */
import test from 'ava';
import { EventLog } from '../../../../actors/master/events/eventLog.ts';
import {
  decodeAs,
  enumName,
  fromJsonText,
  type MasterEvent,
  MasterEventType,
  RecordDecoder,
  SchedulerCallType,
  TaskState,
} from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, offered, TestCluster, taskInfo } from '../support/cluster.ts';
import { type Answer, JSON_HEADERS, PROTOBUF, request } from '../support/httpScheduler.ts';

const SUBSCRIBE = JSON.stringify({ type: 'SUBSCRIBE' });

const subscribe = (cluster: TestCluster, headers: Record<string, string> = {}): Answer =>
  request(cluster, { path: '/api/v1', headers: { ...JSON_HEADERS, ...headers }, body: SUBSCRIBE });

type Indexed = MasterEvent & { readonly index?: number };

function eventsOf({ body, headers }: Answer): Indexed[] {
  return new RecordDecoder().push(body).map((record) => {
    if (headers['Content-Type'] === PROTOBUF) return decodeAs('mesos.v1.master.Event', record);
    const text = Buffer.from(record).toString();
    const { index } = JSON.parse(text) as { index?: number };
    return {
      ...(fromJsonText('mesos.v1.master.Event', text) as MasterEvent),
      ...(index !== undefined && { index }),
    };
  });
}

const typesOf = (answer: Answer) => eventsOf(answer).map(({ type }) => enumName(MasterEventType, type));

/** Names of the events without heartbeats. */
const changesOf = (answer: Answer) => typesOf(answer).filter((name) => name !== 'HEARTBEAT');

for (const type of ['application/json', PROTOBUF]) {
  test(`the stream begins with SUBSCRIBED and HEARTBEAT, then beats every 15 s: ${type}`, (t) => {
    const cluster = new TestCluster();
    const stream = subscribe(cluster, { accept: type });
    t.is(stream.status, 200);
    t.deepEqual(stream.headers, { 'Content-Type': type });
    t.deepEqual(typesOf(stream), ['SUBSCRIBED', 'HEARTBEAT']);
    t.is(eventsOf(stream)[0]?.subscribed?.heartbeat_interval_seconds, 15);
    cluster.run(15_010);
    t.deepEqual(typesOf(stream), ['SUBSCRIBED', 'HEARTBEAT', 'HEARTBEAT']);
  });
}

test('every change of tasks, agents and frameworks is told in order', (t) => {
  const cluster = new TestCluster();
  const stream = subscribe(cluster);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t', agentId)]);
  cluster.update(agent, frameworkId, 't', agentId, TaskState.TASK_RUNNING);
  cluster.update(agent, frameworkId, 't', agentId, TaskState.TASK_RUNNING);
  cluster.call(scheduler, { framework_id: { value: frameworkId }, type: SchedulerCallType.TEARDOWN });
  agent.say('mesos.internal.UnregisterSlaveMessage', { slave_id: { value: agentId } });
  cluster.run(5);
  t.deepEqual(changesOf(stream), [
    'SUBSCRIBED',
    'AGENT_ADDED',
    'FRAMEWORK_ADDED',
    'TASK_ADDED',
    'TASK_UPDATED',
    'TASK_UPDATED',
    'FRAMEWORK_REMOVED',
    'AGENT_REMOVED',
  ]);
  const events = eventsOf(stream).filter(({ type }) => type !== MasterEventType.HEARTBEAT);
  t.like(events[1]?.agent_added?.agent, { active: true, deactivated: false });
  t.like(events[2]?.framework_added?.framework, {
    active: true,
    connected: true,
    unregistered_time: { nanoseconds: 0 },
  });
  t.is(events[3]?.task_added?.task.state, TaskState.TASK_STAGING);
  t.like(events[4]?.task_updated, { framework_id: { value: frameworkId }, state: TaskState.TASK_RUNNING });
  t.is(events[5]?.task_updated?.state, TaskState.TASK_KILLED);
});

test('a framework that subscribes again or changes itself is told as updated', (t) => {
  const { cluster, scheduler, frameworkId } = offered();
  const stream = subscribe(cluster);
  const framework_info = frameworkInfo({ id: { value: frameworkId }, name: 'renamed' });
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.UPDATE_FRAMEWORK,
    update_framework: { framework_info },
  });
  t.deepEqual(changesOf(stream), ['SUBSCRIBED', 'FRAMEWORK_UPDATED']);
});

test('agents and tasks that come back after a failover are told as added', (t) => {
  const { cluster, agent, agentId, frameworkId } = offered();
  cluster.failOver();
  const stream = subscribe(cluster);
  agent.attachTo(cluster.master.self);
  cluster.reregister(agent, agentId, {
    frameworks: [frameworkInfo({ id: { value: frameworkId } })],
    tasks: [
      {
        name: 't',
        task_id: { value: 't' },
        framework_id: { value: frameworkId },
        agent_id: { value: agentId },
        state: TaskState.TASK_RUNNING,
      },
    ],
  });
  t.deepEqual(changesOf(stream), ['SUBSCRIBED', 'AGENT_ADDED', 'FRAMEWORK_ADDED', 'TASK_ADDED']);
  t.like(eventsOf(stream).at(-1)?.task_added?.task, { state: TaskState.TASK_RUNNING });
});

test('what the caller may not see is not told', (t) => {
  const acls = JSON.stringify({
    view_frameworks: [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }],
  });
  const cluster = new TestCluster({ acls });
  const stream = subscribe(cluster);
  const agentId = cluster.register(cluster.agent());
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
  cluster.run(10);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('t', agentId)]);
  t.deepEqual(changesOf(stream), ['SUBSCRIBED', 'AGENT_ADDED']);
});

test('one stream too many closes the oldest', (t) => {
  const cluster = new TestCluster({ max_operator_event_stream_subscribers: '2' });
  const [oldest, second, third] = [1, 2, 3].map(() => subscribe(cluster));
  t.is(oldest?.ended, 'ended');
  t.is(second?.ended, 'open');
  t.is(third?.ended, 'open');
  t.is(cluster.master.parts.eventStreams.count, 2);
});

test('a reader that does not read is cut off, and the others are not disturbed', (t) => {
  const cluster = new TestCluster();
  const slow = subscribe(cluster);
  const quick = subscribe(cluster);
  slow.bufferedBytes = 2e6;
  cluster.register(cluster.agent(), agentInfo());
  t.is(slow.ended, 'cut');
  t.deepEqual(changesOf(quick), ['SUBSCRIBED', 'AGENT_ADDED']);
  t.is(cluster.masterNode.metrics.snapshot()['master/operator_event_streams_dropped'], 1);
  t.is(cluster.master.parts.eventStreams.count, 1);
});

test('a snapshot larger than what may wait is read in peace: neither heartbeats nor changes cut its reader off', async (t) => {
  const cluster = new TestCluster();
  const attributes = [{ name: 'big', type: 3 as const, text: { value: 'x'.repeat(2e6) } }];
  cluster.register(cluster.agent(), { ...agentInfo(), attributes });
  const stream = request(cluster, {
    path: '/api/v1',
    headers: JSON_HEADERS,
    body: SUBSCRIBE,
    holdsBack: 1e6,
  });
  t.is(typesOf(stream)[0], 'SUBSCRIBED');
  cluster.run(40_000);
  cluster.register(cluster.agent(2), agentInfo(undefined, 'host-2'));
  t.is(stream.ended, 'open');
  stream.drain();
  // The master hears of it by a promise.
  await Promise.resolve();
  cluster.run(10);
  t.deepEqual(typesOf(stream), ['SUBSCRIBED', 'HEARTBEAT', 'AGENT_ADDED']);
});

test('a stream whose client left costs nothing more', (t) => {
  const cluster = new TestCluster();
  const stream = subscribe(cluster);
  stream.leave();
  cluster.run(5);
  t.is(cluster.master.parts.eventStreams.count, 0);
  t.is(cluster.masterNode.metrics.snapshot()['master/operator_event_stream_subscribers'], 0);
});

test('a stream with indexes is resumed where it broke', (t) => {
  const cluster = new TestCluster();
  const first = subscribe(cluster, { 'mesostate-event-index': '*' });
  const at = first.headers['Mesostate-Event-Index'] ?? '';
  const [log] = at.split(':');
  t.is(at, `${log}:0`);
  cluster.register(cluster.agent(5051));
  t.is(eventsOf(first).at(-1)?.index, 1);
  first.leave();
  cluster.register(cluster.agent(5052));
  cluster.register(cluster.agent(5053));
  const again = subscribe(cluster, { 'mesostate-event-index': `${log}:1` });
  t.is(again.headers['Mesostate-Event-Index'], `${log}:1`);
  t.deepEqual(
    eventsOf(again).map(({ type, index }) => [enumName(MasterEventType, type), index]),
    [
      ['SUBSCRIBED', 1],
      ['AGENT_ADDED', 2],
      ['AGENT_ADDED', 3],
      ['HEARTBEAT', 3],
    ],
  );
  t.is(eventsOf(again)[0]?.subscribed?.get_state, undefined, 'nothing is told twice');
});

test('an index of another log, or of no time, begins with a snapshot', (t) => {
  const cluster = new TestCluster();
  for (const asked of ['other:1', 'x', `${cluster.master.parts.info.id}:99`]) {
    const stream = subscribe(cluster, { 'mesostate-event-index': asked });
    t.truthy(eventsOf(stream)[0]?.subscribed?.get_state);
  }
});

test('an index in protobuf is a field that clients pass over', (t) => {
  const cluster = new TestCluster();
  const stream = subscribe(cluster, { accept: PROTOBUF, 'mesostate-event-index': '*' });
  cluster.register(cluster.agent());
  t.deepEqual(changesOf(stream), ['SUBSCRIBED', 'AGENT_ADDED']);
});

test('the log forgets the oldest', (t) => {
  const log = new EventLog(3);
  for (let i = 0; i < 5; i++) log.add(() => undefined);
  t.deepEqual(
    log.after(2)?.map(({ index }) => index),
    [3, 4, 5],
  );
  t.is(log.after(1), undefined);
  t.deepEqual(log.after(5), []);
  t.is(log.after(6), undefined);
});
