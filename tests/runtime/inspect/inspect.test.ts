/** Watching charts from outside: what is told, how much, to whom. */
import test, { type ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { basicAuthenticator } from '../../../runtime/http/authentication.ts';
import { Process, VirtualClock } from '../../../runtime/index.ts';
import { Inspector } from '../../../runtime/inspect/inspector.ts';
import { RECORDED_MAX } from '../../../runtime/inspect/recording.ts';
import { EVENTS_AT_ONCE_MAX, Watch } from '../../../runtime/inspect/watch.ts';
import { definitionText, wireText } from '../../../runtime/inspect/wire.ts';
import { ChartTable, LiveChart } from '../../../statecharts/engine.ts';
import { linkMachine } from '../../../statecharts/link.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

interface Told {
  readonly type: string;
  readonly sessionId?: string;
  readonly definition?: string;
  readonly createdAt?: string;
  readonly _version?: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: { readonly value: unknown; readonly status: string };
  readonly count?: number;
  readonly before?: unknown;
  readonly after?: unknown;
}

const clock = () => new VirtualClock();
const tableOf = (name: string) => new ChartTable(linkMachine, { name, clock: clock() });

function watching(pattern: string, buffered = { bytes: 0 }) {
  const time = clock();
  const inspector = new Inspector(time);
  const told: Told[] = [];
  const watch = new Watch(inspector, time, pattern, {
    get bufferedBytes() {
      return buffered.bytes;
    },
    send: (text) => told.push(JSON.parse(text) as Told),
  });
  return { inspector, time, told, watch };
}

test('what was there, what comes and what happens is told, in the words of the inspection protocol', (t) => {
  const { inspector, told, watch } = watching('*');
  const table = tableOf('link');
  table.start('early');
  inspector.register('node', table);
  table.start('late');
  table.step('early', { type: 'CONNECTED' });
  const seen = told.map(({ type, sessionId, event, snapshot }) => [
    type,
    sessionId,
    event?.type,
    snapshot?.value,
  ]);
  t.deepEqual(seen, [
    ['@xstate.actor', 'node/link/early', undefined, 'connecting'],
    ['@xstate.actor', 'node/link/late', undefined, 'connecting'],
    ['@xstate.event', 'node/link/early', 'CONNECTED', undefined],
    ['@xstate.snapshot', 'node/link/early', 'CONNECTED', 'handshaking'],
  ]);
  t.is((JSON.parse(told[0]?.definition ?? '') as { id: string }).id, 'link');
  t.true(
    told.every(({ _version, createdAt }) => typeof _version === 'string' && /^\d+$/.test(createdAt ?? '')),
  );
  watch.stop();
  table.step('early', { type: 'CLOSE_REQUESTED' });
  t.is(told.length, 4);
});

test('what happened before somebody watched is told first, the newest of it', (t) => {
  const early = watching('nobody');
  const table = tableOf('link');
  early.inspector.register('node', table);
  early.time.advance(1000);
  table.start('a');
  table.start('b');
  early.time.advance(1000);
  table.step('a', { type: 'CONNECTED' });
  table.step('a', { type: 'CONNECTED' });
  table.stop('a');
  const told: Told[] = [];
  const watch = new Watch(early.inspector, early.time, 'node/link/a', {
    bufferedBytes: 0,
    send: (text) => told.push(JSON.parse(text) as Told),
  });
  const facts = told.map(({ type, sessionId, event, createdAt }) => [
    type,
    sessionId,
    event?.type,
    createdAt,
  ]);
  const began = Number(told[0]?.createdAt);
  t.deepEqual(facts, [
    ['@mesostate.step', 'node/link/a', 'xstate.init', `${began}`],
    ['@mesostate.step', 'node/link/a', 'CONNECTED', `${began + 1000}`],
    ['@mesostate.step', 'node/link/a', 'xstate.stop', `${began + 1000}`],
  ]);
  t.deepEqual(
    told.map(({ before, after }) => [before, after]),
    [
      [undefined, 'connecting'],
      ['connecting', 'handshaking'],
      ['handshaking', undefined],
    ],
  );
  watch.stop();
});

test('so many changes are recorded of a chart, and only so many are told', (t) => {
  const { inspector, time } = watching('nobody');
  const table = tableOf('link');
  inspector.register('node', table);
  for (let i = 0; i < RECORDED_MAX + 10; i++) table.start(`${i}`);
  const told: Told[] = [];
  new Watch(inspector, time, 'node/link/1*', {
    bufferedBytes: 0,
    send: (text) => told.push(JSON.parse(text) as Told),
  });
  const steps = told.filter(({ type }) => type === '@mesostate.step');
  t.is(steps.length, 200);
  t.is(
    steps.at(-1)?.sessionId,
    `node/link/${[...Array(RECORDED_MAX + 10).keys()].filter((n) => `${n}`.startsWith('1')).at(-1)}`,
  );
});

test('a pattern chooses actors, charts or instances', (t) => {
  for (const [pattern, expected] of [
    ['master', ['master/task/1', 'master/offer/1']],
    ['task', ['master/task/1', 'agent/task/1']],
    ['agent/task/*', ['agent/task/1']],
    ['*/1', ['master/task/1', 'master/offer/1', 'agent/task/1']],
    ['mast.r', []],
  ] as const) {
    const { inspector, told } = watching(pattern);
    for (const [actor, name] of [
      ['master', 'task'],
      ['master', 'offer'],
      ['agent', 'task'],
    ] as const) {
      const table = tableOf(name);
      inspector.register(actor, table);
      table.start('1');
    }
    t.deepEqual(
      told.map(({ sessionId }) => sessionId),
      [...expected],
      pattern,
    );
  }
});

test('when too much happens the rest is left out and counted; later events are told again', (t) => {
  const { inspector, told, time } = watching('*');
  const table = tableOf('link');
  inspector.register('node', table);
  for (let i = 0; i < EVENTS_AT_ONCE_MAX + 500; i++) table.start(`${i}`);
  t.is(told.length, EVENTS_AT_ONCE_MAX);
  time.advance(1000);
  t.deepEqual(told.at(-1), { type: '@mesostate.leftOut', count: 500 });
  table.start('again');
  t.is(told.at(-1)?.sessionId, 'node/link/again');
});

test('a watcher that does not read is told nothing until it does', (t) => {
  const buffered = { bytes: 100_000_000 };
  const { inspector, told, time } = watching('*', buffered);
  const table = tableOf('link');
  inspector.register('node', table);
  table.start('1');
  t.is(told.length, 0);
  buffered.bytes = 0;
  time.advance(10);
  table.start('2');
  t.deepEqual(
    told.map(({ type, count }) => [type, count]),
    [
      ['@mesostate.leftOut', 1],
      ['@xstate.actor', undefined],
    ],
  );
});

test('what JSON cannot carry is told in words', (t) => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const text = (context: unknown): unknown => {
    const snapshot = { value: 'a', status: 'active' as const, context };
    const event = { type: '@xstate.actor' as const, sessionId: 'c/1', rootId: 'c/1', name: 'c', snapshot };
    const told = JSON.parse(wireText(event, { nowMs: 5, actor: 'x', definition: '{}' })) as {
      snapshot: { context: unknown };
    };
    return told.snapshot.context;
  };
  t.regex(String(text(cyclic)), /^\(cannot be shown/);
  t.regex(String(text('x'.repeat(100_000))), /^\(100002 characters/);
  t.deepEqual(text({ m: new Map([['a', 1]]), s: new Set([1]), b: Uint8Array.of(255), n: 5n, f: () => 1 }), {
    m: { a: 1 },
    s: [1],
    b: { bytes: 1, hex: 'ff' },
    n: '5',
  });
  t.is(definitionText({ cyclic }), '{}');
  const described = { states: { a: { meta: { description: 'It begins.' } }, b: {} } };
  t.regex(definitionText(described), /"a":\{"description":"It begins.","meta"/);
});

class Owner extends Process {
  readonly table = tableOf('link');
  override initialize(): void {
    const live = new LiveChart(linkMachine, { name: 'own', clock: clock() });
    this.node.inspector.register(this.self, this.table);
    this.node.inspector.register(this.self, this.table);
    this.node.inspector.register(this.self, live);
  }
}

/** A watcher over a real socket; rejects with the status it was refused with. */
function watcher(t: ExecutionContext, port: number, query: string, headers: Record<string, string> = {}) {
  const told: Told[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/__inspect__${query}`, { headers });
  t.teardown(() => socket.terminate());
  socket.on('message', (data) => told.push(JSON.parse(String(data)) as Told));
  return new Promise<{ told: Told[]; socket: WebSocket }>((resolve, reject) => {
    socket.on('open', () => resolve({ told, socket }));
    socket.on('unexpected-response', (_request, response) => reject(new Error(`${response.statusCode}`)));
    socket.on('error', reject);
  });
}

test('a node serves it on its port; pages of other sites may not watch, nor more than thirty-two', async (t) => {
  const listening = await listen();
  t.teardown(() => listening.shutdown());
  const { node } = listening;
  const owner = new Owner('owner');
  node.spawn(owner);
  const { port } = node.address;
  const { told, socket } = await watcher(t, port, '?actor=owner');
  await until('the live chart is told', () => told.some(({ sessionId }) => sessionId === 'owner/own/own'));
  owner.table.start('1');
  await until('a new instance is told', () => told.some(({ sessionId }) => sessionId === 'owner/link/1'));
  t.deepEqual(node.inspector.statesOf('owner'), { link: { connecting: 1 }, own: 'connecting' });
  await t.throwsAsync(watcher(t, port, '', { Origin: 'https://elsewhere.example' }), { message: '403' });
  await t.throwsAsync(watcher(t, port, `?actor=${'x'.repeat(300)}`), { message: '400' });
  for (let i = 1; i < 32; i++) await watcher(t, port, '', { Origin: `http://127.0.0.1:${port}` });
  await t.throwsAsync(watcher(t, port, ''), { message: '503' });
  socket.terminate();
  await until('its place is free', () => watcher(t, port, '').then(() => true));
  owner.terminate();
  await node.wait(owner.self);
  t.deepEqual(node.inspector.statesOf('owner'), {});
});

test('where pages ask for a password, watching asks for it too; the firewall closes it', async (t) => {
  const listening = await listen({ disabledEndpoints: [] });
  t.teardown(() => listening.shutdown());
  const { node } = listening;
  node.setAuthenticator('readonly', basicAuthenticator('readonly', [{ principal: 'eve', secret: 'pass' }]));
  const { port } = node.address;
  await t.throwsAsync(watcher(t, port, ''), { message: '401' });
  const Authorization = `Basic ${Buffer.from('eve:pass').toString('base64')}`;
  await watcher(t, port, '', { Authorization });
  const closed = await listen({ disabledEndpoints: ['/__inspect__'] });
  t.teardown(() => closed.shutdown());
  await t.throwsAsync(watcher(t, closed.node.address.port, ''), { message: '403' });
});
