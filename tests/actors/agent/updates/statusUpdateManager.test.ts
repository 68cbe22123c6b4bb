import test from 'ava';
import { StatusUpdateManager } from '../../../../actors/agent/updates/index.ts';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { Journal, MemoryDisk } from '../../../../runtime/storage/index.ts';
import { VirtualClock } from '../../../../runtime/virtualPorts.ts';
import { Agent, make, number, running, uuid } from './support.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED, TASK_KILLING } = TaskState;

test('an update is acknowledged to its executor and sent once it is on disk, not before', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  t.deepEqual([agent.safe, agent.sent], [[], []]);
  agent.settle();
  t.deepEqual([agent.safe, agent.sent], [[1], ['t:1']]);
});

test('without checkpointing it is safe and sent at once, and nothing is written', (t) => {
  const agent = running();
  const before = agent.disk.changes;
  agent.take(make('t', 1, TASK_RUNNING), false);
  t.deepEqual([agent.safe, agent.sent], [[1], ['t:1']]);
  t.true(agent.acknowledge('t', 1));
  t.is(agent.disk.changes, before);
  t.is(agent.restarted().manager.size, 0);
});

test('one update is in flight a task, in order, each sent when the one before is acknowledged', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_STARTING));
  agent.take(make('t', 2, TASK_RUNNING));
  agent.take(make('t', 3, TASK_FINISHED));
  agent.take(make('other', 4, TASK_RUNNING));
  agent.settle();
  t.deepEqual(agent.sent, ['t:1', 'other:4']);
  t.true(agent.acknowledge('t', 1));
  t.true(agent.acknowledge('t', 2));
  t.deepEqual(agent.sent, ['t:1', 'other:4', 't:2', 't:3']);
  t.true(agent.manager.has('F', 't'));
  t.true(agent.acknowledge('t', 3));
  t.false(agent.manager.has('F', 't'));
  t.is(agent.manager.size, 1);
});

test('the newest state travels with the head', (t) => {
  const states: (number | undefined)[] = [];
  const manager = StatusUpdateManager.open({
    dir: '/m',
    disk: new MemoryDisk(),
    clock: new VirtualClock(),
    dispatch: (run) => run(),
    forward: (update) => states.push(update.latest_state),
  });
  manager.update(make('t', 1, TASK_RUNNING), false, () => {});
  manager.update(make('t', 2, TASK_FINISHED), false, () => {});
  manager.resume();
  t.deepEqual(states, [TASK_FINISHED]);
});

test('the head is sent again after 10, 20, 40 … 600 seconds until it is acknowledged', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  agent.settle();
  const times: number[] = [];
  let known = 1;
  for (let second = 1; second <= 2500; second++) {
    agent.wait(1);
    if (agent.sent.length > known) times.push(second);
    known = agent.sent.length;
  }
  t.deepEqual(times, [10, 30, 70, 150, 310, 630, 1230, 1830, 2430]);
  agent.take(make('t', 2, TASK_FINISHED));
  t.true(agent.acknowledge('t', 1));
  agent.wait(10);
  t.deepEqual(agent.sent.slice(-2), ['t:2', 't:2']);
  t.true(agent.acknowledge('t', 2));
  t.is(agent.clock.pending, 0);
});

test('an acknowledgement of anything but the update in flight changes nothing', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  agent.take(make('t', 2, TASK_FINISHED));
  agent.settle();
  t.false(agent.acknowledge('t', 2));
  t.false(agent.acknowledge('t', 9));
  t.false(agent.acknowledge('unknown', 1));
  t.true(agent.acknowledge('t', 1));
  t.false(agent.acknowledge('t', 1));
  t.is(agent.warnings.length, 4);
  t.regex(agent.warnings[2] ?? '', /task unknown of framework F: no such update is in flight/);
  t.deepEqual(agent.sent, ['t:1', 't:2']);
});

test('a doubled acknowledgement that arrives while the first is written is written once', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  agent.settle();
  let count = 0;
  agent.manager.acknowledge('F', 't', uuid(1), () => count++);
  agent.manager.acknowledge('F', 't', uuid(1), () => count++);
  agent.settle();
  t.is(count, 1);
  t.notThrows(() => agent.restarted());
});

test('a doubled update is acknowledged again and sent no second time; so is what follows a terminal one', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  agent.take(make('t', 1, TASK_RUNNING));
  t.deepEqual(agent.safe, []);
  agent.settle();
  t.deepEqual(agent.safe, [1, 1]);
  agent.take(make('t', 2, TASK_FINISHED));
  agent.take(make('t', 3, TASK_FINISHED));
  agent.take(make('t', 1, TASK_RUNNING));
  agent.settle();
  t.deepEqual(agent.safe, [1, 1, 3, 1, 2]);
  agent.acknowledge('t', 1);
  agent.acknowledge('t', 2);
  t.deepEqual(agent.sent, ['t:1', 't:2']);
  t.is(agent.manager.size, 0);
});

test('an update without a uuid is sent once and forgotten', (t) => {
  const agent = running();
  const { uuid: _, ...update } = make('t', 1, TASK_RUNNING);
  const { uuid: __, ...status } = update.status;
  agent.take({ ...update, status });
  t.deepEqual([agent.safe.length, agent.sent.length, agent.manager.size], [1, 1, 0]);
});

test('while paused updates become safe but are not sent; on resuming each head is sent at once', (t) => {
  const agent = running();
  agent.take(make('a', 1, TASK_RUNNING));
  agent.settle();
  agent.manager.pause();
  agent.take(make('a', 2, TASK_FINISHED));
  agent.take(make('b', 3, TASK_RUNNING));
  agent.settle();
  agent.wait(3600);
  t.deepEqual([agent.safe, agent.sent], [[1, 2, 3], ['a:1']]);
  t.false(agent.acknowledge('a', 1));
  agent.manager.resume();
  t.deepEqual(agent.sent, ['a:1', 'a:1', 'b:3']);
  agent.manager.resume();
  t.deepEqual(agent.sent.slice(3), ['a:1', 'b:3']);
});

test('an acknowledgement on its way to the disk while the master is lost counts', (t) => {
  const agent = running();
  agent.take(make('t', 1, TASK_RUNNING));
  agent.take(make('t', 2, TASK_FINISHED));
  agent.settle();
  let done = false;
  agent.manager.acknowledge('F', 't', uuid(1), () => {
    done = true;
  });
  agent.manager.pause();
  agent.settle();
  t.true(done);
  agent.manager.resume();
  t.deepEqual(agent.sent, ['t:1', 't:2']);
});

test('the next agent goes on where this one was killed', (t) => {
  const agent = running();
  for (const update of [
    make('a', 1, TASK_STARTING),
    make('a', 2, TASK_RUNNING),
    make('b', 3, TASK_FINISHED),
  ]) {
    agent.take(update);
  }
  agent.take(make('c', 4, TASK_FINISHED));
  agent.settle();
  agent.acknowledge('a', 1);
  agent.acknowledge('c', 4);
  const next = agent.restarted();
  t.is(next.manager.size, 2);
  t.deepEqual(next.manager.updatesOf('F', 'a').map(number), [1, 2]);
  t.is(next.manager.latest('F', 'a')?.status.state, TASK_RUNNING);
  t.deepEqual(next.sent, []);
  next.manager.resume();
  t.deepEqual(next.sent, ['a:2', 'b:3']);
  next.take(make('a', 2, TASK_RUNNING));
  t.deepEqual(next.safe, [2]);
});

test('a framework that is gone is forgotten, here and on disk, and may begin anew', (t) => {
  const agent = running();
  agent.take(make('a', 1, TASK_RUNNING));
  agent.take(make('a', 2, TASK_RUNNING, 'G'));
  agent.settle();
  agent.manager.forget('F');
  t.deepEqual([agent.manager.has('F', 'a'), agent.manager.has('G', 'a')], [false, true]);
  agent.take(make('a', 3, TASK_RUNNING));
  agent.settle();
  const next = agent.restarted();
  t.deepEqual(next.manager.updatesOf('F', 'a').map(number), [3]);
  t.true(next.manager.has('G', 'a'));
  next.manager.clear();
  next.settle();
  t.is(next.restarted().manager.size, 0);
});

test('a disk that fails is told once and nothing unsafe is acknowledged', (t) => {
  const agent = new Agent({ disk: (schedule) => new MemoryDisk({ ...schedule, fullAt: 4 }) });
  agent.manager.resume();
  for (let n = 1; n < 10; n++) {
    agent.take(make('t', n, TASK_RUNNING));
    agent.settle();
  }
  t.is(agent.failures.length, 1);
  t.regex(agent.failures[0] ?? '', /updates\.journal: stopped: ENOSPC/);
  const durable = agent.restarted().manager.updatesOf('F', 't').map(number);
  t.deepEqual(durable.slice(0, agent.safe.length), agent.safe);
});

test('an acknowledgement on disk that fits no update is an error that names it', async (t) => {
  const disk = new MemoryDisk();
  const { encodeRecord } = await import('../../../../actors/agent/updates/records.ts');
  const journal = Journal.open('/meta', { name: 'updates', disk });
  const ack = encodeRecord({ kind: 'ack', frameworkId: 'F', taskId: 't', uuid: uuid(1) });
  await new Promise((resolve) => journal.append(ack, resolve));
  await new Promise<void>((resolve) => journal.close(resolve));
  t.throws(() => new Agent({ disk: () => disk }), {
    message: /updates\.journal: record 0: acknowledges update 0+1 of task t/,
  });
});

test('the journal does not grow with the updates that are over', (t) => {
  const agent = new Agent({ compactBytesMin: 4000 });
  agent.manager.resume();
  agent.take(make('long', 100_000, TASK_RUNNING));
  agent.settle();
  agent.acknowledge('long', 100_000);
  for (let n = 0; n < 500; n++) {
    agent.take(make(`t${n}`, n, TASK_FINISHED));
    agent.settle();
    agent.acknowledge(`t${n}`, n);
  }
  t.true((agent.disk.readFile('/meta/updates.journal')?.length ?? 0) < 5000);
  const next = agent.restarted();
  t.deepEqual(next.manager.updatesOf('F', 'long').map(number), [100_000]);
  t.is(next.manager.size, 1);
});

test('of what was acknowledged each state is kept as long as its task lives, by its newest update', (t) => {
  const agent = new Agent({ compactBytesMin: 1 });
  agent.manager.resume();
  const story = [
    make('t', 1, TASK_STARTING),
    ...[2, 3, 4, 5].map((n) => make('t', n, TASK_RUNNING)),
    make('t', 6, TASK_KILLING),
  ];
  for (const update of story) {
    agent.take(update);
    agent.settle();
    agent.acknowledge('t', number(update));
  }
  agent.take(make('t', 7, TASK_KILLING));
  agent.settle();
  const kept = [1, 5, 6, 7];
  t.deepEqual(agent.manager.updatesOf('F', 't').map(number), kept);
  // As another rewrite of the journal keeps it, too.
  const size = agent.disk.readFile('/meta/updates.journal')?.length ?? 0;
  agent.take(make('other', 8, TASK_FINISHED));
  agent.settle();
  agent.acknowledge('other', 8);
  t.true((agent.disk.readFile('/meta/updates.journal')?.length ?? 0) < size * 2);
  const next = agent.restarted();
  t.deepEqual(next.manager.updatesOf('F', 't').map(number), kept);
  next.manager.resume();
  t.deepEqual(next.sent, ['t:7']);
});

test('an acknowledgement that is being written while the journal is rewritten is in the new one', (t) => {
  const agent = new Agent({ compactBytesMin: 1 });
  agent.manager.resume();
  // Large enough for a rewrite as soon as the first of both is acknowledged.
  const large = make('a', 1, TASK_FINISHED);
  agent.take({ ...large, status: { ...large.status, message: 'x'.repeat(1000) } });
  agent.take(make('b', 2, TASK_RUNNING));
  agent.take(make('c', 3, TASK_FINISHED));
  agent.settle();
  const done: string[] = [];
  for (const [task, n] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const) {
    agent.manager.acknowledge('F', task, uuid(n), () => done.push(task));
  }
  agent.settle();
  t.deepEqual(done, ['a', 'b', 'c']);
  t.true((agent.disk.readFile('/meta/updates.journal')?.length ?? 0) < 500);
  const next = agent.restarted();
  next.manager.resume();
  t.deepEqual(next.sent, []);
  t.deepEqual(next.manager.updatesOf('F', 'b').map(number), [2]);
  t.is(next.manager.size, 1);
});
