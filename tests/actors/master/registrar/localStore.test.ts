/** The registry on a disk that gets full. */
import test from 'ava';
import { LocalStore } from '../../../../actors/master/registrar/localStore.ts';
import {
  admitSlave,
  type RegistryOperation,
  removeSlave,
} from '../../../../actors/master/registrar/operations.ts';
import { Registrar } from '../../../../actors/master/registrar/registrar.ts';
import type { AgentInfo } from '../../../../proto/index.ts';
import { VirtualClock } from '../../../../runtime/index.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';
import { MemoryDisk } from '../../../../runtime/storage/index.ts';
import { until } from '../../../support/until.ts';

const info = (hostname: string): AgentInfo => ({ hostname, id: { value: hostname } });

const answerOf = (registrar: Registrar, operation: RegistryOperation): Promise<boolean> =>
  new Promise((resolve) => registrar.apply(operation, resolve));

function registrarOver(store: LocalStore, clock: VirtualClock) {
  const told: (string | undefined)[] = [];
  const failures: string[] = [];
  const registrar = new Registrar({
    store,
    metrics: new MetricsRegistry(clock),
    defer: (run) => run,
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    now: () => clock.now(),
    fetchTimeoutMs: 60_000,
    storeTimeoutMs: 20_000,
    onHeldUp: (reason) => told.push(reason),
    onFailure: (_, error) => failures.push(error.message),
  });
  registrar.fetch(() => {});
  return { registrar, told, failures };
}

test('a registry on a disk without room is stored when there is some, and rewritten then', async (t) => {
  const disk = new MemoryDisk();
  const clock = new VirtualClock();
  const store = LocalStore.open('/r', { disk, delay: (delayMs, run) => clock.setTimer(delayMs, run) });
  const { registrar, told, failures } = registrarOver(store, clock);
  t.true(await answerOf(registrar, admitSlave('kept', info('kept'))));
  disk.fill();
  const answer = answerOf(registrar, admitSlave('a', info('a')));
  await until('the registry is held up', () => registrar.heldUp);
  t.regex(registrar.heldUp?.reason ?? '', /^\/r\/registry.journal: ENOSPC/);
  disk.makeRoom();
  clock.advance(500);
  t.true(await answer);
  t.is(told.length, 2);
  const hostname = 'x'.repeat(50_000);
  for (let i = 0; i < 60; i++)
    await answerOf(registrar, i % 2 === 0 ? admitSlave('b', { hostname }) : removeSlave('b'));
  t.deepEqual(failures, []);
  await store.close();
  const again = registrarOver(LocalStore.open('/r', { disk }), clock).registrar.registry;
  t.deepEqual([...again.slaves.keys()], ['kept', 'a']);
});
