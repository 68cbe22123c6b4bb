/** Bounds of mailboxes, shedding of load, and what an actor answers about itself. */
import test from 'ava';
import { HttpReply, type ReplySink } from '../../runtime/http/reply.ts';
import { type Pid, Process } from '../../runtime/index.ts';
import { detailsOf } from '../../runtime/introspection.ts';
import { LoopLag } from '../../runtime/loop/lag.ts';
import { simulatedWorld } from '../support/world.ts';

interface Words {
  say: string;
}

class Listener extends Process<Words> {
  readonly heard: string[] = [];
  readonly exits: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
    this.route('/', (_request, reply) => reply.text(200, 'here'));
    this.route('/vital', (_request, reply) => reply.text(200, 'vital'), { essential: true });
    this.route('/alive', (_request, reply) => reply.text(200, `after ${this.heard.length}`), {
      liveness: true,
    });
  }
  override exited(pid: Pid): void {
    this.exits.push(pid.id);
  }
  override describe(): Readonly<Record<string, unknown>> {
    return { heard: this.heard.length };
  }
  later(run: () => void): void {
    this.dispatch(run);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
}

/** A request injected without a socket, and its answer as `status text`. */
function ask(node: ReturnType<ReturnType<typeof simulatedWorld>['node']>, path: string): string[] {
  const answers: string[] = [];
  const sink: ReplySink = {
    end: (status, headers, body) =>
      answers.push(`${status}${headers['Retry-After'] === undefined ? '' : ' retry'} ${String(body)}`),
    open: () => {
      throw new Error('no stream expected');
    },
    onClose: () => {},
  };
  const request = {
    method: 'GET',
    path,
    rest: '',
    query: new URLSearchParams(),
    headers: {},
    body: new Uint8Array(),
    peer: '',
  };
  node.handleRequest(request, new HttpReply(sink, 1000, false));
  return answers;
}

test('beyond the bound the newest messages are dropped; exits, dispatches and the end are not', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1, { limits: { mailboxEventsMax: 3 } });
  const [a, b] = [new Listener('a'), new Listener('b')];
  one.spawn(a);
  one.spawn(b);
  settle();
  a.watch(b.self);
  for (let i = 0; i < 5; i++) one.deliver(a.self, 'say', `${i}`, undefined);
  a.later(() => a.heard.push('dispatched'));
  one.exited('a', b.self, 'ended');
  t.is(one.find('a')?.length, 5);
  settle();
  t.deepEqual(a.heard, ['0', '1', '2', 'dispatched']);
  t.deepEqual(a.exits, ['b']);
  t.is(one.deadLetters.total('mailbox-full'), 2);
});

test('HTTP requests beyond their own bound are answered 503, and messages still get in', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1, { limits: { mailboxHttpMax: 2 } });
  const a = new Listener('a');
  one.spawn(a);
  settle();
  const answers = [0, 1, 2].map(() => ask(one, '/a'));
  const vital = ask(one, '/a/vital');
  one.deliver(a.self, 'say', 'still', undefined);
  t.regex(answers[2]?.[0] ?? '', /^503 retry 'a' has 2 requests waiting/);
  settle();
  t.deepEqual(answers.slice(0, 2), [['200 here'], ['200 here']]);
  t.deepEqual(vital, ['200 vital']);
  t.deepEqual(a.heard, ['still']);
  t.is(one.shedder.count, 1);
  const again = ask(one, '/a');
  settle();
  t.deepEqual(again, ['200 here']);
});

test('whether a process lives is answered before all that waits, and however much waits', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1, { limits: { mailboxHttpMax: 1, lagMaxMs: 100 } });
  const a = new Listener('a');
  one.spawn(a);
  settle();
  for (let i = 0; i < 1000; i++) one.deliver(a.self, 'say', `${i}`, undefined);
  const page = ask(one, '/a');
  one.lag.saw(500);
  one.lag.saw(500);
  const alive = ask(one, '/a/alive');
  const again = ask(one, '/a/alive');
  settle();
  t.deepEqual([...alive, ...again], ['200 after 0', '200 after 0']);
  t.deepEqual(page, ['200 here']);
  t.is(a.heard.length, 1000);
  t.is(one.find('a')?.httpWaiting, 0);
  t.is(one.shedder.count, 0);
});

test('a node whose turns stay late sheds requests, except what an operator needs, and recovers', (t) => {
  const { node, settle } = simulatedWorld();
  const one = node(1, { limits: { lagMaxMs: 100 } });
  one.spawn(new Listener('a'));
  settle();
  const answer = (path: string): string => {
    const answers = ask(one, path);
    settle();
    return answers[0] ?? '';
  };
  one.lag.saw(500);
  t.is(answer('/a'), '200 here', 'one late turn is no overload');
  one.lag.saw(400);
  t.regex(answer('/a'), /^503 retry The node is 400 ms late/);
  t.is(answer('/a/vital'), '200 vital');
  one.lag.saw(1);
  t.is(answer('/a'), '200 here');
  t.is(one.lag.maxMs, 500);
});

test('lag is how late a timer comes', (t) => {
  let now = 0;
  let fire = (): void => {};
  const lag = new LoopLag({
    now: () => now,
    monotonic: () => now,
    setTimer: (_ms, callback) => {
      fire = callback;
      return { cancel: () => true };
    },
  });
  lag.start();
  for (const atMs of [250, 800, 1350]) {
    now = atMs;
    fire();
  }
  t.deepEqual([lag.lastMs, lag.sustainedMs, lag.maxMs], [300, 300, 300]);
  lag.stop();
});

test('every actor answers its state, mailbox, waits, counts and links', (t) => {
  const { node, run, settle, ports } = simulatedWorld();
  const [one, two] = [node(1), node(2)];
  const [a, b, far] = [new Listener('a'), new Listener('b'), new Listener('far')];
  one.spawn(a);
  one.spawn(b);
  two.spawn(far);
  a.watch(b.self);
  a.watch(far.self);
  far.watch(a.self);
  run(100);
  for (let i = 0; i < 500; i++) {
    one.deliver(a.self, 'say', 'x', undefined);
    ports.clock.advance(3);
    settle();
  }
  one.deliver(a.self, 'say', 'waits', undefined);
  const mailbox = one.find('a');
  const details = mailbox === undefined ? undefined : detailsOf(one, mailbox);
  t.deepEqual(details?.messages, { say: 500 });
  t.deepEqual(details?.state, { heard: 500 });
  t.is(details?.waiting, 1);
  t.deepEqual(details?.links, { watches: [b.self.text, far.self.text], watched_by: [far.self.text] });
  t.true((details?.time_in_queue.samples ?? 0) > 3);
  t.is(details?.time_in_queue.max_ms, 3);
});
