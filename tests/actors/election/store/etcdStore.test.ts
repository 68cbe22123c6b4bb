/** The registry in a real etcd: fences, lost answers, batches too large for one transaction, ends at every step of them. */
import test, { type ExecutionContext } from 'ava';
import { EtcdStore, type EtcdStoreOptions, type Fence } from '../../../../actors/election/store/etcdStore.ts';
import type { RegistryChange } from '../../../../actors/election/store/store.ts';
import { entriesOf } from '../../../../actors/master/registrar/snapshot.ts';
import { type EtcdClient, type EtcdOutcome, EtcdRefusal } from '../../../../runtime/etcd/client.ts';
import { openEtcd3 } from '../../../../runtime/etcd/etcd3.ts';
import { parseEtcdLocation } from '../../../../runtime/etcd/location.ts';
import { realPorts } from '../../../../runtime/index.ts';
import { bootEtcd, hasEtcd } from '../../../support/etcd.ts';

const change = (key: string, text: string | undefined): RegistryChange => ({
  key,
  value: text === undefined ? undefined : new TextEncoder().encode(text),
});

const commit = (store: EtcdStore, changes: readonly RegistryChange[]): Promise<string> =>
  new Promise((done) => store.commit(changes, (error) => done(error?.message ?? 'stored')));

async function texts(store: EtcdStore): Promise<Record<string, string>> {
  const entries = await entriesOf(store);
  return Object.fromEntries(entries.map(([key, value]) => [key, new TextDecoder().decode(value)]));
}

async function place(t: ExecutionContext) {
  const location = parseEtcdLocation((await bootEtcd(t)).url);
  const open = async () => {
    const client = await openEtcd3(location, realPorts().clock);
    t.teardown(() => client.close());
    return client;
  };
  const client = await open();
  /** The key of a leader, as an election would write it. */
  const lead = (name: string): Promise<Fence> =>
    new Promise((resolve, reject) => {
      const key = `${location.prefix}election/${name}`;
      client.transact(
        {
          compare: [{ key, target: 'create', revision: '0' }],
          changes: [{ put: key, value: new Uint8Array() }],
        },
        (answer) =>
          answer instanceof Error ? reject(answer) : resolve({ key, createRevision: answer.revision }),
      );
    });
  const depose = ({ key }: Fence): Promise<unknown> =>
    new Promise((done) => client.transact({ compare: [], changes: [{ delete: key }] }, done));
  /** @param change what is done to the client before the store has it */
  const store = (
    fence: Fence,
    wrap: (client: EtcdClient) => EtcdClient = (own) => own,
    more: Pick<EtcdStoreOptions, 'delay'> = {},
  ) =>
    new EtcdStore({
      ...more,
      open: (done) => void open().then((client) => done(wrap(client)), done),
      prefix: location.prefix,
      fence: () => fence,
      writer: fence.key,
    });
  return { lead, depose, store };
}

/** A client whose writer ends after that many transactions. */
const endsAfter =
  (transactions: number) =>
  (client: EtcdClient): EtcdClient => {
    let left = transactions;
    return {
      ...bound(client),
      transact: (transaction, done) => {
        if (left-- > 0) client.transact(transaction, done);
        else done(new Error('the end'));
      },
    };
  };

/** More than etcd takes in one transaction, by count and by bytes. */
const large = (text: string) =>
  Array.from({ length: 300 }, (_, n) => change(`slaves/${n}`, `${text} ${n} ${'x'.repeat(8000)}`));

if (hasEtcd) {
  test('etcd: what one leader stored the next one reads; the former one can write no more', async (t) => {
    const { lead, depose, store } = await place(t);
    const one = await lead('one');
    const former = store(one);
    t.deepEqual(await texts(former), {});
    t.is(await commit(former, [change('slaves/a', 'A'), change('slaves/b', 'B')]), 'stored');
    t.is(await commit(former, [change('slaves/b', undefined), change('gone/b', 'gone')]), 'stored');
    t.is(await commit(former, []), 'stored');
    await depose(one);
    const next = store(await lead('two'));
    t.deepEqual(await texts(next), { 'slaves/a': 'A', 'gone/b': 'gone' });
    t.is(await commit(former, []), 'this one does not lead any more');
    t.is(await commit(next, [change('slaves/c', 'C')]), 'stored');
    t.is(await commit(former, [change('slaves/x', 'X')]), 'this one does not lead any more');
    t.deepEqual(await texts(store(await lead('three'))), {
      'slaves/a': 'A',
      'gone/b': 'gone',
      'slaves/c': 'C',
    });
  });

  test('etcd: of two that both hold a leader’s key only one can write', async (t) => {
    const { lead, store } = await place(t);
    const [first, second] = [store(await lead('one')), store(await lead('two'))];
    await Promise.all([texts(first), texts(second)]);
    t.is(await commit(first, [change('slaves/a', 'A')]), 'stored');
    t.regex(
      await commit(second, [change('slaves/b', 'B')]),
      /^somebody else wrote it: \{"format":1,"version":1/,
    );
  });

  test('etcd: a transaction whose answer was lost and that was repeated counts once', async (t) => {
    const { lead, store } = await place(t);
    const twice = (client: EtcdClient): EtcdClient => ({
      ...bound(client),
      transact: (transaction, done) => client.transact(transaction, () => client.transact(transaction, done)),
    });
    const fence = await lead('one');
    const repeated = store(fence, twice);
    await texts(repeated);
    t.is(await commit(repeated, [change('slaves/a', 'A')]), 'stored');
    t.is(await commit(repeated, [change('slaves/a', undefined), change('slaves/b', 'B')]), 'stored');
    t.deepEqual(await texts(store(fence)), { 'slaves/b': 'B' });
  });

  test('etcd: a write that is refused for want of room is made again, at every step, performed or not', async (t) => {
    const { lead, store } = await place(t);
    const fence = await lead('one');
    let asked = 0;
    // Each is refused twice, every second one though etcd performed it: so it does with the one with which it gets full.
    const refusing = (client: EtcdClient): EtcdClient => ({
      ...bound(client),
      transact: (transaction, done) => {
        const no = new EtcdRefusal('no room');
        const turn = asked++;
        if (turn % 3 === 2) client.transact(transaction, done);
        else if (turn % 6 === 3) client.transact(transaction, () => done(no));
        else done(no);
      },
    });
    const pauses: number[] = [];
    const delay = (delayMs: number, run: () => void): void => {
      pauses.push(delayMs);
      setImmediate(run);
    };
    const patient = store(fence, refusing, { delay });
    await texts(patient);
    const told: string[] = [];
    const stored = (changes: readonly RegistryChange[]): Promise<string> =>
      new Promise((done) =>
        patient.commit(
          changes,
          (error) => done(error?.message ?? 'stored'),
          (reason) => told.push(reason),
        ),
      );
    t.is(await stored([change('slaves/a', 'A')]), 'stored');
    t.deepEqual(told, ['no room', 'no room']);
    t.deepEqual(pauses, [500, 1000]);
    t.is(await stored(large('new')), 'stored');
    t.is(await stored([change('slaves/0', undefined)]), 'stored');
    t.is(Object.keys(await texts(store(fence))).length, 300);
    t.is(pauses.length, told.length);
    t.true(
      pauses.every((pauseMs) => pauseMs <= 1000),
      'they are short again after a write',
    );
    const impatient = store(fence, (client) => ({
      ...bound(client),
      transact: (_, done) => done(new EtcdRefusal('no room')),
    }));
    await texts(impatient);
    t.is(await commit(impatient, [change('slaves/a', 'B')]), 'no room', 'who cannot wait hears of it');
  });

  test('etcd: a batch too large for one transaction is there whole or not at all, wherever its writer ends', async (t) => {
    const { lead, store } = await place(t);
    const fence = await lead('one');
    const before = store(fence);
    await texts(before);
    t.is(await commit(before, large('old')), 'stored');
    let steps = 0;
    for (let last = 0; ; last++) {
      const writer = store(fence, endsAfter(last));
      await texts(writer);
      const answer = await commit(writer, [...large(`new ${last}`), change('slaves/0', undefined)]);
      const reader = store(fence);
      const found = await texts(reader);
      const words = new Set(Object.values(found).map((text) => text.split(' x')[0]?.replace(/ \d+$/, '')));
      t.is(words.size, 1, `after ${last} steps: ${[...words]}`);
      t.is('slaves/0' in found, Object.keys(found).length === 300);
      t.is(await commit(reader, [change('slaves/0', [...words][0])]), 'stored');
      const repaired = await texts(store(fence));
      t.is(Object.keys(repaired).length, 300);
      steps = last;
      if (answer === 'stored') break;
    }
    t.true(steps > 5, `${steps} steps`);
  });

  test('etcd: entries larger than a key may be, and many large ones, are there whole or not at all', async (t) => {
    const { lead, store } = await place(t);
    const fence = await lead('one');
    /** Another text for each size. */
    const sized = (mb: number): string => String(mb).padEnd(mb * 1024 * 1024, 'x');
    /** The size of each entry; of one that is not what was written, nothing. */
    const shown = async (reader: EtcdStore) =>
      Object.entries(await texts(reader))
        .map(
          ([key, text]) =>
            `${key} ${text === sized(text.length / 1024 / 1024) ? text.length / 1024 / 1024 : ''}`,
        )
        .sort();
    // One with whose name that of another begins; two that together are too much.
    const old = [
      change('a', sized(2.5)),
      change('a/b', sized(1.25)),
      change('c', sized(0.75)),
      change('d', sized(0.75)),
    ];
    const before = ['a 2.5', 'a/b 1.25', 'c 0.75', 'd 0.75'];
    const after = ['a 1.5', 'c 2.25', 'd 0.75'];
    let steps = 0;
    for (let answer = ''; answer !== 'stored'; steps++) {
      const writer = store(fence);
      await texts(writer);
      t.is(await commit(writer, old), 'stored');
      t.deepEqual(await shown(store(fence)), before);
      const next = store(fence, endsAfter(steps));
      await texts(next);
      answer = await commit(next, [
        change('a', sized(1.5)),
        change('a/b', undefined),
        change('c', sized(2.25)),
      ]);
      const reader = store(fence);
      const found = await shown(reader);
      t.deepEqual(found, found.length === before.length ? before : after, `after ${steps} steps`);
      // Who takes over finishes it.
      t.is(await commit(reader, []), 'stored');
      t.deepEqual(await shown(store(fence)), found);
    }
    t.true(steps > 5, `${steps} steps`);
    const last = store(fence);
    await texts(last);
    t.is(await commit(last, [change('a', 'small'), change('c', undefined)]), 'stored');
    const many = Array.from({ length: 20 }, (_, n) => change(`large/${n}`, sized(1)));
    t.is(await commit(last, many), 'stored');
    const all = await texts(store(fence));
    t.is(all['a'], 'small');
    t.is(Object.keys(all).length, 22);
  });
}

test('a store that holds no leader’s key does not write', async (t) => {
  const outcome: EtcdOutcome = { succeeded: true, revision: '1', found: [] };
  const client: EtcdClient = {
    transact: (_, done) => done(outcome),
    list: (_prefix, _limit, done) => done({ entries: [], revision: '1' }),
    grantLease: () => t.fail(),
    keepAlive: () => t.fail(),
    revokeLease: () => t.fail(),
    watch: () => ({ close: () => undefined }),
    close: () => undefined,
  };
  const store = new EtcdStore({
    open: (done) => done(client),
    prefix: '/m/',
    fence: () => undefined,
    writer: 'w',
  });
  t.deepEqual(await texts(store), {});
  t.is(await commit(store, [change('slaves/a', 'A')]), 'this one does not lead any more');
});

/** A client's methods, to be handed on. */
function bound(client: EtcdClient): EtcdClient {
  return {
    transact: (transaction, done) => client.transact(transaction, done),
    list: (prefix, limit, done) => client.list(prefix, limit, done),
    grantLease: (ttlMs, done) => client.grantLease(ttlMs, done),
    keepAlive: (id, done) => client.keepAlive(id, done),
    revokeLease: (id, done) => client.revokeLease(id, done),
    watch: (prefix, from, events) => client.watch(prefix, from, events),
    close: () => client.close(),
  };
}
