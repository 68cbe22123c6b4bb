/** What executors that are processes of their own say through their drivers (v0 messages; agent.md §4.2, §5, §7). */
import type {
  ExecutorToFrameworkMessage,
  FrameworkToExecutorMessage,
  RegisterExecutorMessage,
  ReregisterExecutorMessage,
  ShutdownExecutorMessage,
  StatusUpdate,
  StatusUpdateMessage,
} from '../../../proto/generated/types/internal.ts';
import type { Pid } from '../../../runtime/pid.ts';
import type { AgentHost } from '../host.ts';
import type { Registration } from '../registration/registration.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import { type ExecutorEntry, executorId, isBuiltIn } from '../tables/entries.ts';
import { type ExecutorConnection, PidConnection } from './connection.ts';
import type { Executors } from './executors.ts';
import type { Frameworks } from './frameworks.ts';
import { dropUnknown } from './returned.ts';

export class ExecutorDrivers {
  private readonly host: AgentHost;
  private readonly frameworks: Frameworks;
  private readonly executors: Executors;
  private readonly updates: StatusUpdates;
  private readonly registration: Registration;

  constructor(
    host: AgentHost,
    parts: {
      frameworks: Frameworks;
      executors: Executors;
      updates: StatusUpdates;
      registration: Registration;
    },
  ) {
    this.host = host;
    this.frameworks = parts.frameworks;
    this.executors = parts.executors;
    this.updates = parts.updates;
    this.registration = parts.registration;
  }

  /** One that is not awaited is told to end: it has the address of an agent or a run that is over. */
  register(message: RegisterExecutorMessage, from: Pid | undefined): void {
    const executor = this.find(message);
    const awaited = executor !== undefined && this.isAwaited(executor) && !this.registration.isRecovering;
    if (!awaited || from === undefined) {
      this.turnAway(message, from);
      return;
    }
    if (this.executors.shutDownIfIdle(executor)) {
      this.turnAway(message, from);
      return;
    }
    this.welcome(executor, from, () => {
      this.host.send(from, 'mesos.internal.ExecutorRegisteredMessage', {
        executor_info: executor.info,
        framework_id: { value: executor.framework.id },
        framework_info: executor.framework.info,
        slave_id: { value: this.host.agentId() },
        slave_info: this.host.info(),
      });
      this.executors.registered(executor);
    });
  }

  /** An executor that outlived an agent process is back. */
  reregister(message: ReregisterExecutorMessage, from: Pid | undefined): void {
    const executor = this.find(message);
    if (executor === undefined || from === undefined || !this.isAwaited(executor)) {
      this.turnAway(message, from);
      return;
    }
    const held = new Set((message.tasks ?? []).map((task) => task.task_id.value));
    this.welcome(executor, from, () => {
      this.host.send(from, 'mesos.internal.ExecutorReregisteredMessage', {
        slave_id: { value: this.host.agentId() },
        slave_info: this.host.info(),
      });
      this.executors.registered(executor);
      for (const update of message.updates ?? [])
        this.updates.fromExecutor(update, this.acknowledgerTo(from, update));
      dropUnknown(this.host, this.updates, executor, held);
    });
  }

  statusUpdate(message: StatusUpdateMessage, from: Pid | undefined): void {
    this.updates.fromExecutor(message.update, this.acknowledgerTo(from, message.update));
  }

  /** To the framework: by way of the master, without any promise. */
  toFramework(message: ExecutorToFrameworkMessage): void {
    const framework = this.host.tables.frameworks.get(message.framework_id.value);
    const isOpen = framework !== undefined && !this.frameworks.isTerminating(framework);
    const { validFrameworkMessages, invalidFrameworkMessages } = this.host.metrics;
    if (!isOpen || !this.registration.isRegistered) {
      invalidFrameworkMessages.value += 1;
      return;
    }
    validFrameworkMessages.value += 1;
    this.host.send(this.host.master(), 'mesos.internal.ExecutorToFrameworkMessage', message);
  }

  toExecutor(message: FrameworkToExecutorMessage): void {
    const executor = this.find(message);
    const { validFrameworkMessages, invalidFrameworkMessages } = this.host.metrics;
    if (executor?.connection === undefined || this.executors.isEnding(executor)) {
      invalidFrameworkMessages.value += 1;
      return;
    }
    validFrameworkMessages.value += 1;
    executor.connection.message(message.data);
  }

  /** ShutdownExecutorMessage of the master (the scheduler's SHUTDOWN call). */
  shutDown(message: ShutdownExecutorMessage): void {
    const executor = this.host.tables.executor(message.framework_id?.value, message.executor_id?.value);
    if (executor === undefined) return;
    this.host.log.info('Asked to shut down an executor', {
      framework_id: executor.framework.id,
      executor_id: executorId(executor),
    });
    this.executors.shutDown(executor);
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private find(
    message: Pick<RegisterExecutorMessage, 'framework_id' | 'executor_id'>,
  ): ExecutorEntry | undefined {
    const executor = this.host.tables.executor(message.framework_id.value, message.executor_id.value);
    return executor === undefined || isBuiltIn(executor) ? undefined : executor;
  }

  private isAwaited(executor: ExecutorEntry): boolean {
    return this.executors.isRegistering(executor) && !this.frameworks.isTerminating(executor.framework);
  }

  /** Whoever sent the update is told, whether or not it is an executor that is known here. */
  private acknowledgerTo(
    from: Pid | undefined,
    { framework_id }: Pick<StatusUpdate, 'framework_id'>,
  ): Pick<ExecutorConnection, 'acknowledge'> {
    const slave_id = { value: this.host.agentId() };
    return {
      acknowledge: (task_id, uuid) =>
        this.host.send(from, 'mesos.internal.StatusUpdateAcknowledgementMessage', {
          slave_id,
          framework_id,
          task_id,
          uuid,
        }),
    };
  }

  private turnAway(
    message: Pick<RegisterExecutorMessage, 'framework_id' | 'executor_id'>,
    from: Pid | undefined,
  ): void {
    const { framework_id, executor_id } = message;
    this.host.log.warn('Telling an executor to end that is not expected here', {
      framework_id: framework_id.value,
      executor_id: executor_id.value,
    });
    this.host.send(from, 'mesos.internal.ShutdownExecutorMessage', { framework_id, executor_id });
  }

  /** Its address is kept before it is answered, so that a restarted agent can find it. */
  private welcome(executor: ExecutorEntry, from: Pid, answer: () => void): void {
    executor.connection?.close();
    executor.connection = new PidConnection(this.host, executor, from);
    this.host.link(from);
    if (executor.framework.info.checkpoint !== true) {
      answer();
      return;
    }
    const welcome = this.host.defer(() => {
      if (this.isAwaited(executor)) answer();
    });
    this.host.checkpoints.executorPid(executor.framework.id, executorId(executor), from.text, (error) => {
      if (error === undefined) welcome();
    });
  }
}
