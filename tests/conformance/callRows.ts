/** Rows of `/api/v1/scheduler` (v1-scheduler-api.md §2, §6) and `/api/v1/executor` (v1-executor-api.md §1.1, §2). */
import type { Row } from './table.ts';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const TEXT = 'text/plain';
const UUID = Buffer.from('00112233445546778899aabbccddeeff', 'hex').toString('base64');

const framework_id = { value: 'no-such-framework' };
const executor_id = { value: 'no-such-executor' };
const agent_id = { value: 'no-such-agent' };
const task_id = { value: 'no-such-task' };

const posted = (body: object | string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** Checks before any call is looked at, alike at both. */
function formRows(at: Row['at'], path: string): Row[] {
  const row = (name: string, rest: Partial<Row>): Row => ({
    name: `${path}: ${name}`,
    ...{ at, path, status: 400, type: TEXT, ...posted('{}') },
    ...rest,
  });
  return [
    row('PUT', { method: 'PUT', status: 405, text: /POST/ }),
    row('DELETE', { method: 'DELETE', status: 405 }),
    row('a charset', { headers: { 'Content-Type': `${JSON_TYPE}; charset=utf-8` }, status: 415 }),
    row('an upper-case content type', { headers: { 'Content-Type': 'Application/JSON' }, status: 415 }),
    row('an empty body', { body: '' }),
    row('an array', { body: '[]' }),
    row('a number', { body: '1' }),
    row('deep nesting', { body: '['.repeat(100_000) }),
    row('no protobuf', { headers: { 'Content-Type': PROTOBUF }, body: Uint8Array.of(255, 255) }),
    row('cut protobuf', { headers: { 'Content-Type': PROTOBUF }, body: Uint8Array.of(10, 9, 1) }),
    row('a name that is a number', { body: '{"type":1}' }),
    row('a type of no call', { body: '{"type":"BOGUS"}' }),
  ];
}

/** Calls of schedulers with and without what they need; a well-formed one is refused for its framework alone. */
function schedulerRows(): Row[] {
  const path = '/api/v1/scheduler';
  const stream = { 'Mesos-Stream-Id': 'x' };
  const row = (name: string, body: object, text: RegExp, rest: Partial<Row> = {}): Row => ({
    name: `scheduler: ${name}`,
    ...{ at: 'master', path, status: 400, type: TEXT, text },
    ...posted(body, stream),
    ...rest,
  });
  const whole: Record<string, object> = {
    TEARDOWN: {},
    ACCEPT: { accept: { offer_ids: [] } },
    DECLINE: { decline: { offer_ids: [] } },
    ACCEPT_INVERSE_OFFERS: { accept_inverse_offers: { inverse_offer_ids: [] } },
    DECLINE_INVERSE_OFFERS: { decline_inverse_offers: { inverse_offer_ids: [] } },
    REVIVE: {},
    SUPPRESS: {},
    KILL: { kill: { task_id } },
    SHUTDOWN: { shutdown: { executor_id, agent_id } },
    ACKNOWLEDGE: { acknowledge: { agent_id, task_id, uuid: UUID } },
    ACKNOWLEDGE_OPERATION_STATUS: {
      acknowledge_operation_status: { agent_id, operation_id: { value: 'o' }, uuid: UUID },
    },
    RECONCILE: { reconcile: { tasks: [] } },
    RECONCILE_OPERATIONS: { reconcile_operations: { operations: [] } },
    MESSAGE: { message: { agent_id, executor_id, data: '' } },
    REQUEST: { request: { requests: [] } },
    UPDATE_FRAMEWORK: {
      update_framework: { framework_info: { user: 'u', name: 'n', id: framework_id } },
    },
  };
  const needed = Object.entries(whole).filter(([, body]) => Object.keys(body).length > 0);
  const info = { user: 'u', name: 'n' };
  const acknowledge = { agent_id, task_id, uuid: 'AAAA' };
  return [
    ...Object.entries(whole).map(([type, body]) =>
      row(`${type} of nobody`, { type, framework_id, ...body }, /[Ff]ramework/),
    ),
    ...needed.map(([type]) =>
      row(`${type} without its message`, { type, framework_id }, new RegExp(`'${type.toLowerCase()}'`)),
    ),
    ...Object.entries(whole).map(([type, body]) =>
      row(`${type} without a framework`, { type, ...body }, /'framework_id'/),
    ),
    row(
      'SUBSCRIBE of another id',
      { type: 'SUBSCRIBE', framework_id, subscribe: { framework_info: info } },
      /id/,
    ),
    row(
      'SUBSCRIBE without a user',
      { type: 'SUBSCRIBE', subscribe: { framework_info: { name: 'n' } } },
      /user/,
    ),
    row(
      'SUBSCRIBE with a stream id',
      { type: 'SUBSCRIBE', subscribe: { framework_info: info } },
      /Stream-Id/,
    ),
    row(
      'SUBSCRIBE that reads nothing',
      { type: 'SUBSCRIBE', subscribe: { framework_info: info } },
      /Accept/,
      {
        ...posted({ type: 'SUBSCRIBE', subscribe: { framework_info: info } }, { Accept: 'image/png' }),
        status: 406,
      },
    ),
    row('ACKNOWLEDGE of 3 bytes', { type: 'ACKNOWLEDGE', framework_id, acknowledge }, /[uU][uU][iI][dD]/),
    row('KILL without a task', { type: 'KILL', framework_id, kill: { agent_id } }, /task_id/),
    row('REVIVE with null roles', { type: 'REVIVE', framework_id, revive: null }, /[Ff]ramework/),
  ];
}

/** Mesos misses the message; to us it may be left out, so that the framework is missed next. */
const MESOS_OR_OURS = /'subscribe'|Framework cannot be found/;

function executorRows(): Row[] {
  const path = '/api/v1/executor';
  const ids = { executor_id, framework_id };
  const row = (name: string, body: object, rest: Partial<Row> = {}): Row => ({
    name: `executor: ${name}`,
    ...{ at: 'agent', path, status: 400, type: TEXT },
    ...posted(body),
    ...rest,
  });
  const status = { task_id, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', uuid: UUID };
  const update = (more: object, text?: RegExp): [object, Partial<Row>] => [
    { ...ids, type: 'UPDATE', update: { status: { ...status, ...more } } },
    text === undefined ? {} : { text },
  ];
  return [
    row(
      'a prefixed path',
      { ...ids, type: 'SUBSCRIBE' },
      { path: '/slave(1)/api/v1/executor', text: MESOS_OR_OURS },
    ),
    row('no executor id', { framework_id, type: 'MESSAGE', message: { data: '' } }, { text: /executor_id/ }),
    row('no framework id', { executor_id, type: 'HEARTBEAT' }, { text: /framework_id/ }),
    row('no type', ids, { text: /'type'/ }),
    row('SUBSCRIBE without its message', { ...ids, type: 'SUBSCRIBE' }, { text: MESOS_OR_OURS }),
    row('UPDATE without its message', { ...ids, type: 'UPDATE' }, { text: /'update'/ }),
    row('MESSAGE without its message', { ...ids, type: 'MESSAGE' }, { text: /'message'/ }),
    row(
      'SUBSCRIBE that reads nothing',
      {},
      {
        ...posted({ ...ids, type: 'SUBSCRIBE', subscribe: {} }, { Accept: 'image/png' }),
        status: 406,
      },
    ),
    row(
      'HEARTBEAT of anybody',
      {},
      {
        method: 'POST',
        headers: { 'Content-Type': JSON_TYPE },
        body: JSON.stringify({ ...ids, type: 'HEARTBEAT' }),
        status: 202,
        type: '',
        text: /^$/,
      },
    ),
    row('SUBSCRIBE of nobody', { ...ids, type: 'SUBSCRIBE', subscribe: {} }, { text: /[Ff]ramework/ }),
    row('MESSAGE of nobody', { ...ids, type: 'MESSAGE', message: { data: '' } }, { text: /[Ff]ramework/ }),
    row('UPDATE of nobody', ...update({}, /[Ff]ramework/)),
    row('UPDATE without a uuid', ...update({ uuid: null }, /uuid/i)),
    row('UPDATE with a uuid of 3 bytes', ...update({ uuid: 'AAAA' }, /uuid/i)),
    row('UPDATE without a source', ...update({ source: null }, /source/i)),
    row('UPDATE of the master', ...update({ source: 'SOURCE_MASTER' }, /source/i)),
    row('UPDATE of another executor', ...update({ executor_id: { value: 'x' } }, /executor/i)),
    row('UPDATE back to staging', ...update({ state: 'TASK_STAGING' }, /TASK_STAGING/)),
    row('UPDATE of a check without a type', ...update({ check_status: {} })),
  ];
}

export const callRows: readonly Row[] = [
  ...formRows('master', '/api/v1/scheduler'),
  ...formRows('agent', '/api/v1/executor'),
  ...schedulerRows(),
  ...executorRows(),
];
