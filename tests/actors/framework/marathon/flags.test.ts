/** Marathon's flags as Marathon is told them: by its names, its variables, its way with switches (spec: marathon.md §32). */
import test from 'ava';
import { frameworkFlags, frameworkRules } from '../../../../actors/framework/flags.ts';
import { foreignMarathonFlags } from '../../../../actors/framework/marathon/foreignFlags.ts';
import { defineFlags, parseFlags } from '../../../../runtime/flags/index.ts';
import { framework } from '../../../../runtime/roles/framework.ts';

const table = defineFlags(frameworkFlags, frameworkRules, foreignMarathonFlags);
const MASTER = '--master=10.0.0.1:5050';
const MARATHON = ['--framework=marathon', MASTER];

const WAYS = { prefixes: ['MARATHON_', 'MESOS_'], disables: true };

/** Every flag of the specification's table. */
const UPSTREAM =
  `master zk hostname webui_url framework_name failover_timeout checkpoint ha store_cache zk_compression
  suppress_offers maintenance_mode executor mesos_role mesos_user mesos_leader_ui_url default_network_name mesos_bridge_name
  default_accepted_resource_roles accepted_resource_roles_default_behavior local_port_min local_port_max
  reconciliation_initial_delay reconciliation_interval scale_apps_initial_delay scale_apps_interval task_launch_timeout
  task_launch_confirm_timeout task_reservation_timeout task_lost_expunge_initial_delay task_lost_expunge_interval
  launch_tokens launch_token_refresh_interval max_instances_per_offer offer_matching_timeout decline_offer_duration
  min_revive_offers_interval revive_offers_repetitions kill_chunk_size kill_retry_timeout max_running_deployments max_apps
  zk_timeout zk_connection_timeout zk_session_timeout zk_max_versions zk_max_node_size zk_compression_threshold
  on_elected_prepare_timeout leader_proxy_connection_timeout leader_proxy_read_timeout leader_proxy_max_open_connections
  mesos_heartbeat_interval mesos_heartbeat_failure_threshold enable_features deprecated_features draining_seconds
  gpu_scheduling_behavior new_group_enforce_role backup_location event_subscriber http_endpoints
  http_event_callback_slow_consumer_timeout event_stream_max_outstanding_messages env_vars_prefix artifact_store http_address
  http_port https_address https_port http_credentials http_realm disable_http ssl_keystore_path ssl_keystore_password
  access_control_allow_origin http_compression max_concurrent_marathon_health_checks plugin_dir plugin_conf
  mesos_authentication mesos_authentication_principal mesos_authentication_secret mesos_authentication_secret_file`
    .split(/\s+/)
    .filter((name) => name !== '');

test('every flag of Marathon is known, or explained', (t) => {
  for (const name of UPSTREAM)
    t.true(table.names.has(name) || table.foreign[name] !== undefined, `--${name}`);
});

test('flags that mean nothing here: ZooKeeper is answered with etcd, what is always so is passed over', (t) => {
  const refused = parseFlags(table, [...MARATHON, '--zk=zk://a:2181/marathon'], {});
  t.like(refused, { outcome: 'errors' });
  t.regex(
    refused.outcome === 'errors' ? (refused.errors[0] ?? '') : '',
    /^--zk: a flag of Marathon .*--etcd=http/,
  );
  const passed = parseFlags(table, [...MARATHON, '--ha', '--disable_store_cache', '--zk_timeout=10000'], {});
  t.is(passed.outcome, 'values');
  t.is(passed.outcome === 'values' ? passed.warnings.length : 0, 3);
  t.is(parseFlags(table, [...MARATHON, '--disable_http'], {}).outcome, 'errors');
});

test('numbers without a unit are what Marathon takes them for', (t) => {
  const parsed = parseFlags(
    table,
    [
      ...MARATHON,
      '--failover_timeout=604800',
      '--reconciliation_interval=600000',
      '--task_launch_timeout=60000',
    ],
    {},
  );
  t.like(parsed, {
    outcome: 'values',
    values: { failover_timeout: 604_800_000, reconciliation_interval: 600_000, task_launch_timeout: 60_000 },
  });
  t.is(parseFlags(table, [...MARATHON, '--reconciliation_interval=10'], {}).outcome, 'errors');
});

const read = (argv: readonly string[], env: Record<string, string>) =>
  framework.read(['--role=framework', ...argv], env);

test('MARATHON_FLAG in the environment sets each flag; the command line wins', (t) => {
  for (const name of Object.keys(frameworkFlags)) {
    const variable = `MARATHON_${name.toUpperCase()}`;
    const parsed = parseFlags(table, name === 'master' ? [] : MARATHON, { [variable]: 'x' }, WAYS);
    const heard =
      parsed.outcome === 'values'
        ? parsed.given.has(name)
        : parsed.outcome === 'errors' &&
          parsed.errors.some((line) => line.includes(name) || line.includes(variable));
    t.true(heard || name === 'framework', variable);
  }
  const env = { MARATHON_MASTER: '10.0.0.1:5050', MARATHON_MAX_APPS: 'many' };
  const refused = read(['--framework=marathon'], env);
  t.deepEqual(refused.outcome === 'errors' ? refused.errors : [], [
    "MARATHON_MAX_APPS: expected a whole number of at least 1, got 'many'",
  ]);
  t.is(read(['--framework=marathon'], { ...env, MARATHON_MAX_APPS: '7' }).outcome, 'ready');
  t.is(
    read(['--framework=jobs', '--jobs=x'], env).outcome,
    'errors',
    'the job processor has no such variables',
  );
  t.is(read(['--framework=marathon', MASTER], { MESOSPHERE_HTTP_CREDENTIALS: 'nonsense' }).outcome, 'errors');
});

test('switches go off by disable_, and on by an empty variable', (t) => {
  const values = (argv: readonly string[], env: Record<string, string>) => {
    const parsed = parseFlags(table, [...MARATHON, ...argv], env, WAYS);
    return parsed.outcome === 'values' ? parsed.values : parsed;
  };
  t.like(values(['--disable_checkpoint'], {}), { checkpoint: false });
  t.like(values([], { MARATHON_DISABLE_CHECKPOINT: '' }), { checkpoint: false });
  t.like(values([], { MARATHON_LEGACY_OUTPUT: '', MESOS_LEGACY_OUTPUT: 'false' }), { legacy_output: true });
  t.like(values(['--disable_master'], {}), { outcome: 'errors' });
  const both = parseFlags(
    table,
    [MASTER],
    { MARATHON_CHECKPOINT: '', MARATHON_DISABLE_CHECKPOINT: '' },
    WAYS,
  );
  t.is(both.outcome, 'errors');
});
