import { spawnSync } from 'node:child_process';
import test from 'ava';
import { addSystemGauges, exposition, MetricsRegistry } from '../../../runtime/metrics/index.ts';
import { VirtualClock } from '../../../runtime/virtualPorts.ts';

function fixture(): MetricsRegistry {
  const registry = new MetricsRegistry(new VirtualClock());
  registry.counter('master/tasks_failed', 'Tasks that failed').value = 3;
  registry.counter('master/operations/total').value = 1;
  registry.gauge('master/cpus_total', () => 8, 'CPUs of all\nagents \\ all');
  registry.gauge('master/broken', () => {
    throw new Error('not yet');
  });
  registry.pushGauge('master/frameworks/a%20b/x-1/subscribed').value = 1;
  registry.pushGauge('master/frameworks/a_20b/x_1/subscribed').value = 0;
  registry.timer('registrar/state_fetch').record(5);
  const store = registry.timer('registrar/state_store', { windowMs: 1000, help: 'Writes' });
  for (const sample of [10_000, 20_000]) store.record(sample);
  registry.pushGauge('registrar/state_store_seconds').value = 9;
  return registry;
}

test('metrics are written as Prometheus reads them', (t) => {
  t.is(
    exposition(fixture()),
    `# HELP mesostate_master_broken master/broken
# TYPE mesostate_master_broken gauge
mesostate_master_broken NaN
# HELP mesostate_master_cpus master/cpus_total: CPUs of all\\nagents \\\\ all
# TYPE mesostate_master_cpus gauge
mesostate_master_cpus 8
# HELP mesostate_master_frameworks_a_20b_x_1_subscribed master/frameworks/a%20b/x-1/subscribed
# TYPE mesostate_master_frameworks_a_20b_x_1_subscribed gauge
mesostate_master_frameworks_a_20b_x_1_subscribed{name="master/frameworks/a%20b/x-1/subscribed"} 1
mesostate_master_frameworks_a_20b_x_1_subscribed{name="master/frameworks/a_20b/x_1/subscribed"} 0
# HELP mesostate_master_operations_total master/operations/total
# TYPE mesostate_master_operations_total counter
mesostate_master_operations_total 1
# HELP mesostate_master_tasks_failed_total master/tasks_failed: Tasks that failed
# TYPE mesostate_master_tasks_failed_total counter
mesostate_master_tasks_failed_total 3
# HELP mesostate_registrar_state_fetch_seconds registrar/state_fetch_ms
# TYPE mesostate_registrar_state_fetch_seconds summary
mesostate_registrar_state_fetch_seconds_sum 0.005
mesostate_registrar_state_fetch_seconds_count 1
# HELP mesostate_registrar_state_store_seconds registrar/state_store_ms: Writes
# TYPE mesostate_registrar_state_store_seconds summary
mesostate_registrar_state_store_seconds{quantile="0.5"} 15
mesostate_registrar_state_store_seconds{quantile="0.9"} 19
mesostate_registrar_state_store_seconds{quantile="0.95"} 19.5
mesostate_registrar_state_store_seconds{quantile="0.99"} 19.9
mesostate_registrar_state_store_seconds{quantile="0.999"} 19.99
mesostate_registrar_state_store_seconds{quantile="0.9999"} 19.999
mesostate_registrar_state_store_seconds_sum 30
mesostate_registrar_state_store_seconds_count 2
# HELP mesostate_registrar_state_store_seconds_gauge registrar/state_store_seconds
# TYPE mesostate_registrar_state_store_seconds_gauge gauge
mesostate_registrar_state_store_seconds_gauge 9
`,
  );
});

test('an empty registry is an empty text', (t) => {
  t.is(exposition(new MetricsRegistry(new VirtualClock())), '');
});

test('every line has the form of the format, each family stands once and together', (t) => {
  const registry = fixture();
  addSystemGauges(registry);
  const seen = new Set<string>();
  let family = '';
  for (const line of exposition(registry).trimEnd().split('\n')) {
    const help = /^# HELP ([a-zA-Z_][a-zA-Z0-9_]*) .+$/.exec(line);
    if (help !== null) {
      family = help[1] ?? '';
      t.false(seen.has(family), line);
      seen.add(family);
    } else if (line.startsWith('#')) t.regex(line, new RegExp(`^# TYPE ${family} (counter|gauge|summary)$`));
    else
      t.regex(
        line,
        new RegExp(`^${family}(_sum|_count)?(\\{\\w+="[^"]*"(,\\w+="[^"]*")*\\})? (NaN|[0-9.e+-]+)$`),
      );
  }
  t.true(seen.size > 10);
});

test('promtool, where there is one, has nothing to object', (t) => {
  const registry = fixture();
  registry.remove('registrar/state_store_seconds');
  addSystemGauges(registry);
  const run = spawnSync('promtool', ['check', 'metrics'], { input: exposition(registry), encoding: 'utf8' });
  const installed = run.error === undefined;
  t.deepEqual(installed ? [run.status, run.stdout, run.stderr] : [0, '', ''], [0, '', '']);
});
