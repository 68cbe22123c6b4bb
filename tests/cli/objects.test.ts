/** What an id, a piece of one or a name stands for. */
import test from 'ava';
import { type KnownTask, taskNames, theOne } from '../../cli/find/objects.ts';

function task(id: string, name: string, kept: KnownTask['kept'] = 'active'): KnownTask {
  const framework_id = { value: 'F' };
  return {
    task_id: { value: id },
    framework_id,
    agent_id: { value: 'S' },
    name,
    kept,
    state: 1,
    resources: [],
  };
}

const tasks = [
  task('run-1a', 'once', 'completed'),
  task('run-2b', 'web', 'completed'),
  task('run-3c', 'web'),
  task('run-4d', 'twice'),
  task('run-5e', 'twice'),
  task('web-6f', 'run-1a'),
];
const found = (given: string): string => theOne('task', given, tasks, taskNames).task_id.value;

test('a task is meant by its id, its name, or the beginning or end of its id', (t) => {
  t.is(found('run-1a'), 'run-1a', 'an id before a name');
  t.is(found('once'), 'run-1a');
  t.is(found('web'), 'run-3c', 'what runs before what has ended');
  t.is(found('5e'), 'run-5e');
  t.is(found('web-'), 'web-6f');
});

test('what stands for nothing or for several is refused, and says so', (t) => {
  t.throws(() => found('nothing'), { message: /^there is no task 'nothing'/ });
  t.throws(() => found('run-'), { message: /may be one of 5 tasks: run-1a, run-2b/ });
  t.throws(() => found('twice'), { message: /may be one of 2 tasks: run-4d, run-5e/ });
});
