/**
 * Status updates on their way from executors (or the agent itself) to the master (agent.md §6).
 *
 * A task's first terminal update wins; what comes after is acknowledged to its executor and goes no further. Streams,
 * with disk, retry and order, are the business of `updates/`.
 */

import { enumName } from '../../proto/enums.ts';
import type {
  StatusUpdate,
  StatusUpdateAcknowledgementMessage,
} from '../../proto/generated/types/internal.ts';
import {
  type ContainerID,
  type ContainerStatus,
  NetworkInfoProtocol,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
  TaskStatusSource,
} from '../../proto/generated/types/v1.ts';
import { drainStatus } from './draining/draining.ts';
import type { ExecutorConnection } from './executors/connection.ts';
import type { Executors } from './executors/executors.ts';
import type { Frameworks } from './executors/frameworks.ts';
import type { AgentHost } from './host.ts';
import {
  type ExecutorEntry,
  executorId,
  type FrameworkEntry,
  isBuiltIn,
  type TaskEntry,
  type Verdict,
} from './tables/entries.ts';
import { isTerminal } from './tables/loss.ts';
import type { CommandStatus } from './taskRuns/taskRun.ts';

/** The streams of updates, one a task (`updates/`). */
export interface UpdateStreams {
  /**
   * Takes the next update of a task.
   *
   * @param recorded called when it is safe: on disk with `checkpoint`, else at once; as an event of the agent
   */
  update(update: StatusUpdate, checkpoint: boolean, recorded: () => void): void;
  /**
   * The scheduler acknowledged an update.
   *
   * @param done called when that is on disk; not called for an acknowledgement of anything but the update in flight
   */
  acknowledge(frameworkId: string, taskId: string, uuid: Uint8Array, done: () => void): void;
  /** Forgets the streams of a framework that is no more. */
  forget(frameworkId: string): void;
  has(frameworkId: string, taskId: string): boolean;
  pause(): void;
  resume(): void;
}

export class StatusUpdates {
  private readonly host: AgentHost;
  private readonly frameworks: Frameworks;
  private readonly executors: Executors;
  private readonly streams: UpdateStreams;

  constructor(
    host: AgentHost,
    parts: { frameworks: Frameworks; executors: Executors; streams: UpdateStreams },
  ) {
    this.host = host;
    this.frameworks = parts.frameworks;
    this.executors = parts.executors;
    this.streams = parts.streams;
  }

  // ---- from executors -------------------------------------------------------------------------------------------

  /**
   * An update of an executor; it is acknowledged when it is safe.
   *
   * @param to who is told; by default the executor that has the task, if any
   */
  fromExecutor(update: StatusUpdate, to?: Pick<ExecutorConnection, 'acknowledge'>): void {
    const { metrics, tables } = this.host;
    const framework = tables.frameworks.get(update.framework_id.value);
    const task = tables.task(update.framework_id.value, update.status.task_id.value);
    const problem = this.problemOf(update, framework, task);
    if (problem !== undefined || framework === undefined) {
      metrics.invalidStatusUpdates.value += 1;
      this.host.log.warn('Ignoring a status update', { problem, task_id: update.status.task_id.value });
      return;
    }
    metrics.validStatusUpdates.value += 1;
    const executor = task?.executor ?? tables.executor(framework.id, update.executor_id?.value);
    const decorated = this.decorated(update, executor, TaskStatusSource.SOURCE_EXECUTOR);
    const { task_id, uuid } = decorated.status;
    const isKnown = wasTold(executor, decorated.status);
    const owner = task === undefined && !isKnown ? undefined : executor;
    const acknowledge = () => {
      if (uuid !== undefined) (to ?? owner?.connection)?.acknowledge(task_id, uuid);
    };
    if (task === undefined ? isKnown : !this.takes(task, decorated.status)) acknowledge();
    else this.pass(framework, decorated, acknowledge);
  }

  /** An update of a built-in executor. @param recorded called when it is safe; not when it goes no further */
  fromBuiltIn(task: TaskEntry, status: CommandStatus, recorded: () => void = () => undefined): void {
    const { framework } = task.executor;
    if (this.frameworks.isTerminating(framework) || !this.host.tables.isLive(task)) return;
    const source = isOfAgent(task, status) ? TaskStatusSource.SOURCE_AGENT : TaskStatusSource.SOURCE_EXECUTOR;
    const update = this.make(framework, task.id, task.executor, status, source);
    if (this.takes(task, update.status)) this.pass(framework, update, recorded);
  }

  // ---- made by the agent ----------------------------------------------------------------------------------------

  /** Ends a task that its executor cannot end. */
  end(task: TaskEntry, verdict: Verdict): void {
    const { framework } = task.executor;
    const update = this.make(framework, task.id, task.executor, verdict, TaskStatusSource.SOURCE_AGENT);
    if (!this.takes(task, update.status) || this.frameworks.isTerminating(framework)) return;
    this.pass(framework, update, () => undefined);
  }

  /** A task that the agent does not have and will not have. */
  refuse(framework: FrameworkEntry, taskId: string, ofExecutor: string | undefined, verdict: Verdict): void {
    const update = this.make(
      framework,
      taskId,
      undefined,
      verdict,
      TaskStatusSource.SOURCE_AGENT,
      ofExecutor,
    );
    this.pass(framework, update, () => undefined);
  }

  // ---- acknowledgements -----------------------------------------------------------------------------------------

  acknowledged(message: StatusUpdateAcknowledgementMessage): void {
    const frameworkId = message.framework_id.value;
    const taskId = message.task_id.value;
    const framework = this.host.tables.frameworks.get(frameworkId);
    if (framework === undefined || this.frameworks.isTerminating(framework)) {
      // Its streams are forgotten: acknowledgements that were under way then have nothing to say.
      this.host.log.debug('An acknowledgement came late', { framework_id: frameworkId, task_id: taskId });
      return;
    }
    const task = this.host.tables.task(frameworkId, taskId);
    const done = () => this.acknowledgementKept(frameworkId, taskId, message.uuid);
    const keep = () => this.streams.acknowledge(frameworkId, taskId, message.uuid, done);
    if (task === undefined || !this.isLast(task, message.uuid)) {
      keep();
      return;
    }
    // The task is forgotten on disk before its stream is: otherwise a crash in between would bring the task back without
    // its end, to be ended a second time.
    if (task.executor.framework.info.checkpoint !== true) {
      keep();
      return;
    }
    const kept = this.host.defer(keep);
    this.host.checkpoints.taskEnded(frameworkId, executorId(task.executor), taskId, (error) => {
      if (error === undefined) kept();
    });
  }

  /** Sends the head of a stream to the master; called by the streams, again and again until it is acknowledged. */
  forward(update: StatusUpdate): void {
    const { host } = this;
    const { status } = update;
    const task = host.tables.task(update.framework_id.value, status.task_id.value);
    if (task !== undefined && status.uuid !== undefined)
      task.forwarded = { state: status.state, uuid: status.uuid };
    host.send(host.master(), 'mesos.internal.StatusUpdateMessage', {
      update,
      pid: host.self.toUpid(),
    });
  }

  /** The framework is going: nobody will acknowledge anything about these tasks. */
  abandon(executor: ExecutorEntry): void {
    for (const task of [...executor.tasks.values()]) this.complete(task);
  }

  private acknowledgementKept(frameworkId: string, taskId: string, uuid: Uint8Array): void {
    const task = this.host.tables.task(frameworkId, taskId);
    if (task === undefined) return;
    if (!this.isLast(task, uuid)) return;
    this.host.tables.taskChart.step(task.key, { type: 'ACKNOWLEDGED' });
    this.complete(task);
  }

  private complete(task: TaskEntry): void {
    this.host.tables.completeTask(task);
    this.executors.removeIfDone(task.executor);
  }

  /** Whether the uuid is that of the task's end. */
  private isLast(task: TaskEntry, uuid: Uint8Array): boolean {
    const last = task.statuses.at(-1)?.uuid;
    return !this.host.tables.isLive(task) && last !== undefined && sameBytes(last, uuid);
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private problemOf(
    update: StatusUpdate,
    framework: FrameworkEntry | undefined,
    task: TaskEntry | undefined,
  ): string | undefined {
    if (framework === undefined) return 'its framework is not here';
    if (this.frameworks.isTerminating(framework)) return 'its framework is terminating';
    const { status } = update;
    if (status.uuid?.length !== 16) return 'it has no uuid of 16 bytes';
    if (status.state === TaskState.TASK_STAGING) return 'no executor may send TASK_STAGING';
    if (task !== undefined && this.host.tables.isUndelivered(task) && !isTerminal(status.state))
      return 'its task was not handed over yet';
    const agentId = update.slave_id?.value ?? status.agent_id?.value;
    return agentId === undefined || agentId === this.host.agentId()
      ? undefined
      : `it is for agent ${agentId}`;
  }

  /** Moves the task by the update. @returns false when the task has ended before: the update goes no further */
  private takes(task: TaskEntry, status: TaskStatus): boolean {
    const { tables, metrics } = this.host;
    if (!tables.isLive(task)) return false;
    tables.applyStatus(task, status);
    metrics.countEnd(status.state);
    return true;
  }

  private pass(framework: FrameworkEntry, update: StatusUpdate, recorded: () => void): void {
    this.host.log.info('Status update', () => ({
      framework_id: framework.id,
      task_id: update.status.task_id.value,
      state: enumName(TaskState, update.status.state),
      reason:
        update.status.reason === undefined ? undefined : enumName(TaskStatusReason, update.status.reason),
      message: update.status.message,
    }));
    this.streams.update(update, framework.info.checkpoint === true, recorded);
  }

  private make(
    framework: FrameworkEntry,
    taskId: string,
    executor: ExecutorEntry | undefined,
    said: CommandStatus,
    source: TaskStatusSource,
    ofExecutor?: string,
  ): StatusUpdate {
    const id = executor === undefined ? ofExecutor : executorId(executor);
    const executor_id = id === undefined ? undefined : { value: id };
    const timestamp = this.host.clock.now() / 1000;
    const uuid = this.host.ids.uuidBytes();
    const status: TaskStatus = { task_id: { value: taskId }, ...said, timestamp, uuid, executor_id };
    const update = { framework_id: { value: framework.id }, executor_id, status, timestamp, uuid };
    return this.decorated(update, executor, source);
  }

  /** With what the agent knows better than the executor. */
  private decorated(
    update: StatusUpdate,
    executor: ExecutorEntry | undefined,
    source: TaskStatusSource,
  ): StatusUpdate {
    const agent_id = { value: this.host.agentId() };
    const executor_id = executor === undefined ? update.executor_id : executor.info.executor_id;
    const timestamp = update.status.timestamp ?? update.timestamp;
    const container_status =
      executor === undefined ? update.status.container_status : this.containerStatus(executor, update.status);
    const framework = executor?.framework ?? this.host.tables.frameworks.get(update.framework_id.value);
    const told = drainStatus(update.status, framework?.info, this.host.drain()?.config);
    const status = { ...told, source, agent_id, executor_id, timestamp, container_status };
    return { ...update, slave_id: agent_id, executor_id, status, timestamp };
  }

  private containerStatus(executor: ExecutorEntry, status: TaskStatus): ContainerStatus {
    const said = status.container_status;
    if (isBuiltIn(executor) && isGone(status)) return { container_id: said?.container_id };
    const ownAddress = { protocol: NetworkInfoProtocol.IPv4, ip_address: this.host.self.host };
    const seen = this.host.containers.status(executor.containerId);
    // One inside an executor's may be on networks of its own.
    const inside = said?.container_id?.parent === undefined ? undefined : pathOf(said.container_id);
    const networks = inside === undefined ? undefined : this.host.containers.status(inside).network_infos;
    return {
      ...seen,
      ...said,
      container_id: said?.container_id ?? { value: executor.containerId },
      network_infos: said?.network_infos ??
        networks ??
        seen.network_infos ?? [{ ip_addresses: [ownAddress] }],
      executor_pid: (isBuiltIn(executor) ? said?.executor_pid : undefined) ?? executor.processId,
    };
  }
}

/** Reasons that a command executor of Mesos gives; all others are its agent's, about the container around it. */
const OF_COMMAND_EXECUTORS: ReadonlySet<TaskStatusReason> = new Set([
  TaskStatusReason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED,
  TaskStatusReason.REASON_TASK_CHECK_STATUS_UPDATED,
  TaskStatusReason.REASON_MAX_COMPLETION_TIME_REACHED,
]);

/** Whether the agent of a Mesos would say this, and not the built-in executor: containers inside the default one's are that one's. */
function isOfAgent({ executor }: TaskEntry, { reason }: CommandStatus): boolean {
  if (reason === undefined) return false;
  if (executor.forCommandTask) return !OF_COMMAND_EXECUTORS.has(reason);
  return reason === executor.verdict?.reason;
}

/** `{ value: b, parent: { value: a } }` as `a.b`. */
function pathOf({ value, parent }: ContainerID): string {
  return parent === undefined ? value : `${pathOf(parent)}.${value}`;
}

/** Whether a status is about a container inside its executor's that is not there yet, or no more. */
function isGone({ state, container_status }: TaskStatus): boolean {
  if (container_status?.container_id?.parent === undefined) return false;
  return container_status.executor_pid === undefined || isTerminal(state);
}

/** Whether the scheduler has acknowledged this very update: the task is over and remembered. */
function wasTold(executor: ExecutorEntry | undefined, { task_id, uuid }: TaskStatus): boolean {
  const completed = executor?.completed.find(({ id }) => id === task_id.value);
  if (uuid === undefined) return false;
  return (
    completed?.statuses.some((status) => status.uuid !== undefined && sameBytes(status.uuid, uuid)) === true
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
