/** Which tasks are asked for, how often, and when one is taken for lost. */
import test from 'ava';
import { Reconciliation } from '../../../cli/run/reconciliation.ts';
import { TaskState } from '../../../proto/index.ts';
import { virtualPorts } from '../../../runtime/virtualPorts.ts';

const agent_id = { value: 'a' };
const task = (value: string) => ({ task_id: { value }, agent_id });

function world(...open: string[]) {
  const { clock } = virtualPorts();
  const asked: string[][] = [];
  const reconciliation = new Reconciliation({
    clock,
    open: () => open.map(task),
    ask: (tasks) => asked.push(tasks.map(({ task_id }) => task_id.value)),
  });
  const hears = (value: string, state: TaskState) => reconciliation.heard({ task_id: { value }, state });
  return { clock, asked, reconciliation, hears, open };
}

test('asked again, ever more seldom, until each is heard of', (t) => {
  const { clock, asked, reconciliation, hears } = world('one', 'two');
  reconciliation.begin();
  clock.advance(0);
  t.deepEqual(asked, [['one', 'two']]);
  t.false(hears('one', TaskState.TASK_RUNNING));
  clock.advance(2_000);
  t.deepEqual(asked.at(-1), ['two']);
  clock.advance(4_000);
  t.is(asked.length, 3);
  clock.advance(60 * 60_000);
  t.true(asked.length < 80);
  t.false(hears('two', TaskState.TASK_STAGING));
  const before = asked.length;
  clock.advance(60 * 60_000);
  t.is(asked.length, before);
});

test('what has ended is asked for no more, nor when nobody is there to answer', (t) => {
  const { clock, asked, reconciliation, open } = world('one');
  reconciliation.begin();
  clock.advance(0);
  reconciliation.stop();
  clock.advance(60_000);
  t.is(asked.length, 1);
  reconciliation.begin(30_000);
  open.pop();
  clock.advance(60_000);
  t.is(asked.length, 1);
});

test('what nobody knows for longer than an agent may stay away is lost', (t) => {
  const { clock, asked, reconciliation, hears } = world('one');
  reconciliation.begin();
  clock.advance(0);
  t.false(hears('one', TaskState.TASK_UNKNOWN));
  clock.advance(14 * 60_000);
  t.false(hears('one', TaskState.TASK_UNKNOWN));
  t.true(asked.length > 10, 'it may come back');
  t.false(hears('one', TaskState.TASK_UNREACHABLE), 'its agent is known');
  t.false(hears('one', TaskState.TASK_UNKNOWN));
  clock.advance(15 * 60_000);
  t.true(hears('one', TaskState.TASK_UNKNOWN));
});
