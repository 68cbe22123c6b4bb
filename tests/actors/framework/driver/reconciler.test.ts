/** The reconciliation loop: pauses that double up to ten minutes, slices, one run at a time. */
import test from 'ava';
import { Reconciler } from '../../../../actors/framework/driver/index.ts';
import { virtualPorts } from '../../../../runtime/index.ts';

function reconcilerOf(count: number) {
  const { clock, random } = virtualPorts(3);
  const asked: { readonly seconds: number; readonly tasks: number }[] = [];
  const tasks = Array.from({ length: count }, (_, n) => ({
    task_id: { value: `t${n}` },
    agent_id: { value: 'S0' },
  }));
  const reconciler = new Reconciler({
    tasks: () => tasks,
    reconcile: (some) => asked.push({ seconds: Math.round(clock.monotonic() / 1000), tasks: some.length }),
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    random,
  });
  return { clock, asked, reconciler };
}

test('asks with pauses that double, up to ten minutes, for as long as there is no answer', (t) => {
  const { clock, asked, reconciler } = reconcilerOf(1);
  reconciler.start();
  clock.advance(4 * 3_600_000);
  const pauses = asked.slice(1).map(({ seconds }, n) => seconds - (asked[n]?.seconds ?? 0));
  const [first = 0] = pauses;
  t.true(first >= 10 && first <= 15);
  for (const [n, pause] of pauses.entries())
    t.true(Math.abs(pause - Math.min(600, first * 2 ** n)) <= 2 ** n);
  t.is(pauses.at(-1), 600);
});

test('many tasks are asked for in slices; when all answered, whatever there is is asked for', (t) => {
  const { clock, asked, reconciler } = reconcilerOf(2500);
  reconciler.start();
  t.deepEqual(
    asked.map(({ tasks }) => tasks),
    [1000, 1000, 500],
  );
  t.is(reconciler.remaining, 2500);
  for (let n = 0; n < 2500; n++) reconciler.heard(`t${n}`);
  t.is(reconciler.remaining, 0);
  clock.advance(60_000);
  t.deepEqual(
    asked.slice(3).map(({ tasks }) => tasks),
    [0],
  );
});

test('a newer run replaces the running one, and a stopped one asks no more', (t) => {
  const { clock, asked, reconciler } = reconcilerOf(1);
  reconciler.start();
  clock.advance(5_000);
  reconciler.start();
  clock.advance(16_000);
  t.is(asked.length, 3, 'two starts and one repetition of the second');
  reconciler.stop();
  clock.advance(3_600_000);
  t.is(asked.length, 3);
});

test('who asks more often than a run takes gets to what else the master knows all the same', (t) => {
  const { clock, asked, reconciler } = reconcilerOf(1);
  for (let n = 0; n < 10; n++) {
    reconciler.again();
    reconciler.heard('t0');
    clock.advance(5_000);
  }
  t.true(asked.filter(({ tasks }) => tasks === 0).length >= 3);
});
