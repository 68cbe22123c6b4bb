/** What leaves this node for a libprocess, byte by byte (spec: runtime.md §5.1, §5.3, §5.5). */
import test, { type ExecutionContext } from 'ava';
import { type ExitReason, type LinkOptions, type ListenOptions, Pid, Process } from '../../runtime/index.ts';
import { createLogger } from '../../runtime/logging/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { authority } from '../support/certificates.ts';
import { type LibprocessPeer, libprocessPeer, textCodec } from '../support/libprocessPeer.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';

class Sender extends Process {
  readonly exits: string[] = [];
  tell(to: Pid, name: string, body: unknown): void {
    this.send(to, name, body);
  }
  watch(pid: Pid, options: LinkOptions = {}): void {
    this.link(pid, options);
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.exits.push(`${pid.id} ${reason}`);
  }
}

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const logged: string[] = [];
  const sink = { write: (record: unknown) => logged.push(JSON.stringify(record)), flush() {} };
  const log = createLogger({ clock: realPorts().clock, sink });
  const { node, shutdown } = await listen({ codec: textCodec, log, ...options });
  t.teardown(shutdown);
  const sender = new Sender('sender(1)');
  node.spawn(sender);
  return { node, sender, logged, own: `127.0.0.1:${node.address.port}` };
}

const at = (peer: LibprocessPeer, id = 'slave(1)'): Pid => new Pid(id, '127.0.0.1', peer.port);

/** The bytes spec §5.1 asks for. */
function request(peer: LibprocessPeer, path: string, from: string, body: string | undefined): string {
  const head =
    `POST ${path} HTTP/1.1\r\n` +
    `User-Agent: libprocess/${from}\r\n` +
    `Libprocess-From: ${from}\r\n` +
    'Connection: Keep-Alive\r\n' +
    `Host: 127.0.0.1:${peer.port}\r\n`;
  if (body === undefined) return `${head}\r\n`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

const all = (peer: LibprocessPeer): string => peer.posts.map(({ text }) => text).join('');

test('messages leave as the exact bytes of a libprocess, pipelined over one socket that is never answered', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node, own } = await started(t);
  const from = `sender(1)@${own}`;
  sender.tell(at(peer), 'text.Hello', 'hello');
  sender.tell(at(peer), 'text.Nothing', '');
  sender.tell(at(peer), 'ping', undefined);
  sender.tell(at(peer), 'raw', Uint8Array.of(0x61, 0x0d, 0x0a));
  sender.tell(at(peer, ''), 'text.Long', 'x'.repeat(300));
  const expected =
    request(peer, '/slave(1)/text.Hello', from, 'hello') +
    request(peer, '/slave(1)/text.Nothing', from, undefined) +
    request(peer, '/slave(1)/ping', from, undefined) +
    request(peer, '/slave(1)/raw', from, 'a\r\n') +
    request(peer, '/text.Long', from, 'x'.repeat(300));
  await until('all came', () => all(peer).length >= expected.length);
  t.is(all(peer), expected);
  node.deliver(at(peer, 'master'), 'text.Last', 'z', undefined);
  const last = request(peer, '/master/text.Last', `__outside__@${own}`, 'z');
  await until('the last came', () => all(peer).endsWith(last));
  t.is(peer.upgrades.length, 1, 'our own wire was tried first');
  t.is(peer.posts.length, 1, 'all took one socket');
  t.is(node.deadLetters.total(), 0);
});

test('a thousand messages keep their order', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender } = await started(t);
  for (let i = 0; i < 1000; i++) sender.tell(at(peer), 'text.N', `<${i}>`);
  await until('all came', () => all(peer).includes('<999>'));
  const seen = Array.from(all(peer).matchAll(/<(\d+)>/g), ([, n]) => Number(n));
  t.deepEqual(
    seen,
    Array.from({ length: 1000 }, (_, i) => i),
  );
});

test('what has no form on this wire is a dead letter with a line in the log; the rest goes on', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node, logged } = await started(t);
  sender.tell(at(peer), 'say', { plain: true });
  sender.tell(at(peer), 'text.a b', 'x');
  sender.tell(at(peer), 'text.a\r\nEvil: 1', 'x');
  sender.tell(at(peer, 'a\r\nb'), 'text.A', 'x');
  sender.tell(at(peer, 'a?b'), 'text.A', 'x');
  sender.tell(at(peer), 'text.After', 'after');
  await until('the good one came', () => all(peer).includes('after'));
  t.is(all(peer).match(/POST /g)?.length, 1);
  t.is(node.deadLetters.total('undecodable'), 5);
  t.true(logged.some((line) => line.includes('not plain values')));
});

test('a peer that sent a libprocess message is answered on its wire at once', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node, own } = await started(t);
  const headers = { 'Libprocess-From': `them@127.0.0.1:${peer.port}` };
  const answer = await fetch(`http://${own}/sender(1)/text.Hi`, { method: 'POST', headers, body: 'hi' });
  t.is(answer.status, 202);
  sender.tell(at(peer, 'them'), 'text.Answer', 'yes');
  const expected = request(peer, '/them/text.Answer', `sender(1)@${own}`, 'yes');
  await until('it came', () => all(peer) === expected);
  t.is(peer.upgrades.length, 0);
  t.is(node.openLinks, 1);
});

test('answers are read and thrown away, however many', async (t) => {
  const peer = await libprocessPeer(t, {
    onPost: ({ socket }) => socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'.repeat(20_000)),
  });
  const { sender } = await started(t);
  sender.tell(at(peer), 'text.One', '<1>');
  await until('the first came', () => all(peer).includes('<1>'));
  sender.tell(at(peer), 'text.Two', '<2>');
  await until('the second came', () => all(peer).includes('<2>'));
  await until('the answers were taken', () => peer.posts[0]?.socket.writableLength === 0);
  t.is(peer.posts.length, 1);
});

test('a socket that breaks is told to all who linked to that address, once; then the wire is found out anew', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node } = await started(t);
  const other = new Sender('other');
  node.spawn(other);
  sender.watch(at(peer));
  sender.watch(at(peer));
  sender.watch(at(peer, 'master'));
  other.watch(at(peer));
  sender.tell(at(peer), 'text.Hi', 'hi');
  await until('the message came', () => all(peer).includes('hi'));
  peer.posts[0]?.socket.destroy();
  await until('all heard', () => sender.exits.length === 2 && other.exits.length === 1);
  t.deepEqual([...sender.exits].sort(), ['master node-gone', 'slave(1) node-gone']);
  t.deepEqual(other.exits, ['slave(1) node-gone']);
  sender.tell(at(peer), 'text.Again', 'again');
  await until('the next came', () => all(peer).includes('again'));
  t.is(peer.upgrades.length, 2);
  t.is(sender.exits.length, 2);
});

test('a peer that cannot be called costs what was queued, and its linkers are told', async (t) => {
  const gone = await libprocessPeer(t);
  const { sender, node, own } = await started(t);
  const headers = { 'Libprocess-From': `them@127.0.0.1:${gone.port}` };
  await fetch(`http://${own}/sender(1)/text.Hi`, { method: 'POST', headers, body: 'hi' });
  await gone.close();
  sender.tell(at(gone), 'text.Lost', '1');
  sender.tell(at(gone), 'text.Lost', '2');
  sender.watch(at(gone));
  await until('the linker heard', () => sender.exits.length === 1);
  t.deepEqual(sender.exits, ['slave(1) unreachable']);
  t.is(node.deadLetters.total('link-broken'), 2);
});

test('a peer that takes nothing is dropped at the bound, with what waits for it', async (t) => {
  const peer = await libprocessPeer(t, { onPost: ({ socket }) => socket.pause() });
  const limits = { linkHighWaterBytes: 100_000, linkQueueMax: 50 };
  const { sender, node } = await started(t, { limits });
  sender.watch(at(peer));
  sender.tell(at(peer), 'text.Hi', 'hi');
  await until('the wire is known', () => peer.posts.length === 1);
  const flood = (): boolean => {
    for (let i = 0; i < 10; i++) sender.tell(at(peer), 'text.Big', 'x'.repeat(1_000_000));
    return sender.exits.length > 0;
  };
  await until('it was dropped', flood);
  t.deepEqual(sender.exits, ['slave(1) node-gone']);
  t.true(node.deadLetters.total('link-broken') >= 50);
});

test('RECONNECT makes a new socket and ends the old one without an exit; all linkers stay', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node } = await started(t);
  const other = new Sender('other');
  node.spawn(other);
  other.watch(at(peer));
  sender.tell(at(peer), 'text.Hi', '<1>');
  await until('the first came', () => all(peer).includes('<1>'));
  sender.watch(at(peer), { reconnect: true });
  sender.tell(at(peer), 'text.Hi', '<2>');
  await until('the second came', () => peer.posts[1]?.text.includes('<2>'));
  await until('the old one ended', () => peer.posts[0]?.closed);
  t.deepEqual([...sender.exits, ...other.exits], []);
  peer.posts[1]?.socket.destroy();
  await until('both heard', () => sender.exits.length === 1 && other.exits.length === 1);
});

test('only an answer of a stranger is taken for a libprocess', async (t) => {
  const answers = ['401 Unauthorized', '403 Forbidden', '503 Service Unavailable'].map(
    (status) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`,
  );
  answers.push('HTTP/1.1 404 Not Found\r\nSec-WebSocket-Protocol: mesostate.2\r\nContent-Length: 0\r\n\r\n');
  for (const upgradeAnswer of answers) {
    const peer = await libprocessPeer(t, { upgradeAnswer });
    const { sender, node } = await started(t);
    sender.watch(at(peer));
    sender.tell(at(peer), 'text.Hi', 'hi');
    await until('the call failed', () => sender.exits.length === 1);
    t.deepEqual(sender.exits, ['slave(1) unreachable']);
    t.is(node.deadLetters.total('link-broken'), 1);
    t.is(peer.posts.length, 0);
  }
});

test('a node with a cluster secret speaks to nobody who cannot prove it', async (t) => {
  const peer = await libprocessPeer(t);
  const { sender, node } = await started(t, { clusterSecret: 'correct horse battery staple' });
  sender.watch(at(peer));
  sender.tell(at(peer), 'text.Secret', 'secret');
  await until('the call failed', () => sender.exits.length === 1);
  t.deepEqual([sender.exits, all(peer)], [['slave(1) unreachable'], '']);
  t.is(node.deadLetters.total('link-broken'), 1);
});

test('a node that speaks TLS does so on this wire too, and to nobody it cannot verify', async (t) => {
  const { ca, issue } = authority(t);
  const own = issue('node');
  const tls = { cert: own.cert, key: own.key, ca };
  const peer = await libprocessPeer(t, { tls: issue('peer') });
  const { sender, own: address } = await started(t, { tls });
  sender.tell(at(peer), 'text.Hi', 'hello');
  const expected = request(peer, '/slave(1)/text.Hi', `sender(1)@${address}`, 'hello');
  await until('it came', () => all(peer) === expected);
  const stranger = await libprocessPeer(t, { tls: authority(t).issue('stranger') });
  sender.watch(at(stranger));
  await until('the call failed', () => sender.exits.length === 1);
  t.is(all(stranger), '');
});

test('what was sent right before the end of the node still arrives', async (t) => {
  const peer = await libprocessPeer(t);
  const { node, shutdown } = await listen({ codec: textCodec });
  node.deliver(at(peer), 'text.Hi', '<1>', undefined);
  await until('the wire is known', () => all(peer).includes('<1>'));
  node.deliver(at(peer), 'text.Last', 'farewell', undefined);
  await shutdown();
  await until('it came', () => all(peer).includes('farewell'));
  await until('the socket ended', () => peer.posts[0]?.closed);
  t.is(node.deadLetters.total(), 0);
});
