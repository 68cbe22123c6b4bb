/** The scheduler's side of the API in any program, before a master that is busy, breaks off, or talks nonsense. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { SchedulerClient } from '../../../actors/client/index.ts';
import { type SchedulerCallSubscribe, SchedulerCallType, type SchedulerEvent } from '../../../proto/index.ts';
import { realPorts } from '../../../runtime/index.ts';
import { until } from '../../support/until.ts';
import { PausedClock } from './support/pausedClock.ts';

const SUBSCRIBED = JSON.stringify({
  type: 'SUBSCRIBED',
  subscribed: { framework_id: { value: 'F' }, heartbeat_interval_seconds: 600 },
});

interface BusyMaster {
  /** Types of the calls that came, in order. */
  readonly came: string[];
  /** What came with each subscription. */
  readonly subscriptions: SchedulerCallSubscribe[];
  /** Streams, the last one last. */
  readonly streams: ServerResponse[];
  /** Closes the connection instead of answering. */
  hangsUp: boolean;
  /** Does not lead, and does not know who does. */
  standby: boolean;
  readonly absences: string[];
  /** How many of the next calls it is too busy for. */
  busyFor: number;
  readonly refusals: string[];
  readonly events: SchedulerEvent[];
  readonly client: SchedulerClient;
  readonly clock: PausedClock;
}

interface Said {
  readonly type: string;
  readonly subscribe?: SchedulerCallSubscribe;
}

/** A master of which only the door is there: it takes subscriptions, and calls when it is not busy. */
async function busyMaster(t: ExecutionContext): Promise<BusyMaster> {
  const came: string[] = [];
  const subscriptions: SchedulerCallSubscribe[] = [];
  const streams: ServerResponse[] = [];
  const refusals: string[] = [];
  const absences: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = JSON.parse(Buffer.concat(chunks).toString()) as Said;
      came.push(call.type);
      if (master.standby) response.writeHead(503).end('no leader');
      else if (call.subscribe !== undefined) {
        subscriptions.push(call.subscribe);
        streams.push(response);
        response.writeHead(200, { 'mesos-stream-id': 'stream' });
        response.write(`${SUBSCRIBED.length}\n${SUBSCRIBED}`);
      } else if (master.hangsUp) {
        request.socket.destroy();
      } else if (master.busyFor > 0) {
        master.busyFor -= 1;
        response.writeHead(503).end('late');
      } else response.writeHead(202).end();
    });
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const events: SchedulerEvent[] = [];
  const clock = new PausedClock(realPorts().clock);
  const client = new SchedulerClient({
    master: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    framework: { user: 'nobody', name: 'busy' },
    subscribe: () => ({ suppressed_roles: ['a'] }),
    handlers: {
      event: (event) => events.push(event),
      refused: (text) => refusals.push(text),
      absent: (reason) => absences.push(reason),
    },
    ports: { clock, random: { next: () => 0 } },
  });
  t.teardown(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  const master: BusyMaster = {
    came,
    subscriptions,
    streams,
    hangsUp: false,
    standby: false,
    absences,
    busyFor: 0,
    refusals,
    events,
    client,
    clock,
  };
  client.start();
  await until('it is subscribed', () => events.length === 1);
  came.splice(0);
  return master;
}

test('a call that the master is too busy for is repeated until it is taken', async (t) => {
  const master = await busyMaster(t);
  master.busyFor = 3;
  t.true(master.client.call({ type: SchedulerCallType.REVIVE }));
  await until('it is taken', () => master.came.length === 4);
  t.deepEqual(master.came, ['REVIVE', 'REVIVE', 'REVIVE', 'REVIVE']);
  t.deepEqual(master.refusals, []);
});

test('one that it stays too busy for is told as refused in the end', async (t) => {
  const master = await busyMaster(t);
  master.busyFor = 1000;
  master.client.call({ type: SchedulerCallType.REVIVE });
  await until('it is told', () => master.refusals.length > 0);
  t.deepEqual(master.refusals, ['503 late']);
  t.is(master.came.length, 11);
});

test('calls made after one that is repeated wait for it', async (t) => {
  const master = await busyMaster(t);
  const paused: (() => void)[] = [];
  master.clock.paused = paused;
  master.busyFor = 1;
  master.client.call({ type: SchedulerCallType.REVIVE });
  await until('it is to be repeated', () => paused.length > 0);
  for (const type of [SchedulerCallType.SUPPRESS, SchedulerCallType.TEARDOWN]) master.client.call({ type });
  paused.pop()?.();
  await until('all are taken', () => master.came.length === 4);
  t.deepEqual(master.came, ['REVIVE', 'REVIVE', 'SUPPRESS', 'TEARDOWN']);
});

test('a call that may be lost leads to a new subscription, by which one knows where things stand', async (t) => {
  const master = await busyMaster(t);
  master.hangsUp = true;
  t.true(master.client.call({ type: SchedulerCallType.REVIVE }));
  await until('it subscribes again', () => master.subscriptions.length === 2);
  t.like(master.subscriptions[1], { framework_info: { id: { value: 'F' } }, suppressed_roles: ['a'] });
  t.deepEqual(master.came, ['REVIVE', 'SUBSCRIBE']);
});

test('what UPDATE_FRAMEWORK has made of the framework is what subscribes next', async (t) => {
  const master = await busyMaster(t);
  const framework_info = { user: 'nobody', name: 'renamed', id: { value: 'F' } };
  const type = SchedulerCallType.UPDATE_FRAMEWORK;
  master.client.call({ type, update_framework: { framework_info } });
  await until('it has come', () => master.came.length === 1);
  master.client.call({ type: SchedulerCallType.REVIVE });
  await until('it was answered', () => master.came.length === 2);
  master.streams[0]?.destroy();
  await until('it subscribes again', () => master.subscriptions.length === 2);
  t.like(master.subscriptions[1], { framework_info });
});

test('an ERROR is the end: whoever has taken the framework over keeps it', async (t) => {
  const master = await busyMaster(t);
  const text = JSON.stringify({ type: 'ERROR', error: { message: 'Framework failed over' } });
  const ended = new Promise((resolve) => master.streams[0]?.on('close', resolve));
  master.streams[0]?.write(`${text.length}\n${text}`);
  await ended;
  t.false(master.client.call({ type: SchedulerCallType.REVIVE }));
  t.deepEqual(
    [master.events.at(-1)?.error?.message, master.subscriptions.length],
    ['Framework failed over', 1],
  );
  t.is(master.clock.waiting, 0, 'no attempt is planned');
});

test('records that are no events end the stream, not the program', async (t) => {
  const master = await busyMaster(t);
  master.streams[0]?.write('1\n{');
  await until('it subscribes again', () => master.subscriptions.length === 2);
  t.regex(master.refusals[0] ?? '', /^the master sent what is no event: /);
});

test('a master that is not there, or does not lead, is told each time it is tried', async (t) => {
  const master = await busyMaster(t);
  master.standby = true;
  master.streams[0]?.destroy();
  await until('it is told', () => master.absences.length >= 2);
  t.regex(master.absences[0] ?? '', /^127\.0\.0\.1:\d+: 503 no leader$/);

  const absences: string[] = [];
  const handlers = { event: () => undefined, absent: (reason: string) => void absences.push(reason) };
  const framework = { user: 'nobody', name: 'lost' };
  const alone = new SchedulerClient({ master: 'http://127.0.0.1:1', framework, handlers });
  t.teardown(() => alone.stop());
  alone.start();
  await until('it is told', () => absences.length > 0);
  t.is(absences[0], '127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1');
});

test('addresses that are none are named', async (t) => {
  const refusals: string[] = [];
  const handlers = { event: () => undefined, refused: (text: string) => void refusals.push(text) };
  const framework = { user: 'nobody', name: 'lost' };
  // Also one that would be tried later only, by a timer that nobody hears the error of.
  for (const master of ['127.0.0.1:5050', ['http://127.0.0.1:1', '127.0.0.1:5050']])
    t.throws(() => new SchedulerClient({ master, framework, handlers }), {
      message: "master: expected http://HOST:PORT, got '127.0.0.1:5050'",
    });
  t.throws(() => new SchedulerClient({ master: [], framework, handlers }), {
    message: 'master: expected at least one address',
  });
  const found = new SchedulerClient({ master: async () => 'nowhere', framework, handlers });
  found.start();
  await until('it is told', () => refusals.length > 0);
  found.stop();
  t.is(refusals[0], "master: expected http://HOST:PORT, got 'nowhere'");
});

test('a master that leads to what is no master is passed over', async (t) => {
  const places = ['ftp://127.0.0.1/', 'http://', '\\\\'];
  const server = createServer((_request, response) =>
    response.writeHead(307, { location: places.shift() ?? '' }).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const absences: string[] = [];
  const client = new SchedulerClient({
    master: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    framework: { user: 'nobody', name: 'led' },
    handlers: { event: () => undefined, absent: (reason) => void absences.push(reason) },
    ports: { clock: new PausedClock(realPorts().clock), random: { next: () => 0 } },
  });
  t.teardown(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  client.start();
  await until('each was told', () => absences.length >= 3);
  t.regex(absences[0] ?? '', /^127\.0\.0\.1:\d+: 307$/);
});
