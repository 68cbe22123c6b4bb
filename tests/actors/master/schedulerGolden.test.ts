/** What a real Mesos answered schedulers over HTTP, held against ours: status, headers, events, their keys and types. */
import test from 'ava';
import { AgentInfoCapabilityType, OperationState, RecordDecoder, TaskState } from '../../../proto/index.ts';
import { differences, type Exchange, exchangesOf, filesOf, headOf, type Json } from '../../support/golden.ts';
import { agentInfo, TestCluster } from './support/cluster.ts';
import { type Answer, JSON_HEADERS, request } from './support/httpScheduler.ts';

/** Exchanges that are not replayed, and why. */
const NOT_OURS: Readonly<Record<string, string>> = {
  '035-wrong-path.json': 'compared below: it reaches the operator API',
};

function replay(cluster: TestCluster, { request: sent }: Exchange, ours = (text: string) => text): Answer {
  const headers = Object.entries(sent.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    ours(String(value)),
  ]);
  const body = typeof sent.body === 'object' ? JSON.stringify(sent.body) : (sent.body ?? '');
  return request(cluster, {
    method: sent.method,
    path: sent.path,
    headers: Object.fromEntries(headers),
    body: ours(body),
  });
}

const headsOf = (answer: Answer, { response }: Exchange) => [
  headOf(answer.status, answer.headers),
  headOf(response.status, response.headers),
];

/** The events as they stand in the stream. */
function rawEvents({ body }: Answer): Json[] {
  return new RecordDecoder().push(body).map((record) => JSON.parse(Buffer.from(record).toString()) as Json);
}

for (const [file, { request: sent }] of exchangesOf('scheduler-errors').filter(
  ([name]) => name in NOT_OURS,
)) {
  // It was recorded without its headers and as far as that a stream was opened.
  test(`scheduler-errors/${file}`, (t) => {
    const answer = request(new TestCluster(), {
      path: sent.path,
      headers: { ...JSON_HEADERS, accept: 'application/json' },
      body: String(sent.body),
    });
    t.is(answer.status, 200);
    t.true(answer.streamed);
    t.is(rawEvents(answer)[0]?.['type'], 'SUBSCRIBED');
  });
}

for (const [file, exchange] of exchangesOf('scheduler-errors', NOT_OURS)) {
  test(`scheduler-errors/${file}`, (t) => {
    const answer = replay(new TestCluster(), exchange);
    const [ours, theirs] = headsOf(answer, exchange);
    t.deepEqual(ours, theirs);
    t.true(answer.body.length > 0, 'says what was wrong');
    if (exchange.response.status !== 200) return;
    t.deepEqual(
      rawEvents(answer).map((event) => event['type']),
      ['ERROR'],
    );
    t.is(answer.ended, 'ended');
  });
}

test('the comparison sees a key, a type and an order that are not Mesos’', (t) => {
  const theirs = { a: 1, b: { c: 'x' }, d: [{ e: 1 }] };
  t.deepEqual(differences({ a: 2, b: { c: 'y' }, d: [{ e: 3 }] }, theirs, ''), []);
  t.deepEqual(differences({ a: '2', b: { c: 'x' }, d: [] }, theirs, ''), [
    '.a: string, Mesos has number',
    '.d[]: only Mesos has some',
  ]);
  t.deepEqual(differences({ a: 1, b: { x: 1 }, d: [{ e: 2 }] }, theirs, ''), [
    '.b.x: Mesos has no such key',
    '.b.c: only Mesos has it',
  ]);
  t.regex(differences({ b: { c: 'y' }, a: 2, d: [{ e: 1 }] }, theirs, '').join(), /order/);
  t.deepEqual(differences({ a: 1, b: { c: '' }, d: [{ e: 1 }, { e: 'z' }] }, theirs, ''), [
    '.d[].e: string, Mesos has number',
  ]);
});

/** The least differences to an event of the same type that was recorded. */
function nearest(event: Json, recorded: readonly Json[]): string[] {
  const all = recorded
    .filter(({ type }) => type === event['type'])
    .map((each) => differences(event, each, String(event['type'])));
  return all.sort((a, b) => a.length - b.length)[0] ?? [`Mesos sent no ${String(event['type'])}`];
}

function frameworkIdOf(event: Json | undefined): string {
  const subscribed = event?.['subscribed'] as { framework_id: { value: string } } | undefined;
  return subscribed?.framework_id.value ?? '';
}

/** A scheduler that subscribed as the recorded one did, and the words of the recording in this cluster's. */
function subscribed(stream: Exchange) {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(
    agent,
    {
      ...agentInfo('ports:[31000-32000];cpus:8;mem:8192;disk:20000'),
      attributes: [{ name: 'rack', type: 3, text: { value: 'r1' } }],
    },
    {
      resource_version_uuid: { value: new Uint8Array(16).fill(1) },
      agent_capabilities: Object.values(AgentInfoCapabilityType).map((type) => ({ type })),
    },
  );
  const answer = replay(cluster, stream);
  cluster.run(1100);
  const [first] = rawEvents(answer);
  const frameworkId = frameworkIdOf(first);
  const masterId = frameworkIdOf(stream.events?.[0]?.event).slice(0, -'-0000'.length);
  const streamId = stream.response.headers['mesos-stream-id'] ?? '';
  const ours = (text: string) =>
    text
      .replaceAll(masterId, frameworkId.slice(0, -'-0000'.length))
      .replaceAll(streamId, answer.headers['Mesos-Stream-Id'] ?? '');
  return { cluster, agent, agentId, answer, frameworkId, ours };
}

/** One operation is done, an unknown one asked about. */
function reserve(
  given: Pick<ReturnType<typeof subscribed>, 'cluster' | 'agent' | 'agentId' | 'answer' | 'frameworkId'>,
) {
  const { cluster, agent, agentId, answer, frameworkId } = given;
  cluster.run(1100);
  const offers = rawEvents(answer).filter(({ type }) => type === 'OFFERS');
  const listed = offers.at(-1)?.['offers'] as { offers: { id: { value: string } }[] } | undefined;
  const headers = { ...JSON_HEADERS, 'mesos-stream-id': answer.headers['Mesos-Stream-Id'] ?? '' };
  const call = (type: string, body: object) =>
    request(cluster, {
      headers,
      body: JSON.stringify({ type, framework_id: { value: frameworkId }, ...body }),
    });
  const allocation_info = { role: 'golden' };
  const reservations = [{ type: 'DYNAMIC', role: 'golden' }];
  const disk = { name: 'disk', type: 'SCALAR', scalar: { value: 100 }, allocation_info, reservations };
  const operation = { type: 'RESERVE', id: { value: 'op-1' }, reserve: { resources: [disk] } };
  call('ACCEPT', { accept: { offer_ids: [listed?.offers[0]?.id], operations: [operation] } });
  const asked = agent.last('mesos.internal.ApplyOperationMessage');
  const agent_id = { value: agentId };
  agent.say('mesos.internal.UpdateOperationStatusMessage', {
    framework_id: { value: frameworkId },
    slave_id: agent_id,
    operation_uuid: asked?.operation_uuid ?? { value: new Uint8Array(16) },
    status: {
      operation_id: { value: 'op-1' },
      state: OperationState.OPERATION_FINISHED,
      uuid: { value: new Uint8Array(16).fill(2) },
      agent_id,
    },
  });
  cluster.run(5);
  const operations = [{ operation_id: { value: 'op-1' } }, { operation_id: { value: 'nope' } }];
  call('RECONCILE_OPERATIONS', { reconcile_operations: { operations } });
}

const life = exchangesOf('scheduler', NOT_OURS);
const [, stream] = life.find(([file]) => file.includes('stream')) ?? [];
const [, failover] =
  exchangesOf('scheduler-failover', NOT_OURS).find(([file]) => file.includes('stream')) ?? [];
const [, tornDown] =
  exchangesOf('scheduler-failover', NOT_OURS).find(([file]) => file.includes('torn-down')) ?? [];

if (stream !== undefined) {
  for (const [file, exchange] of life.filter(([name]) => !name.includes('stream'))) {
    test(`scheduler/${file}`, (t) => {
      const { cluster, ours } = subscribed(stream);
      const answer = replay(cluster, exchange, ours);
      const [head, theirs] = headsOf(answer, exchange);
      t.deepEqual(head, theirs, answer.text);
      t.is(answer.body.length === 0, (exchange.response.text ?? '') === '');
    });
  }

  test('events have the keys, the order and the types of those that were recorded', (t) => {
    const { cluster, agent, agentId, answer, frameworkId, ours } = subscribed(stream);
    const [offers] = rawEvents(answer).filter(({ type }) => type === 'OFFERS');
    const listed = offers?.['offers'] as { offers: { id: { value: string } }[] } | undefined;
    const accept = life.find(([file]) => file.includes('ACCEPT-custom-executor'))?.[1];
    const body = String(accept?.request.body).replace(/[^"]+-O\d+/, listed?.offers[0]?.id.value ?? '');
    if (accept !== undefined) replay(cluster, { ...accept, request: { ...accept.request, body } }, ours);
    const container_status = {
      container_id: { value: 'c' },
      network_infos: [{ ip_addresses: [{ protocol: 1 as const, ip_address: '127.0.0.1' }] }],
      executor_pid: 7,
    };
    const fields = { executor_id: { value: 'cexec' }, container_status };
    cluster.update(agent, frameworkId, 'c1', agentId, TaskState.TASK_RUNNING, fields);
    const from = {
      slave_id: { value: agentId },
      framework_id: { value: frameworkId },
      executor_id: { value: 'cexec' },
    };
    agent.say('mesos.internal.ExecutorToFrameworkMessage', { ...from, data: new Uint8Array([1]) });
    const reconcile = life.find(([file]) => file.includes('RECONCILE-explicit'))?.[1];
    if (reconcile !== undefined) replay(cluster, reconcile, ours);
    reserve({ cluster, agent, agentId, answer, frameworkId });
    agent.say('mesos.internal.ExitedExecutorMessage', { ...from, status: 0 });
    cluster.run(10);
    if (failover !== undefined) {
      const next = replay(cluster, failover, ours);
      t.deepEqual(headOf(next.status, next.headers), headOf(200, failover.response.headers));
      t.deepEqual(
        rawEvents(next)
          .map(({ type }) => type)
          .slice(0, 2),
        failover.events?.map(({ event }) => event['type']).slice(0, 2),
      );
    }
    const events = rawEvents(answer);
    const recorded = (stream.events ?? []).map(({ event }) => event);
    const types = new Set(recorded.map((event) => String(event['type'])));
    t.deepEqual([...types].filter((type) => !events.some((event) => event['type'] === type)).sort(), []);
    t.deepEqual(
      events.flatMap((event) => nearest(event, recorded)),
      [],
    );
    t.is(recorded.at(-1)?.['type'], 'ERROR');
    t.deepEqual(events.at(-1), recorded.at(-1));
  });

  test('scheduler-failover: a framework that was torn down is refused', (t) => {
    const { cluster, answer, ours, frameworkId } = subscribed(stream);
    const teardown = `{"type":"TEARDOWN","framework_id":{"value":"${frameworkId}"}}`;
    const headers = { ...JSON_HEADERS, 'mesos-stream-id': answer.headers['Mesos-Stream-Id'] ?? '' };
    t.is(request(cluster, { headers, body: teardown }).status, 202);
    if (tornDown === undefined) return;
    const refused = replay(cluster, tornDown, ours);
    const [head, theirs] = headsOf(refused, tornDown);
    t.deepEqual(head, theirs);
    t.deepEqual(
      rawEvents(refused),
      (tornDown.events ?? []).map(({ event }) => event),
    );
  });
}

test('nothing that was recorded of a framework that comes back is left out', (t) => {
  const used = [failover, tornDown].filter((each) => each !== undefined);
  t.is(filesOf('scheduler-failover').length, used.length);
});
