/** Marathon's state bound to leadership: the order of writes, what fits in one, failures, and the end. */
import test from 'ava';
import type {
  RegistryChange,
  RegistryStore,
  StoreCallback,
} from '../../../../../actors/election/store/store.ts';
import { LeaderStore } from '../../../../../actors/framework/marathon/store/leaderStore.ts';

const text = (value: Uint8Array | undefined): unknown =>
  value === undefined ? undefined : JSON.parse(new TextDecoder().decode(value));

/** A store below that answers when it is told to. */
function below(changesPerCommit = 3) {
  const commits: (readonly (readonly [string, unknown])[])[] = [];
  const answers: StoreCallback[] = [];
  let refuse: (reason: string) => void = () => undefined;
  let closed = 0;
  const store: RegistryStore = {
    changesPerCommit,
    sizeBytes: 0,
    fetch: (done) => done([]),
    commit: (changes: readonly RegistryChange[], done, heldUp) => {
      refuse = (reason) => heldUp?.(reason, 500);
      commits.push(changes.map(({ key, value }) => [key, text(value)] as const));
      answers.push(done);
    },
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
  return {
    store,
    commits,
    answer: (error?: Error) => answers.shift()?.(error),
    refuse: (reason: string) => refuse(reason),
    closed: () => closed,
  };
}

function opened(entries: readonly (readonly [string, string])[] = [], changesPerCommit?: number) {
  const made = below(changesPerCommit);
  const failures: string[] = [];
  const bytes = entries.map(([key, value]) => [key, new TextEncoder().encode(value)] as const);
  const own = new LeaderStore({
    store: made.store,
    entries: bytes,
    onFailure: ({ message }) => failures.push(message),
  });
  return { ...made, own, failures };
}

test('writes go out in order, one at a time, as many as fit, the last value of a key; each tells when it is durable', (t) => {
  const { own, commits, answer } = opened([['old', '{"n":1}']]);
  t.deepEqual([...own.loaded], [['old', { n: 1 }]]);
  const durable: string[] = [];
  own.flushed(() => durable.push('nothing'));
  own.put('a', 1);
  own.flushed(() => durable.push('a'));
  own.put('b', 1);
  own.put('b', 2);
  own.remove('old');
  own.put('c', 1);
  own.flushed(() => durable.push('c'));
  own.remove('never there');
  t.deepEqual(durable, ['nothing']);
  t.deepEqual(commits, [[['a', 1]]]);
  answer();
  t.deepEqual(durable, ['nothing', 'a']);
  const second = [['b', 2] as const, ['old', undefined] as const];
  t.deepEqual(commits, [[['a', 1]], second]);
  answer();
  t.deepEqual(commits, [[['a', 1]], second, [['c', 1]]]);
  t.deepEqual(durable, ['nothing', 'a']);
  answer();
  t.deepEqual(durable, ['nothing', 'a', 'c']);
});

test('after a write that failed nothing is written or durable any more, and it closes', async (t) => {
  const { own, commits, answer, failures, closed } = opened();
  const durable: string[] = [];
  own.put('a', 1);
  own.put('b', 1);
  own.flushed(() => durable.push('b'));
  answer(new Error('this one does not lead any more'));
  own.put('c', 1);
  own.flushed(() => durable.push('c'));
  t.deepEqual(failures, ['this one does not lead any more']);
  t.is(commits.length, 1);
  t.deepEqual(durable, []);
  await new Promise<void>((done) => own.close(done));
  t.is(closed(), 1);
});

test('it closes when what was handed over is written; given up, at once and for good', async (t) => {
  const ordered = opened();
  ordered.own.put('a', 1);
  const done = new Promise<void>((resolve) => ordered.own.close(resolve));
  t.is(ordered.closed(), 0);
  ordered.answer();
  await done;
  t.is(ordered.closed(), 1);
  const lost = opened();
  const durable: string[] = [];
  lost.own.put('a', 1);
  lost.own.flushed(() => durable.push('a'));
  lost.own.giveUp();
  await new Promise<void>((resolve) => lost.own.close(resolve));
  lost.answer();
  t.deepEqual(durable, []);
  t.is(lost.closed(), 1);
});

test('while writes are refused nobody waits who need not, it closes at once, and what waited is written when it can be', async (t) => {
  const { own, refuse, answer, commits, closed } = opened();
  const told: (readonly [string, string | undefined])[] = [];
  const note = (who: string) => (heldUp: string | undefined) => told.push([who, heldUp]);
  own.put('a', 1);
  own.settled(note('before'));
  own.flushed(() => told.push(['durable', undefined]));
  t.deepEqual(told, []);
  refuse('no space');
  refuse('no space');
  t.is(own.heldUp, 'no space');
  own.settled(note('then'));
  t.deepEqual(told.splice(0), [
    ['before', 'no space'],
    ['then', 'no space'],
  ]);
  answer();
  t.is(own.heldUp, undefined);
  t.deepEqual(told.splice(0), [['durable', undefined]], 'each is told once');
  own.settled(note('after'));
  t.deepEqual(told, [['after', undefined]]);

  own.put('b', 1);
  own.put('c', 1);
  refuse('no space');
  await new Promise<void>((done) => own.close(done));
  t.is(closed(), 1);
  answer();
  t.deepEqual(commits, [[['a', 1]], [['b', 1]]]);

  const ending = opened();
  ending.own.put('a', 1);
  const ended = new Promise<void>((done) => ending.own.close(done));
  t.is(ending.closed(), 0);
  ending.refuse('no space');
  await ended;
  t.is(ending.closed(), 1);
});

test('an entry that cannot be read is named', (t) => {
  t.throws(() => opened([['service//x', 'no JSON']]), { message: "the entry 'service//x' cannot be read" });
});
