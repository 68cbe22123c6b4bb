/** Messages that are shared have one bag; others have a bag each, and may change. */
import test from 'ava';
import { decode, encode, type Resource, type Task } from '../../../proto/index.ts';
import { parseResources, Resources } from '../../../proto/resources/index.ts';

function taskWith(text: string): Task {
  const bytes = encode('mesos.v1.Task', {
    name: 'task',
    task_id: { value: 'task' },
    framework_id: { value: 'framework' },
    agent_id: { value: 'agent' },
    state: 1,
    resources: parseResources(text).toMessages(),
  });
  // What comes twice is kept.
  for (let i = 0; i < 2; i++) decode('mesos.v1.Task', bytes);
  return decode('mesos.v1.Task', bytes) as Task;
}

test('tasks that ask for the same have one bag between them', (t) => {
  const [one, two] = [taskWith('cpus:0.25;mem:77'), taskWith('cpus:0.25;mem:77')];
  t.not(one.resources, two.resources);
  t.is(Resources.of(one.resources), Resources.of(two.resources));
  t.true(Resources.of(one.resources).equals(parseResources('cpus:0.25;mem:77')));
});

test('the same first message and others behind it are another bag', (t) => {
  const [less, more] = [taskWith('cpus:0.25;mem:78'), taskWith('cpus:0.25;mem:78;disk:5')];
  t.is(Resources.of(more.resources).disk, 5);
  t.is(Resources.of(less.resources).disk, 0);
  t.is(Resources.of(more.resources).disk, 5);
});

test('messages that may change are read each time', (t) => {
  const resource: Resource = { name: 'cpus', type: 0, scalar: { value: 1 } };
  t.is(Resources.of([resource]).cpus, 1);
  resource.scalar = { value: 2 };
  t.is(Resources.of([resource]).cpus, 2);
});

test('a sum of many bags is what adding them one by one gives', (t) => {
  const bags = ['cpus:1;mem:5', 'ports:[1-3]', 'cpus:0.5;ports:[7-9]', '', 'mem:1'].map((text) =>
    text === '' ? Resources.EMPTY : parseResources(text),
  );
  const added = bags.reduce((sum, bag) => sum.plus(bag), Resources.EMPTY);
  t.true(Resources.sum(bags).equals(added));
  t.is(Resources.sum([]), Resources.EMPTY);
  const one = parseResources('cpus:1');
  t.is(Resources.sum([one]), one);
});
