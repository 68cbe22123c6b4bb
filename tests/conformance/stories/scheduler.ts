/** `/api/v1/scheduler` from subscription to teardown (v1-scheduler-api.md §2 to §6). */
import http from 'node:http';
import { at, get, JSON_TYPE, type Json, jsonCall, PROTOBUF, send } from '../client.ts';
import { Framework, INFO, ROLE, subscribe } from '../framework.ts';
import type { Findings, Story } from '../story.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function begins(findings: Findings, { stream }: Framework, type: string): Promise<void> {
  const subscribed = await stream.first('SUBSCRIBED');
  await stream.first('HEARTBEAT');
  const { headers } = stream;
  findings.same('the first events', stream.types.slice(0, 2), ['SUBSCRIBED', 'HEARTBEAT']);
  findings.same('the content type', headers['content-type'], type);
  findings.same('the framing', headers['transfer-encoding'], 'chunked');
  findings.same('a compressed stream', headers['content-encoding'], undefined);
  findings.that('a stream id', UUID.test(String(headers['mesos-stream-id'])), headers['mesos-stream-id']);
  findings.that('a date', headers.date !== undefined);
  findings.same('the heartbeats', at(subscribed, 'subscribed', 'heartbeat_interval_seconds'), 15);
  findings.that('who leads', typeof at(subscribed, 'subscribed', 'master_info', 'pid') === 'string');
}

const subscription: Story = {
  name: 'a subscription in JSON begins with SUBSCRIBED and a heartbeat, is never compressed, and has an id',
  run: ({ master }, findings) =>
    Framework.with(master, (framework) => begins(findings, framework, JSON_TYPE), INFO, {
      headers: { 'Accept-Encoding': 'gzip' },
    }),
};

const binary: Story = {
  name: 'the same in protobuf',
  run: ({ master }, findings) =>
    Framework.with(master, (framework) => begins(findings, framework, PROTOBUF), INFO, { binary: true }),
};

const acceptance: Story = {
  name: 'who accepts anything reads JSON, whatever it speaks',
  run: async ({ master }, findings) => {
    for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.1']) {
      const headers = { Accept: accept };
      const play = async ({ stream }: Framework) =>
        findings.same(`Accept: ${accept}`, stream.headers['content-type'], JSON_TYPE);
      await Framework.with(master, play, INFO, { binary: accept === '*/*', headers });
    }
  },
};

const ids: Story = {
  name: 'calls need the id of their stream, and are answered 202 without a body',
  run: ({ master }, findings) =>
    Framework.with(master, async (framework) => {
      const revived = await framework.call('REVIVE');
      findings.same(
        'REVIVE',
        [revived.status, revived.text, revived.headers['content-length']],
        [202, '', '0'],
      );
      findings.same('without an id', (await framework.call('REVIVE', {}, {})).status, 400);
      const wrong = await framework.call('REVIVE', {}, { 'Mesos-Stream-Id': 'x' });
      findings.same('with another id', wrong.status, 400);
      for (const [type, body] of [
        ['SUPPRESS', {}],
        ['DECLINE', { decline: { offer_ids: [{ value: 'no-such-offer' }] } }],
        ['REQUEST', { request: { requests: [] } }],
        ['ACCEPT_INVERSE_OFFERS', { accept_inverse_offers: { inverse_offer_ids: [] } }],
        ['DECLINE_INVERSE_OFFERS', { decline_inverse_offers: { inverse_offer_ids: [] } }],
        ['RECONCILE', { reconcile: { tasks: [] } }],
        ['RECONCILE_OPERATIONS', { reconcile_operations: { operations: [] } }],
        ['SHUTDOWN', { shutdown: { executor_id: { value: 'e' }, agent_id: { value: 'a' } } }],
        ['MESSAGE', { message: { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data: 'AAAA' } }],
      ] as const)
        findings.same(type, (await framework.call(type, body)).status, 202);
    }),
};

const failover: Story = {
  name: 'a framework that subscribes again takes over: the older stream ends with an ERROR, its id is none any more',
  run: async ({ master }, findings) => {
    const first = await Framework.join(master);
    const second = await Framework.join(master, { ...INFO, id: { value: first.id } });
    await first.stream.end();
    const last = first.stream.events.at(-1);
    findings.same('the last event', at(last, 'type'), 'ERROR');
    findings.that('says why', /failed over/i.test(String(at(last, 'error', 'message'))), last);
    findings.same('the framework', second.id, first.id);
    findings.that('another stream id', first.streamId !== second.streamId);
    findings.same('a call by the older id', (await first.call('REVIVE')).status, 400);
    findings.same('a call by the new id', (await second.call('REVIVE')).status, 202);
    await second.teardown();
  },
};

const refusals: Story = {
  name: 'a subscription that is refused is answered 200 with one ERROR, and ends',
  run: async ({ master }, findings) => {
    for (const [what, info, more] of [
      ['a bad role', { ...INFO, roles: ['a//b'] }, {}],
      ['a role that comes twice', { ...INFO, roles: [ROLE, ROLE] }, {}],
      ['a role beside roles', { ...INFO, role: ROLE }, {}],
      ['roles without MULTI_ROLE', { ...INFO, capabilities: [] }, {}],
      ['a suppressed role that it has not', INFO, { suppressed_roles: ['another'] }],
      ['an id that is none', { ...INFO, id: { value: 'a/b' } }, {}],
      ['a failover timeout beyond all', { ...INFO, failover_timeout: 1e300 }, {}],
      [
        'offer constraints of another role',
        INFO,
        { offer_constraints: { role_constraints: { another: {} } } },
      ],
    ] as const) {
      const stream = await subscribe(master, info, { more });
      await stream.end();
      findings.same(`${what}: status and events`, [stream.status, stream.types], [200, ['ERROR']]);
    }
  },
};

const teardown: Story = {
  name: 'TEARDOWN ends the stream, and the framework cannot come back',
  run: async ({ master }, findings) => {
    const framework = await Framework.join(master);
    findings.same('TEARDOWN', (await framework.call('TEARDOWN')).status, 202);
    await framework.stream.end();
    findings.that('no last word', !framework.stream.types.includes('ERROR'), framework.stream.types);
    const again = await subscribe(master, { ...INFO, id: { value: framework.id } });
    await again.end();
    const refusal = String(at(again.events[0], 'error', 'message'));
    findings.that('says that it was removed', refusal.includes('Framework has been removed'), refusal);
    findings.same('a call of it', (await framework.call('REVIVE')).status, 400);
  },
};

const disconnection: Story = {
  name: 'a framework whose stream is closed is disconnected: its calls are answered 403 until it is back',
  run: async ({ master }, findings) => {
    const framework = await Framework.join(master);
    framework.stream.close();
    let status = 202;
    for (let i = 0; i < 100 && status === 202; i++) status = (await framework.call('REVIVE')).status;
    findings.same('a call', status, 403);
    const back = await Framework.join(master, { ...INFO, id: { value: framework.id } });
    findings.same('the same framework', back.id, framework.id);
    await back.teardown();
  },
};

const updates: Story = {
  name: 'UPDATE_FRAMEWORK is answered at once, and refuses what may not change',
  run: ({ master }, findings) =>
    Framework.with(master, async (framework) => {
      const info = { ...INFO, id: { value: framework.id }, name: 'renamed' };
      const update = async (more: object, rest: object = {}) => {
        const update_framework = { framework_info: { ...info, ...more }, ...rest };
        return (await framework.call('UPDATE_FRAMEWORK', { update_framework })).status;
      };
      findings.same('another name', await update({}), 200);
      findings.same('another user', await update({ user: 'somebody' }), 400);
      findings.same('another checkpoint', await update({ checkpoint: false }), 400);
      findings.same('a bad role', await update({ roles: ['a//b'] }), 400);
      findings.same('suppressed roles', await update({}, { suppressed_roles: ['another'] }), 400);
      findings.same('another id', await update({ id: { value: 'x' } }), 400);
      const listed = JSON.parse(
        (await get(`${master}/frameworks?framework_id=${framework.id}`)).text,
      ) as Json;
      findings.same('its name', at(listed, 'frameworks', 0, 'name'), 'renamed');
    }),
};

const reconciliation: Story = {
  name: 'an unknown task is told as it is to whom it is told, once asked about or killed',
  run: ({ master }, findings) =>
    Framework.with(master, async (framework) => {
      const task_id = { value: 'no-such-task' };
      await framework.call('RECONCILE', { reconcile: { tasks: [{ task_id }] } });
      const event = await framework.stream.first('UPDATE');
      const status = at(event, 'update', 'status');
      const { state, source, reason, uuid } = status as Json;
      const unknown = ['TASK_UNKNOWN', 'SOURCE_MASTER', 'REASON_RECONCILIATION', undefined];
      findings.same('its status', [state, source, reason, uuid], unknown);
      await framework.call('KILL', { kill: { task_id: { value: 'nor-this' } } });
      await framework.stream.first(
        'UPDATE',
        (each) => at(each, 'update', 'status', 'task_id', 'value') === 'nor-this',
      );
      const operation_id = { value: 'no-such-operation' };
      await framework.call('RECONCILE_OPERATIONS', {
        reconcile_operations: { operations: [{ operation_id }] },
      });
      const told = await framework.stream.first('UPDATE_OPERATION_STATUS');
      const operation = at(told, 'update_operation_status', 'status', 'state');
      findings.same('the state of an operation', operation, 'OPERATION_UNKNOWN');
    }),
};

const metrics: Story = {
  name: 'a framework has metrics of its own while it is there',
  run: ({ master }, findings) =>
    Framework.with(master, async (framework) => {
      await framework.call('SUPPRESS');
      const prefix = `master/frameworks/${INFO.name}/${framework.id}/`;
      const names = `subscribed calls calls/suppress events events/subscribed offers/sent offers/accepted offers/declined
        offers/rescinded tasks/active/task_running tasks/terminal/task_finished operations operations/launch roles/${ROLE}/suppressed`;
      const told = JSON.parse((await get(`${master}/metrics/snapshot`)).text) as Json;
      for (const name of names.split(/\s+/)) findings.that(`no metric ${name}`, `${prefix}${name}` in told);
      findings.same('subscribed', told[`${prefix}subscribed`], 1);
      findings.same('calls/suppress', told[`${prefix}calls/suppress`], 1);
      findings.same('suppressed', told[`${prefix}roles/${ROLE}/suppressed`], 1);
      findings.that('a share', `allocator/mesos/roles/${ROLE}/shares/dominant` in told);
      findings.that('offer filters', `allocator/mesos/offer_filters/roles/${ROLE}/active` in told);
    }),
};

const pipelining: Story = {
  name: 'calls over one connection are answered in order',
  run: ({ master }, findings) =>
    Framework.with(master, async (framework) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const header = { 'Mesos-Stream-Id': framework.streamId };
      const statuses = await Promise.all(
        ['REVIVE', 'KILL', 'SUPPRESS', 'BOGUS', 'REVIVE'].map(async (type) => {
          const call = { framework_id: { value: framework.id }, type };
          return (await send(`${master}/api/v1/scheduler`, { ...jsonCall(call, header), agent })).status;
        }),
      );
      agent.destroy();
      findings.same('the answers', statuses, [202, 400, 202, 400, 202]);
    }),
};

export const schedulerStories: readonly Story[] = [
  ...[subscription, binary, acceptance, ids, failover, refusals, teardown],
  ...[disconnection, updates, reconciliation, metrics, pipelining],
];
