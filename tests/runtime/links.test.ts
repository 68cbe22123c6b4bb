/** Links between processes (spec: runtime.md §5.5): who hears of which end, how often, and after what. */
import { spawn } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { type ExitReason, type LinkOptions, type ListenOptions, Pid, Process } from '../../runtime/index.ts';
import { controlFrame, helloFrame } from '../../runtime/transport/frame.ts';
import { listen } from '../support/listen.ts';
import { until } from '../support/until.ts';
import { simulatedWorld } from '../support/world.ts';

class Speaker extends Process {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(String(word)));
  }
  tell(to: Pid, word: string): void {
    this.send(to, 'say', word);
  }
  watch(pid: Pid, options: LinkOptions = {}): void {
    this.link(pid, options);
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.heard.push(`${pid.id} ${reason}`);
  }
}

async function real(t: ExecutionContext, id: string, options: ListenOptions = {}) {
  const listening = await listen(options);
  t.teardown(() => listening.shutdown());
  const speaker = new Speaker(id);
  listening.node.spawn(speaker);
  return { ...listening, speaker };
}

function pair() {
  const world = simulatedWorld();
  const [one, two] = [world.node(1), world.node(2)];
  const [a, b] = [new Speaker('a'), new Speaker('b')];
  one.spawn(a);
  two.spawn(b);
  world.run(1);
  return { ...world, one, two, a, b };
}

test('on one node: an end is told once, nobody at once, oneself never', (t) => {
  const { one, a, run } = pair();
  const c = new Speaker('c');
  one.spawn(c);
  a.watch(c.self);
  a.watch(c.self);
  a.watch(one.pid('nobody'));
  t.throws(() => a.watch(a.self), { message: /cannot link to itself/ });
  run(1);
  t.deepEqual(a.heard, ['nobody never-existed']);
  c.terminate();
  run(1);
  t.deepEqual(a.heard, ['nobody never-existed', 'c ended']);
  a.watch(c.self);
  run(1);
  t.deepEqual(a.heard.slice(2), ['c never-existed']);
});

test('between nodes: ended, never existed, unreachable, node gone', async (t) => {
  const [one, two] = [await real(t, 'a'), await real(t, 'b')];
  const last = new Speaker('last');
  two.node.spawn(last);
  const free = await listen();
  await free.shutdown();
  const { speaker } = one;
  speaker.watch(two.speaker.self);
  speaker.watch(last.self);
  speaker.watch(two.node.pid('nobody'));
  speaker.watch(new Pid('far', '127.0.0.1', free.node.address.port));
  await until('two were told', () => speaker.heard.length === 2);
  t.deepEqual([...speaker.heard].sort(), ['far unreachable', 'nobody never-existed']);
  two.speaker.tell(speaker.self, 'farewell');
  two.speaker.terminate();
  await until('the end was told', () => speaker.heard.length === 4);
  t.deepEqual(speaker.heard.slice(2), ['farewell', 'b ended']);
  two.node.deliver(one.node.pid('nobody'), 'say', 'the link is used both ways', undefined);
  await until('it came', () => one.node.deadLetters.total('no-process') === 1);
  const { last: letters } = one.node.deadLetters;
  t.is(letters[0]?.name, 'say');
  // The whole node ends: its processes end first, and say so.
  await two.shutdown();
  await until('the rest was told', () => speaker.heard.length === 5);
  t.deepEqual(speaker.heard.slice(4), ['last ended']);
});

test('linking twice is linking once, also to another node', (t) => {
  const { a, b, run } = pair();
  for (let i = 0; i < 3; i++) a.watch(b.self);
  run(10);
  b.terminate();
  run(10);
  t.deepEqual(a.heard, ['b ended']);
});

test('all that was sent is heard before the end, however much it is', (t) => {
  const { a, b, run } = pair();
  a.watch(b.self);
  run(10);
  for (let i = 0; i < 3000; i++) b.tell(a.self, `${i}`);
  b.terminate();
  run(10);
  t.is(a.heard.length, 3001);
  t.deepEqual(a.heard.slice(2999), ['2999', 'b ended']);
});

test('a node restarted on its port is another one: former links are gone, new ones hold', async (t) => {
  const one = await real(t, 'a');
  const first = await real(t, 'b');
  const { port } = first.node.address;
  one.speaker.watch(first.speaker.self);
  one.speaker.tell(first.speaker.self, 'hello');
  await until('the first heard', () => first.speaker.heard.length === 1);
  await first.shutdown();
  await until('the end was told', () => one.speaker.heard.length === 1);
  // A stale link is used as long as nobody knows that it is (REUSE).
  await until('the link is known to have ended', () => one.node.openLinks === 0);
  const second = await real(t, 'b', { port });
  t.not(second.node.incarnation, first.node.incarnation);
  t.is(second.speaker.self.text, first.speaker.self.text);
  one.speaker.watch(second.speaker.self);
  one.speaker.tell(second.speaker.self, 'hello again');
  await until('the second heard', () => second.speaker.heard.length === 1);
  t.is(one.speaker.heard.length, 1);
  second.speaker.terminate();
  await until('its end was told', () => one.speaker.heard.length === 2);
  t.is(one.speaker.heard[1], 'b ended');
});

/** A node with a process `b` in an OS process of its own, at that port (0: a free one). */
async function ownProcess(t: ExecutionContext, port: number) {
  const runtime = new URL('../../runtime/index.js', import.meta.url).href;
  const program = `
    import { listen, Process } from '${runtime}';
    class B extends Process { initialize() { this.install('say', () => {}); } }
    const { node } = await listen({ port: ${port} });
    node.spawn(new B('b'));
    console.log('port ' + node.address.port);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const found = await until('it listens', () => /port (\d+)/.exec(text));
  return { child, pid: new Pid('b', '127.0.0.1', Number(found[1])) };
}

test('a node that is killed is gone for all who were linked to it; the next one on its port is linked to anew', async (t) => {
  const { node, speaker } = await real(t, 'a');
  const other = new Speaker('c');
  node.spawn(other);
  const first = await ownProcess(t, 0);
  speaker.watch(first.pid);
  other.watch(first.pid);
  await until('they are linked', () => node.openLinks === 1);
  first.child.kill('SIGKILL');
  await until('both were told', () => speaker.heard.length === 1 && other.heard.length === 1);
  t.deepEqual([speaker.heard, other.heard], [['b node-gone'], ['b node-gone']]);
  const second = await ownProcess(t, first.pid.port);
  t.is(second.pid.text, first.pid.text);
  speaker.watch(second.pid);
  await until('it is linked', () => node.openLinks === 1);
  second.child.kill('SIGKILL');
  await until('the second end was told', () => speaker.heard.length === 2);
  t.deepEqual([speaker.heard[1], other.heard.length], ['b node-gone', 1]);
});

test('a new incarnation is noticed though the former connection never broke', (t) => {
  const { node, a, b, run } = pair();
  a.watch(b.self);
  a.tell(b.self, 'hello');
  run(10);
  const again = node(2);
  const second = new Speaker('b');
  again.spawn(second);
  second.tell(a.self, 'here I am');
  run(10);
  t.deepEqual([...a.heard].sort(), ['b node-gone', 'here I am']);
  a.tell(second.self, 'hello again');
  run(10);
  t.deepEqual([b.heard, second.heard], [['hello'], ['hello again']]);
});

test('RECONNECT swaps the connection; nobody on either side hears of an exit, all stay linked', (t) => {
  const { one, two, a, b, run } = pair();
  const [c, d] = [new Speaker('c'), new Speaker('d')];
  one.spawn(c);
  two.spawn(d);
  a.watch(b.self);
  c.watch(b.self);
  run(10);
  d.watch(c.self);
  run(10);
  a.tell(b.self, '1');
  a.watch(b.self, { reconnect: true });
  a.tell(b.self, '2');
  b.tell(a.self, 'from b');
  run(100);
  t.deepEqual([a.heard, [...b.heard].sort(), c.heard, d.heard], [['from b'], ['1', '2'], [], []]);
  t.deepEqual([one.openLinks, two.openLinks], [1, 1], 'the former connection is closed');
  c.terminate();
  b.terminate();
  run(100);
  t.deepEqual([a.heard, d.heard], [['from b', 'b ended'], ['c ended']]);
  t.is(one.deadLetters.total() + two.deadLetters.total(), 0);
});

test('RECONNECT again and again, before the last one is through, leaves one connection', (t) => {
  const { one, two, a, b, run } = pair();
  a.watch(b.self);
  run(10);
  for (let i = 0; i < 5; i++) {
    a.watch(b.self, { reconnect: true });
    a.tell(b.self, `${i}`);
  }
  run(100);
  t.deepEqual(b.heard, ['0', '1', '2', '3', '4']);
  t.deepEqual([one.openLinks, two.openLinks], [1, 1]);
  b.terminate();
  run(100);
  t.deepEqual(a.heard, ['b ended']);
});

test('RECONNECT finds a dead peer out: all who were linked to it are told', (t) => {
  const { network, one, two, a, b, run } = pair();
  const c = new Speaker('c');
  one.spawn(c);
  a.watch(b.self);
  c.watch(b.self);
  run(10);
  network.cut(two.address, one.address);
  network.cut(one.address, two.address);
  a.watch(b.self, { reconnect: true });
  run(11_000);
  t.deepEqual([a.heard, c.heard], [['b unreachable'], ['b unreachable']]);
});

test('RECONNECT between real nodes carries on with a new socket', async (t) => {
  const [one, two] = [await real(t, 'a'), await real(t, 'b')];
  one.speaker.watch(two.speaker.self);
  one.speaker.tell(two.speaker.self, '1');
  await until('1 came', () => two.speaker.heard.length === 1);
  two.speaker.watch(one.speaker.self);
  one.speaker.watch(two.speaker.self, { reconnect: true });
  one.speaker.tell(two.speaker.self, '2');
  await until('2 came', () => two.speaker.heard.length === 2);
  await until('one connection is left', () => one.node.openLinks === 1 && two.node.openLinks === 1);
  two.speaker.tell(one.speaker.self, 'still here');
  await until('it came', () => one.speaker.heard.length === 1);
  one.speaker.terminate();
  await until('the end was told', () => two.speaker.heard.length === 3);
  t.deepEqual([one.speaker.heard, two.speaker.heard], [['still here'], ['1', '2', 'a ended']]);
});

test('a watcher whose address cannot be called is told over its own connection', async (t) => {
  const hidden = await real(t, 'a', { advertise: { host: '192.0.2.1' } });
  const two = await real(t, 'b');
  hidden.speaker.watch(two.speaker.self);
  hidden.speaker.tell(two.speaker.self, 'watching');
  await until('it watches', () => two.speaker.heard.length === 1);
  two.speaker.terminate();
  await until('the end was told', () => hidden.speaker.heard.length === 1);
  t.deepEqual(hidden.speaker.heard, ['b ended']);
});

/** A node by hand that says it is at `host:port`. */
async function stranger(t: ExecutionContext, to: number, claim: { host: string; port: number }) {
  const socket = new WebSocket(`ws://127.0.0.1:${to}/__link__`, 'mesostate.1');
  t.teardown(() => socket.terminate());
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  let answered = 0;
  socket.on('message', () => answered++);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(helloFrame({ version: 1, ...claim, incarnation: 'made up' }));
  return { socket, isClosed: () => closed, answered: () => answered };
}

test('a stranger that claims the address of a node can neither end nor restart its processes for others', async (t) => {
  const one = await real(t, 'a', { advertise: { host: '192.0.2.7' } });
  const [two, named] = [await real(t, 'b'), new Pid('x', '192.0.2.9', 9)];
  one.speaker.watch(two.speaker.self);
  one.speaker.watch(named);
  one.speaker.tell(two.speaker.self, 'watching');
  await until('it watches', () => two.speaker.heard.length === 1);
  const liar = await stranger(t, two.node.address.port, one.node.address);
  // It speaks for `a`: takes its watch back, which is not its to take.
  liar.socket.send(controlFrame({ op: 'unlink', from: 'a', to: 'b' }));
  const other = await stranger(t, one.node.address.port, { host: named.host, port: named.port });
  other.socket.send(controlFrame({ op: 'exited', from: 'x', to: 'a', reason: 'ended' }));
  other.socket.send(controlFrame({ op: 'ping' }));
  await until('the lie was read', () => other.answered() >= 2);
  liar.socket.send(controlFrame({ op: 'ping' }));
  await until('the other lie was read', () => liar.answered() >= 2);
  // The call to an address of nobody may fail early, or not yet.
  const told = (): string[] => one.speaker.heard.filter((line) => line !== 'x unreachable');
  t.deepEqual(told(), []);
  two.speaker.terminate();
  await until('the end was told', () => told().length === 1);
  t.deepEqual(told(), ['b ended']);
});

test('with require_peer_address_ip_match a node that is not where it says is refused', async (t) => {
  const two = await real(t, 'b', { requirePeerAddressIpMatch: true });
  const liar = await stranger(t, two.node.address.port, { host: '192.0.2.9', port: 9 });
  await until('the liar is refused', liar.isClosed);
  t.is(two.node.openLinks, 0);
  const honest = await real(t, 'a');
  honest.speaker.tell(two.speaker.self, 'hello');
  await until('the honest one is heard', () => two.speaker.heard.length === 1);
});
