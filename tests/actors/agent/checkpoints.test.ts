/** What an agent keeps of frameworks, executors and tasks, on a disk in memory. */
import test from 'ava';
import { Checkpoints } from '../../../actors/agent/recovery/checkpoints.ts';
import { SeededRandom } from '../../../runtime/index.ts';
import { MemoryDisk } from '../../../runtime/storage/index.ts';
import { commandTask, FRAMEWORK } from './support/testMaster.ts';

const taskOf = (id: string, command: string) => ({ info: commandTask(id, command), group: undefined });

const F = 'framework-0000';
const nothing = () => undefined;

class Opened {
  readonly turns: (() => void)[] = [];
  readonly disk: MemoryDisk;
  readonly checkpoints: Checkpoints;

  constructor(make: (schedule: (run: () => void) => void) => MemoryDisk) {
    this.disk = make((run) => void this.turns.push(run));
    this.checkpoints = Checkpoints.open({ disk: this.disk, dir: '/meta', onFailure: nothing });
  }

  settle(): void {
    for (let turn = this.turns.shift(); turn !== undefined; turn = this.turns.shift()) turn();
  }

  /** As the machine finds it after a power cut. */
  reopened(seed = 1): Opened {
    const random = new SeededRandom(seed);
    return new Opened((schedule) => this.disk.restart(() => random.next(), { schedule }));
  }
}

function fresh(): Opened {
  const opened = new Opened((schedule) => new MemoryDisk({ schedule }));
  opened.checkpoints.recovered(undefined);
  opened.checkpoints.begin('agent-S0', nothing);
  return opened;
}

function executorOf(id: string) {
  return { info: { executor_id: { value: id } }, containerId: `container-${id}`, forCommandTask: true };
}

/** A framework with an executor for each of the tasks. */
function filled(tasks: readonly string[]): Opened {
  const opened = fresh();
  opened.checkpoints.framework(FRAMEWORK, 'scheduler@1.2.3.4:5', nothing);
  for (const id of tasks) {
    opened.checkpoints.executor(F, executorOf(id), nothing);
    opened.checkpoints.task(F, id, taskOf(id, 'true'), nothing);
  }
  opened.settle();
  return opened;
}

test('everything kept is found again', (t) => {
  const before = filled(['one', 'two']);
  before.checkpoints.executorPid(F, 'one', 'executor(1)@1.2.3.4:6', nothing);
  before.checkpoints.kill(F, 'two', 'two', 12_345, nothing);
  before.settle();
  const framework = before.reopened().checkpoints.recovered('agent-S0').get(F);
  t.is(framework?.info.name, 'test');
  t.is(framework?.pid, 'scheduler@1.2.3.4:5');
  t.deepEqual([...(framework?.executors.keys() ?? [])], ['one', 'two']);
  const one = framework?.executors.get('one');
  t.like(one, { containerId: 'container-one', forCommandTask: true, pid: 'executor(1)@1.2.3.4:6' });
  t.is(one?.tasks.get('one')?.info.command?.value, 'true');
  t.is(framework?.executors.get('two')?.tasks.get('two')?.killDeadlineMs, 12_345);
});

test('what ended is not', (t) => {
  const before = filled(['one', 'two', 'three']);
  before.checkpoints.taskEnded(F, 'one', 'one', nothing);
  before.checkpoints.taskEnded(F, 'two', 'two', nothing);
  before.checkpoints.executorEnded(F, 'two');
  before.settle();
  const after = before.reopened();
  const framework = after.checkpoints.recovered('agent-S0').get(F);
  t.deepEqual([...(framework?.executors.keys() ?? [])], ['one', 'three']);
  t.is(framework?.executors.get('one')?.tasks.size, 0);
  after.checkpoints.frameworkEnded(F);
  after.settle();
  t.is(after.reopened().checkpoints.recovered('agent-S0').size, 0);
});

test('a new agent id voids what another agent kept', (t) => {
  t.is(filled(['one']).reopened().checkpoints.recovered('agent-S1').size, 0);
  const again = filled(['one']).reopened();
  again.checkpoints.begin('agent-S1', nothing);
  again.settle();
  t.is(again.reopened().checkpoints.recovered('agent-S0').size, 0);
});

test('what was said to be durable survives a power cut at any point', (t) => {
  for (let seed = 1; seed <= 30; seed++) {
    const opened = fresh();
    const durable: string[] = [];
    opened.checkpoints.framework(FRAMEWORK, undefined, nothing);
    for (let n = 0; n < 20; n++) {
      const id = `task-${n}`;
      opened.checkpoints.executor(F, executorOf(id), nothing);
      opened.checkpoints.task(F, id, taskOf(id, 'true'), (error) => {
        if (error === undefined) durable.push(id);
      });
      for (let steps = (seed * (n + 1)) % 4; steps > 0; steps--) opened.turns.shift()?.();
    }
    const found = opened.reopened(seed).checkpoints.recovered('agent-S0').get(F)?.executors ?? new Map();
    for (const id of durable) t.true(found.get(id)?.tasks.has(id), `seed ${seed}: ${id} is lost`);
  }
});

test('a long journal is rewritten with what still counts, in an order that can be replayed', (t) => {
  const opened = fresh();
  opened.checkpoints.framework(FRAMEWORK, undefined, nothing);
  opened.checkpoints.executor(F, executorOf('stays'), nothing);
  opened.checkpoints.task(F, 'stays', taskOf('stays', 'true'), nothing);
  // The newest info of the framework must not come after its executors.
  opened.checkpoints.framework({ ...FRAMEWORK, name: 'renamed' }, undefined, nothing);
  const command = 'x'.repeat(100_000);
  for (let n = 0; n < 60; n++) {
    const id = `goes-${n}`;
    opened.checkpoints.executor(F, executorOf(id), nothing);
    opened.checkpoints.task(F, id, taskOf(id, command), nothing);
    opened.checkpoints.taskEnded(F, id, id, nothing);
    opened.checkpoints.executorEnded(F, id);
    opened.settle();
  }
  const { disk } = opened;
  t.true((disk.readFile('/meta/checkpoints.journal')?.length ?? 0) < 4_500_000);
  const framework = opened.reopened().checkpoints.recovered('agent-S0').get(F);
  t.is(framework?.info.name, 'renamed');
  t.deepEqual([...(framework?.executors.keys() ?? [])], ['stays']);
});
