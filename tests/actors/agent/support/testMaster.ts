/** A master that does what a test tells it to, and remembers all that an agent says. */
import { AuthenticatorSession, type SessionOutcome } from '../../../../actors/authentication/index.ts';
import type { MessageTypes } from '../../../../proto/generated/types/names.ts';
import {
  type ExecutorInfo,
  ExecutorInfoType,
  type FrameworkInfo,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from '../../../../proto/generated/types/v1.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import type { Pid } from '../../../../runtime/pid.ts';
import { Process } from '../../../../runtime/process.ts';

type Name = keyof MessageTypes & string;

export interface Heard<K extends Name = Name> {
  readonly name: K;
  readonly body: MessageTypes[K];
}

const NAMES = [
  'mesos.internal.AuthenticateMessage',
  'mesos.internal.RegisterSlaveMessage',
  'mesos.internal.ReregisterSlaveMessage',
  'mesos.internal.UnregisterSlaveMessage',
  'mesos.internal.UpdateSlaveMessage',
  'mesos.internal.StatusUpdateMessage',
  'mesos.internal.ExitedExecutorMessage',
  'mesos.internal.ExecutorToFrameworkMessage',
  'mesos.internal.PongSlaveMessage',
  'mesos.internal.UpdateOperationStatusMessage',
] as const;

export class TestMaster extends Process<MessageTypes> {
  readonly heard: Heard[] = [];
  /** Whether registrations are answered. */
  answers = true;
  /** Whether updates are acknowledged. */
  acknowledges = true;
  /** Secrets by principal; undefined: nobody who wants to authenticate is answered. */
  secrets: ReadonlyMap<string, string> | undefined;
  /** How authentications ended. */
  readonly authentications: string[] = [];
  agent: Pid | undefined;
  agentId = 'agent-S0';

  constructor() {
    super('master');
  }

  override initialize(): void {
    for (const name of NAMES) this.install(name, (body, from) => this.hear({ name, body }, from));
  }

  private authenticate(authenticatee: Pid | undefined): void {
    const { secrets } = this;
    if (secrets === undefined || authenticatee === undefined) return;
    const ended = ({ kind }: SessionOutcome): void => void this.authentications.push(kind);
    const id = this.node.generateId('crammd5-authenticator-session');
    this.node.spawn(new AuthenticatorSession({ id, authenticatee, secrets, ended }));
  }

  private hear(heard: Heard, from: Pid | undefined): void {
    this.heard.push(heard);
    if (heard.name === 'mesos.internal.AuthenticateMessage') this.authenticate(from);
    const slave_id = { value: this.agentId };
    const connection = { total_ping_timeout_seconds: 75 };
    if (heard.name === 'mesos.internal.RegisterSlaveMessage' && this.answers) {
      this.agent = from;
      this.send(from, 'mesos.internal.SlaveRegisteredMessage', { slave_id, connection });
    } else if (heard.name === 'mesos.internal.ReregisterSlaveMessage' && this.answers) {
      this.agent = from;
      this.send(from, 'mesos.internal.SlaveReregisteredMessage', { slave_id, connection });
    } else if (heard.name === 'mesos.internal.StatusUpdateMessage' && this.acknowledges) {
      this.acknowledge((heard.body as MessageTypes['mesos.internal.StatusUpdateMessage']).update.status);
    }
  }

  /** Sends anything to the agent. */
  tell<K extends Name>(name: K, body: MessageTypes[K]): void {
    this.dispatch(() => this.send(this.agent, name, body));
  }

  /** Acknowledges as the scheduler of the (only) framework would. */
  acknowledge(status: TaskStatus, framework: FrameworkInfo = FRAMEWORK): void {
    this.tell('mesos.internal.StatusUpdateAcknowledgementMessage', {
      slave_id: { value: this.agentId },
      framework_id: framework.id ?? { value: '' },
      task_id: status.task_id,
      uuid: status.uuid ?? new Uint8Array(),
    });
  }

  run(task: TaskInfo, framework: FrameworkInfo = FRAMEWORK, launch_executor = true): void {
    this.tell('mesos.internal.RunTaskMessage', { framework, task, launch_executor });
  }

  runGroup(
    tasks: readonly TaskInfo[],
    executor: ExecutorInfo = DEFAULT_EXECUTOR,
    launch_executor = true,
  ): void {
    this.tell('mesos.internal.RunTaskGroupMessage', {
      framework: FRAMEWORK,
      executor,
      task_group: { tasks: [...tasks] },
      launch_executor,
    });
  }

  kill(taskId: string, graceMs?: number, framework: FrameworkInfo = FRAMEWORK): void {
    const grace = graceMs === undefined ? undefined : { grace_period: { nanoseconds: graceMs * 1e6 } };
    this.tell('mesos.internal.KillTaskMessage', {
      framework_id: framework.id ?? { value: '' },
      task_id: { value: taskId },
      kill_policy: grace,
    });
  }

  messages<K extends Name>(name: K): MessageTypes[K][] {
    return this.heard.filter((heard) => heard.name === name).map(({ body }) => body as MessageTypes[K]);
  }

  /** Statuses of a task, each once, in the order of their arrival. */
  statuses(taskId: string): TaskStatus[] {
    const seen = new Set<string>();
    return this.messages('mesos.internal.StatusUpdateMessage')
      .map(({ update }) => update.status)
      .filter((status) => {
        const uuid = Buffer.from(status.uuid ?? []).toString('hex');
        if (status.task_id.value !== taskId || seen.has(uuid)) return false;
        seen.add(uuid);
        return true;
      });
  }

  states(taskId: string): TaskState[] {
    return this.statuses(taskId).map(({ state }) => state);
  }
}

export const FRAMEWORK: FrameworkInfo = {
  id: { value: 'framework-0000' },
  name: 'test',
  user: 'nobody-in-particular',
  checkpoint: true,
  capabilities: [{ type: 5 }, { type: 2 }],
};

export const DEFAULT_EXECUTOR: ExecutorInfo = {
  type: ExecutorInfoType.DEFAULT,
  executor_id: { value: 'default' },
  framework_id: { value: 'framework-0000' },
  resources: parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages(),
};

/** A task that runs `command` in a shell. */
export function commandTask(id: string, command: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: 'agent-S0' },
    resources: parseResources('cpus:0.1;mem:32').allocatedTo('*').toMessages(),
    command: { value: command },
    ...more,
  };
}
