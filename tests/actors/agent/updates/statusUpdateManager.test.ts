import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { StatusUpdateManager } from '../../../../actors/agent/updates/index.ts';
import type { StatusUpdate } from '../../../../proto/generated/types/internal.ts';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { Journal, MemoryDisk, type MemoryDiskOptions } from '../../../../runtime/storage/index.ts';
import { VirtualClock } from '../../../../runtime/virtualPorts.ts';

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED } = TaskState;

function uuid(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return bytes;
}

function number(update: StatusUpdate): number {
  const bytes = update.uuid ?? new Uint8Array(16);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(12);
}

function make(task: string, n: number, state: TaskState, framework = 'F'): StatusUpdate {
  const status = { task_id: { value: task }, state, uuid: uuid(n) };
  return {
    framework_id: { value: framework },
    slave_id: { value: 'S' },
    status,
    timestamp: 1,
    uuid: uuid(n),
  };
}

/** An agent's update side on a disk in memory, whose answers come when `settle` says so. */
class Agent {
  readonly clock = new VirtualClock();
  readonly sent: string[] = [];
  readonly safe: number[] = [];
  readonly warnings: string[] = [];
  readonly failures: string[] = [];
  readonly disk: MemoryDisk;
  readonly manager: StatusUpdateManager;
  #turns: (() => void)[] = [];

  constructor(
    options: { disk?: (schedule: MemoryDiskOptions) => MemoryDisk; compactBytesMin?: number } = {},
  ) {
    const schedule = { schedule: (callback: () => void) => void this.#turns.push(callback) };
    this.disk = options.disk?.(schedule) ?? new MemoryDisk(schedule);
    this.manager = StatusUpdateManager.open({
      dir: '/meta',
      disk: this.disk,
      clock: this.clock,
      dispatch: (run) => void this.#turns.push(run),
      forward: (update) => {
        this.sent.push(`${update.status.task_id.value}:${number(update)}`);
      },
      onWarning: (text) => this.warnings.push(text),
      onFailure: (error) => this.failures.push(error.message),
      ...(options.compactBytesMin === undefined ? {} : { compactBytesMin: options.compactBytesMin }),
    });
  }

  /** The machine crashed; the next agent on what is left of the disk. */
  restarted(chance: () => number = () => 0, compactBytesMin?: number): Agent {
    const disk = (schedule: MemoryDiskOptions): MemoryDisk => this.disk.restart(chance, schedule);
    return new Agent(compactBytesMin === undefined ? { disk } : { disk, compactBytesMin });
  }

  take(update: StatusUpdate, checkpoint = true): void {
    this.manager.update(update, checkpoint, () => this.safe.push(number(update)));
  }

  acknowledge(task: string, n: number): boolean {
    let done = false;
    this.manager.acknowledge('F', task, uuid(n), () => {
      done = true;
    });
    this.settle();
    return done;
  }

  /** Lets the disk and the actor's mailbox do what is waiting. */
  settle(turns = Number.POSITIVE_INFINITY): void {
    for (let turn = 0; turn < turns && this.#turns.length > 0; turn++) this.#turns.shift()?.();
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000, () => this.settle());
  }
}

function running(): Agent {
  const agent = new Agent();
  agent.manager.resume();
  return agent;
}

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

/** What the executor, the disk and the scheduler may do in any order. */
type Move =
  | { readonly do: 'update' | 'ack' | 'stale'; readonly task: number }
  | { readonly do: 'settle'; readonly turns: number }
  | { readonly do: 'pause' | 'resume' | 'wait' }
  | { readonly do: 'crash'; readonly chance: number };

const task = fc.integer({ min: 0, max: 2 });
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('update' as const, 'ack' as const), task }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stale' as const), task }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('settle' as const), turns: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'wait' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  },
);

/** One history: numbers of updates made, safe, seen and acknowledged by the scheduler, by task. */
class History {
  agent = new Agent({ compactBytesMin: 600 });
  readonly made = new Map<string, number[]>();
  readonly safe = new Set<number>();
  /** Made before a crash: on disk or not, their executor was not told. */
  readonly maybeSafe = new Set<number>();
  readonly seen = new Map<string, number[]>();
  readonly acknowledged = new Set<number>();
  #next = 1;
  #read = 0;

  run(list: readonly Move[]): void {
    for (const move of list) {
      this.#make(move);
      this.#observe();
    }
  }

  #make(move: Move): void {
    const { agent } = this;
    switch (move.do) {
      case 'update': {
        const n = this.#next++;
        const name = `t${move.task}`;
        this.made.set(name, [...(this.made.get(name) ?? []), n]);
        agent.manager.update(make(name, n, TASK_RUNNING), true, () => this.safe.add(n));
        return;
      }
      case 'ack': {
        const n = this.seen.get(`t${move.task}`)?.at(-1);
        if (n === undefined) return;
        agent.manager.acknowledge('F', `t${move.task}`, uuid(n), () => this.acknowledged.add(n));
        return;
      }
      case 'stale':
        agent.manager.acknowledge('F', `t${move.task}`, uuid(this.#next + 1000));
        return;
      case 'settle':
        agent.settle(move.turns);
        return;
      case 'wait':
        agent.wait(11);
        return;
      case 'crash':
        for (const n of [...this.made.values()].flat()) this.maybeSafe.add(n);
        this.agent = agent.restarted(() => move.chance, 600);
        this.#read = 0;
        return;
      default:
        agent.manager[move.do]();
    }
  }

  /** Order and one in flight (22): only the oldest update that the disk may not know as acknowledged is ever sent. */
  #observe(): void {
    for (const sent of this.agent.sent.slice(this.#read)) {
      const [name = '', text] = sent.split(':');
      const n = Number(text);
      const before = (this.made.get(name) ?? []).filter((m) => m < n && this.safe.has(m));
      if (!this.safe.has(n) && this.agent.sent.length === 0)
        throw new Error(`${sent} was sent before it was safe`);
      for (const m of before) {
        if (!(this.seen.get(name) ?? []).includes(m)) throw new Error(`${sent} was sent before ${m}`);
      }
      if (this.acknowledged.has(n)) throw new Error(`${sent} was sent after its acknowledgement was on disk`);
      this.seen.set(name, [...(this.seen.get(name) ?? []), n]);
    }
    this.#read = this.agent.sent.length;
  }

  /** In the end everything that was safe is delivered (21). */
  finish(t: ExecutionContext): void {
    const { agent } = this;
    agent.manager.resume();
    for (let round = 0; round < 200; round++) {
      agent.settle();
      this.#observe();
      for (const name of this.made.keys()) {
        const n = this.seen.get(name)?.at(-1);
        if (n !== undefined && !this.acknowledged.has(n)) {
          agent.manager.acknowledge('F', name, uuid(n), () => this.acknowledged.add(n));
        }
      }
    }
    for (const n of this.safe) {
      if (![...this.seen.values()].flat().includes(n)) t.fail(`update ${n} was safe and never delivered`);
    }
  }
}

test('in every history updates are delivered at least once, in order, and only when safe', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 5, maxLength: 60 }), (list) => {
      const history = new History();
      history.run(list);
      history.finish(t);
    }),
    { numRuns: 400 },
  );
  t.pass();
});
