/** Processes on one node: order, links, ends, containment. */
import test from 'ava';
import { type ExitReason, Pid, Process } from '../../runtime/index.ts';
import { simulatedWorld } from '../support/world.ts';

interface Words {
  say: string;
  boom: undefined;
}

class Listener extends Process<Words> {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
    this.install('boom', () => {
      throw new Error('on purpose');
    });
  }
  override finalize(): void {
    this.heard.push('finalized');
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

test('messages of one sender arrive in the order they were sent', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1);
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  one.spawn(b);
  for (let i = 0; i < 1000; i++) a.tell(b.self, `${i}`);
  settle();
  t.deepEqual(
    b.heard,
    Array.from({ length: 1000 }, (_, i) => `${i}`),
  );
});

test('messages cross nodes in order, and the end of a remote process is told', (t) => {
  const { node, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  two.spawn(b);
  a.watch(b.self);
  for (let i = 0; i < 2000; i++) a.tell(b.self, `${i}`);
  run(10);
  t.is(b.heard.length, 2000);
  t.is(b.heard[1999], '1999');
  b.terminate();
  run(10);
  t.deepEqual(a.heard, ['exited b ended']);
});

test('the last words of a process are heard before its end', (t) => {
  const { node, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  two.spawn(b);
  a.watch(b.self);
  run(10);
  b.tell(a.self, 'farewell');
  b.terminate();
  run(10);
  t.deepEqual(a.heard, ['farewell', 'exited b ended']);
});

test('a vanished node is told to those who watched its processes', (t) => {
  const { node, network, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  two.spawn(b);
  a.watch(b.self);
  run(10);
  network.drop(two.address);
  run(10);
  t.deepEqual(a.heard, ['exited b node-gone']);
});

test('linking to nobody is answered', (t) => {
  const { node, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const a = new Listener('a');
  one.spawn(a);
  a.watch(one.pid('nobody'));
  a.watch(two.pid('nobody'));
  a.watch(new Pid('far', '10.0.0.9', 9));
  run(20_000);
  t.deepEqual(a.heard.sort(), [
    'exited far unreachable',
    'exited nobody never-existed',
    'exited nobody never-existed',
  ]);
});

test('a silent partition is noticed by the heartbeat', (t) => {
  const { node, network, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  two.spawn(b);
  a.watch(b.self);
  run(100);
  network.cut(one.address, two.address);
  network.cut(two.address, one.address);
  run(60_000);
  t.deepEqual(a.heard, ['exited b node-gone']);
});

test('a throwing handler costs its message only', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1);
  const a = new Listener('a');
  one.spawn(a);
  one.deliver(a.self, 'boom', undefined, undefined);
  one.deliver(a.self, 'say', 'still here', undefined);
  settle();
  t.deepEqual(a.heard, ['still here']);
  t.is(one.handlerErrors, 1);
});

test('messages for nobody are counted dead letters', (t) => {
  const { node, run } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  one.deliver(one.pid('nobody'), 'say', 'x', undefined);
  one.deliver(two.pid('nobody'), 'say', 'x', undefined);
  run(10);
  t.is(one.deadLetters.total('no-process'), 1);
  t.is(two.deadLetters.total('no-process'), 1);
});

test('what a process left to be done is not done by another one of its name', (t) => {
  const { node, run } = simulatedWorld();
  const one = node(1);
  const done: string[] = [];
  class Planner extends Process {
    plan(what: string): void {
      this.delay(5, () => done.push(what));
    }
  }
  const former = new Planner('planner');
  one.spawn(former);
  run(1);
  former.plan('former');
  former.terminate();
  run(1);
  const next = new Planner('planner');
  one.spawn(next);
  next.plan('next');
  former.terminate();
  run(10);
  t.deepEqual(done, ['next']);
});
