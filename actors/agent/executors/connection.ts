/**
 * How an agent speaks to an executor, whatever that is: a driver at a PID, a client that reads a stream of events, or a part
 * of the agent itself.
 */
import type { KillPolicy, TaskID, TaskInfo } from '../../../proto/generated/types/v1.ts';
import type { Pid } from '../../../runtime/pid.ts';
import type { AgentHost } from '../host.ts';
import { type ExecutorEntry, executorId } from '../tables/entries.ts';

export interface ExecutorConnection {
  /** Address of a driver; undefined for whoever has none. */
  readonly pid: Pid | undefined;
  launch(task: TaskInfo): void;
  launchGroup(tasks: readonly TaskInfo[]): void;
  kill(taskId: TaskID, policy: KillPolicy | undefined): void;
  /** The update of that uuid is safe: it need not be sent again. */
  acknowledge(taskId: TaskID, uuid: Uint8Array): void;
  /** Bytes of the scheduler. */
  message(data: Uint8Array): void;
  shutDown(): void;
  /** Another connection takes its place, or the executor has ended. */
  close(): void;
}

/** An executor's driver, spoken to in v0 messages. */
export class PidConnection implements ExecutorConnection {
  readonly pid: Pid;
  private readonly host: AgentHost;
  private readonly executor: ExecutorEntry;

  constructor(host: AgentHost, executor: ExecutorEntry, pid: Pid) {
    this.host = host;
    this.executor = executor;
    this.pid = pid;
  }

  launch(task: TaskInfo): void {
    const { framework } = this.executor;
    this.host.send(this.pid, 'mesos.internal.RunTaskMessage', {
      framework_id: { value: framework.id },
      framework: framework.info,
      task,
      pid: framework.pid,
    });
  }

  /** Drivers know no groups: those are for the default executor, which is none. */
  launchGroup(tasks: readonly TaskInfo[]): void {
    for (const task of tasks) this.launch(task);
  }

  kill(taskId: TaskID, policy: KillPolicy | undefined): void {
    this.host.send(this.pid, 'mesos.internal.KillTaskMessage', {
      framework_id: { value: this.executor.framework.id },
      task_id: taskId,
      kill_policy: policy,
    });
  }

  acknowledge(taskId: TaskID, uuid: Uint8Array): void {
    this.host.send(this.pid, 'mesos.internal.StatusUpdateAcknowledgementMessage', {
      slave_id: { value: this.host.agentId() },
      framework_id: { value: this.executor.framework.id },
      task_id: taskId,
      uuid,
    });
  }

  message(data: Uint8Array): void {
    this.host.send(this.pid, 'mesos.internal.FrameworkToExecutorMessage', {
      slave_id: { value: this.host.agentId() },
      framework_id: { value: this.executor.framework.id },
      executor_id: { value: executorId(this.executor) },
      data,
    });
  }

  shutDown(): void {
    this.host.send(this.pid, 'mesos.internal.ShutdownExecutorMessage', {
      executor_id: this.executor.info.executor_id,
      framework_id: { value: this.executor.framework.id },
    });
  }

  close(): void {}
}
