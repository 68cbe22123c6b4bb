/** A node on a real port: messages over WebSocket and plain HTTP, routes, bounds, bad input. */
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { type ListenOptions, type Node, Pid, Process } from '../../runtime/index.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';

interface Words {
  say: unknown;
}

class Listener extends Process<Words> {
  readonly heard: unknown[] = [];
  readonly from: string[] = [];
  override initialize(): void {
    this.install('say', (word, from) => {
      this.heard.push(word);
      this.from.push(from?.text ?? '');
    });
    this.route('/echo', (request, reply) =>
      reply.text(200, `${request.method} ${request.rest} ${request.body.length}`),
    );
    this.route('/', (_request, reply) => reply.text(200, 'root'));
    this.route('/long', (_request, reply) => reply.text(200, 'x'.repeat(5000)));
    this.route('/stream', (_request, reply) => {
      const stream = reply.stream(200, { 'Content-Type': 'text/plain' });
      stream.write('one');
      this.delay(20, () => {
        stream.write(' two');
        stream.end();
      });
    });
    this.route('/flood', (_request, reply) => this.flood(reply.stream(200, {})));
    this.route('/boom', () => {
      throw new Error('on purpose');
    });
  }
  cutOff = false;
  private flood(stream: { write(text: string): boolean }): void {
    for (let i = 0; i < 100; i++) {
      if (!stream.write('y'.repeat(100_000))) {
        this.cutOff = true;
        return;
      }
    }
    this.dispatch(() => this.flood(stream));
  }
  tell(to: Pid, word: unknown): void {
    this.send(to, 'say', word);
  }
}

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const listening = await listen(options);
  t.teardown(() => listening.shutdown());
  const listener = new Listener('listener');
  listening.node.spawn(listener);
  const base = `http://127.0.0.1:${listening.node.address.port}`;
  return { node: listening.node, listener, base };
}

/** Sends bytes over a plain socket and gathers what comes back until the server closes or `enough` says so. */
function raw(node: Node, bytes: string, enough: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(node.address.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (enough(text)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

test('plain values of every kind cross between two nodes', async (t) => {
  const one = await started(t);
  const two = await started(t);
  const values = [
    1,
    'two',
    null,
    true,
    [1, [2]],
    { a: { b: 1.5 } },
    Uint8Array.of(1, 2),
    'x'.repeat(1_000_000),
  ];
  for (const value of values) one.listener.tell(two.listener.self, value);
  await until('all arrived', () => two.listener.heard.length === values.length);
  t.deepEqual(
    two.listener.heard.map((value) => (value instanceof Uint8Array ? new Uint8Array(value) : value)),
    values,
  );
  t.is(two.listener.from[0], one.listener.self.text);
});

test('a message larger than allowed is dropped and counted; the link lives', async (t) => {
  const one = await started(t, { limits: { messageBytesMax: 100_000, frameBytesMax: 30_000 } });
  const two = await started(t, { limits: { messageBytesMax: 100_000, frameBytesMax: 30_000 } });
  one.listener.tell(two.listener.self, 'before');
  one.listener.tell(two.listener.self, 'x'.repeat(200_000));
  one.listener.tell(two.listener.self, 'after');
  await until('the others arrived', () => two.listener.heard.length === 2);
  t.deepEqual(two.listener.heard, ['before', 'after']);
  t.is(one.node.deadLetters.total('undecodable'), 1);
});

test('a message can be posted by hand and is answered 202; for nobody 404', async (t) => {
  const { base, listener } = await started(t);
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"a":1}' };
  t.is((await fetch(`${base}/listener/say`, json)).status, 202);
  t.is(
    (await fetch(`${base}/nobody/say`, { ...json, headers: { 'Libprocess-From': 'x@127.0.0.1:9' } })).status,
    404,
  );
  t.is((await fetch(`${base}/listener/say`, { ...json, body: '{' })).status, 400);
  const from = { ...json, headers: { ...json.headers, 'User-Agent': 'libprocess/them@127.0.0.1:99' } };
  t.is((await fetch(`${base}/listener/say`, from)).status, 202);
  t.is(
    (await fetch(`${base}/listener/say`, { ...json, headers: { 'Libprocess-From': 'nonsense' } })).status,
    500,
  );
  await until('both arrived', () => listener.heard.length === 2);
  t.deepEqual(listener.from, ['', '127.0.0.1:99/them']);
});

test('the longest route wins, unknown first tokens go to the delegate, strange paths to nobody', async (t) => {
  const { base } = await started(t, { delegateId: 'listener' });
  const get = async (path: string) => {
    const answer = await fetch(base + path);
    return `${answer.status} ${(await answer.text()).slice(0, 40)}`;
  };
  t.is(await get('/listener/echo/a/b/'), '200 GET a/b 0');
  t.is(await get('/echo'), '200 GET  0');
  t.is(await get('/'), '200 root');
  t.is(await get('/%6cistener/echo'), '200 GET  0');
  t.is(await get('/boom'), '500 Internal error; see the log');
  t.regex(
    await raw((await started(t)).node, 'GET /a/../b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    / 404 /,
  );
  t.regex(
    await raw((await started(t)).node, 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    / 400 /,
  );
  // As a client speaks that takes us for its proxy.
  const { node } = await started(t, { delegateId: 'listener' });
  const asked = 'GET HTTP://elsewhere:1/echo?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  t.regex(await raw(node, asked), / 200 [\s\S]*GET {2}0$/);
  t.regex(await raw(node, asked.replace('/echo?x', '')), / 400 [\s\S]*Cannot parse the request's path/);
});

test('a request with a mistake in it is answered with what is wrong', async (t) => {
  const { node } = await started(t);
  const post = (head: string) => raw(node, `POST /listener/echo HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  t.regex(
    await post('Content-Length: x'),
    / 400 [\s\S]*\r\n\r\nThe request is not valid HTTP: .*Content-Length/,
  );
  t.regex(
    await post('Content-Length: 5\r\nTransfer-Encoding: chunked'),
    / 400 [\s\S]*\r\n\r\nThe request is not valid HTTP: .*Transfer-Encoding/,
  );
  t.regex(
    await post(`X: ${'x'.repeat(20_000)}`),
    / 431 [\s\S]*\r\n\r\nThe request's head is larger than \d+ bytes$/,
  );
});

test('bodies are bounded, gzip is used when asked for, streams leave at once', async (t) => {
  const { base } = await started(t, { limits: { bodyBytesMax: 1000 } });
  const post = await fetch(`${base}/listener/echo`, { method: 'POST', body: 'x'.repeat(2000) });
  t.is(post.status, 413);
  const long = await fetch(`${base}/listener/long`, { headers: { 'Accept-Encoding': 'gzip' } });
  t.is(long.headers.get('content-encoding'), 'gzip');
  t.is((await long.text()).length, 5000);
  const stream = await fetch(`${base}/listener/stream`);
  t.is(await stream.text(), 'one two');
});

test('what is not HTTP gets no answer, and the node lives', async (t) => {
  const { node, base } = await started(t);
  t.is(await raw(node, '\x00\x01\x02 nonsense\r\n\r\n'), '');
  t.is((await fetch(`${base}/listener`)).status, 200);
});

test('a reader that never reads is cut off; others are served meanwhile', async (t) => {
  const { node, base, listener } = await started(t, { limits: { streamBufferBytesMax: 1_000_000 } });
  const socket = connect(node.address.port, '127.0.0.1', () => {
    socket.write('GET /listener/flood HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
  });
  socket.on('error', () => {});
  await until('the slow reader is cut off', () => listener.cutOff);
  t.is((await fetch(`${base}/listener`)).status, 200);
  socket.destroy();
});

test('malformed frames close their link only', async (t) => {
  const { node, base } = await started(t);
  const url = `ws://127.0.0.1:${node.address.port}/__link__`;
  const nonsense = [Uint8Array.of(1, 0xc1), Uint8Array.of(9), Uint8Array.of(2, 0x80), Uint8Array.of()];
  for (const frame of nonsense) {
    const socket = new WebSocket(url, 'mesostate.1');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(frame);
    await new Promise((resolve) => socket.once('close', resolve));
  }
  const text = new WebSocket(url, 'mesostate.1');
  await new Promise((resolve) => text.once('open', resolve));
  text.send('text');
  await new Promise((resolve) => text.once('close', resolve));
  const huge = new WebSocket(url, 'mesostate.1');
  await new Promise((resolve) => huge.once('open', resolve));
  huge.send(new Uint8Array(5 * 1024 * 1024));
  await new Promise((resolve) => huge.once('close', resolve));
  t.is((await fetch(`${base}/listener`)).status, 200);
  t.is(node.handlerErrors, 0);
});

test('a second node on the same port fails with the reason', async (t) => {
  const { node } = await started(t);
  const error = await t.throwsAsync(listen({ port: node.address.port }));
  t.is((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
});

test('messages to a node that is not there are dead letters, and the next ones find it when it is', async (t) => {
  const one = await started(t);
  const free = await listen();
  const { port } = free.node.address;
  await free.shutdown();
  one.listener.tell(new Pid('listener', '127.0.0.1', port), 'lost');
  await until('it was lost', () => one.node.deadLetters.total('link-broken') === 1);
  const two = await started(t, { port });
  one.listener.tell(two.listener.self, 'found');
  await until('it was found', () => two.listener.heard.length === 1);
  t.deepEqual(two.listener.heard, ['found']);
});
