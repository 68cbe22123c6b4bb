/** An agent that does what the test says, and remembers what its executor told it. */
import type { MessageTypes, StatusUpdate } from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { Process } from '../../../runtime/index.ts';

export const framework_id = { value: 'F-0000' };
export const executor_id = { value: 'e' };
export const slave_id = { value: 'S0' };
export const slave_info = { hostname: 'host-S0' };
const framework_info = { user: 'nobody', name: 'test' };

export class ScriptedAgent extends Process<MessageTypes> {
  readonly heard: string[] = [];
  readonly updates: StatusUpdate[] = [];
  readonly reregistrations: MessageTypes['mesos.internal.ReregisterExecutorMessage'][] = [];
  acknowledging = true;
  executor: Pid | undefined;

  constructor() {
    super('slave(1)');
  }

  override initialize(): void {
    this.install('mesos.internal.RegisterExecutorMessage', (_message, from) => {
      this.heard.push('register');
      this.executor = from;
      const executor_info = { executor_id };
      const body = { executor_info, framework_id, framework_info, slave_id, slave_info };
      this.tell('mesos.internal.ExecutorRegisteredMessage', body);
    });
    this.install('mesos.internal.ReregisterExecutorMessage', (message) => {
      this.heard.push('reregister');
      this.reregistrations.push(message);
      this.tell('mesos.internal.ExecutorReregisteredMessage', { slave_id, slave_info });
    });
    this.install('mesos.internal.StatusUpdateMessage', ({ update }) => {
      this.updates.push(update);
      if (this.acknowledging) this.acknowledge(update);
    });
    this.install('mesos.internal.ExecutorToFrameworkMessage', ({ data }) => {
      this.heard.push(`message ${Buffer.from(data)}`);
    });
  }

  tell<K extends keyof MessageTypes & string>(name: K, body: MessageTypes[K]): void {
    this.send(this.executor, name, body);
  }

  run(id: string, data = '{}'): void {
    const task_id = { value: id };
    const task = { name: id, task_id, agent_id: slave_id, data: Buffer.from(data) };
    this.tell('mesos.internal.RunTaskMessage', { framework: framework_info, task });
  }

  kill(id: string): void {
    this.tell('mesos.internal.KillTaskMessage', { framework_id, task_id: { value: id } });
  }

  acknowledge({ status, uuid }: StatusUpdate): void {
    if (uuid === undefined) throw new Error('an update of an executor has a uuid');
    this.tell('mesos.internal.StatusUpdateAcknowledgementMessage', {
      slave_id,
      framework_id,
      task_id: status.task_id,
      uuid,
    });
  }

  /** `task state`, in the order in which they came. */
  get told(): string[] {
    return this.updates.map(({ status }) => `${status.task_id.value} ${status.state}`);
  }
}
