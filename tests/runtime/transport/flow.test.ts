/** How much may be on its way to a peer, as it tells what it has read, truly or not. */
import test from 'ava';
import { WebSocket } from 'ws';
import { Pid, Process } from '../../../runtime/index.ts';
import type { Channel } from '../../../runtime/transport/channel.ts';
import { Inflow, Outflow, TELL_BYTES } from '../../../runtime/transport/flow.ts';
import { controlFrame, FrameKind, helloFrame, readControl } from '../../../runtime/transport/frame.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

function channel(buffered = { bytes: 0 }): Channel {
  return {
    remoteHost: undefined,
    get bufferedBytes() {
      return buffered.bytes;
    },
    send() {},
    cut() {},
    close() {},
  };
}

test('there is room until too much was sent that the peer has not read', (t) => {
  const flow = new Outflow(channel(), 1000, 100);
  flow.send(new Uint8Array(999));
  t.true(flow.hasRoom);
  flow.send(new Uint8Array(500));
  t.false(flow.hasRoom);
  flow.told(600);
  t.true(flow.hasRoom);
});

test('a peer that lies about what it has read gains nothing', (t) => {
  const flow = new Outflow(channel(), 1000, 100);
  flow.send(new Uint8Array(1000));
  flow.told(1_000_000);
  flow.send(new Uint8Array(1000));
  t.false(flow.hasRoom, 'what was not sent cannot have been read');
  flow.told(1500);
  flow.told(3);
  t.true(flow.hasRoom, 'what was read stays read');
  for (const bytes of [-1, 0.5, Number.NaN, 2 ** 60, '7', null])
    t.throws(() => readControl(controlFrame({ op: 'read', bytes } as never)), { message: /unknown control/ });
});

test('a peer that tells seldom is given so much at least; one that never tells, what its socket takes', (t) => {
  const seldom = new Outflow(channel(), 1000, 5000);
  seldom.send(new Uint8Array(4999));
  t.true(seldom.hasRoom);
  const buffered = { bytes: 0 };
  const silent = new Outflow(channel(buffered), 1000, undefined);
  silent.send(new Uint8Array(1_000_000));
  t.true(silent.hasRoom);
  buffered.bytes = 1000;
  t.false(silent.hasRoom);
});

test('a reader tells the sum, every so many bytes', (t) => {
  const inflow = new Inflow();
  t.is(inflow.count(TELL_BYTES - 1), undefined);
  t.is(inflow.count(1), TELL_BYTES);
  t.is(inflow.count(10), undefined);
  t.is(inflow.count(3 * TELL_BYTES), 4 * TELL_BYTES + 10);
});

class Talker extends Process<{ say: unknown }> {
  readonly heard: unknown[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
  }
  tell(to: Pid, word: unknown): void {
    this.send(to, 'say', word);
  }
}

test('a peer that reads nothing is sent a little and then nothing; control reaches its door, others are served', async (t) => {
  const { node, shutdown } = await listen({ limits: { linkQueueBytesMax: 60_000_000 } });
  const other = await listen();
  t.teardown(shutdown);
  t.teardown(() => other.shutdown());
  const [talker, friend] = [new Talker('talker'), new Talker('friend')];
  node.spawn(talker);
  other.node.spawn(friend);
  const deaf = new WebSocket(`ws://127.0.0.1:${node.address.port}/__link__`, 'mesostate.1');
  t.teardown(() => deaf.terminate());
  const frames: Uint8Array[] = [];
  deaf.on('message', (data) => frames.push(data as Buffer));
  await new Promise((resolve) => deaf.once('open', resolve));
  deaf.send(helloFrame({ version: 1, host: '127.0.0.1', port: 9, incarnation: 'deaf', tells: 1000 }));
  await until('the link is open', () => node.openLinks === 1);
  const to = new Pid('deaf', '127.0.0.1', 9);
  // It answers nothing from now on, though its kernel takes what it can.
  for (let i = 0; i < 500; i++) talker.tell(to, new Uint8Array(100_000));
  await until('it waits', () => node.queuedBytes > 40_000_000);
  talker.tell(friend.self, 'hello');
  await until('another peer is served meanwhile', () => friend.heard.length === 1);
  deaf.send(controlFrame({ op: 'link', from: 'deaf', to: 'nobody' }));
  await until('its question is answered, passing all that waits', () =>
    frames.some((frame) => frame[0] === FrameKind.control && readControl(frame).op === 'exited'),
  );
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  t.true(bytes < 1_000_000, `${bytes} bytes were written to it`);
  for (let i = 0; i < 300; i++) talker.tell(to, new Uint8Array(100_000));
  await until('past the bound it is dropped', () => node.openLinks === 1 && node.queuedBytes < 40_000_000);
  t.true(node.deadLetters.total('link-broken') > 500);
});
