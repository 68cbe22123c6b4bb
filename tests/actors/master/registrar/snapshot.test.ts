/** Copies of the registry, and what is done with wrong ones. */
import test from 'ava';
import { MemoryStore } from '../../../../actors/election/store/store.ts';
import {
  admitSlave,
  markSlaveGone,
  recoverRegistry,
} from '../../../../actors/master/registrar/operations.ts';
import { Registrar } from '../../../../actors/master/registrar/registrar.ts';
import {
  countParts,
  countsText,
  entriesOf,
  readSnapshot,
  restoreInto,
  snapshotText,
} from '../../../../actors/master/registrar/snapshot.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { VirtualClock } from '../../../../runtime/index.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';

const FACTS = { takenAtMs: 1_700_000_000_000, source: 'a test' };

function filledStore(): MemoryStore {
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const registrar = new Registrar({
    store,
    metrics: new MetricsRegistry(clock),
    defer: (run) => run,
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    fetchTimeoutMs: 1000,
    now: () => 0,
    storeTimeoutMs: 1000,
    onFailure: () => {},
  });
  registrar.fetch(() => {});
  const info = {
    hostname: 'h',
    id: { value: 'a' },
    resources: parseResources('cpus:2.5;ports:[1-5]').toMessages(),
  };
  for (const operation of [
    recoverRegistry({ id: 'm', ip: 1, port: 5050 }),
    admitSlave('a', info),
    admitSlave('b', { hostname: 'other', id: { value: 'b' } }),
    markSlaveGone('b', 1_700_000_000_123_456_000),
    {
      name: 'policy',
      apply: (draft: Parameters<ReturnType<typeof admitSlave>['apply']>[0]) => {
        draft.weights.set('dev/ä', { info: { role: 'dev/ä', weight: 0.1 } });
        draft.quota_configs.set('dev', { role: 'dev', guarantees: { cpus: { value: 1.5 } } });
        return true;
      },
    },
  ])
    registrar.apply(operation, () => {});
  return store;
}

test('a copy restored is the registry again, but for who led', async (t) => {
  const store = filledStore();
  const held = await entriesOf(store);
  const text = snapshotText(held, FACTS);
  t.regex(text, /"taken_at": "2023-11-14T22:13:20.000Z"/);
  t.regex(text, /"hostname": "h"/);
  const again = new MemoryStore();
  await restoreInto(again, readSnapshot(text), false);
  // Fields that were left out are written with their defaults, so bytes may differ; what they say does not.
  t.is(snapshotText(await entriesOf(again), FACTS), text);
  t.is(countsText(countParts(held.map(([key]) => key))), 'slaves: 1, gone: 1, quota_configs: 1, weights: 1');
});

test('a registry that holds something is not overwritten, unless that is wanted', async (t) => {
  const empty = readSnapshot(snapshotText([], FACTS));
  const store = filledStore();
  const before = await entriesOf(store);
  await t.throwsAsync(restoreInto(store, empty, false), { message: /not empty \(slaves: 1, .*--force/ });
  t.deepEqual(await entriesOf(store), before);
  await restoreInto(store, empty, true);
  t.deepEqual(await entriesOf(store), []);
});

test('what is no snapshot is refused in words', async (t) => {
  const text = snapshotText(await entriesOf(filledStore()), FACTS);
  const refused = (wrong: string, message: RegExp) => t.throws(() => readSnapshot(wrong), { message });
  refused('', /no JSON object/);
  refused('[]', /no mesostate-registry-snapshot/);
  refused('{"kind":"x"}', /no mesostate-registry-snapshot/);
  refused(text.replace('"version": 1', '"version": 2'), /has version 2; this release reads 1/);
  refused(text.replace('"hostname": "h"', '"hostname": "i"'), /damaged: the checksum/);
  refused(text.slice(0, -20), /no JSON object/);
});
