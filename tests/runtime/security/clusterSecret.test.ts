/** The cluster secret: proved in the handshake of links and by posted messages; whoever cannot is refused. */
import test, { type ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import {
  ClusterSecret,
  type ExitReason,
  type ListenOptions,
  type Pid,
  Process,
} from '../../../runtime/index.ts';
import { createLogger, MemorySink } from '../../../runtime/logging/index.ts';
import type { ChannelEvents } from '../../../runtime/transport/channel.ts';
import {
  controlFrame,
  FrameKind,
  helloFrame,
  proofFrame,
  readHello,
  readRefusal,
} from '../../../runtime/transport/frame.ts';
import { envelopesFrame } from '../../support/frames.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';
import { simulatedWorld } from '../../support/world.ts';

const SECRET = 'correct horse battery staple';

class Listener extends Process<{ say: string }> {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
  }
  tell(to: Pid, word: string): void {
    this.send(to, 'say', word);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.heard.push(`exited ${pid.id} ${reason}`);
  }
}

/** Two simulated nodes with these secrets; the first sends to the second. */
function pair(secrets: readonly [string | undefined, string | undefined]) {
  const world = simulatedWorld();
  const nodes = secrets.map((secret, i) => {
    const sink = new MemorySink();
    const log = createLogger({ clock: world.ports.clock, sink });
    const node = world.node(i + 1, { log, ...(secret !== undefined && { clusterSecret: secret }) });
    const listener = new Listener('listener');
    node.spawn(listener);
    return {
      node,
      listener,
      reasons: () =>
        sink.records.filter((line) => line.message === 'no link').map((line) => line.fields['reason']),
    };
  });
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('two nodes');
  return { ...world, one, two };
}

test('nodes with the same secret talk both ways', (t) => {
  const { one, two, run } = pair([SECRET, SECRET]);
  one.listener.tell(two.listener.self, 'hello');
  run(10);
  two.listener.tell(one.listener.self, 'and back');
  run(10);
  t.deepEqual([two.listener.heard, one.listener.heard], [['hello'], ['and back']]);
  t.deepEqual([...one.reasons(), ...two.reasons()], []);
});

test('a wrong secret, or one on one side only, is refused; both sides log why and watchers are told', (t) => {
  const cases: [string | undefined, string | undefined, RegExp, RegExp][] = [
    [
      SECRET,
      `${SECRET}!`,
      /the peer refused the link: .*10\.0\.0\.1:1 has another cluster secret/,
      /10\.0\.0\.1:1 has another cluster secret/,
    ],
    [undefined, SECRET, /this node has none/, /the peer has none/],
    [SECRET, undefined, /the peer has none/, /this node has none/],
  ];
  for (const [mine, theirs, here, there] of cases) {
    const { one, two, run } = pair([mine, theirs]);
    one.listener.watch(two.listener.self);
    one.listener.tell(two.listener.self, 'x');
    run(100);
    t.deepEqual(two.listener.heard, []);
    t.deepEqual(one.listener.heard, ['exited listener unreachable']);
    t.is(one.node.deadLetters.total('link-broken'), 1);
    t.is(one.node.openLinks + two.node.openLinks, 0);
    const [mineSaid, theirsSaid] = [one.reasons(), two.reasons()];
    t.deepEqual([mineSaid.length, theirsSaid.length], [1, 1]);
    t.regex(String(mineSaid[0]), here);
    t.regex(String(theirsSaid[0]), there);
  }
});

/** A node with the secret whose wire a test holds by hand: what it says is gathered, what it hears is given. */
function bare(role: 'dialler' | 'acceptor') {
  const world = simulatedWorld();
  let events: ChannelEvents | undefined;
  const sent: Uint8Array[] = [];
  let ended = false;
  const channel = {
    remoteHost: undefined,
    bufferedBytes: 0,
    send: (frame: Uint8Array) => void sent.push(Uint8Array.from(frame)),
    cut: () => {
      ended = true;
    },
    close: () => {
      ended = true;
    },
  };
  const transport = {
    dial: (_to: unknown, given: ChannelEvents) => {
      events = given;
      return channel;
    },
  };
  const node = world.node(1, { clusterSecret: SECRET, transport });
  const listener = new Listener('listener');
  node.spawn(listener);
  world.settle();
  if (role === 'acceptor') {
    node.acceptor.accept((given) => {
      events = given;
      return channel;
    });
  } else {
    listener.tell(world.node(2).pid('far'), 'x');
    events?.opened();
  }
  return {
    ...world,
    node,
    listener,
    sent,
    ended: () => ended,
    hear: (frame: Uint8Array) => events?.frame(frame),
    kinds: () => sent.map((frame) => frame[0]),
    sayAs: (frame: Uint8Array | undefined) => readHello(frame ?? Uint8Array.of()),
  };
}

const THEM = { version: 1, host: '10.0.0.1', port: 2, incarnation: 'them', nonce: 'n2' };

test('an acceptor proves itself only to who proved itself', (t) => {
  const { sent, sayAs, hear, kinds } = bare('acceptor');
  hear(helloFrame(THEM));
  t.deepEqual(kinds(), [FrameKind.hello]);
  const hello = sayAs(sent[0]);
  const acceptor = { ...hello, nonce: hello.nonce ?? '' };
  hear(proofFrame(new ClusterSecret(SECRET).linkProof('dialler', THEM, acceptor)));
  t.deepEqual(kinds(), [FrameKind.hello, FrameKind.proof]);
});

test('a recorded handshake does not open a second connection', (t) => {
  const first = bare('acceptor');
  first.hear(helloFrame(THEM));
  const hello = first.sayAs(first.sent[0]);
  const proof = proofFrame(
    new ClusterSecret(SECRET).linkProof('dialler', THEM, { ...hello, nonce: hello.nonce ?? '' }),
  );
  first.hear(proof);
  t.is(first.node.openLinks, 1);

  let again: ChannelEvents | undefined;
  const said: (number | undefined)[] = [];
  first.node.acceptor.accept((events) => {
    again = events;
    return {
      remoteHost: undefined,
      bufferedBytes: 0,
      send: (frame) => void said.push(frame[0]),
      cut() {},
      close() {},
    };
  });
  again?.frame(helloFrame(THEM));
  again?.frame(proof);
  t.deepEqual(said, [FrameKind.hello, FrameKind.refusal]);
  t.is(first.node.openLinks, 1);
});

test("a node's own frames sent back to it prove nothing", (t) => {
  for (const role of ['dialler', 'acceptor'] as const) {
    const { sent, hear, kinds, ended, node } = bare(role);
    hear(sent[0] ?? Uint8Array.of());
    // A dialler now proves itself first: its very proof comes back. An acceptor has shown nothing that could.
    hear(role === 'dialler' ? (sent[1] ?? Uint8Array.of()) : proofFrame(new Uint8Array(32)));
    t.is(kinds().at(-1), FrameKind.refusal);
    t.true(ended());
    t.is(node.openLinks, 0);
  }
});

test('before the proof no other frame is read', (t) => {
  const early = [
    envelopesFrame('listener', 'say', 'x'),
    controlFrame({ op: 'link', from: 'a', to: 'listener' }),
    new Uint8Array(5000).fill(1),
  ];
  for (const frame of early) {
    for (const afterHello of [true, false]) {
      const { hear, kinds, ended, listener, settle } = bare('acceptor');
      if (afterHello) hear(helloFrame(THEM));
      hear(frame);
      settle();
      t.true(ended());
      t.deepEqual(listener.heard, []);
      t.deepEqual(kinds(), [FrameKind.hello]);
    }
  }
});

test('a silent caller is let go when the time for handshakes is over', (t) => {
  const { hear, ended, run } = bare('acceptor');
  hear(helloFrame(THEM));
  run(11_000);
  t.true(ended());
});

async function started(t: ExecutionContext, options: ListenOptions) {
  const listening = await listen(options);
  t.teardown(() => listening.shutdown());
  const listener = new Listener('listener');
  listening.node.spawn(listener);
  return { node: listening.node, listener, url: `http://127.0.0.1:${listening.node.address.port}` };
}

test('over real sockets too: friends are heard, strangers read why not', async (t) => {
  const one = await started(t, { clusterSecret: SECRET });
  const two = await started(t, { clusterSecret: SECRET });
  one.listener.tell(two.listener.self, 'hello');
  await until('it arrived', () => two.listener.heard.length === 1);

  const stranger = new WebSocket(`ws://127.0.0.1:${two.node.address.port}/__link__`, 'mesostate.1');
  const frames: Uint8Array[] = [];
  stranger.on('message', (data: Buffer) => frames.push(data));
  await new Promise((resolve) => stranger.once('open', resolve));
  stranger.send(helloFrame({ version: 1, host: '127.0.0.1', port: 9, incarnation: 'x' }));
  await new Promise((resolve) => stranger.once('close', resolve));
  t.deepEqual(
    frames.map((frame) => frame[0]),
    [FrameKind.hello, FrameKind.refusal],
  );
  t.regex(readRefusal(frames[1] ?? Uint8Array.of()), /cluster secret/);
});

test('a message posted over HTTP needs the proof, over the very message', async (t) => {
  const { listener, url } = await started(t, { clusterSecret: SECRET });
  const body = '"word"';
  const post = (proof: string | undefined, sent = body, from?: string) =>
    fetch(`${url}/listener/say`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(proof !== undefined && { 'Mesostate-Proof': proof }),
        ...(from !== undefined && { 'Libprocess-From': from }),
      },
      body: sent,
    }).then((answer) => answer.status);
  const proof = new ClusterSecret(SECRET).messageProof('/listener/say', '', Buffer.from(body));
  t.is(await post(undefined), 401);
  t.is(await post('00'), 401);
  t.is(await post(proof, '"other"'), 401);
  t.is(await post(proof, body, 'listener@127.0.0.1:1'), 401);
  t.is(await post(new ClusterSecret(`${SECRET}!`).messageProof('/listener/say', '', Buffer.from(body))), 401);
  t.deepEqual(listener.heard, []);
  t.is(await post(proof), 202);
  await until('it arrived', () => listener.heard.length === 1);
  t.deepEqual(listener.heard, ['word']);
});

test('a secret that can be guessed is refused without showing it', async (t) => {
  const error = await t.throwsAsync(listen({ clusterSecret: 'swordfish' }));
  t.regex(error?.message ?? '', /at least 16 characters/);
  t.notRegex(error?.message ?? '', /swordfish/);
});
