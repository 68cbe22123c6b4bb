/** What this node answers to a libprocess, row by row of spec runtime.md §5.2 to §5.4, over raw sockets. */
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { type ListenOptions, type Node, Process } from '../../runtime/index.ts';
import { createLogger } from '../../runtime/logging/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { textCodec } from '../support/libprocessPeer.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';

class Receiver extends Process {
  readonly heard: string[] = [];
  override initialize(): void {
    for (const name of ['text.Hi', 'raw', 'deep/name']) {
      this.install(name, (body, from) => {
        const text = body instanceof Uint8Array ? `bytes ${Buffer.from(body).toString()}` : String(body);
        this.heard.push(`${name} ${text} from ${from?.toUpid() ?? 'nobody'}`);
      });
    }
    this.route('/text.Hi', (_request, reply) => reply.text(200, 'the route'));
  }
}

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const logged: string[] = [];
  const sink = { write: (record: unknown) => logged.push(JSON.stringify(record)), flush() {} };
  const log = createLogger({ clock: realPorts().clock, sink, level: 'debug' });
  const { node, shutdown } = await listen({ codec: textCodec, log, ...options });
  t.teardown(shutdown);
  const receiver = new Receiver('slave(1)');
  node.spawn(receiver);
  return { node, receiver, logged };
}

/** Writes bytes to the node's port; gathers the status lines until there are `answers` of them, or the node hangs up. */
async function ask(node: Node, bytes: string | readonly string[], answers = 1): Promise<readonly string[]> {
  let text = '';
  let closed = false;
  const socket = connect(node.address.port, '127.0.0.1');
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  for (const part of typeof bytes === 'string' ? [bytes] : bytes) socket.write(part, 'latin1');
  const statuses = (): string[] => text.match(/HTTP\/1\.1 \d{3} [^\r]*/g) ?? [];
  await until('the node answered', () => closed || statuses().length >= answers);
  socket.destroy();
  return statuses().map((line) => line.slice('HTTP/1.1 '.length));
}

const FROM = 'Libprocess-From: them@127.0.0.1:4321\r\n';
const AGENT = 'User-Agent: libprocess/them@127.0.0.1:4321\r\n';
const chunked = (...chunks: readonly string[]): string =>
  `Transfer-Encoding: chunked\r\n\r\n${[...chunks, ''].map((c) => `${c.length.toString(16)}\r\n${c}\r\n`).join('')}`;
const sized = (body: string): string => `Content-Length: ${body.length}\r\n\r\n${body}`;
const post = (path: string, headers: string): string => `POST ${path} HTTP/1.1\r\n${headers}`;

interface Row {
  readonly what: string;
  readonly bytes: string;
  readonly answer: readonly string[];
  /** What the process hears; nothing when left out. */
  readonly heard?: string;
  readonly lost?: number;
}

const heard = 'text.Hi hello from them@127.0.0.1:4321';

const rows: readonly Row[] = [
  {
    what: 'a message as a libprocess writes it',
    bytes: post(
      '/slave(1)/text.Hi',
      `${AGENT}${FROM}Connection: Keep-Alive\r\nHost: 127.0.0.1:1\r\n${chunked('hello')}`,
    ),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'an old sender, known by its User-Agent only',
    bytes: post('/slave(1)/text.Hi', AGENT + chunked('hello')),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'a sender known by Libprocess-From only, with blanks around it',
    bytes: post('/slave(1)/text.Hi', `Libprocess-From:  them@127.0.0.1:4321  \r\n${chunked('hello')}`),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'Libprocess-From, which goes before User-Agent',
    bytes: post('/slave(1)/text.Hi', `User-Agent: libprocess/other@127.0.0.1:1\r\n${FROM}${sized('hello')}`),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'a body with Content-Length, no Host, no Connection',
    bytes: post('/slave(1)/text.Hi', FROM + sized('hello')),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'a body in several chunks',
    bytes: post('/slave(1)/text.Hi', FROM + chunked('he', 'l', 'lo')),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'a percent-encoded process id',
    bytes: post('/slave%281%29/text.Hi', FROM + chunked('hello')),
    answer: ['202 Accepted'],
    heard,
  },
  {
    what: 'no body at all',
    bytes: post('/slave(1)/text.Hi', `${FROM}\r\n`),
    answer: ['202 Accepted'],
    heard: 'text.Hi  from them@127.0.0.1:4321',
  },
  {
    what: 'bytes of a type nobody knows, as they are',
    bytes: post('/slave(1)/raw', FROM + chunked('\x00\xc1x')),
    answer: ['202 Accepted'],
    heard: `raw bytes ${Buffer.from('\x00\xc1x', 'latin1').toString()} from them@127.0.0.1:4321`,
  },
  {
    what: 'a name with slashes',
    bytes: post('/slave(1)/deep/name', `${FROM}\r\n`),
    answer: ['202 Accepted'],
    heard: 'deep/name undefined from them@127.0.0.1:4321',
  },
  {
    what: 'a process that is unknown here',
    bytes: post('/nobody/text.Hi', FROM + chunked('hello')),
    answer: ['404 Not Found'],
  },
  {
    what: 'no name of a message',
    bytes: post('/slave(1)', FROM + chunked('hello')),
    answer: ['500 Internal Server Error'],
  },
  {
    what: 'no name after the slash',
    bytes: post('/slave(1)/', FROM + chunked('hello')),
    answer: ['500 Internal Server Error'],
  },
  {
    what: 'neither process nor name',
    bytes: post('/', `${FROM}\r\n`),
    answer: ['500 Internal Server Error'],
  },
  {
    what: 'a sender that does not parse',
    bytes: post('/slave(1)/text.Hi', `Libprocess-From: nonsense\r\n${chunked('hello')}`),
    answer: ['500 Internal Server Error'],
  },
  {
    what: 'an old sender that does not parse',
    bytes: post('/slave(1)/text.Hi', `User-Agent: libprocess/@0.0.0.0:0\r\n${chunked('hello')}`),
    answer: ['500 Internal Server Error'],
  },
  {
    what: 'a path without a slash',
    bytes: post('slave(1)/text.Hi', FROM + chunked('hello')),
    answer: ['400 Bad Request'],
  },
  { what: 'a path of one star', bytes: post('*', FROM + chunked('hello')), answer: ['400 Bad Request'] },
  { what: 'bytes that are not HTTP', bytes: '\x16\x03\x01 nonsense\r\n\r\n', answer: [] },
  { what: 'words that are not HTTP', bytes: 'POST /slave(1)/text.Hi SIP/2.0\r\n\r\n', answer: [] },
  {
    what: 'a body that does not parse, which is dropped later',
    bytes: post('/slave(1)/text.Hi', FROM + chunked('bad')),
    answer: ['202 Accepted'],
    lost: 1,
  },
  {
    what: 'another method, which makes it an ordinary request',
    bytes: `GET /slave(1)/text.Hi HTTP/1.1\r\n${FROM}\r\n`,
    answer: ['200 OK'],
  },
  {
    what: 'another user agent, which makes it an ordinary request',
    bytes: post('/slave(1)/text.Hi', `User-Agent: not-libprocess/them@127.0.0.1:4321\r\n${chunked('hello')}`),
    answer: ['200 OK'],
  },
];

for (const row of rows) {
  test(`answered: ${row.what}`, async (t) => {
    const { node, receiver } = await started(t);
    t.deepEqual(await ask(node, row.bytes), row.answer);
    await until('it was heard', () => row.heard === undefined || receiver.heard.length > 0);
    t.deepEqual(receiver.heard, row.heard === undefined ? [] : [row.heard]);
    t.is(node.deadLetters.total('undecodable'), row.lost ?? 0);
  });
}

test('a route of the same name takes no messages away, but hand-made posts', async (t) => {
  const { node, receiver } = await started(t);
  t.deepEqual(await ask(node, post('/slave(1)/text.Hi', sized('hello'))), ['200 OK']);
  t.deepEqual(receiver.heard, []);
});

test('a hand-made post whose body does not parse is told so', async (t) => {
  const { node } = await started(t);
  node.spawn(new Receiver('other'));
  t.deepEqual(await ask(node, post('/other/text.Bye', sized('bad'))), ['400 Bad Request']);
  t.is(node.deadLetters.total(), 0);
});

test('bytes that are not HTTP are written down', async (t) => {
  const { node, logged } = await started(t);
  t.deepEqual(await ask(node, 'nonsense\r\n\r\n'), []);
  t.true(logged.some((line) => line.includes('spoke no HTTP')));
});

test('pipelined messages, torn anywhere, are heard and answered in order over one connection', async (t) => {
  const { node, receiver } = await started(t);
  const bytes = Array.from({ length: 40 }, (_, i) =>
    post(i % 4 === 3 ? '/nobody/text.Hi' : '/slave(1)/text.Hi', FROM + chunked(`<${i}>`)),
  ).join('');
  const torn = bytes.match(/.{1,37}/gs) ?? [];
  const answers = await ask(node, torn, 40);
  t.deepEqual(
    answers,
    Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? '404 Not Found' : '202 Accepted')),
  );
  await until('all were heard', () => receiver.heard.length === 30);
  const order = receiver.heard.map((line) => Number(/<(\d+)>/.exec(line)?.[1]));
  t.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

test('nobody verifies a sender unless told to', async (t) => {
  const { node, receiver } = await started(t);
  const bytes = post('/slave(1)/text.Hi', `Libprocess-From: liar@10.9.8.7:1\r\n${chunked('hello')}`);
  t.deepEqual(await ask(node, bytes), ['202 Accepted']);
  await until('it was heard', () => receiver.heard.length === 1);
  t.deepEqual(receiver.heard, ['text.Hi hello from liar@10.9.8.7:1']);
});

test('with require_peer_address_ip_match the IP of the sender, not its port, must be the one it comes from', async (t) => {
  const { node, receiver } = await started(t, { requirePeerAddressIpMatch: true });
  const claim = (upid: string) => post('/slave(1)/text.Hi', `Libprocess-From: ${upid}\r\n${chunked(upid)}`);
  t.deepEqual(await ask(node, claim('a@127.0.0.1:1')), ['202 Accepted']);
  t.deepEqual(await ask(node, claim('b@localhost:2')), ['202 Accepted']);
  t.deepEqual(await ask(node, claim('c@10.9.8.7:3')), ['400 Bad Request']);
  t.deepEqual(await ask(node, claim('d@127.0.0.2:4')), ['400 Bad Request']);
  t.deepEqual(await ask(node, claim('e@some.name:5')), ['400 Bad Request']);
  await until('two were heard', () => receiver.heard.length === 2);
  const refusal = await fetch(`http://127.0.0.1:${node.address.port}/slave(1)/text.Hi`, {
    method: 'POST',
    headers: { 'Libprocess-From': 'c@10.9.8.7:3' },
  });
  t.regex(await refusal.text(), /'text\.Hi' .*'c@10\.9\.8\.7:3' .*127\.0\.0\.1:\d+/);
});

test('a message larger than a body may be is refused, and the node lives', async (t) => {
  const { node, receiver } = await started(t, { limits: { bodyBytesMax: 1000 } });
  t.deepEqual(await ask(node, post('/slave(1)/text.Hi', FROM + chunked('x'.repeat(5000)))), [
    '413 Payload Too Large',
  ]);
  t.deepEqual(await ask(node, post('/slave(1)/text.Hi', FROM + chunked('hello'))), ['202 Accepted']);
  await until('the small one was heard', () => receiver.heard.length === 1);
});
