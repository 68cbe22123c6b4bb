/** Peers and clients that mean no good, or are broken: the node answers or drops, counts, and goes on serving the others. */
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { type ListenOptions, Process } from '../../runtime/index.ts';
import type { ChannelEvents } from '../../runtime/transport/channel.ts';
import { ChunkReader } from '../../runtime/transport/chunks.ts';
import {
  controlFrame,
  Encoding,
  EnvelopeReader,
  EnvelopeWriter,
  FrameError,
  helloFrame,
  packEnvelope,
  readControl,
  readEnvelope,
  readHello,
} from '../../runtime/transport/frame.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';
import { simulatedWorld } from '../support/world.ts';

/** Cases of each property: more in the long run (`FUZZ_RUNS=1000000`). */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2000);

class Listener extends Process<{ say: unknown }> {
  heard = 0;
  override initialize(): void {
    this.install('say', () => {
      this.heard++;
    });
    this.route('/', (_request, reply) => reply.text(200, 'here'));
  }
}

const envelope = {
  to: 'a',
  name: 'say',
  from: 'b',
  encoding: Encoding.plain,
  body: { x: [1, 'two'] },
  bytes: 0,
};
/** With the headers of a trace, true and untrue ones. */
const headed = (headers: unknown) => ({ ...envelope, encoding: 5 as const, body: [headers, envelope.body] });
const traced = headed({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
const hello = { version: 1, host: '10.0.0.9', port: 9, incarnation: 'i' };
const samples = [
  helloFrame(hello),
  controlFrame({ op: 'link', from: 'b', to: 'a' }),
  controlFrame({ op: 'exited', from: 'b', to: 'a', reason: 'ended' }),
  controlFrame({ op: 'ping' }),
  new EnvelopeWriter().frame([envelope, envelope, { ...envelope, name: 'other' }]),
  packEnvelope(envelope),
  new EnvelopeWriter().frame([
    traced,
    headed({ traceparent: 7, tracestate: [], 'x-request-id': {} }),
    headed(null),
  ]),
  packEnvelope(traced),
];

/** Bytes of any kind, and true frames with some bytes changed, cut off or added. */
const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(200),
    )
    .map(([sample, changes, length]) => {
      const frame = Uint8Array.from(sample).slice(0, Math.max(1, length));
      for (const [at, byte] of changes) frame[at % frame.length] = byte;
      return frame;
    }),
);

test('whatever the bytes of a frame, reading them succeeds or says what is wrong', (t) => {
  const chunks = new ChunkReader(1000);
  const readers: ((frame: Uint8Array) => unknown)[] = [
    readHello,
    readControl,
    readEnvelope,
    (frame) => new EnvelopeReader().read(frame, () => {}),
    (frame) => chunks.read(frame),
  ];
  fc.assert(
    fc.property(bytes, (frame) => {
      for (const read of readers) {
        try {
          read(frame);
        } catch (error) {
          t.true(error instanceof FrameError, `${String(error)} for ${Buffer.from(frame).toString('hex')}`);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test('whatever frames a peer sends, before its hello or after, the node serves others', (t) => {
  const { node, run, ports } = simulatedWorld();
  const [one, other] = [node(1), node(2)];
  const listener = new Listener('a');
  one.spawn(listener);
  fc.assert(
    fc.property(fc.boolean(), fc.array(bytes, { maxLength: 5 }), (greets, frames) => {
      let events: ChannelEvents | undefined;
      one.acceptor.accept((bound) => {
        events = bound;
        const closed = (): void => bound.closed('the connection ended');
        return { remoteHost: '10.0.0.9', bufferedBytes: 0, send() {}, cut: closed, close: closed };
      });
      if (greets) events?.frame(helloFrame(hello));
      for (const frame of frames) events?.frame(frame);
      events?.closed('the connection ended');
      run(0);
    }),
    { numRuns: RUNS },
  );
  const before = listener.heard;
  other.deliver(one.pid('a'), 'say', 'still there?', undefined);
  run(100);
  t.is(listener.heard, before + 1);
  t.is(one.openLinks, 1);
  t.is(one.handlerErrors, 0);
  run(30_000);
  t.true(ports.clock.pending < 20, 'no timer is left of the links that ended');
});

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const { node, shutdown } = await listen(options);
  t.teardown(shutdown);
  const listener = new Listener('listener');
  node.spawn(listener);
  return { node, listener, url: `http://127.0.0.1:${node.address.port}/listener` };
}

/** Connects, sends, and ends when the server does or the text was answered. */
function throwAt(port: number, text: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

test('whatever a client sends instead of a request, the node answers the next one', async (t) => {
  const { node, url } = await started(t);
  const line = fc.oneof(
    fc.constantFrom(
      'GET / HTTP/1.1',
      'POST /listener/say HTTP/1.1',
      'Content-Length: 5',
      'Content-Length: -1',
    ),
    fc.constantFrom(
      'Transfer-Encoding: chunked',
      'Libprocess-From: x@y',
      'Content-Encoding: gzip',
      'Host: x',
      '',
    ),
    fc.constantFrom(
      'Upgrade: websocket',
      'Connection: Upgrade',
      'GET /__inspect__?actor=((( HTTP/1.1',
      'ffffffff',
    ),
    fc.string({ maxLength: 40 }),
  );
  const request = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)),
  );
  await fc.assert(
    fc.asyncProperty(request, (text) => throwAt(node.address.port, text)),
    { numRuns: Math.ceil(RUNS / 10) },
  );
  t.is((await fetch(url)).status, 200);
  t.is(node.handlerErrors, 0);
});

test('half-open heads are bounded in number: the oldest go, and others are served at once', async (t) => {
  const { node, url } = await started(t, { limits: { httpHalfOpenMax: 50 } });
  const sockets: Socket[] = [];
  let closed = 0;
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let i = 0; i < 300; i++) {
    const socket = connect(node.address.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nX-Slow: '));
    socket.on('error', () => {});
    socket.on('close', () => closed++);
    sockets.push(socket);
  }
  await until('all but fifty are closed', () => closed >= 250);
  t.is((await fetch(url)).status, 200);
  t.true(closed < 300, 'it was not waited until the others had dawdled too long');
});

test('requests whose bodies never end are bounded in number too; whoever asks for something is served', async (t) => {
  const { node, url } = await started(t, { limits: { httpHalfOpenMax: 50 } });
  const kept = connect(node.address.port, '127.0.0.1');
  let answers = 0;
  kept.on('data', () => answers++);
  const ask = (): void => void kept.write('GET /listener HTTP/1.1\r\nHost: x\r\n\r\n');
  const sockets: Socket[] = [kept];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  ask();
  await until('a connection is kept alive', () => answers === 1);
  let closed = 0;
  for (let i = 0; i < 300; i++) {
    const socket = connect(node.address.port, '127.0.0.1', () =>
      socket.write('POST /listener/say HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslow'),
    );
    socket.on('error', () => {});
    socket.on('close', () => closed++);
    sockets.push(socket);
  }
  await until('all but fifty are closed', () => closed >= 250);
  t.is((await fetch(url)).status, 200);
  ask();
  await until('the kept connection is answered as before', () => answers === 2);
  t.true(closed < 300, 'the others are waited for still');
});

test('a peer of another version is refused, and the node lives', async (t) => {
  const { node, url } = await started(t);
  const socket = new WebSocket(`ws://127.0.0.1:${node.address.port}/__link__`, 'mesostate.1');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(helloFrame({ ...hello, version: 99 }));
  await new Promise((resolve) => socket.once('close', resolve));
  t.is(node.openLinks, 0);
  t.is((await fetch(url)).status, 200);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Without what would be collected: when that is done is the engine's own business. */
function heldBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test('messages for and from hundreds of thousands of unknown processes are counted and leave nothing behind', (t) => {
  const { node, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const flood = (from: number, n: number): void => {
    for (let i = from; i < from + n; i++) {
      one.deliver(two.pid(`nobody-${i}`), 'say', undefined, one.pid(`unknown-${i}`));
      if (i % 1000 === 0) run(1);
    }
    run(10);
  };
  flood(0, 20_000);
  const before = heldBytes();
  flood(20_000, 200_000);
  const grownBytes = heldBytes() - before;
  t.is(two.deadLetters.total('no-process'), 220_000);
  t.true(grownBytes < 20_000_000, `${grownBytes} bytes more than before`);
});
