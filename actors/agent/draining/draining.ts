/**
 * Draining (agent.md §16): the master orders the agent emptied. The order is written down, every task is killed within the grace
 * that the order allows, and new ones are not taken until nothing is left. That the agent gets no tasks afterwards is the
 * master's doing.
 */
import {
  type DrainConfig,
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  type KillPolicy,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import type { AgentHost } from '../host.ts';
import type { TaskKiller } from '../launch/killer.ts';
import type { TaskEntry } from '../tables/entries.ts';
import { KILL_GRACE_MS } from '../taskRuns/taskRuns.ts';

/** What the master ordered. */
export interface DrainOrder {
  readonly config: DrainConfig;
  /** Milliseconds since 1970 at which this run of the agent began to carry it out. */
  readonly startedAtMs: number;
}

export class Draining {
  private readonly host: AgentHost;
  private readonly killer: TaskKiller;
  private order: DrainOrder | undefined;

  /** @param found an order that an earlier run of the agent did not finish; `resume` goes on with it */
  constructor(host: AgentHost, killer: TaskKiller, found: DrainConfig | undefined) {
    this.host = host;
    this.killer = killer;
    this.order = found === undefined ? undefined : this.begun(found);
  }

  /** The order that is carried out; undefined when the agent does not drain. */
  get current(): DrainOrder | undefined {
    return this.order;
  }

  /** DrainSlaveMessage: another order replaces the one of before, and nothing is killed before it is on disk. */
  start(config: DrainConfig): void {
    this.host.log.info('Draining', {
      max_grace_period_seconds: (config.max_grace_period?.nanoseconds ?? Number.NaN) / 1e9,
      mark_gone: config.mark_gone ?? false,
    });
    this.order = this.begun(config);
    const kept = this.host.defer(() => this.killAll());
    this.host.checkpoints.drain(config, (error) => {
      if (error === undefined) kept();
    });
  }

  /** The agent has recovered: an order of before goes on. */
  resume(): void {
    if (this.order !== undefined) this.killAll();
  }

  /** Nothing is left here. */
  emptied(): void {
    if (this.order === undefined || this.host.tables.frameworks.size > 0) return;
    this.host.log.info('Drained: nothing is left on this agent');
    this.order = undefined;
    this.host.checkpoints.drainEnded();
  }

  private killAll(): void {
    const { tables } = this.host;
    const { order } = this;
    if (order === undefined) return;
    for (const task of [...tables.tasks.values()]) {
      if (!tables.isLive(task)) continue;
      this.killer.killTask({
        framework_id: { value: task.executor.framework.id },
        task_id: { value: task.id },
        kill_policy: policyOf(task, order.config),
      });
    }
    this.emptied();
  }

  private begun(config: DrainConfig): DrainOrder {
    return { config, startedAtMs: this.host.clock.now() };
  }
}

/** The task's own grace, or what the order allows where that is less. */
function policyOf(task: TaskEntry, { max_grace_period }: DrainConfig): KillPolicy | undefined {
  const own = task.info.kill_policy;
  if (max_grace_period === undefined) return own;
  const usual = task.executor.forCommandTask ? KILL_GRACE_MS * 1e6 : max_grace_period.nanoseconds;
  const grace = Math.min(own?.grace_period?.nanoseconds ?? usual, max_grace_period.nanoseconds);
  return { ...own, grace_period: { nanoseconds: grace } };
}

/** What frameworks are told of the end of a task while the agent drains. */
export function drainStatus(
  status: TaskStatus,
  framework: FrameworkInfo | undefined,
  order: DrainConfig | undefined,
): TaskStatus {
  const killed = status.state === TaskState.TASK_KILLED;
  if (order === undefined || !(killed || status.state === TaskState.TASK_KILLING)) return status;
  const aware = framework?.capabilities?.some(
    ({ type }) => type === FrameworkInfoCapabilityType.PARTITION_AWARE,
  );
  const gone = killed && order.mark_gone === true && aware === true;
  const state = gone ? TaskState.TASK_GONE_BY_OPERATOR : status.state;
  return { ...status, state, reason: TaskStatusReason.REASON_AGENT_DRAINING };
}
