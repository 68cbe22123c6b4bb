/** The rules of a task's life: spec failover.md, invariants 11–13, 19 and 20; master.md §8 and §9. */
import test from 'ava';
import {
  ChartTable,
  type TaskEvent,
  taskMachine,
  taskStateFor,
  taskStateName,
  taskStateNames,
  taskStateValue,
  taskUpdateEvent,
} from '../../statecharts/index.ts';

function taskAfter(...events: TaskEvent[]): ChartTable<typeof taskMachine> {
  const tasks = new ChartTable(taskMachine);
  tasks.start('t');
  for (const event of events) tasks.step('t', event);
  return tasks;
}

const updates = taskStateNames.flatMap((name) => taskUpdateEvent(name) ?? []);
const ends = taskStateNames.flatMap((name) => {
  const event = taskUpdateEvent(name);
  return event !== undefined && taskAfter(event).hasTag('t', 'terminal') ? [{ name, event }] : [];
});

test('an update leads to the state it names, from every live state', (t) => {
  for (const before of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING']) {
    for (const name of taskStateNames) {
      const [first, second] = [taskUpdateEvent(before), taskUpdateEvent(name)];
      if (first === undefined || second === undefined) continue;
      t.is(taskStateName(taskAfter(first, second).value('t') ?? ''), name, `${before} → ${name}`);
    }
  }
});

test('11: no update leaves a terminal state', (t) => {
  t.is(ends.length, 8);
  for (const { name, event: end } of ends) {
    for (const late of updates) {
      const tasks = taskAfter(end);
      t.false(tasks.step('t', late).changed, `${name}, then ${late.type}`);
      t.is(tasks.value('t'), taskStateValue(name));
    }
  }
});

test('11: what happens to the agent afterwards does not change the end of a task', (t) => {
  const later: TaskEvent[] = [
    { type: 'AGENT_UNREACHABLE' },
    { type: 'AGENT_GONE' },
    { type: 'AGENT_REMOVED' },
    { type: 'FRAMEWORK_REMOVED' },
  ];
  for (const { name, event: end } of ends) {
    for (const event of later)
      t.false(taskAfter(end).step('t', event).changed, `${name}, then ${event.type}`);
  }
});

for (const [away, event] of [
  ['unreachable', { type: 'AGENT_UNREACHABLE' }],
  ['goneByOperator', { type: 'AGENT_GONE' }],
  ['lost', { type: 'AGENT_REMOVED' }],
] as const) {
  test(`12, 13: from ${away} every state may return, but only with the agent`, (t) => {
    for (const state of taskStateNames.filter((name) => name !== 'TASK_UNREACHABLE')) {
      const tasks = taskAfter({ type: 'UPDATE_RUNNING' }, event);
      t.is(tasks.value('t'), away);
      t.is(taskStateName(tasks.step('t', { type: 'AGENT_RETURNED', state }).value), state);
    }
    for (const update of updates) t.false(taskAfter(event).step('t', update).changed, update.type);
  });
}

test('12: other terminal states do not return with the agent', (t) => {
  for (const { name, event } of ends) {
    if (name === 'TASK_LOST' || name === 'TASK_GONE_BY_OPERATOR') continue;
    t.false(taskAfter(event).step('t', { type: 'AGENT_RETURNED', state: 'TASK_RUNNING' }).handled, name);
  }
});

test('a report of a state that does not exist changes nothing and is counted', (t) => {
  const tasks = taskAfter({ type: 'UPDATE_RUNNING' });
  t.false(tasks.step('t', { type: 'AGENT_RETURNED', state: 'TASK_DANCING' }).handled);
  t.is(tasks.unhandled, 1);
});

test('resources are released once, at the first end, and charged again only by a living return', (t) => {
  let charged = 1;
  const tasks = new ChartTable(taskMachine, {
    actions: { releaseResources: () => charged--, chargeResources: () => charged++ },
  });
  const history: [TaskEvent, number][] = [
    [{ type: 'UPDATE_RUNNING' }, 1],
    [{ type: 'AGENT_UNREACHABLE' }, 0],
    [{ type: 'AGENT_RETURNED', state: 'TASK_RUNNING' }, 1],
    [{ type: 'AGENT_UNREACHABLE' }, 0],
    [{ type: 'AGENT_GONE' }, 0],
    [{ type: 'AGENT_RETURNED', state: 'TASK_KILLING' }, 1],
    [{ type: 'AGENT_RETURNED', state: 'TASK_KILLED' }, 0],
    [{ type: 'UPDATE_KILLED' }, 0],
  ];
  tasks.start('t');
  for (const [event, expected] of history) {
    tasks.step('t', event);
    t.is(charged, expected, event.type);
    t.is(charged === 1, tasks.hasTag('t', 'holdsResources'));
  }
});

test('a task that never got to its agent is dropped, one that is refused is in error', (t) => {
  t.is(taskAfter({ type: 'NOT_DELIVERED' }).value('t'), 'dropped');
  t.is(taskAfter({ type: 'REFUSED' }).value('t'), 'error');
  t.false(taskAfter({ type: 'UPDATE_RUNNING' }).can('t', { type: 'NOT_DELIVERED' }));
});

test('a removed framework kills its tasks, unreachable ones too', (t) => {
  t.is(taskAfter({ type: 'FRAMEWORK_REMOVED' }).value('t'), 'killed');
  t.is(taskAfter({ type: 'AGENT_UNREACHABLE' }, { type: 'FRAMEWORK_REMOVED' }).value('t'), 'killed');
});

test('19: who is not partition-aware hears TASK_LOST instead of the partition states', (t) => {
  const plain = { partitionAware: false, taskKillingState: true };
  const aware = { partitionAware: true, taskKillingState: true };
  for (const name of [...taskStateNames, 'TASK_UNKNOWN']) {
    t.is(taskStateFor(name, aware), name);
    const hidden = /UNREACHABLE|DROPPED|GONE|UNKNOWN/.test(name);
    t.is(taskStateFor(name, plain), hidden ? 'TASK_LOST' : name);
  }
});

test('20: TASK_KILLING is told only to those who know it', (t) => {
  const capabilities = { partitionAware: true, taskKillingState: false };
  for (const name of taskStateNames) {
    t.is(taskStateFor(name, capabilities), name === 'TASK_KILLING' ? 'TASK_RUNNING' : name);
  }
});

test('names and states translate both ways', (t) => {
  t.is(taskStateNames.length, 13);
  for (const name of taskStateNames) t.is(taskStateName(taskStateValue(name) ?? ''), name);
  t.is(taskStateValue('TASK_UNKNOWN'), undefined);
  t.is(taskUpdateEvent('TASK_STAGING'), undefined);
  t.is(taskUpdateEvent('TASK_UNREACHABLE'), undefined);
  t.throws(() => taskStateName('dancing'), { message: 'task chart has no state dancing' });
});
