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

const MESSAGES = prefixed(
  'messages_',
  `register_framework reregister_framework unregister_framework deactivate_framework kill_task launch_tasks decline_offers
  revive_offers suppress_offers resource_request reconcile_tasks reconcile_operations status_update_acknowledgement
  operation_status_update_acknowledgement framework_to_executor executor_to_framework register_slave reregister_slave
  unregister_slave update_slave status_update operation_status_update exited_executor authenticate`,
);

/** Each is counted as valid and as invalid. */
const JUDGED = `framework_to_executor_messages executor_to_framework_messages status_updates status_update_acknowledgements
  operation_status_updates operation_status_update_acknowledgements`;

const OPERATION_STATES =
  'total pending recovering unreachable finished failed error dropped gone_by_operator';

const OPERATIONS = [
  '',
  ...prefixed(
    '',
    'reserve/ unreserve/ create/ destroy/ grow_volume/ shrink_volume/ create_disk/ destroy_disk/',
  ),
].flatMap((type) => prefixed(`operations/${type}`, OPERATION_STATES));

const MASTER = [
  ...prefixed(
    'master/',
    `uptime_secs elected slaves_connected slaves_disconnected slaves_active slaves_inactive slaves_unreachable
    frameworks_connected frameworks_disconnected frameworks_active frameworks_inactive outstanding_offers
    operator_event_stream_subscribers tasks_staging tasks_starting tasks_running tasks_killing tasks_unreachable tasks_finished
    tasks_failed tasks_killed tasks_lost tasks_error tasks_dropped tasks_gone tasks_gone_by_operator dropped_messages
    http_cache_hits slave_registrations slave_reregistrations
    slave_removals slave_removals/reason_unhealthy slave_removals/reason_unregistered slave_removals/reason_registered
    slave_shutdowns_scheduled slave_shutdowns_completed slave_shutdowns_canceled
    slave_unreachable_scheduled slave_unreachable_completed slave_unreachable_canceled recovery_slave_removals
    event_queue_messages event_queue_dispatches event_queue_http_requests`,
  ),
  ...[...MESSAGES, ...prefixed('valid_', JUDGED), ...prefixed('invalid_', JUDGED), ...OPERATIONS].map(
    (name) => `master/${name}`,
  ),
  ...amounts('master/'),
  ...prefixed('allocator/', 'event_queue_dispatches'),
  ...prefixed(
    'allocator/mesos/',
    'allocation_runs allocation_run_ms allocation_run_latency_ms event_queue_dispatches',
  ),
  ...['cpus', 'mem', 'disk'].flatMap((name) =>
    prefixed(`allocator/mesos/resources/${name}/`, 'total offered_or_allocated'),
  ),
  ...prefixed('registrar/', 'queued_operations registry_size_bytes state_fetch_ms state_store_ms'),
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
  ...prefixed(
    'containerizer/mesos/',
    'container_destroy_errors provisioner/remove_container_errors provisioner/bind/remove_rootfs_errors',
  ),
  ...prefixed(
    'containerizer/fetcher/',
    'task_fetches_succeeded task_fetches_failed cache_size_total_bytes cache_size_used_bytes',
  ),
  ...prefixed('resource_provider_manager/', 'subscribed events/subscribe events/disconnect'),
  ...SYSTEM,
];

const row = (at: Row['at'], keys: readonly string[]): Row => ({
  name: `${at}: names of metrics`,
  ...{ at, path: '/metrics/snapshot', status: 200, type: 'application/json', keys },
});

export const metricRows: readonly Row[] = [row('master', MASTER), row('agent', AGENT)];
