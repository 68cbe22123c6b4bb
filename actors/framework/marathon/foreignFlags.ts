/** Flags of Marathon that mean nothing here: what to do instead is told to who moves (spec: marathon.md §32). */
import type { ForeignFlag } from '../../../runtime/flags/index.ts';

const of = 'Marathon';
const instead = (text: string): ForeignFlag => ({ instead: text, harmless: false, of });
const harmless = (text: string): ForeignFlag => ({ instead: text, harmless: true, of });

const IN_ETCD =
  'several Marathons meet in etcd, --etcd=http://HOST:PORT,…/PATH; one alone keeps its state below --work_dir';
const NO_ZOOKEEPER = 'there is no ZooKeeper';
const TLS = 'TLS is --ssl_cert_file, --ssl_key_file and --ssl_ca_file, in PEM';
const STANDBY = 'a standby hands requests on as it does, with time-outs of its own';
const EXPUNGED = 'instances are given up at the instant their unreachableStrategy says';

export const foreignMarathonFlags: Readonly<Record<string, ForeignFlag>> = {
  zk: instead(IN_ETCD),
  zk_timeout: harmless(NO_ZOOKEEPER),
  zk_connection_timeout: harmless(NO_ZOOKEEPER),
  zk_session_timeout: instead('the time is --etcd_session_timeout'),
  zk_max_node_size: harmless(NO_ZOOKEEPER),
  zk_compression: harmless(NO_ZOOKEEPER),
  zk_compression_threshold: harmless(NO_ZOOKEEPER),
  zk_hosts: instead(IN_ETCD),
  zk_state: instead(IN_ETCD),
  store_cache: harmless('the state is in memory, and written down at each change'),
  ha: harmless('there are several wherever --etcd is given'),
  hostname: instead('the address that others are told is --advertise_ip'),
  http_address: instead('the address to listen on is --ip'),
  https_address: instead(TLS),
  https_port: instead(TLS),
  disable_http: instead(TLS),
  ssl_keystore_path: instead(TLS),
  ssl_keystore_password: instead(TLS),
  http_compression: harmless('answers are not compressed'),
  executor: instead('an app names its own, by its member `executor`'),
  default_accepted_resource_roles: instead('the flag is --accepted_resource_roles_default_behavior'),
  artifact_store: instead('artifacts are fetched from where they are, by the member `fetch` of apps'),
  suppress_offers: harmless('offers are suppressed while nothing waits'),
  maintenance_mode: harmless('agents in maintenance are always left alone'),
  reconciliation_initial_delay: harmless('tasks are asked about at each subscription'),
  task_lost_expunge_initial_delay: harmless(EXPUNGED),
  task_lost_expunge_interval: harmless(EXPUNGED),
  task_lost_expunge_gc: harmless(EXPUNGED),
  offer_matching_timeout: harmless('offers are answered at once'),
  revive_offers_for_new_apps: harmless('offers are asked for whenever something waits'),
  revive_offers_repetitions: harmless('a call for offers cannot be overtaken here'),
  on_elected_prepare_timeout: harmless('a new leader begins when it has read the state'),
  leader_proxy_connection_timeout: harmless(STANDBY),
  leader_proxy_read_timeout: harmless(STANDBY),
  leader_proxy_max_open_connections: harmless(STANDBY),
  leader_proxy_ssl_ignore_hostname: harmless(STANDBY),
  mesos_heartbeat_interval: harmless('the link to the master has heartbeats of its own'),
  mesos_heartbeat_failure_threshold: harmless('the link to the master has heartbeats of its own'),
  deprecated_features: harmless('what old clients read and write is always understood; see --legacy_output'),
  reporter_graphite: instead('metrics are read at /metrics and /metrics/prometheus'),
  reporter_datadog: instead('metrics are read at /metrics and /metrics/prometheus'),
  metrics_averaging_window: harmless('metrics are counters and gauges'),
  tracing: harmless('requests are traced by --inspect'),
};
