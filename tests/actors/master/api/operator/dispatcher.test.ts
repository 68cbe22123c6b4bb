/** `/api/v1` of the master: what is refused before any call is performed, and how it is answered. */
import test from 'ava';
import { MasterCallType, MasterResponseType } from '../../../../../proto/index.ts';
import { agentInfo, offered, TestCluster } from '../../support/cluster.ts';
import { JSON_HEADERS, PROTOBUF, request } from '../../support/httpScheduler.ts';
import { ask, askProtobuf, operate } from '../../support/operator.ts';

const HEALTH = JSON.stringify({ type: 'GET_HEALTH' });

for (const [what, sent, status, text] of [
  ['another method', { method: 'GET' }, 405, /Expecting one of \{ 'POST' \}, but received 'GET'/],
  ['no content type', { headers: {} }, 400, /Expecting 'Content-Type' to be present/],
  [
    'another content type',
    { headers: { 'content-type': 'text/plain' } },
    415,
    /application\/json or application/,
  ],
  [
    'parameters in its content type',
    { headers: { 'content-type': 'application/json; charset=utf-8' } },
    415,
    /Content-Type/,
  ],
  ['a body that is no JSON', { body: '{' }, 400, /Failed to parse/],
  [
    'a body that is no protobuf',
    { headers: { 'content-type': PROTOBUF }, body: '\xff' },
    400,
    /Failed to parse/,
  ],
  ['no type', { body: '{}' }, 400, /Expecting 'type' to be present/],
  ['an unknown type', { body: '{"type":"BOGUS"}' }, 400, /Expecting 'type' to be present/],
  ['type UNKNOWN', { body: '{"type":"UNKNOWN"}' }, 501, /UNKNOWN/],
  ['a missing sub-message', { body: '{"type":"GET_METRICS"}' }, 400, /Expecting 'get_metrics' to be present/],
  ['an answer type that is not there', { headers: { ...JSON_HEADERS, accept: 'image/png' } }, 406, /Accept/],
] as const) {
  test(`a call with ${what} is answered ${status}`, (t) => {
    const answer = request(new TestCluster(), { path: '/api/v1', body: HEALTH, ...sent });
    t.is(answer.status, status);
    t.regex(answer.text, text);
    t.is(answer.headers['Content-Type'], 'text/plain; charset=utf-8');
  });
}

test('the longest prefix leads to it, with the actor’s name and without', (t) => {
  for (const path of ['/api/v1', '/master/api/v1', '/api/v1/operator', '/api/v1/']) {
    t.is(request(new TestCluster(), { path, body: HEALTH }).status, 200, path);
  }
});

test('a call in protobuf is answered in protobuf when only that is read', (t) => {
  const answer = askProtobuf(new TestCluster(), { type: MasterCallType.GET_MASTER });
  t.is(answer.type, MasterResponseType.GET_MASTER);
  t.is(answer.get_master?.master_info?.port, 5050);
});

test('what a master tells of itself', (t) => {
  const cluster = new TestCluster();
  t.deepEqual(ask(cluster, { type: MasterCallType.GET_HEALTH }), {
    type: MasterResponseType.GET_HEALTH,
    get_health: { healthy: true },
  });
  const { get_flags } = ask(cluster, { type: MasterCallType.GET_FLAGS });
  t.true(get_flags?.flags?.some(({ name, value }) => name === 'agent_ping_timeout' && value === '15secs'));
  t.is(ask(cluster, { type: MasterCallType.GET_VERSION }).get_version?.version_info.version, '1.12.0');
  const { get_metrics } = ask(cluster, { type: MasterCallType.GET_METRICS, get_metrics: {} });
  t.is(get_metrics?.metrics?.find(({ name }) => name === 'master/elected')?.value, 1);
});

test('the log level is raised for a while', (t) => {
  const cluster = new TestCluster();
  const level = () => ask(cluster, { type: MasterCallType.GET_LOGGING_LEVEL }).get_logging_level?.level;
  const before = level() ?? 0;
  const raise = (to: number) =>
    operate(cluster, {
      type: MasterCallType.SET_LOGGING_LEVEL,
      set_logging_level: { level: to, duration: { nanoseconds: 1e9 } },
    });
  t.is(raise(before + 1).status, 200);
  t.is(level(), before + 1);
  cluster.run(1100);
  t.is(level(), before);
  t.is(raise(-1).status, 400);
});

test('TEARDOWN ends a framework, and refuses one it does not know', (t) => {
  const { cluster, frameworkId } = offered();
  const tearDown = (value: string) =>
    operate(cluster, { type: MasterCallType.TEARDOWN, teardown: { framework_id: { value } } });
  t.like(tearDown('nope'), { status: 400, text: 'No framework found with specified ID' });
  t.like(tearDown(frameworkId), { status: 200, text: '' });
  t.true(cluster.master.parts.frameworks.isCompleted(frameworkId));
});

test('MARK_AGENT_GONE is stored before it is answered, and may be repeated', (t) => {
  const cluster = new TestCluster();
  const agentId = cluster.register(cluster.agent(), agentInfo());
  const mark = (value: string) =>
    operate(cluster, { type: MasterCallType.MARK_AGENT_GONE, mark_agent_gone: { agent_id: { value } } });
  t.is(mark('nope').status, 404);
  t.is(mark(agentId).status, 200);
  t.true(cluster.master.parts.agents.isGone(agentId));
  t.is(mark(agentId).status, 200);
});
