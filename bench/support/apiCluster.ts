/** A real master on a port, with agents that are actors of its own node and only know how to register and to pong. */
import { masterFlags } from '../../actors/master/flags.ts';
import { startMaster } from '../../actors/master/start.ts';
import {
  AgentInfoCapabilityType,
  type MessageTypes,
  type Task,
  TaskState,
  type TaskStatus,
  TaskStatusSource,
} from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { parseResources } from '../../proto/resources/index.ts';
import { parseFlags } from '../../runtime/flags/index.ts';
import { type ListeningNode, listen, type Pid, Process } from '../../runtime/index.ts';

export const FRAMEWORK_ID = 'framework-0000';

/** Speaks to the master as an agent with so many tasks. */
export class EmulatedAgent extends Process<MessageTypes> {
  readonly agentId: string;
  private readonly master: Pid;
  private readonly tasks: readonly Task[];
  private readonly joined: () => void;

  constructor(at: number, master: Pid, tasks: readonly Task[], joined: () => void) {
    super(`slave(${at})`);
    this.agentId = agentIdOf(at);
    this.master = master;
    this.tasks = tasks;
    this.joined = joined;
  }

  override initialize(): void {
    this.install('mesos.internal.PingSlaveMessage', (_, from) =>
      this.send(from, 'mesos.internal.PongSlaveMessage', {}),
    );
    this.install('mesos.internal.SlaveReregisteredMessage', () => this.joined());
    this.send(this.master, 'mesos.internal.ReregisterSlaveMessage', {
      slave: {
        id: { value: this.agentId },
        hostname: `host-${this.agentId}`,
        port: 5051,
        resources: [...parseResources('cpus:16;mem:65536;disk:100000;ports:[31000-32000]')],
      },
      version: '1.12.0',
      agent_capabilities: [
        { type: AgentInfoCapabilityType.MULTI_ROLE },
        { type: AgentInfoCapabilityType.RESERVATION_REFINEMENT },
      ],
      frameworks: [
        {
          id: { value: FRAMEWORK_ID },
          user: 'nobody',
          name: 'bench',
          failover_timeout: 1e6,
          checkpoint: true,
        },
      ],
      tasks: [...this.tasks],
    });
  }

  /** One more status of a task. */
  report(task: Task, state: TaskState, uuid: Uint8Array): void {
    const status = statusOf(task, state, uuid);
    this.send(this.master, 'mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: task.framework_id,
        slave_id: task.agent_id,
        status,
        timestamp: status.timestamp ?? 0,
        uuid,
        latest_state: state,
      },
      pid: this.self.toUpid(),
    });
  }
}

export const agentIdOf = (at: number): string => `1ce0d7fd-3d8a-4a2f-9f11-0d1f2a6a77e2-S${at}`;

/** A task as a returning agent brings it: two statuses, resources, a label. */
export function taskOf(at: number, agent: number): Task {
  const task: Task = {
    name: `task-${at}`,
    task_id: { value: `task-${at}` },
    framework_id: { value: FRAMEWORK_ID },
    agent_id: { value: agentIdOf(agent) },
    state: TaskState.TASK_RUNNING,
    resources: [...parseResources('cpus:1;mem:512').allocatedTo('*')],
    labels: { labels: [{ key: 'app', value: `service-${at % 100}` }] },
  };
  const uuid = new Uint8Array(16).fill(at % 256);
  return {
    ...task,
    statuses: [statusOf(task, TaskState.TASK_STARTING, uuid), statusOf(task, TaskState.TASK_RUNNING, uuid)],
    status_update_state: TaskState.TASK_RUNNING,
    status_update_uuid: uuid,
  };
}

function statusOf({ task_id, agent_id }: Task, state: TaskState, uuid: Uint8Array): TaskStatus {
  return {
    task_id,
    agent_id,
    state,
    uuid,
    source: TaskStatusSource.SOURCE_EXECUTOR,
    executor_id: { value: task_id.value },
    timestamp: 1_795_173_349.25,
    container_status: {
      container_id: { value: '98b2497c-46f8-4a23-be2d-009bc618ef5c' },
      network_infos: [{ ip_addresses: [{ ip_address: '10.0.0.1' }] }],
      executor_pid: 4711,
    },
  };
}

export interface ApiCluster {
  readonly node: ListeningNode['node'];
  readonly url: string;
  readonly master: Pid;
  readonly agents: EmulatedAgent[];
  add(agents: number, tasksEach: number): Promise<void>;
  stop(): Promise<void>;
}

export async function apiCluster(): Promise<ApiCluster> {
  // The client is of the same program: what it takes to read must not look like a master with too much to do.
  const limits = { lagMaxMs: 60_000 };
  const listening = await listen({
    host: '127.0.0.1',
    port: 0,
    codec: mesosCodec,
    delegateId: 'master',
    limits,
  });
  const parsed = parseFlags(
    masterFlags,
    ['--registry=in_memory', '--max_operator_event_stream_subscribers=5000'],
    {},
  );
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  const started = await startMaster(listening.node, parsed.values);
  const { node } = listening;
  const agents: EmulatedAgent[] = [];
  return {
    node,
    url: `http://127.0.0.1:${node.address.port}`,
    master: started.pid,
    agents,
    add: async (count, tasksEach) => {
      const joins = Array.from({ length: count }, () => {
        const at = agents.length;
        const tasks = Array.from({ length: tasksEach }, (_, i) => taskOf(at * tasksEach + i, at));
        return new Promise<void>((joined) => {
          const agent = new EmulatedAgent(at, started.pid, tasks, joined);
          agents.push(agent);
          node.spawn(agent);
        });
      });
      await Promise.all(joins);
    },
    stop: async () => {
      await started.stop();
      await listening.shutdown();
    },
  };
}
