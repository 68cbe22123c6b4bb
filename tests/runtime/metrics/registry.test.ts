import test from 'ava';
import { addSystemGauges, exposition, MetricsRegistry, systemStats } from '../../../runtime/metrics/index.ts';
import { VirtualClock } from '../../../runtime/virtualPorts.ts';

function fixture() {
  const clock = new VirtualClock();
  return { clock, registry: new MetricsRegistry(clock) };
}

test('counters and gauges are shown sorted by name', (t) => {
  const { registry } = fixture();
  const failed = registry.counter('master/tasks_failed');
  const queued = registry.pushGauge('registrar/queued_operations');
  let elected = 0;
  registry.gauge('master/elected', () => elected);
  failed.value += 1;
  failed.value += 2;
  queued.value = 7;
  elected = 1;
  const snapshot = registry.snapshot();
  t.deepEqual(snapshot, { 'master/elected': 1, 'master/tasks_failed': 3, 'registrar/queued_operations': 7 });
  t.deepEqual(Object.keys(snapshot), Object.keys(snapshot).sort());
});

test('gauges that fail or answer no number are left out', (t) => {
  const { registry } = fixture();
  registry.gauge('a', () => {
    throw new Error('not yet');
  });
  registry.gauge('b', () => Number.NaN);
  registry.gauge('c', () => Number.POSITIVE_INFINITY);
  registry.gauge('d', () => 4);
  t.deepEqual(registry.snapshot(), { d: 4 });
});

test('the same name gives the same metric, another kind is refused', (t) => {
  const { registry } = fixture();
  t.is(registry.counter('x'), registry.counter('x'));
  t.is(registry.timer('y'), registry.timer('y'));
  t.is(registry.pushGauge('z'), registry.pushGauge('z'));
  registry.gauge('g', () => 1);
  registry.gauge('g', () => 2);
  t.is(registry.snapshot()['g'], 2);
  const message = (name: string, kind: string) => ({
    message: `metric '${name}': expected a ${kind}, the name is another kind's`,
  });
  t.throws(() => registry.gauge('x', () => 1), message('x', 'gauge'));
  t.throws(() => registry.pushGauge('x'), message('x', 'push gauge'));
  t.throws(() => registry.counter('y_ms'), message('y_ms', 'counter'));
  registry.counter('w_ms');
  t.throws(() => registry.timer('w'), message('w_ms', 'timer'));
});

test('metrics are removed by name', (t) => {
  const { registry } = fixture();
  for (const name of ['f', 'g']) registry.counter(name);
  t.true(registry.remove('g'));
  t.false(registry.remove('g'));
  t.deepEqual(registry.snapshot(), { f: 0 });
});

test('what several gauges are made of is worked out once for each look', (t) => {
  const { registry } = fixture();
  let computed = 0;
  const shared = registry.shared(() => ({ a: ++computed, b: 10 * computed }));
  registry.gauge('a', () => shared().a);
  registry.gauge('b', () => shared().b);
  t.deepEqual(registry.snapshot(), { a: 1, b: 10 });
  t.deepEqual(registry.snapshot(), { a: 2, b: 20 });
  t.true(exposition(registry).includes('mesostate_a 3\n'));
  t.is(computed, 3);
});

test('metrics that came since the last look are in their place', (t) => {
  const { registry } = fixture();
  registry.counter('b');
  t.deepEqual(Object.keys(registry.snapshot()), ['b']);
  registry.counter('a').value = 1;
  registry.counter('c');
  t.deepEqual(Object.entries(registry.snapshot()), [
    ['a', 1],
    ['b', 0],
    ['c', 0],
  ]);
  registry.gauge('g', () => 1);
  registry.snapshot();
  registry.gauge('g', () => 2);
  registry.remove('a');
  t.deepEqual(registry.snapshot(), { b: 0, c: 0, g: 2 });
});

test('a timer shows its last duration, statistics from two samples on', (t) => {
  const { clock, registry } = fixture();
  const timer = registry.timer('run', { windowMs: 60_000 });
  t.deepEqual(registry.snapshot(), {});
  const stop = timer.start();
  clock.advance(12);
  t.is(stop(), 12);
  clock.advance(5);
  t.is(stop(), 12);
  t.deepEqual(registry.snapshot(), { run_ms: 12 });
  timer.record(10_012);
  t.deepEqual(registry.snapshot(), {
    run_ms: 10_012,
    'run_ms/count': 2,
    'run_ms/max': 10_012,
    'run_ms/min': 12,
    'run_ms/p50': 5012,
    'run_ms/p90': 9012,
    'run_ms/p95': 9512,
    'run_ms/p99': 9912,
    'run_ms/p999': 10_002,
    'run_ms/p9999': 10_011,
  });
});

test('a timer without a window has no statistics', (t) => {
  const { registry } = fixture();
  const timer = registry.timer('fetch');
  timer.record(1);
  timer.record(2);
  t.deepEqual(registry.snapshot(), { fetch_ms: 2 });
  t.is(timer.count, 2);
  t.is(timer.sumMs, 3);
});

test('samples leave the statistics with the window', (t) => {
  const { clock, registry } = fixture();
  const timer = registry.timer('run', { windowMs: 1000 });
  for (const sample of [1, 2, 3]) {
    timer.record(sample);
    clock.advance(400);
  }
  t.is(timer.statistics()?.count, 2);
  t.is(timer.statistics()?.min, 2);
  clock.advance(1000);
  t.deepEqual(registry.snapshot(), { run_ms: 3 });
});

test('at most 1000 points are kept, the old ones thinned', (t) => {
  const { clock, registry } = fixture();
  const timer = registry.timer('run', { windowMs: 1e9 });
  for (let sample = 0; sample < 20_000; sample++) {
    timer.record(sample);
    clock.advance(1);
    const count = timer.statistics()?.count ?? 0;
    if (count > 1000) t.fail(`${count} points after ${sample} samples`);
    if (sample === 999) t.is(count, 1000);
  }
  const statistics = timer.statistics();
  t.is(statistics?.min, 0);
  t.is(statistics?.max, 19_999);
  t.true((statistics?.count ?? 0) > 700);
  t.is(timer.count, 20_000);
});

test('the machine is described by gauges', (t) => {
  const { registry } = fixture();
  addSystemGauges(registry);
  const snapshot = registry.snapshot();
  t.deepEqual(Object.keys(snapshot), [
    'system/cpus_total',
    'system/load_15min',
    'system/load_1min',
    'system/load_5min',
    'system/mem_free_bytes',
    'system/mem_total_bytes',
  ]);
  t.true((snapshot['system/cpus_total'] ?? 0) >= 1);
  t.true((snapshot['system/mem_total_bytes'] ?? 0) > (snapshot['system/mem_free_bytes'] ?? 0));
});

test('system stats have the keys of /system/stats.json', (t) => {
  t.deepEqual(Object.keys(systemStats()).sort(), [
    'avg_load_15min',
    'avg_load_1min',
    'avg_load_5min',
    'cpus_total',
    'mem_free_bytes',
    'mem_total_bytes',
  ]);
});
