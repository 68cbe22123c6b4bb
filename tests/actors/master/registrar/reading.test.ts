/** How a registry is read (master.md §3). */
import test from 'ava';
import { MemoryStore } from '../../../../actors/election/store/store.ts';
import { Registrar } from '../../../../actors/master/registrar/registrar.ts';
import { encode } from '../../../../proto/index.ts';
import { VirtualClock } from '../../../../runtime/index.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';

test('a large registry is read a little at a time, with others in between', (t) => {
  const store = new MemoryStore();
  const value = encode('mesos.internal.Registry.Slave', { info: { hostname: 'h' } });
  store.commit(
    Array.from({ length: 2000 }, (_, n) => ({ key: `slaves/a-${n}`, value })),
    () => {},
  );
  const waiting: (() => void)[] = [];
  const read: number[] = [];
  const clock = new VirtualClock();
  const registrar = new Registrar({
    store,
    metrics: new MetricsRegistry(clock),
    defer:
      (run) =>
      (...args) =>
        waiting.push(() => run(...args)),
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    fetchTimeoutMs: 60_000,
    now: () => 0,
    storeTimeoutMs: 20_000,
    onFailure: (_, error) => t.fail(error.message),
  });
  let recovered = 0;
  registrar.fetch(() => {
    recovered = registrar.registry.slaves.size;
  });
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const before = registrar.registry.slaves.size;
    next();
    read.push(registrar.registry.slaves.size - before);
    if (recovered === 0) clock.advance(60_000);
  }
  t.is(recovered, 2000, 'and what was fetched in time may take longer to be taken in');
  t.true(read.length >= 4 && Math.max(...read) <= 512, `pieces of ${read.join(', ')}`);
});
