/** Status updates on their way from agents to frameworks, and acknowledgements on their way back (master.md §9). */
import {
  type ExecutorToFrameworkMessage,
  type ExitedExecutorMessage,
  enumName,
  type SchedulerCallAcknowledge,
  SchedulerEventType,
  type StatusUpdate,
  type StatusUpdateMessage,
  TaskState,
  type TaskStatus,
} from '../../../proto/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { updateEvent } from './tasks.ts';

export class StatusUpdates {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** An agent reports. What comes from agents or frameworks that are none of this cluster goes nowhere. */
  receive({ update }: StatusUpdateMessage): void {
    const { agents, frameworks, metrics, tasks } = this.parts;
    metrics.messages.status_update.value++;
    const agent = agents.find(update.slave_id?.value ?? '');
    const framework = frameworks.find(update.framework_id.value);
    if (agent === undefined || framework === undefined) {
      metrics.invalidStatusUpdates.value++;
      this.logDropped(update, agent === undefined ? 'unknown agent' : 'unknown framework');
      return;
    }
    metrics.validStatusUpdates.value++;
    const status = completeStatus(update);
    this.logUpdate(update, status);
    frameworks.tell(framework, updateEvent(status));
    const task = agent.tasks.get(framework.id)?.get(status.task_id.value);
    if (task === undefined) return;
    const before = task.statuses.at(-1)?.state ?? TaskState.TASK_STAGING;
    this.parts.hosts.taskHeard(agent.id, before, status.state);
    tasks.update(task, status, update.latest_state ?? status.state);
    this.parts.agentReconciliation.answered(agent, task, status);
  }

  /** A framework has the update: the agent may go on to the next. A task whose end is known is done with. */
  acknowledge(framework: FrameworkRecord, { agent_id, task_id, uuid }: SchedulerCallAcknowledge): void {
    const { agents, actor, metrics, tasks } = this.parts;
    metrics.messages.status_update_acknowledgement.value++;
    const agent = agents.connected(agent_id.value);
    const task = agent?.tasks.get(framework.id)?.get(task_id.value);
    if (agent === undefined || (task !== undefined && task.unacknowledged === undefined)) {
      metrics.invalidAcknowledgements.value++;
      actor.log.debug('dropped an acknowledgement', {
        framework_id: framework.id,
        task_id: task_id.value,
        agent_id: agent_id.value,
        reason: agent === undefined ? 'the agent is not connected' : 'no update is unacknowledged',
      });
      return;
    }
    metrics.validAcknowledgements.value++;
    if (task?.unacknowledged !== undefined && sameUuid(task.unacknowledged.uuid, uuid)) {
      if (isTerminal(task.unacknowledged.state)) tasks.complete(task);
    }
    actor.send(agent.pid, 'mesos.internal.StatusUpdateAcknowledgementMessage', {
      slave_id: agent_id,
      framework_id: { value: framework.id },
      task_id,
      uuid,
    });
  }

  /** An executor ended: what it held is free, its framework hears of it. */
  executorExited({ slave_id, framework_id, executor_id, status }: ExitedExecutorMessage): void {
    const { agents, frameworks, actor, metrics } = this.parts;
    metrics.messages.exited_executor.value++;
    const agent = agents.find(slave_id.value);
    const framework = frameworks.find(framework_id.value);
    if (agent === undefined) return;
    const executor = agents.removeExecutor(agent, framework_id.value, executor_id.value);
    // Executors of command tasks are the agent's own affair: the master knows none, the framework asked for none.
    if (executor === undefined || framework === undefined) return;
    actor.log.info('executor exited', {
      framework_id: framework.id,
      executor_id: executor.id,
      agent_id: agent.id,
      status,
    });
    frameworks.tell(framework, {
      type: SchedulerEventType.FAILURE,
      failure: { agent_id: slave_id, executor_id, status },
    });
  }

  /** A message of an executor to its framework, as it is and without a promise. */
  messageToFramework({ slave_id, framework_id, executor_id, data }: ExecutorToFrameworkMessage): void {
    const { agents, frameworks, metrics } = this.parts;
    metrics.messages.executor_to_framework.value++;
    const framework = frameworks.find(framework_id.value);
    if (framework === undefined || agents.find(slave_id.value) === undefined) {
      metrics.invalidExecutorMessages.value++;
      return;
    }
    metrics.validExecutorMessages.value++;
    frameworks.tell(framework, {
      type: SchedulerEventType.MESSAGE,
      message: { agent_id: slave_id, executor_id, data },
    });
  }

  private logUpdate(update: StatusUpdate, status: TaskStatus): void {
    this.parts.actor.log.info('status update', () => ({
      state: enumName(TaskState, status.state),
      task_id: status.task_id.value,
      framework_id: update.framework_id.value,
      agent_id: update.slave_id?.value,
    }));
  }

  private logDropped(update: StatusUpdate, reason: string): void {
    this.parts.actor.log.warn('dropped a status update', {
      state: enumName(TaskState, update.status.state),
      task_id: update.status.task_id.value,
      framework_id: update.framework_id.value,
      agent_id: update.slave_id?.value,
      reason,
    });
  }
}

/** The status with what its envelope knows: agents of other makes leave some of it to the envelope. */
function completeStatus(update: StatusUpdate): TaskStatus {
  const { status } = update;
  if (status.uuid !== undefined && status.agent_id !== undefined && status.timestamp !== undefined)
    return status;
  return {
    ...status,
    uuid: status.uuid ?? (update.uuid?.length === 0 ? undefined : update.uuid),
    agent_id: status.agent_id ?? update.slave_id,
    executor_id: status.executor_id ?? update.executor_id,
    timestamp: status.timestamp ?? update.timestamp,
  };
}

const terminalStates = new Set(
  ['FINISHED', 'FAILED', 'KILLED', 'ERROR', 'LOST', 'DROPPED', 'GONE', 'GONE_BY_OPERATOR'].map(
    (name) => `TASK_${name}`,
  ),
);

function isTerminal(state: TaskState): boolean {
  return terminalStates.has(enumName(TaskState, state));
}

function sameUuid(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
