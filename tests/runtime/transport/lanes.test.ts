/** Two nodes on real sockets: what is urgent does not wait behind what is large. */
import test, { type ExecutionContext } from 'ava';
import { type ExitReason, type ListenOptions, type Pid, Process } from '../../../runtime/index.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

interface Words {
  say: unknown;
  bulk: unknown;
  echo: unknown;
}

class Talker extends Process<Words> {
  readonly heard: unknown[] = [];
  readonly exits: string[] = [];
  bulkBytes = 0;
  /** What `look` said at each word and exit, at the very moment. */
  readonly seen: number[] = [];
  look = (): number => 0;
  override initialize(): void {
    this.install('say', (word) => {
      this.seen.push(this.look());
      this.heard.push(word);
    });
    this.install('bulk', (body) => {
      this.bulkBytes += (body as Uint8Array).length;
    });
    this.install('echo', (body, from) => this.send(from, 'say', body));
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.seen.push(this.look());
    this.exits.push(`${pid.id} ${reason}`);
  }
  tell(to: Pid, name: keyof Words, body: unknown): void {
    this.send(to, name, body);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
}

async function started(t: ExecutionContext, options: ListenOptions = {}) {
  const listening = await listen(options);
  t.teardown(() => listening.shutdown());
  return listening.node;
}

test('a message of 40 MB arrives whole, with others before and behind it', async (t) => {
  const [one, two] = [await started(t), await started(t)];
  const [a, b] = [new Talker('a'), new Talker('b')];
  one.spawn(a);
  two.spawn(b);
  const large = new Uint8Array(40_000_000).map((_, index) => index % 251);
  a.tell(b.self, 'say', 'before');
  a.tell(b.self, 'say', large);
  a.tell(b.self, 'say', 'after');
  await until('all arrived', () => b.heard.length === 3);
  t.is(b.heard[0], 'before');
  t.is(Buffer.compare(Buffer.from(b.heard[1] as Uint8Array), large), 0);
  t.is(b.heard[2], 'after');
});

test('messages of others and exits pass 200 MB that wait', async (t) => {
  const [one, two] = [await started(t), await started(t)];
  const [a, b, quick, mortal] = [new Talker('a'), new Talker('b'), new Talker('quick'), new Talker('mortal')];
  one.spawn(a);
  one.spawn(quick);
  one.spawn(mortal);
  two.spawn(b);
  b.watch(mortal.self);
  await until('the link is up', () => one.openLinks > 0 && two.openLinks > 0);
  const part = new Uint8Array(20_000_000);
  for (let i = 0; i < 10; i++) a.tell(b.self, 'bulk', part);
  await until('the first bytes are under way', () => one.queuedBytes > 0 && one.queuedBytes < 200_000_000);
  for (const each of [quick, b]) each.look = () => b.bulkBytes;
  quick.tell(b.self, 'echo', 'hello');
  mortal.terminate();
  await until('the answer came', () => quick.heard.length === 1 && b.exits.length === 1);
  for (const bytes of [...quick.seen, ...b.seen])
    t.true(bytes < 200_000_000, `passed when ${bytes} of them were there`);
  t.deepEqual(b.exits, ['mortal ended']);
  await until('the rest came too', () => b.bulkBytes === 200_000_000);
});

test('a peer too slow for its bound of bytes loses the link, with the reason; its watchers hear', async (t) => {
  const one = await started(t, { limits: { linkQueueBytesMax: 5_000_000 } });
  const two = await started(t);
  const [a, b] = [new Talker('a'), new Talker('b')];
  one.spawn(a);
  two.spawn(b);
  a.watch(b.self);
  await until('the link is up', () => one.openLinks > 0);
  // What comes after the sixth is for the next link, whose bound it must not break as well.
  for (let i = 0; i < 8; i++) a.tell(b.self, 'bulk', new Uint8Array(1_000_000));
  await until('the link is dropped', () => a.exits.length === 1);
  t.deepEqual(a.exits, ['b node-gone']);
  t.true(one.deadLetters.total('link-broken') >= 5);
  a.tell(b.self, 'say', 'anew');
  await until('a new link carries the next', () => b.heard.length === 1);
});
