/**
 * What the master and a returning agent know of each other is brought together (master.md §5.2, §5.3). The agent owns the
 * truth about its tasks; what it does not know any more it answers for itself, so that its answers are delivered surely.
 */
import {
  AgentInfoCapabilityType,
  type ExecutorInfo,
  enumName,
  type ReconcileTasksMessage,
  type ReregisterSlaveMessage,
  type Task,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import { Resources, withCheckpointed } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { MasterWord } from '../tasks/tasks.ts';
import { type AgentDescription, type AgentRecord, executorOf, newAgent } from './record.ts';

/** A re-registration that waits for the registry. */
export interface Returning {
  readonly message: ReregisterSlaveMessage;
  readonly description: AgentDescription;
  readonly from: Pid;
  /** What the agent has, by its own account. */
  readonly total: Resources;
}

const REREGISTERED: MasterWord = {
  reason: TaskStatusReason.REASON_AGENT_REREGISTERED,
  message: 'Agent re-registered',
};

export class AgentReconciliation {
  private readonly parts: MasterParts;
  private readonly returning = new Map<string, Returning>();

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  expect(id: string, returning: Returning): void {
    this.returning.set(id, returning);
  }

  forget(id: string): void {
    this.returning.delete(id);
  }

  /** An agent that is a member, or was when the former master led, is back. */
  reconcile(id: string): void {
    const back = this.take(id);
    if (back === undefined) return;
    const agent = this.parts.agents.find(id);
    if (agent !== undefined) {
      this.refresh(agent, back);
      return;
    }
    this.adopt(id, back);
    this.parts.leadership.agentSettled();
  }

  /** An agent that was unreachable, or that nobody knows, is back: its frameworks hear of its tasks. */
  returnFrom(id: string): void {
    const back = this.take(id);
    if (back === undefined) return;
    const agent = this.adopt(id, back);
    this.closeMissing(id);
    for (const tasks of agent.tasks.values()) {
      for (const task of tasks.values()) {
        const framework = this.parts.frameworks.find(task.frameworkId);
        // Mesos tells the newest state, which older ones that wait for their acknowledgement then take back.
        if (framework !== undefined) this.parts.reconciliation.tellLatest(framework, task, REREGISTERED);
      }
    }
  }

  /** Tasks that were unreachable with the agent and that it does not bring back are gone; whoever asks is told so. */
  private closeMissing(id: string): void {
    const { frameworks, tasks } = this.parts;
    for (const framework of frameworks.all()) {
      for (const task of [...framework.unreachable.values()]) {
        if (task.agentId !== id) continue;
        tasks.step(task, { type: 'AGENT_RETURNED', state: 'TASK_GONE' });
        tasks.complete(task);
      }
    }
  }

  private take(id: string): Returning | undefined {
    const back = this.returning.get(id);
    this.returning.delete(id);
    return back;
  }

  /** Makes a member of what the message says. */
  private adopt(id: string, { message, description, from, total }: Returning): AgentRecord {
    const { agents, nowMs, registration } = this.parts;
    const former = agents.at(from);
    if (former !== undefined && former.id !== id) this.parts.losses.replace(former);
    const agent = newAgent(description, id, from, this.parts, total);
    agent.reregisteredAtMs = nowMs;
    agents.add(agent);
    this.parts.changes.agentAdded(agent);
    const completed = this.takeFrameworks(agent, message);
    for (const task of message.tasks ?? []) this.takeTask(agent, task, completed);
    for (const info of message.executor_infos ?? []) this.takeExecutor(agent, info);
    registration.join(agent);
    this.finish(agent, message, []);
    return agent;
  }

  /** A member says again what it has. */
  private refresh(agent: AgentRecord, { message, description, from, total }: Returning): void {
    const { agents, allocation, actor, pings, nowMs } = this.parts;
    agents.moveTo(agent, from);
    agent.description = description;
    this.takeTotal(agent, description, total);
    agent.reregisteredAtMs = nowMs;
    agent.presentSinceMs = this.parts.steadyMs;
    this.takeFrameworks(agent, message);
    this.killUnknown(agent, message.tasks ?? []);
    this.dropExecutors(agent, message);
    for (const task of agent.killed) this.parts.kills.send(agent, task, undefined);
    actor.link(agent.pid);
    pings.watch(agent);
    allocation.updateAgent(agent);
    this.finish(agent, message, this.unreported(agent, message.tasks ?? []));
  }

  /**
   * An agent that takes operations knows best which came to something. One of before operations was told the whole list; what
   * it was told while it was away it is told again.
   */
  private takeTotal(agent: AgentRecord, { info, capabilities }: AgentDescription, reported: Resources): void {
    const takesOperations = capabilities.some(
      ({ type }) => type === AgentInfoCapabilityType.RESOURCE_PROVIDER,
    );
    const known = withCheckpointed(Resources.of(info.resources), agent.total.checkpointed());
    agent.total = takesOperations || typeof known === 'string' ? reported : known;
    this.parts.agentProviders.doubt(agent);
    if (!takesOperations && !agent.total.equals(reported)) this.parts.operations.checkpoint(agent);
  }

  private finish(
    agent: AgentRecord,
    message: ReregisterSlaveMessage,
    reconciliations: ReconcileTasksMessage[],
  ): void {
    const { actor, registration, frameworks, drains, metrics } = this.parts;
    metrics.slaveReregistrations.value++;
    actor.log.info('re-registered agent', {
      agent_id: agent.id,
      pid: agent.pid.text,
      tasks: message.tasks?.length ?? 0,
    });
    actor.send(agent.pid, 'mesos.internal.SlaveReregisteredMessage', {
      slave_id: { value: agent.id },
      reconciliations,
      connection: registration.connection,
    });
    for (const { id } of message.frameworks ?? []) {
      const framework = frameworks.find(id?.value ?? '');
      if (framework !== undefined) frameworks.describeTo(framework, agent);
    }
    drains.remind(agent, message.resource_version_uuid === undefined);
  }

  /** Frameworks nobody knew yet are recovered; those that are completed are shut down. @returns the completed ones */
  private takeFrameworks(agent: AgentRecord, message: ReregisterSlaveMessage): Set<string> {
    const { frameworks, actor } = this.parts;
    const completed = new Set<string>();
    for (const info of message.frameworks ?? []) {
      const id = info.id?.value ?? '';
      if (frameworks.isCompleted(id)) {
        completed.add(id);
        actor.log.info('told an agent to shut down a completed framework', {
          agent_id: agent.id,
          framework_id: id,
        });
        actor.send(agent.pid, 'mesos.internal.ShutdownFrameworkMessage', { framework_id: { value: id } });
      } else if (id !== '' && frameworks.find(id) === undefined) frameworks.recover(id, info);
    }
    return completed;
  }

  private takeTask(agent: AgentRecord, task: Task, completed: ReadonlySet<string>): void {
    const { frameworks, tasks, actor } = this.parts;
    const frameworkId = task.framework_id.value;
    if (completed.has(frameworkId)) return;
    const framework = frameworks.find(frameworkId);
    if (framework === undefined || framework.tasks.has(task.task_id.value)) {
      actor.log.warn('ended a task that an agent brought: its framework or its id is in the way', {
        agent_id: agent.id,
        framework_id: frameworkId,
        task_id: task.task_id.value,
      });
      this.kill(agent, task);
      return;
    }
    tasks.takeBack(agent, framework, task);
  }

  private takeExecutor(agent: AgentRecord, info: ExecutorInfo): void {
    const frameworkId = info.framework_id?.value ?? '';
    if (this.parts.frameworks.find(frameworkId) === undefined) return;
    this.parts.agents.addExecutor(agent, frameworkId, {
      id: info.executor_id.value,
      info,
      resources: Resources.of(info.resources),
    });
  }

  /**
   * Tasks that the master gave up while the agent was away (frameworks without checkpointing) and that run all the same:
   * their frameworks were told that they are lost, and what they hold is offered to others.
   */
  private killUnknown(agent: AgentRecord, reported: readonly Task[]): void {
    for (const task of reported) {
      const known = agent.tasks.get(task.framework_id.value)?.has(task.task_id.value) ?? false;
      if (!known) this.kill(agent, task);
    }
  }

  private kill(agent: AgentRecord, { framework_id, task_id }: Task): void {
    this.parts.actor.send(agent.pid, 'mesos.internal.KillTaskMessage', { framework_id, task_id });
  }

  /**
   * Executors that an agent does not report are gone. Mesos lets go of all of them; but a return may cross a launch, and then what an
   * executor holds would be offered to others: with a task that is asked for, too, it stays until the agent has answered.
   */
  private dropExecutors(agent: AgentRecord, { executor_infos, tasks }: ReregisterSlaveMessage): void {
    const running = new Set(
      executor_infos?.map((info) => `${info.framework_id?.value ?? ''}\n${info.executor_id.value}`),
    );
    const told = new Set(tasks?.map((task) => `${task.framework_id.value}\n${task.task_id.value}`));
    for (const [frameworkId, executors] of [...agent.executors]) {
      for (const executor of [...executors.values()]) {
        executor.doubtful = false;
        if (running.has(`${frameworkId}\n${executor.id}`)) continue;
        const asked = this.liveTasks(agent, frameworkId, executor.id).filter(
          ({ id }) => !told.has(`${frameworkId}\n${id}`),
        );
        if (asked.length > 0) executor.doubtful = true;
        else this.parts.agents.removeExecutor(agent, frameworkId, executor.id);
      }
    }
  }

  /** An agent tells of a task. It knows nothing of one that it was asked for? Nor of the executor, where that was in doubt. */
  answered(agent: AgentRecord, { frameworkId, description }: TaskRecord, { reason }: TaskStatus): void {
    const executorId = description.executor_id?.value ?? '';
    const executor = executorOf(agent, frameworkId, executorId);
    if (executor?.doubtful !== true) return;
    executor.doubtful = reason === TaskStatusReason.REASON_RECONCILIATION;
    if (executor.doubtful && this.liveTasks(agent, frameworkId, executorId).length === 0)
      this.parts.agents.removeExecutor(agent, frameworkId, executorId);
  }

  private liveTasks(agent: AgentRecord, frameworkId: string, executorId: string): TaskRecord[] {
    return [...(agent.tasks.get(frameworkId)?.values() ?? [])].filter(
      (task) => task.description.executor_id?.value === executorId && !this.parts.tasks.isTerminal(task),
    );
  }

  /** What the master knows and the agent does not report, by framework, for the agent to answer. */
  private unreported(agent: AgentRecord, reported: readonly Task[]): ReconcileTasksMessage[] {
    const known = new Set(reported.map((task) => `${task.framework_id.value}\n${task.task_id.value}`));
    const messages: ReconcileTasksMessage[] = [];
    for (const [frameworkId, tasks] of agent.tasks) {
      const missing = [...tasks.values()].filter((task) => !known.has(`${frameworkId}\n${task.id}`));
      const framework = this.parts.frameworks.find(frameworkId);
      if (missing.length === 0 || framework === undefined) continue;
      messages.push(
        this.reconciliationOf(
          framework,
          agent,
          missing.map(({ id }) => id),
        ),
      );
    }
    return messages;
  }

  private reconciliationOf(
    framework: FrameworkRecord,
    agent: AgentRecord,
    taskIds: readonly string[],
  ): ReconcileTasksMessage {
    const { actor, nowMs } = this.parts;
    actor.log.warn('an agent does not know tasks of a framework', {
      agent_id: agent.id,
      framework_id: framework.id,
      tasks: taskIds.length,
      state: enumName(TaskState, TaskState.TASK_LOST),
    });
    return {
      framework_id: { value: framework.id },
      framework: framework.description.info,
      statuses: taskIds.map((id) => ({
        task_id: { value: id },
        state: TaskState.TASK_LOST,
        source: TaskStatusSource.SOURCE_MASTER,
        reason: TaskStatusReason.REASON_RECONCILIATION,
        message: 'Task is unknown to the agent',
        agent_id: { value: agent.id },
        timestamp: nowMs / 1000,
      })),
    };
  }
}
