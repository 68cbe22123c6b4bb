/** What the master counts (metrics.md §2, §3): names and meanings are Mesos'. */
import { enumName, type TaskStatus, TaskStatusReason, TaskStatusSource } from '../../proto/index.ts';
import type { Counter, MetricsRegistry, Timer } from '../../runtime/metrics/index.ts';
import type { RemovalReason } from './agents/losses.ts';
import { FrameworkMetrics } from './frameworkMetrics.ts';
import { OperationMetrics } from './operations/metrics.ts';

const HOUR_MS = 3600 * 1000;

/** Messages that are counted as `master/messages_<name>`. */
const MESSAGES = [
  'register_framework',
  'reregister_framework',
  'unregister_framework',
  'deactivate_framework',
  'kill_task',
  'launch_tasks',
  'decline_offers',
  'revive_offers',
  'suppress_offers',
  'resource_request',
  'reconcile_tasks',
  'reconcile_operations',
  'status_update_acknowledgement',
  'operation_status_update_acknowledgement',
  'framework_to_executor',
  'executor_to_framework',
  'register_slave',
  'reregister_slave',
  'unregister_slave',
  'update_slave',
  'status_update',
  'operation_status_update',
  'exited_executor',
  'authenticate',
] as const;

type MessageName = (typeof MESSAGES)[number];

/** TaskState names that are counted when a task reaches them. */
const COUNTED_STATES = [
  'FINISHED',
  'FAILED',
  'KILLED',
  'LOST',
  'ERROR',
  'DROPPED',
  'GONE',
  'GONE_BY_OPERATOR',
];

export class MasterMetrics {
  readonly messages: Readonly<Record<MessageName, Counter>>;
  readonly droppedMessages: Counter;
  readonly httpCacheHits: Counter;
  /** Not Mesos': its streams have no bound. */
  readonly eventStreamsDropped: Counter;
  readonly validStatusUpdates: Counter;
  readonly invalidStatusUpdates: Counter;
  readonly validAcknowledgements: Counter;
  readonly invalidAcknowledgements: Counter;
  readonly invalidOperationAcknowledgements: Counter;
  readonly operations: OperationMetrics;
  readonly validFrameworkMessages: Counter;
  readonly invalidFrameworkMessages: Counter;
  readonly validExecutorMessages: Counter;
  readonly invalidExecutorMessages: Counter;
  readonly slaveRegistrations: Counter;
  readonly slaveReregistrations: Counter;
  readonly unreachableScheduled: Counter;
  readonly unreachableCompleted: Counter;
  readonly unreachableCanceled: Counter;
  readonly recoverySlaveRemovals: Counter;
  readonly allocationRuns: Counter;
  readonly allocationRun: Timer;
  readonly allocationLatency: Timer;
  /** Of each framework. */
  readonly frameworks: FrameworkMetrics;
  private readonly registry: MetricsRegistry;

  constructor(registry: MetricsRegistry, perFramework: boolean) {
    this.registry = registry;
    this.frameworks = new FrameworkMetrics(registry, perFramework);
    const master = (name: string) => registry.counter(`master/${name}`);
    const entries = MESSAGES.map((name) => [name, master(`messages_${name}`)] as const);
    this.messages = Object.fromEntries(entries) as Record<MessageName, Counter>;
    this.droppedMessages = master('dropped_messages');
    this.httpCacheHits = master('http_cache_hits');
    this.eventStreamsDropped = master('operator_event_streams_dropped');
    this.validStatusUpdates = master('valid_status_updates');
    this.invalidStatusUpdates = master('invalid_status_updates');
    this.validAcknowledgements = master('valid_status_update_acknowledgements');
    this.invalidAcknowledgements = master('invalid_status_update_acknowledgements');
    this.invalidOperationAcknowledgements = master('invalid_operation_status_update_acknowledgements');
    this.operations = new OperationMetrics(registry);
    this.validFrameworkMessages = master('valid_framework_to_executor_messages');
    this.invalidFrameworkMessages = master('invalid_framework_to_executor_messages');
    this.validExecutorMessages = master('valid_executor_to_framework_messages');
    this.invalidExecutorMessages = master('invalid_executor_to_framework_messages');
    this.slaveRegistrations = master('slave_registrations');
    this.slaveReregistrations = master('slave_reregistrations');
    this.unreachableScheduled = master('slave_unreachable_scheduled');
    this.unreachableCompleted = master('slave_unreachable_completed');
    this.unreachableCanceled = master('slave_unreachable_canceled');
    this.recoverySlaveRemovals = master('recovery_slave_removals');
    for (const state of COUNTED_STATES) master(`tasks_${state.toLowerCase()}`);
    for (const reason of ['unhealthy', 'unregistered', 'registered'])
      master(`slave_removals/reason_${reason}`);
    master('slave_removals');
    // Kept for those who look for them: agents are not shut down in stages any more.
    for (const stage of ['scheduled', 'completed', 'canceled']) master(`slave_shutdowns_${stage}`);
    this.allocationRuns = registry.counter('allocator/mesos/allocation_runs');
    this.allocationRun = registry.timer('allocator/mesos/allocation_run', { windowMs: HOUR_MS });
    this.allocationLatency = registry.timer('allocator/mesos/allocation_run_latency', { windowMs: HOUR_MS });
  }

  slaveRemoved(reason: RemovalReason): void {
    this.registry.counter('master/slave_removals').value++;
    if (reason === 'machine down') return;
    this.registry.counter(`master/slave_removals/reason_${reason}`).value++;
  }

  /** A task came into another state, by this status. @param state TaskState name */
  taskChanged(state: string, status: TaskStatus): void {
    const name = state.slice('TASK_'.length);
    const counted = COUNTED_STATES.includes(name);
    if (counted) this.registry.counter(`master/tasks_${name.toLowerCase()}`).value++;
    if (!(counted || name === 'UNREACHABLE') || status.reason === undefined || status.source === undefined)
      return;
    const source = wordOf(enumName(TaskStatusSource, status.source), 'SOURCE_');
    const reason = wordOf(enumName(TaskStatusReason, status.reason), 'REASON_');
    this.registry.counter(`master/${state.toLowerCase()}/source_${source}/reason_${reason}`).value++;
  }
}

/** `SOURCE_AGENT` → `slave`, `REASON_AGENT_REMOVED` → `slave_removed`: metrics keep the older name. */
function wordOf(name: string, prefix: string): string {
  return name.slice(prefix.length).toLowerCase().replaceAll('agent', 'slave');
}
