/** A master that does what the test says, and remembers what it was told. */
import type {
  MessageTypes,
  Offer,
  Resource,
  SchedulerCall,
  TaskInfo,
  TaskStatus,
} from '../../../proto/index.ts';
import { SchedulerCallType, TaskState } from '../../../proto/index.ts';
import { parseResources } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { Process } from '../../../runtime/index.ts';

const SLAVE_PID = 'slave(1)@10.0.0.9:5051';

export class ScriptedMaster extends Process<MessageTypes> {
  readonly calls: SchedulerCall[] = [];
  /** Whether SUBSCRIBE is answered. */
  answering = true;
  /** What happens to each launched task, as a script of states; by default it runs and finishes. */
  onLaunch: (task: TaskInfo) => void = (task) => {
    this.update(task, { state: TaskState.TASK_RUNNING });
    this.update(task, { state: TaskState.TASK_FINISHED });
  };
  readonly launched: TaskInfo[] = [];
  framework: Pid | undefined;
  #frameworks = 0;
  #offers = 0;

  constructor() {
    super('master');
  }

  override initialize(): void {
    this.install('mesos.scheduler.Call', (call, from) => this.#take(call, from));
  }

  callsOf(type: SchedulerCallType): SchedulerCall[] {
    return this.calls.filter((call) => call.type === type);
  }

  /** Sends one offer each of `resources` (text) on these agents. */
  offer(resources: string, agents: readonly string[] = ['S0'], role = '*'): Offer[] {
    const offers = agents.map((agent) => this.#offerOf(parseResources(resources).toMessages(), agent, role));
    this.tell('mesos.internal.ResourceOffersMessage', { offers, pids: offers.map(() => SLAVE_PID) });
    return offers;
  }

  update(task: Pick<TaskInfo, 'task_id' | 'agent_id'>, status: Omit<TaskStatus, 'task_id'>): void {
    const uuid = this.ids.uuidBytes();
    const { task_id, agent_id } = task;
    this.tell('mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: 'F-0000' },
        slave_id: agent_id,
        status: { task_id, agent_id, ...status },
        timestamp: this.clock.now() / 1000,
        uuid,
      },
      pid: SLAVE_PID,
    });
  }

  /** An answer of the master itself, as to reconciliation: without uuid. */
  answer(task: Pick<TaskInfo, 'task_id' | 'agent_id'>, status: Omit<TaskStatus, 'task_id'>): void {
    this.tell('mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: 'F-0000' },
        status: { task_id: task.task_id, agent_id: task.agent_id, ...status },
        timestamp: this.clock.now() / 1000,
      },
    });
  }

  tell<K extends keyof MessageTypes & string>(name: K, body: MessageTypes[K]): void {
    this.send(this.framework, name, body);
  }

  #take(call: SchedulerCall, from: Pid | undefined): void {
    this.calls.push(call);
    if (call.type === SchedulerCallType.SUBSCRIBE && this.answering) this.#subscribed(call, from);
    for (const operation of call.accept?.operations ?? []) {
      for (const task of operation.launch?.task_infos ?? []) {
        this.launched.push(task);
        this.onLaunch(task);
      }
    }
  }

  #subscribed({ framework_id }: SchedulerCall, from: Pid | undefined): void {
    this.framework = from;
    const id = framework_id ?? { value: `F-${String(this.#frameworks++).padStart(4, '0')}` };
    this.tell('mesos.internal.FrameworkRegisteredMessage', {
      framework_id: id,
      master_info: { id: 'M', ip: 0, port: 5050 },
    });
  }

  #offerOf(resources: Resource[], agent: string, role: string): Offer {
    const allocation_info = { role };
    return {
      id: { value: `O${this.#offers++}` },
      framework_id: { value: 'F-0000' },
      agent_id: { value: agent },
      hostname: `host-${agent}`,
      url: {
        scheme: 'http',
        address: { hostname: `host-${agent}`, ip: '10.0.0.9', port: 5051 },
        path: '/slave(1)',
      },
      resources: resources.map((resource) => ({ ...resource, allocation_info })),
      allocation_info,
    };
  }
}
