/**
 * An agent that runs nothing: it speaks the whole protocol with the master (registration, re-registration with tasks, pings, launches,
 * status updates until they are acknowledged) and lets every task end as soon as it runs.
 */
import {
  AgentInfoCapabilityType,
  type FrameworkInfo,
  type MessageTypes,
  type Resource,
  type Task,
  TaskState,
} from '../../proto/index.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { type Pid, Process, type Timer } from '../../runtime/index.ts';

const VERSION = '1.12.0';
/** Pauses before a master that came back is asked: as the real agent's. */
const FIRST_MS = 1000;
const RETRY_MIN_MS = 2000;
const RETRY_MAX_MS = 60_000;

const {
  MULTI_ROLE,
  HIERARCHICAL_ROLE,
  RESERVATION_REFINEMENT,
  AGENT_OPERATION_FEEDBACK,
  TASK_RESOURCE_LIMITS,
} = AgentInfoCapabilityType;
const CAPABILITIES = [
  MULTI_ROLE,
  HIERARCHICAL_ROLE,
  RESERVATION_REFINEMENT,
  AGENT_OPERATION_FEEDBACK,
  TASK_RESOURCE_LIMITS,
].map((type) => ({ type }));

/** Pause before an update is sent again. */
const REPEAT_MS = 10_000;

interface Told {
  readonly frameworkId: string;
  readonly state: TaskState;
  readonly uuid: Uint8Array;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export interface EmulatedOptions {
  readonly name: string;
  readonly resources: Resource[];
  /** What it has on it when it registers again: tasks by framework. */
  readonly frameworks: readonly FrameworkInfo[];
  readonly tasksOnReturn: number;
  readonly master: Pid;
  /** Told when it has got its id. */
  readonly onRegistered: () => void;
}

export class EmulatedAgent extends Process<MessageTypes> {
  private readonly options: EmulatedOptions;
  private agentId: string | undefined;
  private retry: Timer | undefined;
  private bound = RETRY_MIN_MS;
  /** Updates that wait for their acknowledgement, by task. */
  private readonly told = new Map<string, Told>();
  private repeating: Timer | undefined;

  constructor(id: string, options: EmulatedOptions) {
    super(id);
    this.options = options;
  }

  override initialize(): void {
    const registered = (): void => {
      this.retry?.cancel();
      this.bound = RETRY_MIN_MS;
    };
    this.install('mesos.internal.SlaveRegisteredMessage', ({ slave_id }) => {
      if (this.agentId === undefined) this.options.onRegistered();
      this.agentId = slave_id.value;
      registered();
    });
    this.install('mesos.internal.SlaveReregisteredMessage', registered);
    this.install('mesos.internal.PingSlaveMessage', (_, from) =>
      this.send(from, 'mesos.internal.PongSlaveMessage', {}),
    );
    this.install('mesos.internal.RunTaskMessage', ({ framework, task }) =>
      this.tell(task.task_id.value, framework.id?.value ?? '', TaskState.TASK_RUNNING),
    );
    this.install('mesos.internal.StatusUpdateAcknowledgementMessage', ({ task_id }) =>
      this.acknowledged(task_id.value),
    );
    this.install('mesos.internal.UpdateFrameworkMessage', () => undefined);
    this.install('mesos.internal.CheckpointResourcesMessage', () => undefined);
    this.install('mesos.internal.ShutdownFrameworkMessage', () => undefined);
    this.begin();
  }

  override exited(): void {
    this.begin();
  }

  /** A master was found, or is looked for again: back-off begins anew, as when a detector names another leader. */
  private begin(): void {
    this.retry?.cancel();
    this.bound = RETRY_MIN_MS;
    this.retry = this.delay(this.random.next() * FIRST_MS, () => this.ask());
  }

  private ask(): void {
    const { master } = this.options;
    this.link(master);
    if (this.agentId === undefined) {
      this.send(master, 'mesos.internal.RegisterSlaveMessage', {
        slave: this.info(),
        version: VERSION,
        agent_capabilities: CAPABILITIES,
      });
    } else this.send(master, 'mesos.internal.ReregisterSlaveMessage', this.returning(this.agentId));
    this.retry = this.delay(this.random.next() * this.bound, () => this.ask());
    this.bound = Math.min(this.bound * 2, RETRY_MAX_MS);
  }

  private returning(agentId: string): MessageTypes['mesos.internal.ReregisterSlaveMessage'] {
    const { frameworks, tasksOnReturn, name } = this.options;
    const timestamp = this.clock.now() / 1000;
    const agent_id = { value: agentId };
    const tasks = Array.from({ length: tasksOnReturn }, (_, n): Task => {
      const framework = frameworks[n % frameworks.length];
      const task_id = { value: `${name}-${n}` };
      return {
        name: `task-${n}`,
        task_id,
        framework_id: framework?.id ?? { value: 'none' },
        agent_id,
        state: TaskState.TASK_RUNNING,
        resources: TASK_RESOURCES,
        labels: { labels: LABELS },
        statuses: [{ task_id, state: TaskState.TASK_RUNNING, timestamp }],
      };
    });
    return {
      slave: { ...this.info(), id: agent_id },
      version: VERSION,
      agent_capabilities: CAPABILITIES,
      tasks,
      frameworks: [...frameworks],
    };
  }

  private info(): MessageTypes['mesos.internal.RegisterSlaveMessage']['slave'] {
    const { name, resources } = this.options;
    return {
      hostname: name,
      port: this.self.port,
      resources,
      attributes: [],
    };
  }

  private acknowledged(taskId: string): void {
    const told = this.told.get(taskId);
    this.told.delete(taskId);
    if (told?.state === TaskState.TASK_RUNNING) this.tell(taskId, told.frameworkId, TaskState.TASK_FINISHED);
  }

  private tell(taskId: string, frameworkId: string, state: TaskState): void {
    const told = { frameworkId, state, uuid: this.ids.uuidBytes(), timestamp: this.clock.now() / 1000 };
    this.told.set(taskId, told);
    this.forward(taskId, told);
    this.repeating ??= this.delay(REPEAT_MS, () => this.repeat());
  }

  /** As the real agent, but all at once: what was not acknowledged for a while is sent again. */
  private repeat(): void {
    this.repeating = undefined;
    const before = this.clock.now() / 1000 - REPEAT_MS / 2000;
    for (const [taskId, told] of this.told) if (told.timestamp < before) this.forward(taskId, told);
    if (this.told.size > 0) this.repeating = this.delay(REPEAT_MS, () => this.repeat());
  }

  private forward(taskId: string, { frameworkId, state, uuid, timestamp }: Told): void {
    const agent = { value: this.agentId ?? '' };
    this.send(this.options.master, 'mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: frameworkId },
        slave_id: agent,
        status: { task_id: { value: taskId }, agent_id: agent, state, uuid, source: 2, timestamp },
        timestamp,
        uuid,
        latest_state: state,
      },
      pid: this.self.toUpid(),
    });
  }
}

const TASK_RESOURCES = parseResources('cpus:0.1;mem:32')
  .toMessages()
  .map((each) => ({ ...each, allocation_info: { role: '*' } }));

const LABELS = Array.from({ length: 10 }, (_, n) => ({ key: `label-${n}`, value: `value-${n}` }));
