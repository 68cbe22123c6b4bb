/** Streams of `/api/v1`, and what operators set and take back (v1-operator-api.md §2, §3, §5, §7). */
import { gunzipSync, gzipSync } from 'node:zlib';
import { until } from '../../support/until.ts';
import {
  type Answer,
  at,
  get,
  JSON_TYPE,
  type Json,
  jsonCall,
  openStream,
  PROTOBUF,
  protobufCall,
  send,
} from '../client.ts';
import { Framework, INFO, subscribe } from '../framework.ts';
import type { Findings, Story } from '../story.ts';

const CALL = 'mesos.v1.master.Call';
const EVENT = 'mesos.v1.master.Event';
const SUBSCRIBE = { type: 'SUBSCRIBE' };

export const operate = (server: string, call: object): Promise<Answer> =>
  send(`${server}/api/v1`, jsonCall(call));

const idIn = (event: Json, ...path: string[]) => at(event, ...path, 'value');

const events: Story = {
  name: 'an event stream begins with the state, and tells of frameworks that come, come back and go',
  run: async ({ master }, findings) => {
    const stream = await openStream(
      `${master}/api/v1`,
      jsonCall(SUBSCRIBE, { 'Accept-Encoding': 'gzip' }),
      EVENT,
    );
    const first = await stream.first('SUBSCRIBED');
    await stream.first('HEARTBEAT');
    findings.same('the first events', stream.types.slice(0, 2), ['SUBSCRIBED', 'HEARTBEAT']);
    findings.same('the content type', stream.headers['content-type'], JSON_TYPE);
    findings.same('a compressed stream', stream.headers['content-encoding'], undefined);
    findings.same('a stream id', stream.headers['mesos-stream-id'], undefined);
    findings.same('the heartbeats', at(first, 'subscribed', 'heartbeat_interval_seconds'), 15);
    const state = at(first, 'subscribed', 'get_state') as Json;
    findings.same('the parts of the state', Object.keys(state), [
      ...['get_tasks', 'get_executors', 'get_frameworks', 'get_agents'],
    ]);
    const framework = await Framework.join(master);
    const isIts = (event: Json) =>
      [event['framework_added'], event['framework_updated']].some(
        (body) => idIn(body as Json, 'framework', 'framework_info', 'id') === framework.id,
      ) || idIn(event, 'framework_removed', 'framework_info', 'id') === framework.id;
    const added = await stream.first('FRAMEWORK_ADDED', isIts);
    findings.same('connected', at(added, 'framework_added', 'framework', 'connected'), true);
    const back = await Framework.join(master, { ...INFO, id: { value: framework.id } });
    await stream.first('FRAMEWORK_UPDATED', isIts);
    await back.teardown();
    await stream.first('FRAMEWORK_REMOVED', isIts);
    stream.close();
  },
};

const binaryEvents: Story = {
  name: 'the same stream in protobuf',
  run: async ({ master }, findings) => {
    const stream = await openStream(`${master}/api/v1`, protobufCall(CALL, SUBSCRIBE), EVENT);
    await stream.first('SUBSCRIBED');
    await stream.first('HEARTBEAT');
    findings.same('the content type', stream.headers['content-type'], PROTOBUF);
    stream.close();
  },
};

const heartbeats: Story = {
  name: 'streams have a heartbeat every 15 seconds, whatever else is sent',
  waits: true,
  run: async ({ master }) => {
    const framework = await subscribe(master, INFO);
    const operator = await openStream(`${master}/api/v1`, jsonCall(SUBSCRIBE), EVENT);
    for (const [what, stream] of [
      ['scheduler', framework],
      ['operator', operator],
    ] as const) {
      // A machine that stood still hears one late, and the next one early: two in a row come in time.
      const gaps = () => {
        const beats = stream.times.filter((_, i) => stream.types[i] === 'HEARTBEAT');
        return beats.slice(1).map((ms, i) => ms - (beats[i] ?? 0));
      };
      await until(
        () => `heartbeats of the ${what} 15 seconds apart; they are ${gaps()} ms`,
        () => gaps().some((ms) => Math.abs(ms - 15_000) < 3000),
      );
    }
    operator.close();
    const id = String(idIn(framework.events[0] ?? {}, 'subscribed', 'framework_id'));
    framework.close();
    await operate(master, { type: 'TEARDOWN', teardown: { framework_id: { value: id } } });
  },
};

const resumption: Story = {
  name: 'a stream of events is resumed at its index',
  isOurs: true,
  run: async ({ master }, findings) => {
    const header = 'Mesostate-Event-Index';
    const open = (index: string) =>
      openStream(`${master}/api/v1`, jsonCall(SUBSCRIBE, { [header]: index }), EVENT);
    const first = await open('*');
    await first.first('SUBSCRIBED');
    const begun = String(first.headers[header.toLowerCase()]);
    findings.that('the answer tells where it begins', /:\d+$/.test(begun), begun);
    first.close();
    const missed = await Framework.join(master);
    await missed.teardown();
    const second = await open(begun);
    const isIts = (event: Json) => JSON.stringify(event).includes(missed.id);
    await second.first('FRAMEWORK_ADDED', isIts);
    const removed = await second.first('FRAMEWORK_REMOVED', isIts);
    findings.same('a state', at(second.events[0], 'subscribed', 'get_state'), undefined);
    findings.that('an index', Number(removed['index']) > Number(begun.split(':').at(-1)), removed['index']);
    second.close();
  },
};

/** Of a framework that is updated again and again: more than sockets hold. */
const LABEL = { key: 'long', value: 'x'.repeat(500_000) };
const UPDATES_MAX = 80;

const slowReader: Story = {
  name: 'a reader that does not read is cut off, once what waits for it is too much, and others miss nothing',
  isOurs: true,
  run: async ({ master }, findings) => {
    const open = () => openStream(`${master}/api/v1`, jsonCall(SUBSCRIBE), EVENT);
    const dropped = async () =>
      Number(
        at(
          JSON.parse((await get(`${master}/metrics/snapshot`)).text),
          'master/operator_event_streams_dropped',
        ),
      );
    const before = await dropped();
    const [slow, quick] = [await open(), await open()];
    await slow.first('SUBSCRIBED');
    slow.pause();
    await Framework.with(master, async (framework) => {
      let updates = 0;
      while (updates < UPDATES_MAX && (await dropped()) === before) {
        const labels = { labels: [{ ...LABEL, key: `${updates++}` }] };
        const framework_info = { ...INFO, id: { value: framework.id }, labels };
        await framework.call('UPDATE_FRAMEWORK', { update_framework: { framework_info } });
      }
      findings.that('it is cut off', updates < UPDATES_MAX);
      slow.resume();
      await slow.end();
      const heard = () => quick.types.filter((type) => type === 'FRAMEWORK_UPDATED').length;
      await until(`${updates} updates at the other stream`, () => heard() === updates);
    });
    quick.close();
  },
};

const compression: Story = {
  name: 'long answers are compressed for who reads that, short ones are not; requests may be compressed',
  run: async ({ master }, findings) => {
    const gzip = { 'Accept-Encoding': 'gzip' };
    const state = await get(`${master}/state`, gzip);
    findings.same('/state', state.headers['content-encoding'], 'gzip');
    JSON.parse(gunzipSync(state.body).toString());
    findings.same(
      '/state uncompressed',
      (await get(`${master}/state`)).headers['content-encoding'],
      undefined,
    );
    const off = await get(`${master}/state`, { 'Accept-Encoding': 'gzip;q=0' });
    findings.same('with q=0', off.headers['content-encoding'], undefined);
    findings.same('/version', (await get(`${master}/version`, gzip)).headers['content-encoding'], undefined);
    const sent = jsonCall({ type: 'GET_HEALTH' }, { 'Content-Encoding': 'gzip' });
    const body = gzipSync(String(sent.body));
    findings.same('a compressed call', (await send(`${master}/api/v1`, { ...sent, body })).status, 200);
  },
};

const WINDOW = { start: { nanoseconds: 4e18 }, duration: { nanoseconds: 3.6e12 } };

function windowOf(machine_ids: readonly object[], unavailability: object = WINDOW) {
  return { windows: [{ machine_ids, unavailability }] };
}

const maintenance: Story = {
  name: 'a maintenance schedule is set, shown and taken back; a wrong one is refused',
  run: async ({ master }, findings) => {
    const before = at(
      JSON.parse((await operate(master, { type: 'GET_MAINTENANCE_SCHEDULE' })).text),
      'get_maintenance_schedule',
      'schedule',
    );
    const update = (schedule: object) =>
      operate(master, { type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule: { schedule } });
    const machine = { hostname: 'conformance.invalid', ip: '192.0.2.1' };
    findings.same('a schedule', (await update(windowOf([machine]))).status, 200);
    const shown = JSON.parse((await get(`${master}/maintenance/schedule`)).text) as Json;
    findings.same('its machine', at(shown, 'windows', 0, 'machine_ids', 0), machine);
    const status = JSON.parse((await get(`${master}/maintenance/status`)).text) as Json;
    findings.same('its status', at(status, 'draining_machines', 0, 'id'), machine);
    for (const [what, schedule] of [
      ['no machines', windowOf([])],
      ['a machine twice', windowOf([machine, machine])],
      ['a machine without a name', windowOf([{}])],
      ['an address that is none', windowOf([{ ip: 'x' }])],
      ['a negative duration', windowOf([machine], { ...WINDOW, duration: { nanoseconds: -1 } })],
    ] as const)
      findings.same(what, (await update(schedule)).status, 400);
    const up = await operate(master, { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [machine] } });
    findings.same('up before it is down', up.status, 400);
    const down = async (call: string, body: object) =>
      (await operate(master, { type: call, ...body })).status;
    const machines = [machine];
    findings.same('down', await down('START_MAINTENANCE', { start_maintenance: { machines } }), 200);
    findings.same('down again', await down('START_MAINTENANCE', { start_maintenance: { machines } }), 400);
    findings.same('a schedule without it', (await update({})).status, 400);
    findings.same('up', await down('STOP_MAINTENANCE', { stop_maintenance: { machines } }), 200);
    findings.same('the former schedule', (await update(before as object)).status, 200);
  },
};

const weights: Story = {
  name: 'a weight is set, shown and set back',
  run: async ({ master }, findings) => {
    const put = (body: string) => send(`${master}/weights`, { method: 'PUT', body });
    const set = (weight: number) => put(JSON.stringify([{ role: 'conformance-weight', weight }]));
    findings.same('PUT', (await set(2.5)).status, 200);
    const list = JSON.parse((await get(`${master}/weights`)).text) as Json[];
    const weight = list.find(({ role }) => role === 'conformance-weight')?.['weight'];
    findings.same('the weight', weight, 2.5);
    for (const body of ['{', '{}', '[{"role":"a//b","weight":1}]', '[{"role":"a","weight":0}]'])
      findings.same(`PUT ${body}`, (await put(body)).status, 400);
    await set(1);
  },
};

async function quotaRefusals(findings: Findings, master: string): Promise<void> {
  const update = async (config: object, more: object = {}) =>
    (await operate(master, { type: 'UPDATE_QUOTA', update_quota: { quota_configs: [config], ...more } }))
      .status;
  const cpus = (value: number) => ({ cpus: { value } });
  for (const [what, config] of [
    ['a nested role', { role: 'a/b', limits: cpus(1) }],
    ['a bad role', { role: 'a//b', limits: cpus(1) }],
    ['a negative limit', { role: 'conformance-quota', limits: cpus(-1) }],
    ['too much', { role: 'conformance-quota', limits: cpus(1e13) }],
    ['a guarantee above its limit', { role: 'conformance-quota', guarantees: cpus(2), limits: cpus(1) }],
    ['more than there is', { role: 'conformance-quota', guarantees: cpus(1e6), limits: cpus(1e6) }],
  ] as const)
    findings.same(what, await update(config), 400);
  const forced = { role: 'conformance-quota', guarantees: cpus(1e6), limits: cpus(1e6) };
  findings.same('more than there is, by force', await update(forced, { force: true }), 200);
  findings.same('none', await update({ role: 'conformance-quota' }), 200);
}

const quota: Story = {
  name: 'quota is set, shown and taken away, by the call and by the older endpoint',
  run: async ({ master }, findings) => {
    await quotaRefusals(findings, master);
    const guarantee = [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }];
    const post = async (body: object) =>
      (await send(`${master}/quota`, { body: JSON.stringify(body) })).status;
    const role = 'conformance-quota';
    findings.same('POST without a role', await post({ guarantee, force: true }), 400);
    findings.same('POST without a guarantee', await post({ role, force: true }), 400);
    findings.same('POST', await post({ role, guarantee, force: true }), 200);
    findings.same('POST again', await post({ role, guarantee, force: true }), 400);
    const shown = JSON.parse((await get(`${master}/quota`)).text) as Json;
    const configs = shown['configs'] as Json[];
    const config = configs.find((each) => each['role'] === role);
    findings.same('the guarantee', at(config, 'guarantees', 'cpus', 'value'), 1);
    const prefix = `allocator/mesos/quota/roles/${role}/resources/cpus/`;
    const told = JSON.parse((await get(`${master}/metrics/snapshot`)).text) as Json;
    findings.same('metrics', [told[`${prefix}guarantee`], told[`${prefix}limit`]], [1, 1]);
    const remove = () => send(`${master}/quota/${role}`, { method: 'DELETE' });
    findings.same('DELETE', (await remove()).status, 200);
    findings.same('DELETE again', (await remove()).status, 400);
  },
};

const teardown: Story = {
  name: 'an operator ends a framework, by the call and by the older endpoint',
  run: async ({ master }, findings) => {
    const [one, two] = [await Framework.join(master), await Framework.join(master)];
    const call = { type: 'TEARDOWN', teardown: { framework_id: { value: one.id } } };
    findings.same('TEARDOWN', (await operate(master, call)).status, 200);
    await one.stream.end();
    findings.same('again', (await operate(master, call)).status, 400);
    const posted = await send(`${master}/teardown`, { body: `frameworkId=${two.id}` });
    findings.same('/teardown', posted.status, 200);
    await two.stream.end();
  },
};

export const operatorStories: readonly Story[] = [
  ...[events, binaryEvents, heartbeats, resumption, slowReader, compression],
  ...[maintenance, weights, quota, teardown],
];
