/** What waits for a peer: order within a pair, chunks of large messages, turns, bounds. */
import test from 'ava';
import fc from 'fast-check';
import { defaultLimits, type Limits } from '../../../runtime/index.ts';
import { CHUNKED_MAX, ChunkReader, ChunkWriter } from '../../../runtime/transport/chunks.ts';
import type { FrameSink } from '../../../runtime/transport/flow.ts';
import {
  Encoding,
  type Envelope,
  EnvelopeReader,
  FrameError,
  FrameKind,
  readEnvelope,
} from '../../../runtime/transport/frame.ts';
import { Outbox } from '../../../runtime/transport/outbox.ts';
import { bytesOf } from '../../../runtime/transport/size.ts';

const LIMITS: Limits = {
  ...defaultLimits,
  frameBytesMax: 1000,
  linkHighWaterBytes: 3000,
  messageBytesMax: 50_000,
};

/** A peer that takes what it is given only when told to. */
class SlowChannel implements FrameSink {
  readonly frames: Uint8Array[] = [];
  private taken = 0;
  get hasRoom(): boolean {
    const waiting = this.frames.slice(this.taken).reduce((sum, frame) => sum + frame.length, 0);
    return waiting < LIMITS.linkHighWaterBytes;
  }
  send(frame: Uint8Array): void {
    this.frames.push(frame);
  }
  /** The peer takes this many frames. */
  take(n: number): void {
    this.taken = Math.min(this.frames.length, this.taken + n);
  }
}

function outboxWith(limits: Limits = LIMITS) {
  const refused: string[] = [];
  const outbox = new Outbox({
    limits,
    unsendable: (envelope, error) => refused.push(`${envelope.name}: ${error.message}`),
  });
  return { outbox, refused };
}

function envelope(from: string, to: string, body: unknown, name = 'say'): Envelope {
  return { from, to, name, encoding: Encoding.plain, body, bytes: bytesOf(body) };
}

/** What the other side reads of these frames. */
function read(frames: readonly Uint8Array[]): Envelope[] {
  const [reader, chunks] = [new EnvelopeReader(), new ChunkReader(LIMITS.messageBytesMax)];
  const heard: Envelope[] = [];
  for (const frame of frames) {
    if (frame[0] === FrameKind.envelopes) reader.read(frame, (each) => heard.push(each));
    else {
      const whole = chunks.read(frame);
      if (whole !== undefined) heard.push(readEnvelope(whole));
    }
  }
  return heard;
}

test('messages of any size arrive whole, in order within each pair, in frames no larger than allowed', (t) => {
  const one = fc.record({
    from: fc.constantFrom('a', 'b', 'c'),
    to: fc.constantFrom('x', 'y'),
    size: fc.oneof(fc.nat(50), fc.nat(1200), fc.nat(9000)),
    text: fc.constantFrom('z', '\u00e9', '\u20ac'),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), fc.nat(4), (messages, taken) => {
      const { outbox, refused } = outboxWith();
      const channel = new SlowChannel();
      const sent = new Map<string, string[]>();
      messages.forEach(({ from, to, size, text }, index) => {
        const body = `${index}:${text.repeat(size)}`;
        sent.set(`${from}>${to}`, [...(sent.get(`${from}>${to}`) ?? []), body]);
        outbox.add(envelope(from, to, body));
        if (index % 3 === 0) outbox.pump(channel);
        channel.take(taken);
      });
      for (outbox.pump(channel); outbox.length > 0; outbox.pump(channel)) channel.take(2);
      const heard = new Map<string, unknown[]>();
      for (const { from, to, body } of read(channel.frames)) {
        heard.set(`${from}>${to}`, [...(heard.get(`${from}>${to}`) ?? []), body]);
      }
      t.true(channel.frames.every((frame) => frame.length <= LIMITS.frameBytesMax));
      t.deepEqual([...heard].sort(), [...sent].sort());
      t.deepEqual([outbox.length, outbox.bytes, refused], [0, 0, []]);
    }),
    { numRuns: 300 },
  );
});

test('messages of others pass between the chunks of a large one, those of its pair wait behind it', (t) => {
  const { outbox } = outboxWith();
  const channel = new SlowChannel();
  outbox.add(envelope('a', 'x', 'l'.repeat(20_000)));
  outbox.add(envelope('a', 'x', 'behind'));
  outbox.pump(channel);
  outbox.add(envelope('b', 'x', 'passes'));
  while (outbox.length > 0) {
    channel.take(1);
    outbox.pump(channel);
  }
  t.deepEqual(
    read(channel.frames).map(({ body }) => String(body).slice(0, 6)),
    ['passes', 'llllll', 'behind'],
  );
});

test('many large messages share the link; each is whole at the end', (t) => {
  const { outbox } = outboxWith();
  const channel = new SlowChannel();
  for (let i = 0; i < 3 * CHUNKED_MAX; i++) outbox.add(envelope(`p${i}`, 'x', `${i} ${'l'.repeat(5000)}`));
  while (outbox.length > 0) {
    outbox.pump(channel);
    channel.take(1);
  }
  t.is(read(channel.frames).length, 3 * CHUNKED_MAX);
});

test('a message larger than allowed, or that cannot be written, costs itself only', (t) => {
  const { outbox, refused } = outboxWith();
  const channel = new SlowChannel();
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  outbox.add(envelope('a', 'x', 'before'));
  outbox.add(envelope('a', 'x', 'l'.repeat(60_000), 'large'));
  outbox.add(envelope('a', 'x', cyclic, 'cyclic'));
  outbox.add(envelope('a', 'x', 'after'));
  outbox.pump(channel);
  t.deepEqual(
    read(channel.frames).map(({ body }) => body),
    ['before', 'after'],
  );
  t.deepEqual(
    refused.map((line) => line.slice(0, line.indexOf(':'))),
    ['large', 'cyclic'],
  );
});

test('what waits is bounded in messages and in bytes', (t) => {
  const { outbox } = outboxWith({ ...LIMITS, linkQueueBytesMax: 10_000 });
  for (let i = 0; i < 9; i++) outbox.add(envelope('a', 'x', 'l'.repeat(1000)));
  t.false(outbox.overfull);
  outbox.add(envelope('a', 'x', 'l'.repeat(1000)));
  t.true(outbox.overfull);
  t.is(outbox.clear(), 10);
  t.false(outbox.overfull);
  const { outbox: counted } = outboxWith({ ...LIMITS, linkQueueMax: 3 });
  for (let i = 0; i < 4; i++) counted.add(envelope('a', 'x', i));
  t.true(counted.overfull);
});

test('chunks that lie are refused: too long, too many, changed, empty', (t) => {
  const chunk = (id: number, total: number, bytes: number) => {
    const frame = new ChunkWriter(id, new Uint8Array(total), bytes + 9).next();
    return frame;
  };
  const refuses = (pattern: RegExp, ...frames: Uint8Array[]) => {
    const reader = new ChunkReader(1000);
    const error = t.throws(() => frames.map((frame) => reader.read(frame)), { instanceOf: FrameError });
    t.regex(error.message, pattern);
  };
  refuses(/larger than 1000/, chunk(1, 1001, 10));
  refuses(/too many/, ...Array.from({ length: CHUNKED_MAX + 1 }, (_, id) => chunk(id, 100, 10)));
  refuses(/changes the length/, chunk(1, 100, 10), chunk(1, 101, 10));
  refuses(/longer than was told/, chunk(1, 100, 60), chunk(1, 100, 60));
  refuses(/empty/, Uint8Array.of(4, 1, 0, 0, 0, 9, 0, 0, 0));
  const reader = new ChunkReader(1000);
  reader.read(chunk(1, 900, 10));
  t.is(reader.heldBytes, 10);
});

test('sizes of bodies are near what they take', (t) => {
  t.true(bytesOf(new Uint8Array(1000)) >= 1000);
  t.true(bytesOf('x'.repeat(1000)) >= 1000);
  t.true(bytesOf({ a: ['x'.repeat(500), { b: new Uint8Array(500) }] }) >= 1000);
  t.true(bytesOf(undefined) < 10 && bytesOf(null) < 10 && bytesOf(7) < 10);
});
