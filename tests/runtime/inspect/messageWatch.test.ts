/** Listening to the messages of a node. */
import test from 'ava';
import { type Node, type Pid, Process } from '../../../runtime/index.ts';
import { MESSAGES_AT_ONCE_MAX, MessageWatch } from '../../../runtime/inspect/messageWatch.ts';
import { inject } from '../../support/http.ts';
import { simulatedWorld } from '../../support/world.ts';

class Talker extends Process {
  override initialize(): void {
    this.install('Ask', (_, from) => this.send(from, 'Answer', { secret: 'hush', n: 1 }));
    this.install('Answer', () => undefined);
    this.route('/tell', (_, reply) => reply.text(200, 'told'));
  }
  say(to: Pid, name = 'Ask'): void {
    this.send(to, name, { text: 'hello' });
  }
}

interface Told {
  readonly type: string;
  readonly from?: string;
  readonly to: string;
  readonly name: string;
  readonly body?: unknown;
  readonly trace?: string;
  readonly count?: number;
}

function world() {
  const simulated = simulatedWorld();
  const [one, other] = [simulated.node(1), simulated.node(2)];
  const talker = new Talker('talker');
  one.spawn(talker);
  const peer = other.spawn(new Talker('peer'));
  simulated.settle();
  const watch = (node: Node, process: string, name = '*') => {
    const told: Told[] = [];
    const sink = { bufferedBytes: 0, send: (text: string) => void told.push(JSON.parse(text) as Told) };
    return { told, end: new MessageWatch(node, { process, name }, sink) };
  };
  return { ...simulated, one, other, talker, peer, watch };
}

test('what goes out and what comes in is told with both ends and its body, without secrets', (t) => {
  const { one, talker, peer, watch, run } = world();
  const { told, end } = watch(one, '*');
  talker.say(peer);
  run(100);
  t.deepEqual(
    told.map(({ from, to, name, body }) => ({ from, to, name, body })),
    [
      { from: '10.0.0.1:1/talker', to: '10.0.0.1:2/peer', name: 'Ask', body: { text: 'hello' } },
      {
        from: '10.0.0.1:2/peer',
        to: '10.0.0.1:1/talker',
        name: 'Answer',
        body: { secret: '(not shown)', n: 1 },
      },
    ],
  );
  end.stop();
  t.false(one.tap.isOpen);
  talker.say(peer);
  run(100);
  t.is(told.length, 2);
});

test('requests are told as messages, with their trace', (t) => {
  const { one, watch, settle } = world();
  const { told } = watch(one, 'talker');
  const headers = { 'content-type': 'application/json' };
  inject(one, '/talker/tell?secret=x', { method: 'POST', headers, body: Buffer.from('{"a":{"token":"t"}}') });
  settle();
  t.like(told[0], {
    to: '10.0.0.1:1/talker',
    name: 'POST /talker/tell',
    body: { a: { token: '(not shown)' } },
  });
  t.regex(told[0]?.trace ?? '', /^[0-9a-f]{32}$/);
});

test('processes and names are chosen by patterns', (t) => {
  const { one, other, talker, peer, watch, run } = world();
  const names = watch(one, '*', 'Ans*');
  const nobody = watch(one, 'somebody');
  const byPid = watch(other, '10.0.0.1:1/*');
  talker.say(peer);
  run(100);
  t.deepEqual(
    names.told.map(({ name }) => name),
    ['Answer'],
  );
  t.is(nobody.told.length, 0);
  t.is(byPid.told.length, 2);
});

test('more than can be looked at is left out and counted', (t) => {
  const { one, talker, peer, watch, run, settle } = world();
  const { told } = watch(one, '*', 'Other');
  for (let n = 0; n < MESSAGES_AT_ONCE_MAX + 50; n++) talker.say(peer, 'Other');
  settle();
  t.is(told.length, MESSAGES_AT_ONCE_MAX);
  run(2000);
  t.deepEqual(told.at(-1), { type: '@mesostate.leftOut', count: 50 } as unknown as Told);
});
