/** Names that `/metrics/snapshot` has in every Mesos from its start (metrics.md §2 to §7). */
import type { Row } from './table.ts';

const prefixed = (prefix: string, names: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${prefix}${name}`);

const amounts = (prefix: string): string[] =>
  ['cpus', 'gpus', 'mem', 'disk'].flatMap((name) =>
    ['total', 'used', 'percent'].flatMap((what) => [
      `${prefix}${name}_${what}`,
      `${prefix}${name}_revocable_${what}`,
    ]),
  );

const SYSTEM = prefixed(
  'system/',
  'load_1min load_5min load_15min cpus_total mem_total_bytes mem_free_bytes',
);

const MASTER = [
  ...prefixed(
    'master/',
    `uptime_secs elected slaves_connected slaves_disconnected slaves_active slaves_inactive slaves_unreachable
    frameworks_connected frameworks_disconnected frameworks_active frameworks_inactive outstanding_offers
    operator_event_stream_subscribers tasks_staging tasks_starting tasks_running tasks_killing tasks_unreachable tasks_finished
    tasks_failed tasks_killed tasks_lost tasks_error tasks_dropped tasks_gone tasks_gone_by_operator dropped_messages
    http_cache_hits messages_register_framework messages_reregister_framework messages_kill_task messages_launch_tasks
    messages_decline_offers messages_revive_offers messages_suppress_offers messages_reconcile_tasks messages_register_slave
    messages_reregister_slave messages_unregister_slave messages_status_update valid_status_updates invalid_status_updates
    valid_status_update_acknowledgements invalid_status_update_acknowledgements slave_registrations slave_reregistrations
    slave_removals slave_removals/reason_unhealthy slave_removals/reason_unregistered slave_removals/reason_registered
    slave_unreachable_scheduled slave_unreachable_completed slave_unreachable_canceled recovery_slave_removals
    operations/total operations/pending operations/finished operations/reserve/total operations/create/finished
    event_queue_messages event_queue_dispatches event_queue_http_requests`,
  ),
  ...amounts('master/'),
  ...prefixed('allocator/mesos/', 'allocation_runs event_queue_dispatches resources/cpus/total'),
  ...prefixed('registrar/', 'queued_operations registry_size_bytes'),
  ...SYSTEM,
];

const AGENT = [
  ...prefixed(
    'slave/',
    `uptime_secs registered recovery_errors recovery_time_secs frameworks_active tasks_staging tasks_starting tasks_running
    tasks_killing tasks_finished tasks_failed tasks_killed tasks_lost tasks_gone executors_registering executors_running
    executors_terminating executors_terminated executors_preempted valid_status_updates invalid_status_updates
    valid_framework_messages invalid_framework_messages executor_directory_max_allowed_age_secs container_launch_errors`,
  ),
  ...amounts('slave/'),
  ...prefixed('gc/', 'path_removals_succeeded path_removals_failed path_removals_pending'),
  ...prefixed('containerizer/mesos/', 'container_destroy_errors provisioner/remove_container_errors'),
  ...prefixed(
    'containerizer/fetcher/',
    'task_fetches_succeeded task_fetches_failed cache_size_total_bytes cache_size_used_bytes',
  ),
  ...SYSTEM,
];

const row = (at: Row['at'], keys: readonly string[]): Row => ({
  name: `${at}: names of metrics`,
  ...{ at, path: '/metrics/snapshot', status: 200, type: 'application/json', keys },
});

export const metricRows: readonly Row[] = [row('master', MASTER), row('agent', AGENT)];
