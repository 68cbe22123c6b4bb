/**
 * How agents are lost (master.md §5.4, §5.5): unreachable, removed, gone, or only cut off. What concerns membership goes
 * through the registry first; nobody hears of it before it is stored.
 */
import { SchedulerEventType, TaskStatusReason } from '../../../proto/index.ts';
import type { TaskEvent } from '../../../statecharts/task.ts';
import type { MasterParts } from '../parts.ts';
import { markSlaveGone, markSlaveUnreachable, removeSlave } from '../registrar/operations.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { type AgentRecord, tasksOf } from './record.ts';

/** Why an agent was removed, as the metrics name it. */
export type RemovalReason = 'unhealthy' | 'unregistered' | 'registered' | 'machine down';

/** What a loss means for a task. */
interface TaskLoss {
  readonly event: TaskEvent;
  readonly reason: TaskStatusReason;
  readonly message: string;
  readonly unreachableTimeMs?: number | undefined;
}

export class AgentLosses {
  private readonly parts: MasterParts;
  /** Why agents on their way out leave, for the updates of their tasks. */
  private readonly reasons = new Map<string, string>();

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** A new agent registers at the address of one that is disconnected: that one will not come back. */
  replace(agent: AgentRecord): void {
    this.remove(agent, 'registered', 'A new agent registered at the same address');
  }

  remove(agent: AgentRecord, why: RemovalReason, text: string): void {
    const { agents, registrar, actor, metrics } = this.parts;
    const step = agents.chart.step(agent.id, { type: 'REMOVAL_REQUESTED' });
    if (!step.handled) return;
    actor.log.info('removing agent', { agent_id: agent.id, reason: text });
    this.reasons.set(agent.id, text);
    registrar.apply(removeSlave(agent.id), () => {
      agents.chart.step(agent.id, { type: 'REMOVED_STORED' });
      agents.chart.stop(agent.id);
      metrics.slaveRemoved(why);
      this.parts.changes.agentRemoved(agent.id);
      this.tellFrameworks(agent.id);
    });
  }

  /** The operator says that the agent never comes back; `done` hears whether the registry took it. */
  markGone(id: string, done: (stored: boolean) => void): void {
    const { agents, registrar, nowMs, actor } = this.parts;
    if (!agents.chart.step(id, { type: 'GONE_REQUESTED' }).handled) {
      done(false);
      return;
    }
    const agent = agents.find(id);
    const awaited = agents.isAwaited(id);
    registrar.apply(markSlaveGone(id, toNs(nowMs)), (stored) => {
      agents.chart.step(id, { type: 'GONE_STORED' });
      if (awaited) this.parts.leadership.agentSettled();
      actor.send(agent?.pid, 'mesos.internal.ShutdownMessage', { message: 'Agent has been marked gone' });
      this.tellFrameworks(id);
      done(stored);
    });
  }

  /** The agent's chart says that it does not answer: the registry has the next word. */
  storeUnreachable(id: string): void {
    const { agents, registrar, actor, nowMs, metrics, leadership } = this.parts;
    const awaited = agents.isAwaited(id);
    actor.log.warn('marking agent unreachable', { agent_id: id });
    registrar.apply(markSlaveUnreachable(id, toNs(nowMs)), () => {
      agents.chart.step(id, { type: 'UNREACHABLE_STORED' });
      if (awaited) {
        metrics.recoverySlaveRemovals.value++;
        leadership.agentSettled();
      }
      metrics.slaveRemoved('unhealthy');
      this.tellFrameworks(id);
    });
  }

  markTasksUnreachable(id: string): void {
    const agent = this.parts.agents.find(id);
    if (agent === undefined) return;
    this.takeAway(agent, {
      event: { type: 'AGENT_UNREACHABLE' },
      reason: TaskStatusReason.REASON_AGENT_REMOVED,
      message: `Agent ${agent.description.info.hostname} is unreachable`,
      unreachableTimeMs: this.parts.agents.unreachableSinceMs(id),
    });
    this.parts.operations.loseAgent(id, 'unreachable');
  }

  markTasksGone(id: string): void {
    const { agents, frameworks, tasks } = this.parts;
    const loss: TaskLoss = {
      event: { type: 'AGENT_GONE' },
      reason: TaskStatusReason.REASON_AGENT_REMOVED_BY_OPERATOR,
      message: 'Agent has been marked gone',
    };
    const agent = agents.find(id);
    if (agent !== undefined) this.takeAway(agent, loss);
    for (const framework of frameworks.all()) {
      for (const task of [...framework.unreachable.values()]) {
        if (task.agentId !== id) continue;
        this.lose(task, loss);
        tasks.complete(task);
      }
    }
    this.parts.operations.loseAgent(id, 'gone');
  }

  /** The agent was removed: its tasks are lost for everybody. */
  loseTasks(id: string): void {
    const agent = this.parts.agents.find(id);
    const message = this.reasons.get(id) ?? 'Agent removed';
    this.reasons.delete(id);
    if (agent === undefined) return;
    this.takeAway(agent, {
      event: { type: 'AGENT_REMOVED' },
      reason: TaskStatusReason.REASON_AGENT_REMOVED,
      message,
    });
    this.parts.operations.loseAgent(id, 'removed');
  }

  /** The socket broke: what is not checkpointed cannot survive that. */
  loseUncheckpointed(id: string): void {
    const { agents, frameworks, tasks } = this.parts;
    const agent = agents.find(id);
    if (agent === undefined) return;
    const loss: TaskLoss = {
      event: { type: 'AGENT_REMOVED' },
      reason: TaskStatusReason.REASON_AGENT_DISCONNECTED,
      message: `Agent ${agent.description.info.hostname} disconnected`,
    };
    for (const task of [...tasksOf(agent)]) {
      if (frameworks.checkpoints(task.frameworkId)) continue;
      this.lose(task, loss);
      tasks.complete(task);
    }
    for (const frameworkId of [...agent.executors.keys()]) {
      if (!frameworks.checkpoints(frameworkId)) this.removeExecutors(agent, frameworkId);
    }
  }

  /** The agent is no member any more, and nothing that was on it is where it was. */
  private takeAway(agent: AgentRecord, loss: TaskLoss): void {
    const { agents, allocation, pings, offers, inverseOffers, tasks } = this.parts;
    pings.end(agent);
    offers.loseAgent(agent);
    inverseOffers.rescindOn(agent.id);
    for (const task of [...tasksOf(agent)]) {
      this.lose(task, loss);
      if (tasks.isUnreachable(task)) tasks.setAside(task);
      else tasks.complete(task);
    }
    for (const frameworkId of [...agent.executors.keys()]) this.removeExecutors(agent, frameworkId);
    agents.remove(agent);
    allocation.removeAgent(agent.id);
  }

  private lose(task: TaskRecord, { event, reason, message, unreachableTimeMs }: TaskLoss): void {
    const { tasks, frameworks } = this.parts;
    // A framework that cannot read GONE_BY_OPERATOR is told LOST, for the reason that goes with it.
    const byOperator = reason === TaskStatusReason.REASON_AGENT_REMOVED_BY_OPERATOR;
    const aware = frameworks.find(task.frameworkId)?.description.traits.partitionAware ?? true;
    tasks.change(task, event, {
      reason: byOperator && !aware ? TaskStatusReason.REASON_AGENT_REMOVED : reason,
      message,
      unreachableTimeMs,
    });
  }

  private removeExecutors(agent: AgentRecord, frameworkId: string): void {
    for (const executorId of [...(agent.executors.get(frameworkId)?.keys() ?? [])]) {
      this.parts.agents.removeExecutor(agent, frameworkId, executorId);
    }
  }

  private tellFrameworks(id: string): void {
    this.parts.frameworks.tellAll({ type: SchedulerEventType.FAILURE, failure: { agent_id: { value: id } } });
  }
}

function toNs(ms: number): number {
  return Math.round(ms * 1e6);
}
