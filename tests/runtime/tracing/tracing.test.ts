/** A request's trace, from the HTTP edge over several nodes into their logs. */
import test, { type ExecutionContext } from 'ava';
import { type ListenOptions, Pid, Process } from '../../../runtime/index.ts';
import { createLogger, MemorySink } from '../../../runtime/logging/index.ts';
import { realPorts } from '../../../runtime/realPorts.ts';
import { inject } from '../../support/http.ts';
import { libprocessPeer, textCodec } from '../../support/libprocessPeer.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';
import { simulatedWorld } from '../../support/world.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const GIVEN = {
  traceparent: `00-${TRACE}-${PARENT}-01`,
  tracestate: 'rojo=1',
  'x-request-id': 'order-7',
};

/** Passes on what it hears, and says so in its log; asked over HTTP it begins. */
class Relay extends Process {
  private readonly next: () => Pid | undefined;
  heard = 0;
  constructor(id: string, next: () => Pid | undefined) {
    super(id);
    this.next = next;
  }
  override initialize(): void {
    this.install('text.word', (word) => this.hear(word));
    this.install('throw', () => {
      throw new Error('on purpose');
    });
    this.route('/go', (_request, reply) => {
      this.log.info('asked');
      this.send(this.next(), 'text.word', 'go');
      reply.text(200, 'gone');
    });
    // The answer of a disk, a moment later: still the same trace.
    this.route('/later', (_request, reply) => {
      const answered = this.defer(() => {
        this.log.info('asked');
        this.send(this.next(), 'text.word', 'later');
      });
      queueMicrotask(answered);
      reply.text(200, 'later');
    });
    this.route('/throw', () => {
      throw new Error('on purpose');
    });
  }
  begin(word: unknown): void {
    this.send(this.next(), 'text.word', word);
  }
  private hear(word: unknown): void {
    this.heard++;
    this.log.info('heard', { word });
    this.send(this.next(), 'text.word', word);
  }
}

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const sink = new MemorySink();
  const log = createLogger({ clock: realPorts().clock, sink });
  const { node, shutdown } = await listen({ log, codec: textCodec, ...options });
  t.teardown(shutdown);
  return { node, sink, base: `http://127.0.0.1:${node.address.port}` };
}

/** `a` → `b` on the same node → `c` on another one. */
async function chain(t: ExecutionContext) {
  const near = await started(t);
  const far = await started(t);
  const c = new Relay('c', () => undefined);
  far.node.spawn(c);
  const b = new Relay('b', () => c.self);
  near.node.spawn(b);
  const a = new Relay('a', () => b.self);
  near.node.spawn(a);
  const spans = async (words: number) => {
    await until('the word is heard at the far node', () => c.heard === words);
    return [...near.sink.records, ...far.sink.records].map(({ component, fields }) => ({
      at: component,
      request: fields['request_id'],
      trace: fields['trace_id'],
      span: fields['span_id'],
      parent: fields['parent_id'],
    }));
  };
  return { near, far, a, spans };
}

for (const path of ['/a/go', '/a/later'])
  test(`one trace through two nodes, each step caused by the one before (${path})`, async (t) => {
    const { near, far, spans } = await chain(t);
    const answer = await fetch(`${near.base}${path}`, { headers: GIVEN });
    t.is(answer.headers.get('x-request-id'), 'order-7');
    const [first, second, third, ...more] = await spans(1);
    t.deepEqual(more, []);
    t.deepEqual([first?.at, second?.at, third?.at], ['a', 'b', 'c']);
    for (const each of [first, second, third]) t.like(each, { request: 'order-7', trace: TRACE });
    if (path === '/a/go') t.is(first?.parent, PARENT);
    t.is(second?.parent, first?.span);
    t.is(third?.parent, second?.span);
    t.is(new Set([PARENT, first?.span, second?.span, third?.span]).size, 4);
    t.regex(far.sink.lines('text')[0] ?? '', new RegExp(` request_id=order-7 trace_id=${TRACE} span_id=`));
    t.is((JSON.parse(far.sink.lines('json')[0] ?? '') as { trace_id: string }).trace_id, TRACE);
  });

test('a request that names no trace begins one, told in the answer', async (t) => {
  const { near, spans } = await chain(t);
  const answer = await fetch(`${near.base}/a/go`);
  const id = answer.headers.get('x-request-id') ?? '';
  t.regex(id, /^[0-9a-f]{32}$/);
  const steps = await spans(1);
  t.deepEqual(
    steps.map(({ trace, request }) => [trace, request]),
    Array.from({ length: 3 }, () => [id, id]),
  );
  t.is(steps[0]?.parent, undefined);
  const named = await fetch(`${near.base}/a/go`, { headers: { 'X-Request-Id': 'mine' } });
  t.is(named.headers.get('x-request-id'), 'mine');
  const wrong = await fetch(`${near.base}/a/go`, { headers: { 'X-Request-Id': `x ${'y'.repeat(200)}` } });
  t.regex(wrong.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
});

test('what no request led to belongs to no trace', async (t) => {
  const { a, spans } = await chain(t);
  a.begin('by itself');
  const steps = await spans(1);
  t.deepEqual(
    steps.map(({ trace }) => trace),
    [undefined, undefined],
  );
});

test('a handler that throws does so within its trace; the next message is not in it', async (t) => {
  const { node, sink, base } = await started(t);
  const relay = new Relay('a', () => undefined);
  node.spawn(relay);
  await fetch(`${base}/a/throw`, { headers: GIVEN });
  node.deliver(relay.self, 'text.word', 'after', undefined);
  await until('both are logged', () => sink.records.length === 2);
  const [threw, after] = sink.records;
  t.is(threw?.fields['trace_id'], TRACE);
  t.is(threw?.fields['event'], 'http');
  t.is(after?.fields['trace_id'], undefined);
});

test('a traced message larger than a frame keeps its trace', async (t) => {
  const { near, far } = await chain(t);
  const answer = await fetch(`${near.base}/b/text.word`, {
    method: 'POST',
    headers: GIVEN,
    body: 'x'.repeat(1_000_000),
  });
  t.is(answer.status, 202);
  await until('it arrived', () => far.sink.records.length === 1);
  t.is(far.sink.records[0]?.fields['trace_id'], TRACE);
});

test("on libprocess' wire a trace travels in header fields, both ways; without one the bytes are upstream's", async (t) => {
  const peer = await libprocessPeer(t);
  const { node, base, sink } = await started(t);
  const relay = new Relay('a', () => new Pid('slave(1)', '127.0.0.1', peer.port));
  node.spawn(relay);
  await fetch(`${base}/a/text.word`, { method: 'POST', headers: GIVEN, body: 'traced' });
  relay.begin('untraced');
  await until('both are there', () => peer.posts.some(({ text }) => text.includes('untraced')));
  const [first = '', second = ''] = (peer.posts[0]?.text ?? '').split('\r\n0\r\n\r\n');
  const span = sink.records[0]?.fields['span_id'];
  t.true(
    first.includes(
      `\r\ntraceparent: 00-${TRACE}-${span}-01\r\ntracestate: rojo=1\r\nX-Request-Id: order-7\r\n`,
    ),
  );
  t.false(/traceparent|request-id/i.test(second));
  const from = { 'Libprocess-From': `x@127.0.0.1:${peer.port}` };
  await fetch(`${base}/a/text.word`, { method: 'POST', headers: { ...GIVEN, ...from }, body: 'back' });
  const plain = await fetch(`${base}/a/text.word`, { method: 'POST', headers: from, body: 'plain' });
  t.is(plain.headers.get('x-request-id'), null);
  await until('all are heard', () => sink.records.length === 3);
  t.deepEqual(
    sink.records.map(({ fields }) => [fields['word'], fields['trace_id']]),
    [
      ['traced', TRACE],
      ['back', TRACE],
      ['plain', undefined],
    ],
  );
});

test('the same seed makes the same traces', (t) => {
  const ids = () => {
    const world = simulatedWorld(11);
    const node = world.node(5050);
    node.spawn(new Relay('a', () => undefined));
    const answer = inject(node, '/a/go');
    world.settle();
    return answer.headers['X-Request-Id'];
  };
  t.regex(ids() ?? '', /^[0-9a-f]{32}$/);
  t.is(ids(), ids());
});
