/** A whole cluster under the faults of some seeds; a wrong book would be found out. */
import test from 'ava';
import { TaskState } from '../../proto/index.ts';
import { outcomeText, playScenario, Simulation } from '../../runtime/simulation/index.ts';
import { Book } from './cluster/book.ts';
import { authenticatedScenario, clusterScenario } from './cluster/index.ts';
import { UpdateWatch } from './cluster/updates.ts';

for (const seed of [3, 7, 10, 16, 19]) {
  test(`a cluster keeps its invariants, seed ${seed}`, (t) => {
    const outcome = playScenario(clusterScenario, seed);
    t.is(outcome.failure, undefined, outcomeText(outcome));
    const transcript = outcome.simulation.transcript.text();
    t.regex(transcript, /RunTaskMessage/);
    t.regex(transcript, /container \S+ of t\d+ ends/);
    t.regex(transcript, /Ignoring a message that is not from the master/, 'a stranger gave orders');
    t.regex(transcript, /Framework has been removed/, 'one that had ended came again');
    t.regex(transcript, /UpdateOperationStatusMessage/);
    t.regex(transcript, /gate → \S+ {2}http\.Chunk/, 'a framework listens over HTTP');
  });
}

test('a cluster whose agents and frameworks authenticate keeps its invariants', (t) => {
  const outcome = playScenario(authenticatedScenario, 3);
  t.is(outcome.failure, undefined, outcomeText(outcome));
  const transcript = outcome.simulation.transcript.text();
  const completed = transcript.match(/AuthenticationCompletedMessage/g) ?? [];
  t.true(completed.length > 10, 'again after each broken connection');
  t.regex(transcript, /RunTaskMessage/);
});

test('the same seed is the same life of a cluster', (t) => {
  const transcript = () => playScenario(clusterScenario, 10).simulation.transcript.text();
  const first = transcript();
  t.true(transcript() === first);
});

test('a book tells what must not be', (t) => {
  const book = new Book();
  const agent_id = { value: 'a' };
  const told = (state: TaskState) => book.tell({ task_id: { value: 't1' }, agent_id, state });
  book.newTask();
  for (const state of [TaskState.TASK_RUNNING, TaskState.TASK_UNREACHABLE, TaskState.TASK_RUNNING])
    told(state);
  t.deepEqual(book.problems, []);
  t.regex(book.unfinished() ?? '', /^10: 1 of 1 tasks did not end: t1 TASK_RUNNING → /);
  told(TaskState.TASK_FINISHED);
  t.is(book.unfinished(), undefined);
  told(TaskState.TASK_RUNNING);
  const watch = new UpdateWatch(new Simulation());
  const sent = (n: number, state: TaskState) => {
    const uuid = new Uint8Array(16).fill(n);
    const status = { task_id: { value: 't1' }, state, uuid };
    const update = { framework_id: { value: 'f' }, slave_id: agent_id, status, timestamp: 1, uuid };
    watch.forwarded(undefined, { update, pid: '' });
  };
  sent(1, TaskState.TASK_RUNNING);
  sent(2, TaskState.TASK_FINISHED);
  sent(1, TaskState.TASK_RUNNING);
  sent(3, TaskState.TASK_RUNNING);
  book.offered('o1', 'a');
  book.offered('o1', 'b');
  t.deepEqual(
    [...book.problems, ...watch.problems].map((each) => each.split(':')[0]),
    ['12', '1', '22', '22', '11'],
  );
});
