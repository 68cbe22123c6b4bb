/** What watches over a simulated cluster sees what must not be. */
import test from 'ava';
import type { RegistryStore } from '../../actors/election/store/store.ts';
import { OperationState, TaskState, TaskStatusReason } from '../../proto/index.ts';
import { Book } from './cluster/book.ts';
import { OperationBook } from './cluster/operationBook.ts';
import { WatchedStore } from './cluster/watchedStore.ts';

test('a registrar that goes on after a failed store, or does not wait for one, is seen', (t) => {
  const waiting: ((error?: Error) => void)[] = [];
  const store: RegistryStore = {
    fetch: (done) => done([]),
    commit: (_changes, done) => void waiting.push(done),
    sizeBytes: 0,
    close: () => Promise.resolve(),
  };
  const problems: string[] = [];
  const watched = new WatchedStore(store, problems);
  const answers: (Error | undefined)[] = [];
  watched.commit([], (error) => answers.push(error));
  t.deepEqual(problems, []);
  watched.commit([], () => undefined);
  t.regex(problems[0] ?? '', /^46: /);
  waiting[0]?.(new Error('no space left'));
  t.is(answers[0]?.message, 'no space left');
  watched.commit([], () => undefined);
  t.regex(problems.at(-1) ?? '', /^46: |^5: /);
  t.true(problems.some((each) => each.startsWith('5: ')));
});

test('a group of which one ran and one was dropped is seen; LOST is for those who know no better', (t) => {
  const book = new Book();
  const ids = [book.newTask(), book.newTask()];
  book.launchedTogether(ids);
  const tell = (n: number, state: TaskState, reason?: TaskStatusReason) =>
    book.tell({ task_id: { value: ids[n] ?? '' }, state, reason });
  tell(0, TaskState.TASK_RUNNING);
  tell(1, TaskState.TASK_DROPPED);
  t.regex(book.halfDelivered((id) => id === ids[0]) ?? '', /^17: /);
  t.is(
    book.halfDelivered(() => false),
    undefined,
  );
  tell(0, TaskState.TASK_LOST, TaskStatusReason.REASON_AGENT_REMOVED);
  t.deepEqual(book.problems, [], 'its machine went down');
  tell(0, TaskState.TASK_LOST, TaskStatusReason.REASON_EXECUTOR_TERMINATED);
  t.regex(book.problems[0] ?? '', /^12: /);
});

test('a task that nobody knows any more, or whose agent never comes, counts as ended only when no machine is its agent', (t) => {
  const book = new Book();
  const id = book.newTask('a');
  book.tell({ task_id: { value: id }, state: TaskState.TASK_RUNNING });
  for (const state of [TaskState.TASK_UNKNOWN, TaskState.TASK_UNREACHABLE]) {
    book.tell({ task_id: { value: id }, state });
    t.regex(book.unfinished(() => false) ?? '', /^10: 1 of 1 tasks/);
    t.is(
      book.unfinished((agent) => agent === 'a'),
      undefined,
    );
  }
  book.tell({ task_id: { value: id }, state: TaskState.TASK_RUNNING });
  t.regex(book.unfinished(() => true) ?? '', /^10: 1 of 1 tasks/, 'it runs somewhere');
});

test('of an operation one end is told, by one update; what is not known of is no end', (t) => {
  const book = new OperationBook();
  const [first, second] = [book.begin('a'), book.begin('a')];
  const tell = (id: string, state: OperationState, uuid?: number) =>
    book.tell({
      operation_id: { value: id },
      state,
      ...(uuid !== undefined && { uuid: { value: new Uint8Array(16).fill(uuid) } }),
    });
  t.deepEqual(
    book.questions.map(({ operation_id }) => operation_id.value),
    [first, second],
  );
  tell(first, OperationState.OPERATION_UNREACHABLE);
  t.regex(book.unfinished(() => false) ?? '', /^10: operation o1 on a did not end: OPERATION_UNREACHABLE/);
  for (const uuid of [1, 1]) tell(first, OperationState.OPERATION_FINISHED, uuid);
  tell(first, OperationState.OPERATION_UNKNOWN);
  tell(second, OperationState.OPERATION_UNKNOWN);
  t.deepEqual(book.problems, [], 'acknowledged, and forgotten by those who knew it');
  t.is(
    book.unfinished(() => false),
    undefined,
  );
  tell(first, OperationState.OPERATION_DROPPED, 2);
  tell('o9', OperationState.OPERATION_FINISHED);
  t.deepEqual(
    book.problems.map((each) => each.split(':')[0]),
    ['22', '11', 'an update of operation o9, which was never asked for'],
  );
});
