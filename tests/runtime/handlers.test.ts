/** Tables of handlers: shared by what installs the same, one's own where it matters. */
import test from 'ava';
import { HandlerNames, NO_NAMES } from '../../runtime/handlers.ts';
import { Process } from '../../runtime/index.ts';
import { simulatedWorld } from '../support/world.ts';

test('the same names in the same order are one table; made-up names do not pile up', (t) => {
  t.is(NO_NAMES.with('a').with('b'), NO_NAMES.with('a').with('b'));
  t.not(NO_NAMES.with('a').with('b'), NO_NAMES.with('b').with('a'));
  const names = new HandlerNames();
  const early = names.with('0');
  for (let i = 1; i < 1000; i++) names.with(`${i}`);
  t.is(names.with('0'), early);
  t.not(names.with('999'), names.with('999'));
});

test('names are found, also after others were and were not', (t) => {
  const names = NO_NAMES.with('a').with('b');
  t.deepEqual(
    ['a', 'a', 'c', 'c', 'b', 'a', 'c'].map((name) => names.slotOf(name)),
    [0, 0, undefined, undefined, 2, 0, undefined],
  );
});

class Counting extends Process<{ one: string; two: string }> {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('one', (word) => this.heard.push(`one ${word}`));
    this.install('two', (word) => this.heard.push(`two ${word}`));
  }
  instead(): void {
    this.install('one', (word) => this.heard.push(`instead ${word}`));
  }
}

test('two processes of a class share names and nothing else; what is installed again begins to count anew', (t) => {
  const { node, settle } = simulatedWorld();
  const home = node(1);
  const [a, b] = [new Counting('a'), new Counting('b')];
  home.spawn(a);
  home.spawn(b);
  const tell = (to: Counting, name: string, word: string): void => {
    home.deliver(to.self, name, word, undefined);
    settle();
  };
  settle();
  tell(a, 'one', '1');
  tell(a, 'one', '2');
  tell(b, 'two', '3');
  t.deepEqual(
    [a.handled, b.handled],
    [
      { one: 2, two: 0 },
      { one: 0, two: 1 },
    ],
  );
  a.instead();
  tell(a, 'one', '4');
  tell(b, 'one', '5');
  t.deepEqual(a.heard, ['one 1', 'one 2', 'instead 4']);
  t.deepEqual(b.heard, ['two 3', 'one 5']);
  t.deepEqual(a.handled, { one: 1, two: 0 });
  t.deepEqual([a.handles('two'), a.handles('three')], [true, false]);
});
