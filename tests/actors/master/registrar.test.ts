/** The registry: operations, batches, stores, failures (master.md §4). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { RegistryChange } from '../../../actors/election/store/store.ts';
import {
  type FetchCallback,
  type HeldUpCallback,
  MemoryStore,
  type RegistryStore,
  type StoreCallback,
  StoredEntries,
} from '../../../actors/election/store/store.ts';
import { LocalStore } from '../../../actors/master/registrar/localStore.ts';
import {
  admitSlave,
  markSlaveGone,
  markSlaveReachable,
  markSlaveUnreachable,
  type RegistryOperation,
  recoverRegistry,
  removeSlave,
  updateSlave,
} from '../../../actors/master/registrar/operations.ts';
import { Registrar } from '../../../actors/master/registrar/registrar.ts';
import { type AgentInfo, type MachineID, MachineInfoMode, type MasterInfo } from '../../../proto/index.ts';
import { VirtualClock } from '../../../runtime/index.ts';
import { MetricsRegistry } from '../../../runtime/metrics/index.ts';
import { TestCluster } from './support/cluster.ts';

const info = (hostname: string): AgentInfo => ({ hostname, id: { value: hostname } });
const leader: MasterInfo = { id: 'm', ip: 1, port: 5050 };

/** A store that answers when the test says so. */
class SlowStore implements RegistryStore {
  refuse: HeldUpCallback = () => {};
  readonly batches: (readonly RegistryChange[])[] = [];
  changesPerCommit = Number.POSITIVE_INFINITY;
  private readonly stored = new StoredEntries();
  private done: StoreCallback | undefined;

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  fetch(done: FetchCallback): void {
    done(this.stored.entries());
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback, heldUp: HeldUpCallback = () => {}): void {
    this.batches.push(changes);
    this.done = done;
    this.refuse = heldUp;
  }

  answer(error?: Error): void {
    const { done } = this;
    this.done = undefined;
    done?.(error);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function registrarOver(store: RegistryStore) {
  const failures: string[] = [];
  const told: (string | undefined)[] = [];
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry(clock);
  const registrar = new Registrar({
    store,
    metrics,
    defer: (run) => run,
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    fetchTimeoutMs: 60_000,
    now: () => clock.now(),
    storeTimeoutMs: 20_000,
    onHeldUp: (reason) => told.push(reason),
    onFailure: (_, error) => failures.push(error.message),
  });
  registrar.fetch(() => {});
  return { registrar, failures, told, metrics, clock };
}

/** Applies operations one after the other. @returns what each was answered */
function applied(registrar: Registrar, operations: readonly RegistryOperation[]): boolean[] {
  const answers: boolean[] = [];
  for (const operation of operations) registrar.apply(operation, (answer) => answers.push(answer));
  return answers;
}

const rows: readonly [
  what: string,
  before: RegistryOperation[],
  operation: RegistryOperation,
  taken: boolean,
  after: string,
][] = [
  ['Recover', [], recoverRegistry(leader), true, 'slaves: unreachable: gone:'],
  ['AdmitSlave', [], admitSlave('a', info('a')), true, 'slaves:a unreachable: gone:'],
  [
    'AdmitSlave of a member',
    [admitSlave('a', info('a'))],
    admitSlave('a', info('b')),
    false,
    'slaves:a unreachable: gone:',
  ],
  [
    'UpdateSlave',
    [admitSlave('a', info('a'))],
    updateSlave('a', info('b')),
    true,
    'slaves:a unreachable: gone:',
  ],
  [
    'UpdateSlave without a change',
    [admitSlave('a', info('a'))],
    updateSlave('a', info('a')),
    true,
    'slaves:a unreachable: gone:',
  ],
  ['UpdateSlave of a stranger', [], updateSlave('a', info('a')), false, 'slaves: unreachable: gone:'],
  [
    'MarkSlaveUnreachable',
    [admitSlave('a', info('a'))],
    markSlaveUnreachable('a', 5),
    true,
    'slaves: unreachable:a gone:',
  ],
  [
    'MarkSlaveUnreachable of a stranger',
    [],
    markSlaveUnreachable('a', 5),
    false,
    'slaves: unreachable: gone:',
  ],
  [
    'MarkSlaveReachable',
    [admitSlave('a', info('a')), markSlaveUnreachable('a', 5)],
    markSlaveReachable('a', info('a')),
    true,
    'slaves:a unreachable: gone:',
  ],
  [
    'MarkSlaveReachable of a stranger',
    [],
    markSlaveReachable('a', info('a')),
    true,
    'slaves:a unreachable: gone:',
  ],
  [
    'MarkSlaveReachable of a member',
    [admitSlave('a', info('a'))],
    markSlaveReachable('a', info('b')),
    true,
    'slaves:a unreachable: gone:',
  ],
  [
    'MarkSlaveReachable of a gone one',
    [admitSlave('a', info('a')), markSlaveGone('a', 5)],
    markSlaveReachable('a', info('a')),
    false,
    'slaves: unreachable: gone:a',
  ],
  ['MarkSlaveGone', [admitSlave('a', info('a'))], markSlaveGone('a', 5), true, 'slaves: unreachable: gone:a'],
  [
    'MarkSlaveGone of an unreachable one',
    [admitSlave('a', info('a')), markSlaveUnreachable('a', 5)],
    markSlaveGone('a', 6),
    true,
    'slaves: unreachable: gone:a',
  ],
  [
    'MarkSlaveGone of a gone one',
    [admitSlave('a', info('a')), markSlaveGone('a', 5)],
    markSlaveGone('a', 6),
    false,
    'slaves: unreachable: gone:a',
  ],
  ['MarkSlaveGone of a stranger', [], markSlaveGone('a', 5), false, 'slaves: unreachable: gone:'],
  ['RemoveSlave', [admitSlave('a', info('a'))], removeSlave('a'), true, 'slaves: unreachable: gone:'],
  ['RemoveSlave of a stranger', [], removeSlave('a'), false, 'slaves: unreachable: gone:'],
];

for (const [what, before, operation, taken, after] of rows) {
  test(what, (t) => {
    const { registrar } = registrarOver(new MemoryStore());
    applied(registrar, before);
    t.deepEqual(applied(registrar, [operation]), [taken]);
    const { slaves, unreachable, gone } = registrar.registry;
    const list = (map: ReadonlyMap<string, unknown>) => [...map.keys()].join(',');
    t.is(`slaves:${list(slaves)} unreachable:${list(unreachable)} gone:${list(gone)}`, after);
  });
}

test('drain and deactivation are kept while an agent is unreachable', (t) => {
  const { registrar } = registrarOver(new MemoryStore());
  registrar.registry.slaves.set('a', { info: info('a'), deactivated: true });
  applied(registrar, [markSlaveUnreachable('a', 5), markSlaveReachable('a', info('a'))]);
  t.true(registrar.registry.slaves.get('a')?.deactivated);
});

test('one store is in flight; all that comes meanwhile is in the next one; nothing is seen before it is stored', (t) => {
  const store = new SlowStore();
  const { registrar, metrics } = registrarOver(store);
  const answers = applied(registrar, [
    admitSlave('a', info('a')),
    admitSlave('b', info('b')),
    removeSlave('x'),
  ]);
  t.is(store.batches.length, 1);
  t.is(registrar.waiting, 3);
  t.is(metrics.snapshot()['registrar/queued_operations'], 3);
  t.is(registrar.registry.slaves.size, 0);
  store.answer();
  t.deepEqual(answers, [true]);
  t.true(registrar.registry.slaves.has('a'));
  t.false(registrar.registry.slaves.has('b'));
  t.deepEqual(
    store.batches[1]?.map(({ key }) => key),
    ['slaves/b'],
  );
  store.answer();
  t.deepEqual(answers, [true, true, false], 'a refused operation does not stop the batch');
});

test('operations of one batch see each other', (t) => {
  const store = new SlowStore();
  const { registrar } = registrarOver(store);
  applied(registrar, [recoverRegistry(leader)]);
  const answers = applied(registrar, [
    admitSlave('a', info('a')),
    admitSlave('a', info('a')),
    markSlaveUnreachable('a', 1),
    markSlaveGone('a', 2),
  ]);
  store.answer();
  store.answer();
  t.deepEqual(answers, [true, false, true, true]);
  t.deepEqual([...registrar.registry.gone.keys()], ['a']);
});

test('after a failed store nothing is answered and nothing more is stored', (t) => {
  const store = new SlowStore();
  const { registrar, failures } = registrarOver(store);
  const answers = applied(registrar, [admitSlave('a', info('a')), admitSlave('b', info('b'))]);
  store.answer(new Error('disk on fire'));
  applied(registrar, [admitSlave('c', info('c'))]);
  t.deepEqual(failures, ['disk on fire']);
  t.deepEqual(answers, []);
  t.is(store.batches.length, 1);
  t.is(registrar.registry.slaves.size, 0);
});

test('a master that ends leaves no timer behind', async (t) => {
  const cluster = new TestCluster();
  const agents = [5051, 5052].map((port) => cluster.agent(port));
  for (const agent of agents) cluster.register(agent);
  cluster.run(100);
  const { node } = cluster.master;
  const ended = node.wait(cluster.master.self);
  const before = cluster.world.ports.clock.pending;
  node.terminate(cluster.master.self);
  cluster.run(5);
  await ended;
  t.true(cluster.world.ports.clock.pending <= before - 3, 'two pings and a batch');
});

test('a store that does not answer in time has failed; its late answer changes nothing', (t) => {
  const store = new SlowStore();
  const { registrar, failures, clock } = registrarOver(store);
  const answers = applied(registrar, [admitSlave('a', info('a'))]);
  clock.advance(19_999);
  t.deepEqual(failures, []);
  clock.advance(1);
  t.deepEqual(failures, ['no answer within 20000 ms']);
  store.answer();
  t.deepEqual(answers, []);
  t.is(registrar.registry.slaves.size, 0);
});

test('a store that answered in time is not timed', (t) => {
  const store = new SlowStore();
  const { registrar, failures, clock } = registrarOver(store);
  t.deepEqual(applied(registrar, [admitSlave('a', info('a'))]), []);
  store.answer();
  clock.advance(60_000);
  t.deepEqual(failures, []);
});

test('a master whose registry cannot be written ends and takes no message any more', (t) => {
  const store = new SlowStore();
  const cluster = new TestCluster({}, store);
  store.answer();
  cluster.run(5);
  const agent = cluster.agent();
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: { hostname: 'h' }, version: '1.12.0' });
  cluster.run(5);
  t.is(agent.heard.length, 0, 'not before it is stored');
  store.answer(new Error('no space left'));
  cluster.run(5);
  t.deepEqual(cluster.fatal, ['the registry cannot be written: no space left']);
  const pending = cluster.world.ports.clock.pending;
  cluster.run(30_000);
  t.true(cluster.world.ports.clock.pending <= pending, 'nothing goes on by itself');
  t.is(agent.heard.length, 0);
  t.is(cluster.get('/state').status, 503);
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: { hostname: 'h' }, version: '1.12.0' });
  cluster.run(5);
  t.is(cluster.masterNode.metrics.snapshot()['master/dropped_messages'], 1);
});

test('until the registry has taken the new leader, messages are dropped and pages answer 503', (t) => {
  const store = new SlowStore();
  const cluster = new TestCluster({}, store);
  const agent = cluster.agent();
  agent.say('mesos.internal.RegisterSlaveMessage', { slave: { hostname: 'h' }, version: '1.12.0' });
  cluster.run(5);
  t.is(cluster.masterNode.metrics.snapshot()['master/dropped_messages'], 1);
  t.like(cluster.get('/state'), { status: 503, body: 'Master has not finished recovery' });
  for (const path of ['/health', '/flags']) t.is(cluster.get(path).status, 200);
  store.answer();
  cluster.run(5);
  t.is(cluster.get('/state').status, 200);
});

// ---- on disk ------------------------------------------------------------------------------------------------------

function folder(t: { teardown(end: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), 'registry-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const answerOf = (registrar: Registrar, operation: RegistryOperation): Promise<boolean> =>
  new Promise((resolve) => registrar.apply(operation, resolve));

test('the registry on disk is there again after a restart', async (t) => {
  const dir = folder(t);
  const first = LocalStore.open(dir);
  const { registrar } = registrarOver(first);
  t.true(await answerOf(registrar, recoverRegistry(leader)));
  const answers = await Promise.all([
    answerOf(registrar, admitSlave('a', info('a'))),
    answerOf(registrar, admitSlave('b', info('b'))),
    answerOf(registrar, admitSlave('c', info('c'))),
  ]);
  t.deepEqual(answers, [true, true, true]);
  t.true(await answerOf(registrar, markSlaveUnreachable('b', 7e9)));
  t.true(await answerOf(registrar, removeSlave('c')));
  t.throws(() => LocalStore.open(dir), { message: /locked/ });
  await first.close();

  const second = LocalStore.open(dir);
  const { registry } = registrarOver(second).registrar;
  t.deepEqual([...registry.slaves.keys()], ['a']);
  t.is(registry.slaves.get('a')?.info.hostname, 'a');
  t.is(registry.unreachable.get('b')?.timestamp.nanoseconds, 7e9);
  t.is(registry.master.get('leader')?.info.id, 'm');
  await second.close();
});

test('a journal of many changes is rewritten, and nothing is lost', async (t) => {
  const dir = folder(t);
  const store = LocalStore.open(dir);
  const { registrar } = registrarOver(store);
  await answerOf(registrar, admitSlave('kept', info('kept')));
  const hostname = 'x'.repeat(50_000);
  for (let i = 0; i < 60; i++)
    await answerOf(registrar, i % 2 === 0 ? admitSlave('a', { hostname }) : removeSlave('a'));
  t.true(store.sizeBytes < 1000);
  await store.close();
  const again = LocalStore.open(dir);
  t.deepEqual([...registrarOver(again).registrar.registry.slaves.keys()], ['kept']);
  await again.close();
});

test('a registry that is not one is refused with its file named', (t) => {
  const dir = folder(t);
  writeFileSync(
    join(dir, 'registry.journal'),
    'this is no journal, and long enough to be taken for one if nobody looked',
  );
  t.throws(() => LocalStore.open(dir), { message: /registry\.journal/ });
});

test('an entry that cannot be read is named', (t) => {
  const store = new MemoryStore();
  store.commit([{ key: 'slaves/a', value: new Uint8Array([255, 1]) }], () => {});
  t.regex(registrarOver(store).failures[0] ?? '', /registry entry 'slaves\/a'/);
});

test('every part of the registry is stored and read again', (t) => {
  const store = new MemoryStore();
  const machine: MachineID = { hostname: 'h', ip: '10.0.0.9' };
  const fill: RegistryOperation = {
    name: 'fill',
    apply: (draft) => {
      draft.machines.set('h', { info: { id: machine, mode: MachineInfoMode.DOWN } });
      draft.schedules.set('only', {
        windows: [{ machine_ids: [machine], unavailability: { start: { nanoseconds: 5 } } }],
      });
      draft.quota_configs.set('dev', { role: 'dev', limits: { cpus: { value: 2 } } });
      draft.weights.set('dev', { info: { role: 'dev', weight: 3 } });
      draft.minimum_capabilities.set('QUOTA_V2', { capability: 'QUOTA_V2' });
      return true;
    },
  };
  const { registry } = registrarOver(store).registrar;
  const filled = registrarOver(store).registrar;
  t.deepEqual(applied(filled, [fill]), [true]);
  const again = registrarOver(store).registrar.registry;
  for (const part of ['machines', 'schedules', 'quota_configs', 'weights', 'minimum_capabilities'] as const) {
    t.is(registry[part].size, 0);
    t.is(again[part].size, 1, part);
    t.deepEqual([...again[part].keys()], [...filled.registry[part].keys()]);
  }
  t.is(again.quota_configs.get('dev')?.limits?.['cpus']?.value, 2);
});

test('a store that is refused for want of room waits as long as it takes, and is told of once; one that is silent has failed', (t) => {
  const store = new SlowStore();
  const { registrar, failures, told, metrics, clock } = registrarOver(store);
  const answers = applied(registrar, [admitSlave('a', info('a')), admitSlave('b', info('b'))]);
  const held = { reason: 'no room', sinceMs: clock.now() };
  for (let n = 0; n < 100; n++) {
    store.refuse('no room', 10_000);
    clock.advance(29_999);
  }
  t.deepEqual([answers, failures, told, registrar.heldUp], [[], [], ['no room'], held]);
  t.like(metrics.snapshot(), { 'registrar/held_up': 1, 'registrar/refused_stores': 100 });
  t.is(registrar.registry.slaves.size, 0);
  store.answer();
  t.deepEqual([answers, told, registrar.heldUp], [[true], ['no room', undefined], undefined]);
  store.refuse('no room', 10_000);
  clock.advance(30_000);
  t.deepEqual([answers, failures], [[true], ['no answer within 30000 ms']]);
});

test('a store is given no more entries at a time than it wants, but never half an operation', (t) => {
  const store = new SlowStore();
  store.changesPerCommit = 2;
  const { registrar } = registrarOver(store);
  applied(registrar, [recoverRegistry(leader)]);
  const answers = applied(registrar, [
    admitSlave('a', info('a')),
    admitSlave('b', info('b')),
    admitSlave('c', info('c')),
    removeSlave('a'),
  ]);
  store.answer();
  t.deepEqual(
    store.batches[1]?.map(({ key }) => key),
    ['slaves/a', 'slaves/b'],
  );
  store.answer();
  t.deepEqual(answers, [true, true]);
  store.answer();
  t.deepEqual(answers, [true, true, true, true]);
  t.deepEqual([...registrar.registry.slaves.keys()], ['b', 'c']);
});

test('what is asked for before the registry was read waits for it; reading that takes too long has failed', (t) => {
  const clock = new VirtualClock();
  const failures: string[] = [];
  let fetched: FetchCallback = () => {};
  const store: RegistryStore = {
    fetch: (done) => {
      fetched = done;
    },
    commit: (_, done) => done(),
    sizeBytes: 0,
    close: () => Promise.resolve(),
  };
  const make = () =>
    new Registrar({
      store,
      metrics: new MetricsRegistry(clock),
      defer: (run) => run,
      delay: (delayMs, run) => clock.setTimer(delayMs, run),
      fetchTimeoutMs: 60_000,
      now: () => 0,
      storeTimeoutMs: 20_000,
      onFailure: (what, error) => failures.push(`${what}: ${error.message}`),
    });
  const registrar = make();
  const answers = applied(registrar, [admitSlave('a', info('a'))]);
  registrar.fetch(() => {});
  t.deepEqual(answers, []);
  fetched([]);
  t.deepEqual(answers, [true]);
  make().fetch(() => t.fail());
  clock.advance(60_000);
  fetched([]);
  t.deepEqual(failures, ['read: no answer within 60000 ms']);
});
