/** The agent's metrics (metrics.md §5). */
import { TaskState } from '../../proto/generated/types/v1.ts';
import type { Resources } from '../../proto/resources/index.ts';
import type { Counter, MetricsRegistry } from '../../runtime/metrics/index.ts';

/** Counters that the parts of the agent count by themselves. */
export interface AgentMetrics {
  readonly recoveryErrors: Counter;
  readonly containerLaunchErrors: Counter;
  readonly executorsTerminated: Counter;
  readonly executorsPreempted: Counter;
  readonly validStatusUpdates: Counter;
  readonly invalidStatusUpdates: Counter;
  readonly validFrameworkMessages: Counter;
  readonly invalidFrameworkMessages: Counter;
  readonly providersSubscribed: Counter;
  readonly providersDisconnected: Counter;
  /** Counts a task's end; other states are not counted. */
  countEnd(state: TaskState): void;
}

export function agentCounters(registry: MetricsRegistry): AgentMetrics {
  const counter = (name: string, help: string) => registry.counter(`slave/${name}`, help);
  const provider = (event: string, help: string) =>
    registry.counter(`resource_provider_manager/events/${event}`, help);
  const ends = new Map<TaskState, Counter>([
    [TaskState.TASK_FINISHED, counter('tasks_finished', 'Tasks that ended well')],
    [TaskState.TASK_FAILED, counter('tasks_failed', 'Tasks that ended with a failure')],
    [TaskState.TASK_KILLED, counter('tasks_killed', 'Tasks that were killed')],
    [TaskState.TASK_LOST, counter('tasks_lost', 'Tasks that were lost')],
    [TaskState.TASK_GONE, counter('tasks_gone', 'Tasks that are gone')],
  ]);
  return {
    recoveryErrors: counter('recovery_errors', 'Problems found while recovering'),
    containerLaunchErrors: counter('container_launch_errors', 'Containers that could not be launched'),
    executorsTerminated: counter('executors_terminated', 'Executors that ended'),
    executorsPreempted: counter('executors_preempted', 'Executors ended to make room'),
    validStatusUpdates: counter('valid_status_updates', 'Status updates taken'),
    invalidStatusUpdates: counter('invalid_status_updates', 'Status updates refused'),
    validFrameworkMessages: counter('valid_framework_messages', 'Framework messages handed on'),
    invalidFrameworkMessages: counter('invalid_framework_messages', 'Framework messages refused'),
    providersSubscribed: provider('subscribe', 'Subscriptions of resource providers'),
    providersDisconnected: provider('disconnect', 'Streams of resource providers that ended'),
    countEnd: (state) => {
      const ended = ends.get(state);
      if (ended !== undefined) ended.value += 1;
    },
  };
}

/** What the gauges ask the agent, when someone looks. */
export interface AgentGauges {
  uptimeSecs(): number;
  /** How long recovery took; not a number before it is done. */
  recoverySecs(): number;
  registered(): boolean;
  frameworks(): number;
  /** Tasks by the value of their chart. */
  tasks(): Readonly<Record<string, number>>;
  executors(): { readonly registering: number; readonly running: number; readonly terminating: number };
  total(): Resources;
  /** How many resource providers have a stream. */
  providers(): number;
  used(): Resources;
}

const RESOURCE_NAMES = ['cpus', 'gpus', 'mem', 'disk'] as const;

/** What dashboards made for Mesos look for and what is never other than 0 here: root file systems are not made by bind mounts. */
function addAbsentMetrics(registry: MetricsRegistry): void {
  const bind = 'containerizer/mesos/provisioner/bind/remove_rootfs_errors';
  registry.counter(bind, 'Of the bind backend, which is not used');
}

export function addAgentGauges(registry: MetricsRegistry, agent: AgentGauges): void {
  const gauge = (name: string, help: string, pull: () => number) =>
    registry.gauge(`slave/${name}`, pull, help);
  const tasks = (...states: string[]) => {
    const counts = agent.tasks();
    return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  };
  addAbsentMetrics(registry);
  const subscribed = 'resource_provider_manager/subscribed';
  registry.gauge(subscribed, () => agent.providers(), 'Resource providers that have a stream');
  gauge('uptime_secs', 'Seconds since the start', () => agent.uptimeSecs());
  gauge('recovery_time_secs', 'Seconds recovery took', () => agent.recoverySecs());
  gauge('registered', 'Whether it is registered with a master', () => (agent.registered() ? 1 : 0));
  gauge('frameworks_active', 'Frameworks with something here', () => agent.frameworks());
  gauge('tasks_staging', 'Tasks not yet begun', () => tasks('pending', 'queued', 'delivered.staging'));
  gauge('tasks_starting', 'Tasks being started', () => tasks('delivered.starting'));
  gauge('tasks_running', 'Tasks that run', () => tasks('delivered.running'));
  gauge('tasks_killing', 'Tasks being killed', () => tasks('delivered.killing'));
  for (const state of ['registering', 'running', 'terminating'] as const) {
    gauge(`executors_${state}`, `Executors that are ${state}`, () => agent.executors()[state]);
  }
  for (const name of RESOURCE_NAMES) addResourceGauges(gauge, name, agent);
}

function addResourceGauges(
  gauge: (name: string, help: string, pull: () => number) => void,
  name: (typeof RESOURCE_NAMES)[number],
  agent: AgentGauges,
): void {
  const kinds = [
    ['', (bag: Resources) => bag.nonRevocable()],
    ['_revocable', (bag: Resources) => bag.revocable()],
  ] as const;
  for (const [suffix, of] of kinds) {
    const total = () => of(agent.total())[name];
    const used = () => of(agent.used())[name];
    gauge(`${name}${suffix}_total`, `${name} of this agent`, total);
    gauge(`${name}${suffix}_used`, `${name} in use`, used);
    gauge(`${name}${suffix}_percent`, `Share of ${name} in use`, () => (total() > 0 ? used() / total() : 0));
  }
}
