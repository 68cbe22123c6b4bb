/** The checks of `/api/v1/scheduler`, row by row (v1-scheduler-api.md §2, §6). */
import test from 'ava';
import {
  encodeAs,
  FrameworkInfoCapabilityType,
  type SchedulerCall,
  SchedulerCallType,
  SchedulerEventType,
} from '../../../proto/index.ts';
import { basicAuthenticator } from '../../../runtime/index.ts';
import { frameworkInfo, TestCluster } from './support/cluster.ts';
import {
  type Answer,
  HttpScheduler,
  JSON_HEADERS,
  PROTOBUF,
  request,
  type Sent,
} from './support/httpScheduler.ts';

const Type = SchedulerCallType;
const REALM = 'mesos-master-scheduler';
const SUBSCRIBE = JSON.stringify({
  type: 'SUBSCRIBE',
  subscribe: {
    framework_info: { user: 'u', name: 'x', roles: ['*'], capabilities: [{ type: 'MULTI_ROLE' }] },
  },
});
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const UUID = new Uint8Array(16).fill(0x41);

/** Two principals may ask; one of them through a proxy that knows them by claims only. */
function guarded(): TestCluster {
  const cluster = new TestCluster();
  const users = basicAuthenticator(REALM, [
    { principal: 'p', secret: 's' },
    { principal: 'q', secret: 's' },
  ]);
  cluster.masterNode.setAuthenticator(REALM, {
    authenticate: (asked) =>
      asked.headers['x-claims'] === undefined
        ? users.authenticate(asked)
        : { principal: { claims: { sub: 'somebody' } } },
  });
  return cluster;
}

const rows: readonly [what: string, sent: Sent, status: number, text: RegExp][] = [
  ['5: GET', { method: 'GET' }, 405, /POST/],
  ['5: PUT', { method: 'PUT', body: SUBSCRIBE }, 405, /POST/],
  ['6: no Content-Type', { headers: {}, body: SUBSCRIBE }, 400, /'Content-Type' to be present/],
  ['7: text', { headers: { 'content-type': 'text/plain' }, body: SUBSCRIBE }, 415, /application\/x-protobuf/],
  ['7: a parameter', { headers: { 'content-type': 'application/json; charset=utf-8' } }, 415, /Content-Type/],
  ['7: upper case', { headers: { 'content-type': 'Application/JSON' } }, 415, /Content-Type/],
  ['7: RecordIO', { headers: { 'content-type': 'application/recordio' } }, 415, /Content-Type/],
  ['7 before 8', { headers: { 'content-type': 'text/plain' }, body: '{' }, 415, /Content-Type/],
  ['8: no body', {}, 400, /not valid JSON/],
  ['8: half a body', { body: '{"type":' }, 400, /not valid JSON/],
  ['8: an array', { body: '[]' }, 400, /object/],
  ['8: a string', { body: '"x"' }, 400, /object/],
  ['8: no user', { body: '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"name":"x"}}}' }, 400, /user/],
  ['8: nested too deep', { body: `{"a":${'['.repeat(300)}${']'.repeat(300)}}` }, 400, /200 deep/],
  ['8: garbage', { headers: { 'content-type': PROTOBUF }, body: '\xff\xff\xff' }, 400, /cannot decode/],
  ['9: no type', { body: '{}' }, 400, /'type' to be present/],
  ['9: a type nobody knows', { body: '{"type":"subscribe"}' }, 400, /'type' to be present/],
  ['9: no subscribe', { body: '{"type":"SUBSCRIBE"}' }, 400, /'subscribe' to be present/],
  ['9: no framework_id', { body: '{"type":"TEARDOWN"}' }, 400, /'framework_id' to be present/],
  [
    '9: another framework_id',
    { body: SUBSCRIBE.replace('{', '{"framework_id":{"value":"a"},') },
    400,
    /'framework_id' differs/,
  ],
  [
    '9 before 10',
    { headers: { ...JSON_HEADERS, accept: 'text/html' }, body: '{"type":"SUBSCRIBE"}' },
    400,
    /subscribe/,
  ],
  ['10: HTML', { headers: { ...JSON_HEADERS, accept: 'text/html' }, body: SUBSCRIBE }, 406, /'Accept'/],
  [
    '10: q=0',
    {
      headers: { ...JSON_HEADERS, accept: 'application/json;q=0, application/x-protobuf;q=0.0' },
      body: SUBSCRIBE,
    },
    406,
    /'Accept'/,
  ],
  [
    '10: RECONCILE_OPERATIONS',
    {
      headers: { ...JSON_HEADERS, accept: 'text/html' },
      body: '{"type":"RECONCILE_OPERATIONS","framework_id":{"value":"f"},"reconcile_operations":{}}',
    },
    406,
    /'Accept'/,
  ],
  [
    '11: a stream id',
    { headers: { ...JSON_HEADERS, 'mesos-stream-id': 'abc' }, body: SUBSCRIBE },
    400,
    /should not include/,
  ],
  [
    '12: unknown framework',
    { body: '{"type":"TEARDOWN","framework_id":{"value":"nope"}}' },
    400,
    /cannot be found/,
  ],
  ['12 before 18', { body: '{"type":"UNKNOWN","framework_id":{"value":"nope"}}' }, 400, /cannot be found/],
];

for (const [what, sent, status, text] of rows) {
  test(`row ${what}: ${status}`, (t) => {
    for (const path of ['/api/v1/scheduler', '/master/api/v1/scheduler', '/api/v1/scheduler/below/']) {
      const answer = request(new TestCluster(), { ...sent, path });
      t.is(answer.status, status, answer.text);
      t.regex(answer.text, text);
      t.false(answer.text.includes('\n'), 'one line');
      t.is(answer.headers['Content-Type'], 'text/plain; charset=utf-8');
      t.is(answer.headers['Allow'], status === 405 ? 'POST' : undefined);
    }
  });
}

test('row 1: who does not say who they are is asked: 401', (t) => {
  const answer = request(guarded(), { body: SUBSCRIBE });
  t.is(answer.status, 401);
  t.is(answer.headers['WWW-Authenticate'], `Basic realm="${REALM}"`);
});

test('row 2: claims without a value: 403, before everything that the request says', (t) => {
  t.is(request(guarded(), { method: 'GET', headers: { 'x-claims': '1' } }).status, 403);
});

test('row 4: 503 as long as the registry is not recovered, before the method', (t) => {
  const cluster = new TestCluster();
  cluster.master.parts.leadership.fail('a test');
  t.is(request(cluster, { method: 'GET' }).status, 503);
  t.is(request(cluster, { body: SUBSCRIBE }).status, 503);
});

test('row 9: the principal of FrameworkInfo must be who asks, and is who asks when unset', (t) => {
  const cluster = guarded();
  const headers = { authorization: basic('p:s') };
  const refused = new HttpScheduler(cluster, frameworkInfo({ principal: 'q' }), { headers });
  t.is(refused.stream.status, 400);
  t.regex(refused.stream.text, /'p' does not match principal 'q'/);
  const scheduler = new HttpScheduler(cluster, frameworkInfo(), { headers });
  t.is(cluster.master.parts.frameworks.find(scheduler.id)?.description.info.principal, 'p');
});

test('row 13: a call of somebody else: 400', (t) => {
  const cluster = guarded();
  const scheduler = new HttpScheduler(cluster, frameworkInfo(), {
    headers: { authorization: basic('p:s') },
  });
  const revive = { type: Type.REVIVE };
  t.is(scheduler.call(revive, { authorization: basic('q:s') }).status, 400);
  t.is(scheduler.call(revive, { authorization: basic('p:s') }).status, 202);
});

test('row 14: a framework that is not connected: 403', (t) => {
  const scheduler = new HttpScheduler(new TestCluster(), frameworkInfo({ failover_timeout: 60 }));
  scheduler.stream.leave();
  const answer = scheduler.call({ type: Type.REVIVE }, { 'mesos-stream-id': 'other' });
  t.is(answer.status, 403);
  t.regex(answer.text, /not subscribed/);
});

test('row 15: a framework that is connected as a driver: 403', (t) => {
  const cluster = new TestCluster();
  const id = cluster.subscribe(cluster.scheduler());
  const answer = request(cluster, { body: `{"type":"REVIVE","framework_id":{"value":"${id}"}}` });
  t.is(answer.status, 403);
  t.regex(answer.text, /not connected via HTTP/);
});

test('rows 16 and 17: the stream id must be there, and that of the present stream: 400', (t) => {
  const scheduler = new HttpScheduler(new TestCluster());
  const body = `{"type":"REVIVE","framework_id":{"value":"${scheduler.id}"}}`;
  const none = request(scheduler.cluster, { body });
  t.is(none.status, 400);
  t.regex(none.text, /should include the 'Mesos-Stream-Id'/);
  const wrong = scheduler.call({ type: Type.REVIVE }, { 'mesos-stream-id': 'abc' });
  t.is(wrong.status, 400);
  t.regex(wrong.text, /present one/);
});

test('row 18: UNKNOWN: 501', (t) => {
  t.is(new HttpScheduler(new TestCluster()).call({ type: Type.UNKNOWN }).status, 501);
});

const body = (name: string, call: object): [name: string, call: SchedulerCall] => [name, call];
const ids = { agent_id: { value: 'a' }, task_id: { value: 't' }, executor_id: { value: 'e' } };
const operation = { operation_id: { value: 'o' }, uuid: UUID };

/** Calls that are taken, whatever comes of them. */
const taken: readonly [name: string, call: SchedulerCall][] = [
  body('ACCEPT', { type: Type.ACCEPT, accept: { offer_ids: [{ value: 'nope' }] } }),
  body('DECLINE', { type: Type.DECLINE, decline: { offer_ids: [{ value: 'nope' }] } }),
  body('ACCEPT_INVERSE_OFFERS', {
    type: Type.ACCEPT_INVERSE_OFFERS,
    accept_inverse_offers: { inverse_offer_ids: [{ value: 'nope' }] },
  }),
  body('DECLINE_INVERSE_OFFERS', {
    type: Type.DECLINE_INVERSE_OFFERS,
    decline_inverse_offers: { inverse_offer_ids: [{ value: 'nope' }] },
  }),
  body('REVIVE', { type: Type.REVIVE }),
  body('REVIVE of a foreign role', { type: Type.REVIVE, revive: { roles: ['nope'] } }),
  body('SUPPRESS', { type: Type.SUPPRESS }),
  body('KILL', { type: Type.KILL, kill: ids }),
  body('SHUTDOWN', { type: Type.SHUTDOWN, shutdown: ids }),
  body('ACKNOWLEDGE', { type: Type.ACKNOWLEDGE, acknowledge: { ...ids, uuid: UUID } }),
  body('ACKNOWLEDGE_OPERATION_STATUS', {
    type: Type.ACKNOWLEDGE_OPERATION_STATUS,
    acknowledge_operation_status: { ...operation, agent_id: ids.agent_id },
  }),
  body('RECONCILE', { type: Type.RECONCILE, reconcile: {} }),
  body('RECONCILE_OPERATIONS', { type: Type.RECONCILE_OPERATIONS, reconcile_operations: {} }),
  body('MESSAGE', { type: Type.MESSAGE, message: { ...ids, data: UUID } }),
  body('REQUEST', { type: Type.REQUEST, request: {} }),
  body('TEARDOWN', { type: Type.TEARDOWN }),
];

for (const [name, call] of taken) {
  test(`row 19: ${name}: 202 without a body, in JSON and in protobuf`, (t) => {
    for (const type of ['application/json', PROTOBUF]) {
      const answer = new HttpScheduler(new TestCluster(), frameworkInfo(), { type }).call(call);
      t.is(answer.status, 202, answer.text);
      t.is(answer.body.length, 0);
      t.deepEqual(answer.headers, {});
    }
  });
}

const bodiless: readonly (keyof typeof Type)[] = [
  'ACCEPT',
  'DECLINE',
  'ACCEPT_INVERSE_OFFERS',
  'DECLINE_INVERSE_OFFERS',
  'KILL',
  'SHUTDOWN',
  'ACKNOWLEDGE',
  'ACKNOWLEDGE_OPERATION_STATUS',
  'RECONCILE',
  'RECONCILE_OPERATIONS',
  'MESSAGE',
  'REQUEST',
  'UPDATE_FRAMEWORK',
];

for (const name of bodiless) {
  test(`${name} without its body: 400`, (t) => {
    const answer = new HttpScheduler(new TestCluster()).call({ type: Type[name] });
    t.is(answer.status, 400);
    t.true(answer.text.includes(`'${name.toLowerCase()}' to be present`), answer.text);
  });
}

test('acknowledgements need a UUID with a version, those of operations an agent: 400, counted', (t) => {
  const scheduler = new HttpScheduler(new TestCluster());
  const uuid = new Uint8Array(16).fill(1);
  const acknowledge = { ...ids, uuid };
  const answers: Answer[] = [
    scheduler.call({ type: Type.ACKNOWLEDGE, acknowledge }),
    scheduler.call({ type: Type.ACKNOWLEDGE, acknowledge: { ...ids, uuid: UUID.subarray(1) } }),
    scheduler.call({
      type: Type.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledge_operation_status: { ...operation, uuid, agent_id: ids.agent_id },
    }),
    scheduler.call({ type: Type.ACKNOWLEDGE_OPERATION_STATUS, acknowledge_operation_status: operation }),
    scheduler.call({ type: Type.MESSAGE }),
  ];
  for (const answer of answers) t.is(answer.status, 400);
  const { metrics } = scheduler.cluster.master.parts;
  t.is(metrics.invalidAcknowledgements.value, 2);
  t.is(metrics.invalidOperationAcknowledgements.value, 2);
  t.is(metrics.invalidFrameworkMessages.value, 1);
});

test('UPDATE_FRAMEWORK is answered with what came of it: 200 or 400', (t) => {
  const scheduler = new HttpScheduler(new TestCluster(), frameworkInfo({ roles: ['a', 'b'] }));
  const update = (fields: object, more: object = {}) =>
    scheduler.call({
      type: Type.UPDATE_FRAMEWORK,
      update_framework: {
        framework_info: frameworkInfo({ id: { value: scheduler.id }, ...fields }),
        ...more,
      },
    });
  const good = update({ roles: ['c'], name: 'new' });
  t.is(good.status, 200);
  t.is(good.body.length, 0);
  t.deepEqual(scheduler.cluster.master.parts.frameworks.find(scheduler.id)?.description.roles, ['c']);
  t.is(update({ roles: ['.'] }).status, 400);
  t.is(update({ user: 'other' }).status, 400);
  t.is(update({ checkpoint: true }).status, 400);
  t.is(update({ principal: 'other' }).status, 400);
  t.is(update({ roles: ['c'] }, { suppressed_roles: ['d'] }).status, 400);
  const elsewhere = update({ id: { value: 'other' } });
  t.is(elsewhere.status, 400);
  t.regex(elsewhere.text, /'framework_id' differs from 'update_framework/);
});

test('UPDATE_FRAMEWORK with a role that is not its own to use: 403, but first what is wrong with it', (t) => {
  const acls = JSON.stringify({
    register_frameworks: [
      { principals: { values: ['p'] }, roles: { values: ['a'] } },
      { principals: { type: 'ANY' }, roles: { type: 'NONE' } },
    ],
  });
  const info = frameworkInfo({ roles: ['a'], principal: 'p' });
  const scheduler = new HttpScheduler(new TestCluster({ acls }), info);
  const update = (fields: object) =>
    scheduler.call({
      type: Type.UPDATE_FRAMEWORK,
      update_framework: { framework_info: { ...info, id: { value: scheduler.id }, ...fields } },
    });
  const denied = update({ roles: ['a', 'b'] });
  t.deepEqual([denied.status, denied.text], [403, "Not authorized to use role 'b'"]);
  const other = update({ roles: ['b'], principal: 'q' });
  t.is(other.status, 400);
  t.regex(other.text, /'FrameworkInfo.principal' cannot be changed/);
  t.is(update({ name: 'new' }).status, 200);
  t.deepEqual(scheduler.cluster.master.parts.frameworks.find(scheduler.id)?.description.roles, ['a']);
});

const accepts: readonly [accept: string | undefined, type: string][] = [
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['APPLICATION/JSON', 'application/json'],
  ['application/x-protobuf, application/json;q=0.1', 'application/json'],
  ['application/x-protobuf', PROTOBUF],
  ['text/html , application/x-protobuf; q=0.5', PROTOBUF],
  ['application/json;q=0, */*', PROTOBUF],
];

for (const [accept, type] of accepts) {
  test(`Accept ${accept ?? 'absent'}: the stream is ${type}, whatever the body is`, (t) => {
    const body = encodeAs('mesos.v1.scheduler.Call', {
      type: Type.SUBSCRIBE,
      subscribe: {
        framework_info: {
          user: 'u',
          name: 'x',
          capabilities: [{ type: FrameworkInfoCapabilityType.MULTI_ROLE }],
        },
      },
    });
    const headers = { 'content-type': PROTOBUF, ...(accept !== undefined && { accept }) };
    const stream = request(new TestCluster(), { headers, body });
    t.is(stream.status, 200, stream.text);
    t.is(stream.headers['Content-Type'], type);
    t.is(stream.events[0]?.type, SchedulerEventType.SUBSCRIBED);
  });
}

const refusals: readonly [what: string, info: Parameters<typeof frameworkInfo>[0], text: RegExp][] = [
  ['a role that cannot be', { roles: ['a/*'] }, /a\/\*/],
  ['role and roles', { role: 'a' }, /MULTI_ROLE/],
  ['roles without MULTI_ROLE', { roles: ['a'], capabilities: [] }, /MULTI_ROLE/],
  ['an id that cannot be', { id: { value: 'a/b' } }, /id/],
  ['a timeout without end', { failover_timeout: Number.POSITIVE_INFINITY }, /failover_timeout/],
];

for (const [what, info, text] of refusals) {
  test(`SUBSCRIBE with ${what}: 200, one ERROR, the end, no framework`, (t) => {
    const { cluster, stream } = new HttpScheduler(new TestCluster(), frameworkInfo(info));
    t.is(stream.status, 200);
    t.is(stream.events.length, 1);
    t.is(stream.events[0]?.type, SchedulerEventType.ERROR);
    t.regex(stream.events[0]?.error?.message ?? '', text);
    t.is(stream.ended, 'ended');
    t.is([...cluster.master.parts.frameworks.all()].length, 0);
    cluster.run(60_000);
    t.is(stream.events.length, 1, 'no heartbeats');
  });
}
