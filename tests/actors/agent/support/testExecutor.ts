/** An executor's driver that does what a test tells it to. */
import type { MessageTypes } from '../../../../proto/generated/types/names.ts';
import type { TaskState } from '../../../../proto/generated/types/v1.ts';
import type { Pid } from '../../../../runtime/pid.ts';
import { Process } from '../../../../runtime/process.ts';

const NAMES = [
  'mesos.internal.ExecutorRegisteredMessage',
  'mesos.internal.ExecutorReregisteredMessage',
  'mesos.internal.ReconnectExecutorMessage',
  'mesos.internal.RunTaskMessage',
  'mesos.internal.KillTaskMessage',
  'mesos.internal.FrameworkToExecutorMessage',
  'mesos.internal.StatusUpdateAcknowledgementMessage',
  'mesos.internal.ShutdownExecutorMessage',
] as const;

type Name = keyof MessageTypes & string;

export class TestExecutor extends Process<MessageTypes> {
  readonly heard: { readonly name: Name; readonly body: unknown }[] = [];
  private readonly agent: Pid;

  constructor(agent: Pid) {
    super('executor(1)');
    this.agent = agent;
  }

  override initialize(): void {
    for (const name of NAMES) this.install(name, (body) => this.heard.push({ name, body }));
  }

  tell<K extends Name>(name: K, body: MessageTypes[K]): void {
    this.dispatch(() => this.send(this.agent, name, body));
  }

  register(executorId = 'custom', frameworkId = 'framework-0000'): void {
    this.tell('mesos.internal.RegisterExecutorMessage', {
      framework_id: { value: frameworkId },
      executor_id: { value: executorId },
    });
  }

  /** @param number makes the uuid */
  update(taskId: string, state: TaskState, number: number): void {
    const uuid = new Uint8Array(16).fill(number);
    const task_id = { value: taskId };
    this.tell('mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: 'framework-0000' },
        executor_id: { value: 'custom' },
        slave_id: { value: 'agent-S0' },
        status: { task_id, state, uuid },
        timestamp: 1,
        uuid,
      },
    });
  }

  messages<K extends Name>(name: K): MessageTypes[K][] {
    return this.heard.filter((heard) => heard.name === name).map(({ body }) => body as MessageTypes[K]);
  }
}
