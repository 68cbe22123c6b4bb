/** A master in a simulated world, with agents and schedulers that tests play by hand. */

import { soleElection } from '../../../../actors/election/election.ts';
import { MemoryStore, type RegistryStore } from '../../../../actors/election/store/store.ts';
import { type MasterFlags, masterFlags } from '../../../../actors/master/flags.ts';
import { Master } from '../../../../actors/master/master.ts';
import type { MasterSettings } from '../../../../actors/master/parts.ts';
import {
  AgentInfoCapabilityType,
  type FrameworkInfo,
  fromJsonText,
  type MasterCall,
  type MasterResponse,
  type MessageTypes,
  type Offer,
  type SchedulerCall,
  SchedulerCallType,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
  TaskStatusSource,
  toJsonText,
} from '../../../../proto/index.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { parseFlags, toStrings } from '../../../../runtime/flags/index.ts';
import { HttpReply } from '../../../../runtime/http/reply.ts';
import { type ExitReason, type Node, type Pid, Process } from '../../../../runtime/index.ts';
import { createLogger } from '../../../../runtime/logging/index.ts';
import type { LogRecord } from '../../../../runtime/logging/record.ts';
import { simulatedWorld, type World } from '../../../support/world.ts';
import { agentInfo, frameworkInfo } from './infos.ts';

export * from './infos.ts';

export const MASTER_PORT = 5050;

type Name = keyof MessageTypes & string;
type Registering = MessageTypes['mesos.internal.RegisterSlaveMessage'];

interface Heard {
  readonly name: Name;
  readonly body: unknown;
}

/** An actor that notes what it is told, and says what the test wants it to say. */
export class Puppet extends Process<MessageTypes> {
  readonly heard: Heard[] = [];
  readonly exits: ExitReason[] = [];
  /** Pongs, when it is an agent that lives. */
  pongs = true;
  private readonly names: readonly Name[];
  private master: Pid | undefined;

  constructor(id: string, names: readonly Name[]) {
    super(id);
    this.names = names;
  }

  override initialize(): void {
    for (const name of this.names) {
      this.install(name, (body, from) => {
        if (name === 'mesos.internal.PingSlaveMessage') {
          if (this.pongs) this.send(from, 'mesos.internal.PongSlaveMessage', {});
          this.pings++;
        }
        this.heard.push({ name, body });
      });
    }
  }

  pings = 0;

  /** Who it speaks to. */
  attachTo(master: Pid): void {
    this.master = master;
  }

  say<K extends Name>(name: K, body: MessageTypes[K]): void {
    this.send(this.master, name, body);
  }

  /** Bodies of that message heard so far, oldest first. */
  all<K extends Name>(name: K): MessageTypes[K][] {
    return this.heard.filter((each) => each.name === name).map((each) => each.body as MessageTypes[K]);
  }

  last<K extends Name>(name: K): MessageTypes[K] | undefined {
    return this.all(name).at(-1);
  }

  forget(): void {
    this.heard.length = 0;
  }
}

const AGENT_HEARS: readonly Name[] = [
  'mesos.internal.SlaveRegisteredMessage',
  'mesos.internal.SlaveReregisteredMessage',
  'mesos.internal.PingSlaveMessage',
  'mesos.internal.RunTaskMessage',
  'mesos.internal.RunTaskGroupMessage',
  'mesos.internal.KillTaskMessage',
  'mesos.internal.StatusUpdateAcknowledgementMessage',
  'mesos.internal.ShutdownFrameworkMessage',
  'mesos.internal.ShutdownExecutorMessage',
  'mesos.internal.FrameworkToExecutorMessage',
  'mesos.internal.UpdateFrameworkMessage',
  'mesos.internal.ShutdownMessage',
  'mesos.internal.DrainSlaveMessage',
  'mesos.internal.ApplyOperationMessage',
  'mesos.internal.AcknowledgeOperationStatusMessage',
  'mesos.internal.ReconcileOperationsMessage',
  'mesos.internal.CheckpointResourcesMessage',
];

const SCHEDULER_HEARS: readonly Name[] = [
  'mesos.internal.FrameworkRegisteredMessage',
  'mesos.internal.FrameworkReregisteredMessage',
  'mesos.internal.ResourceOffersMessage',
  'mesos.internal.RescindResourceOfferMessage',
  'mesos.internal.InverseOffersMessage',
  'mesos.internal.RescindInverseOfferMessage',
  'mesos.internal.StatusUpdateMessage',
  'mesos.internal.ExecutorToFrameworkMessage',
  'mesos.internal.ExitedExecutorMessage',
  'mesos.internal.LostSlaveMessage',
  'mesos.internal.FrameworkErrorMessage',
];

export function flagsOf(given: Record<string, string> = {}): MasterFlags {
  const argv = Object.entries({ registry: 'in_memory', ...given }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  const parsed = parseFlags(masterFlags, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

export interface Started {
  readonly master: Master;
  readonly node: Node;
  readonly fatal: string[];
}

export class TestCluster {
  readonly world: World = simulatedWorld(7, mesosCodec);
  readonly store: RegistryStore;
  private readonly flags: MasterFlags;
  private readonly settings: Partial<MasterSettings>;
  private current: Started;
  private readonly nodes = new Map<number, Node>();
  private uuid = 0;
  /** What the masters logged as errors: a chart's action that threw, above all. */
  readonly errors: LogRecord[] = [];

  constructor(
    flags: Record<string, string> = {},
    store: RegistryStore = new MemoryStore(),
    settings: Partial<MasterSettings> = {},
  ) {
    this.settings = settings;
    this.store = store;
    this.flags = flagsOf(flags);
    this.current = this.startMaster();
    this.run(1);
  }

  get master(): Master {
    return this.current.master;
  }

  get masterNode(): Node {
    return this.current.node;
  }

  get fatal(): readonly string[] {
    return this.current.fatal;
  }

  /** Lets time pass. */
  run(ms: number): void {
    this.world.run(ms);
  }

  /** Virtual milliseconds since 1970. */
  get nowMs(): number {
    return this.world.ports.clock.now();
  }

  /** The master's process dies; another one starts at its address with the same registry. */
  failOver(): void {
    this.dropNode(this.current.node);
    this.run(10);
    this.current = this.startMaster();
    this.run(10);
  }

  dropNode(node: Node): void {
    this.world.network.drop(node.address);
    void node.stop();
    this.run(1);
  }

  /** An agent's actor at `10.0.0.1:port`. */
  agent(port = 5051, id = 'slave(1)'): Puppet {
    return this.puppet(port, new Puppet(id, AGENT_HEARS));
  }

  scheduler(port = 6001, id = 'scheduler-1'): Puppet {
    return this.puppet(port, new Puppet(id, SCHEDULER_HEARS));
  }

  nodeAt(port: number): Node {
    const node = this.nodes.get(port);
    if (node === undefined) throw new Error(`no node at ${port}`);
    return node;
  }

  /** The process at the port dies. */
  kill(port: number): void {
    const node = this.nodeAt(port);
    this.nodes.delete(port);
    this.dropNode(node);
  }

  /** Registers an agent. @returns its id */
  register(agent: Puppet, info = agentInfo(), more: Partial<Registering> = {}): string {
    agent.say('mesos.internal.RegisterSlaveMessage', {
      slave: info,
      version: '1.12.0',
      agent_capabilities: [
        { type: AgentInfoCapabilityType.MULTI_ROLE },
        { type: AgentInfoCapabilityType.HIERARCHICAL_ROLE },
        { type: AgentInfoCapabilityType.RESERVATION_REFINEMENT },
        { type: AgentInfoCapabilityType.TASK_RESOURCE_LIMITS },
      ],
      ...more,
    });
    this.run(5);
    const id = agent.last('mesos.internal.SlaveRegisteredMessage')?.slave_id.value;
    if (id === undefined) throw new Error('the agent was not registered');
    return id;
  }

  reregister(
    agent: Puppet,
    id: string,
    fields: Partial<MessageTypes['mesos.internal.ReregisterSlaveMessage']> = {},
  ): void {
    agent.say('mesos.internal.ReregisterSlaveMessage', {
      slave: { ...agentInfo(), id: { value: id } },
      version: '1.12.0',
      agent_capabilities: [
        { type: AgentInfoCapabilityType.MULTI_ROLE },
        { type: AgentInfoCapabilityType.HIERARCHICAL_ROLE },
        { type: AgentInfoCapabilityType.RESERVATION_REFINEMENT },
      ],
      ...fields,
    });
    this.run(5);
  }

  /** Subscribes a scheduler. @returns the framework's id */
  subscribe(scheduler: Puppet, info: FrameworkInfo = frameworkInfo(), more: object = {}): string {
    this.call(scheduler, { type: SchedulerCallType.SUBSCRIBE, subscribe: { framework_info: info, ...more } });
    const welcome =
      scheduler.last('mesos.internal.FrameworkRegisteredMessage') ??
      scheduler.last('mesos.internal.FrameworkReregisteredMessage');
    if (welcome === undefined) throw new Error('the framework was not registered');
    return welcome.framework_id.value;
  }

  call(scheduler: Puppet, call: SchedulerCall): void {
    scheduler.say('mesos.scheduler.Call', call);
    this.run(5);
  }

  /** Every offer the scheduler has heard of, oldest first. */
  offers(scheduler: Puppet): Offer[] {
    return scheduler.all('mesos.internal.ResourceOffersMessage').flatMap((message) => message.offers ?? []);
  }

  /** The newest offer, once there is one. */
  offer(scheduler: Puppet): Offer {
    const offer = this.offers(scheduler).at(-1);
    if (offer === undefined) throw new Error('there is no offer');
    return offer;
  }

  launch(scheduler: Puppet, frameworkId: string, offer: Offer, tasks: TaskInfo[], refuseSeconds = 0): void {
    this.call(scheduler, {
      framework_id: { value: frameworkId },
      type: SchedulerCallType.ACCEPT,
      accept: {
        offer_ids: [offer.id],
        operations: [{ type: 1, launch: { task_infos: tasks } }],
        filters: { refuse_seconds: refuseSeconds },
      },
    });
  }

  /** The agent reports a state. @returns the update's uuid */
  update(
    agent: Puppet,
    frameworkId: string,
    taskId: string,
    agentId: string,
    state: TaskState,
    fields: Partial<TaskStatus> = {},
  ): Uint8Array {
    const uuid = new Uint8Array(16).fill(++this.uuid);
    uuid[6] = 0x40;
    agent.say('mesos.internal.StatusUpdateMessage', {
      update: {
        framework_id: { value: frameworkId },
        slave_id: { value: agentId },
        timestamp: this.nowMs / 1000,
        uuid,
        latest_state: state,
        status: {
          task_id: { value: taskId },
          agent_id: { value: agentId },
          state,
          uuid,
          source: TaskStatusSource.SOURCE_EXECUTOR,
          timestamp: this.nowMs / 1000,
          ...fields,
        },
      },
      pid: agent.self.toUpid(),
    });
    this.run(5);
    return uuid;
  }

  acknowledge(
    scheduler: Puppet,
    frameworkId: string,
    taskId: string,
    agentId: string,
    uuid: Uint8Array,
  ): void {
    this.call(scheduler, {
      framework_id: { value: frameworkId },
      type: SchedulerCallType.ACKNOWLEDGE,
      acknowledge: { agent_id: { value: agentId }, task_id: { value: taskId }, uuid },
    });
  }

  /** Statuses the scheduler was told, oldest first. */
  statuses(scheduler: Puppet): TaskStatus[] {
    return scheduler.all('mesos.internal.StatusUpdateMessage').map(({ update }) => update.status);
  }

  /** A GET at the master. */
  get(path: string): { status: number; headers: Record<string, string>; body: string } {
    return this.request('GET', path, '');
  }

  /** A call of the operator API. @returns its status, and the answer when there is one */
  operate(call: MasterCall): { status: number; body: string; answer: MasterResponse } {
    const text = toJsonText('mesos.v1.master.Call', call);
    const { status, body } = this.request('POST', '/api/v1', text, { 'content-type': 'application/json' });
    const isAnswer = status === 200 && body !== '';
    const answer = isAnswer ? fromJsonText('mesos.v1.master.Response', body) : {};
    return { status, body, answer: answer as MasterResponse };
  }

  request(method: string, path: string, body: string, sent: Record<string, string> = {}) {
    const url = new URL(path, 'http://master');
    const answer = { status: 0, headers: {} as Record<string, string>, body: '' };
    const reply = new HttpReply(
      {
        end: (status, headers, sent) => {
          Object.assign(answer, {
            status,
            headers,
            body: typeof sent === 'string' ? sent : new TextDecoder().decode(sent),
          });
        },
        open: () => {
          throw new Error('no stream was expected');
        },
        onClose: () => {},
      },
      1e6,
      false,
    );
    this.masterNode.handleRequest(
      {
        method,
        path: url.pathname,
        rest: '',
        query: url.searchParams,
        headers: sent,
        body: new TextEncoder().encode(body),
        peer: '',
      },
      reply,
    );
    this.run(1);
    return answer;
  }

  getJson(path: string): Record<string, unknown> {
    const { status, body } = this.get(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body) as Record<string, unknown>;
  }

  private puppet(port: number, puppet: Puppet): Puppet {
    const node = this.nodes.get(port) ?? this.world.node(port);
    this.nodes.set(port, node);
    node.spawn(puppet);
    puppet.attachTo(this.master.self);
    this.run(1);
    return puppet;
  }

  private startMaster(): Started {
    const log = createLogger({
      clock: this.world.ports.clock,
      sink: { write: (record) => void this.errors.push(record), flush: () => {} },
      level: 'error',
    });
    const node = this.world.node(MASTER_PORT, { delegateId: 'master', log });
    const fatal: string[] = [];
    const master = new Master({
      flags: this.flags,
      flagTexts: toStrings(masterFlags, this.flags),
      build: {
        version: '1.12.0',
        build_date: '2026-01-01 00:00:00 UTC',
        build_time: 1767225600,
        build_user: '',
      },
      store: this.store,
      election: soleElection(),
      onFatal: (reason) => fatal.push(reason),
      ...this.settings,
    });
    node.spawn(master);
    return { master, node, fatal };
  }
}

/** One agent, one framework, and an offer of all that the agent has. */
export function offered(info = frameworkInfo(), flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const agent = cluster.agent();
  const agentId = cluster.register(agent);
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, info);
  cluster.run(10);
  return { cluster, agent, agentId, scheduler, frameworkId, offer: cluster.offer(scheduler) };
}

export type Offered = ReturnType<typeof offered>;
