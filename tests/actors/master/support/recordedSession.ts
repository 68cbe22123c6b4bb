/** The recorded cluster, lived again at a master of ours: the same framework over HTTP, the same tasks, group, and operations. */
import {
  AgentInfoCapabilityType,
  CheckInfoType,
  type ContainerStatus,
  fromJson,
  type MasterCall,
  MasterCallType,
  type OfferOperation,
  OperationState,
  type SchedulerCall,
  SchedulerCallType,
  TaskState,
} from '../../../../proto/index.ts';
import { parseAttributes } from '../../../../proto/resources/index.ts';
import { spawnEndpoints } from '../../../../runtime/endpoints/index.ts';
import { type Exchange, exchangeOf, filesOf } from '../../../support/golden.ts';
import { agentInfo, frameworkInfo, type Puppet, TestCluster } from './cluster.ts';
import { type Answer, HttpScheduler, request } from './httpScheduler.ts';
import { operate } from './operator.ts';

const RECORDED = 'f096210f-078d-4f25-84e9-56a220480b19';
const BUILD = { version: '1.12.0', build_date: '2026-01-01 00:00:00 UTC', build_time: 1, build_user: '' };

export class RecordedSession {
  readonly cluster = new TestCluster({ work_dir: 'work' });
  readonly agentId: string;
  private readonly agent: Puppet;
  private scheduler: HttpScheduler;

  constructor() {
    const { cluster } = this;
    spawnEndpoints(cluster.masterNode, BUILD);
    this.agent = cluster.agent();
    this.agent.say('mesos.internal.RegisterSlaveMessage', {
      slave: {
        ...agentInfo('cpus:8;mem:8192;disk:20000;ports:[31000-32000]', '127.0.0.1'),
        attributes: [...parseAttributes('rack:r1;zone:z1')],
      },
      version: '1.12.0',
      resource_version_uuid: { value: new Uint8Array(16).fill(1) },
      agent_capabilities: Object.values(AgentInfoCapabilityType)
        .filter((type) => type !== AgentInfoCapabilityType.UNKNOWN)
        .map((type) => ({ type })),
    });
    cluster.run(5);
    this.agentId = this.agent.last('mesos.internal.SlaveRegisteredMessage')?.slave_id.value ?? '';
    const info = this.call('stream-1').subscribe?.framework_info ?? frameworkInfo();
    this.scheduler = new HttpScheduler(cluster, info);
    cluster.run(1100);
  }

  /** Words of the recording as they are here. */
  readonly translate = (text: string): string => text.replaceAll(RECORDED, this.cluster.master.parts.info.id);

  /** The same request, from the same headers to the same body. */
  replay({ request: sent }: Exchange): Answer {
    const headers = Object.entries(sent.headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      `${value}`,
    ]);
    const url = new URL(sent.path, 'http://master');
    const body = typeof sent.body === 'object' ? JSON.stringify(sent.body) : (sent.body ?? '');
    return request(this.cluster, {
      method: sent.method,
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: Object.fromEntries(headers),
      body: this.translate(body),
    });
  }

  private call(name: string): SchedulerCall {
    const file = filesOf('scheduler').find((each) => each.includes(name)) ?? name;
    const { body = {} } = exchangeOf('scheduler', file).request;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fromJson('mesos.v1.scheduler.Call', JSON.parse(this.translate(text))) as SchedulerCall;
  }

  private accept(operations: OfferOperation[]): void {
    const offer = this.scheduler.offers.at(-1);
    if (offer === undefined) throw new Error('the framework has no offer');
    const accept = { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } };
    this.scheduler.call({ type: SchedulerCallType.ACCEPT, accept });
    this.cluster.run(1100);
  }

  private update(taskId: string, state: TaskState, containerId: ContainerStatus['container_id']): Uint8Array {
    // Of a container inside another one there is no more to tell before it runs, and after its end.
    const more: ContainerStatus = {
      network_infos: [{ ip_addresses: [{ protocol: 1, ip_address: '10.0.0.1' }] }],
      executor_pid: 7,
    };
    const isInside = containerId?.parent !== undefined;
    const container_status = { ...(containerId && { container_id: containerId }), ...(isInside ? {} : more) };
    const { cluster, agent, scheduler, agentId } = this;
    const executor_id = { value: isInside ? 'dexec' : taskId };
    const check_status = taskId === 'grp-a' ? { type: CheckInfoType.COMMAND, command: {} } : undefined;
    const fields = { container_status, executor_id, ...(check_status && { check_status }) };
    return cluster.update(agent, scheduler.id, taskId, agentId, state, fields);
  }

  private acknowledged(taskId: string, uuid: Uint8Array): void {
    const acknowledge = { agent_id: { value: this.agentId }, task_id: { value: taskId }, uuid };
    this.scheduler.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge });
  }

  /** A task is over and its end acknowledged. */
  private ended(taskId: string, state: TaskState): void {
    this.acknowledged(taskId, this.update(taskId, state, { value: taskId }));
  }

  /** g-sleep runs, three others are over. */
  launched(): void {
    this.accept(this.call('ACCEPT-launch.').accept?.operations ?? []);
    for (const id of ['g-sleep', 'g-true', 'g-fail', 'g-kill9'])
      for (const state of [TaskState.TASK_STARTING, TaskState.TASK_RUNNING])
        this.acknowledged(id, this.update(id, state, { value: id }));
    this.ended('g-true', TaskState.TASK_FINISHED);
    for (const id of ['g-fail', 'g-kill9']) this.ended(id, TaskState.TASK_FAILED);
    this.scheduler.call({
      type: SchedulerCallType.DECLINE,
      decline: { offer_ids: this.scheduler.offers.map(({ id }) => id), filters: { refuse_seconds: 1e6 } },
    });
  }

  /** g-sleep was killed, a group runs. */
  grouped(): void {
    this.ended('g-sleep', TaskState.TASK_KILLED);
    this.scheduler.call({ type: SchedulerCallType.REVIVE });
    this.cluster.run(1100);
    this.accept(this.call('ACCEPT-launch-group').accept?.operations ?? []);
    for (const id of ['grp-a', 'grp-b']) {
      const inside = { value: id, parent: { value: 'dexec' } };
      this.acknowledged(id, this.update(id, TaskState.TASK_STARTING, inside));
    }
    this.cluster.run(1100);
  }

  /** The operations that the recorded agent told of are done, and not acknowledged. */
  operated(): void {
    const answer = exchangeOf('operator-master', '009-GET_OPERATIONS.json').response.json as {
      get_operations: { operations: readonly { info: unknown }[] };
    };
    const infos = answer.get_operations.operations.map(({ info }) => info);
    const operations = infos.map((info) => fromJson('mesos.v1.Offer.Operation', info) as OfferOperation);
    this.accept(operations.reverse());
    this.carryOut();
  }

  private carriedOut = 0;

  /** The agent has done what it was told to, and says so. */
  private carryOut(): void {
    const agent_id = { value: this.agentId };
    const asked = this.agent.all('mesos.internal.ApplyOperationMessage').slice(this.carriedOut);
    for (const { operation_info, operation_uuid, framework_id } of asked) {
      const uuid = { value: operation_uuid.value };
      const state = OperationState.OPERATION_FINISHED;
      const status = { operation_id: operation_info.id, state, uuid, agent_id };
      this.agent.say('mesos.internal.UpdateOperationStatusMessage', {
        ...{ framework_id, slave_id: agent_id, operation_uuid },
        ...{ status, latest_status: status },
      });
    }
    this.carriedOut += asked.length;
    this.cluster.run(5);
  }

  /** An operator takes away what the framework had made. */
  private cleared(): void {
    const agent_id = { value: this.agentId };
    const disk = { name: 'disk', type: 0 as const, scalar: { value: 100 } };
    const reserved = { ...disk, reservations: [{ type: 2 as const, role: 'golden' }] };
    const volume = { persistence: { id: 'vol1' }, volume: { mode: 1 as const, container_path: 'v' } };
    const calls: MasterCall[] = [
      {
        type: MasterCallType.DESTROY_VOLUMES,
        destroy_volumes: { agent_id, volumes: [{ ...reserved, disk: volume }] },
      },
      { type: MasterCallType.UNRESERVE_RESOURCES, unreserve_resources: { agent_id, resources: [reserved] } },
    ];
    for (const call of calls) {
      const { status, text } = operate(this.cluster, call);
      if (status !== 202) throw new Error(text);
      this.carryOut();
    }
  }

  /** Everything of the framework is over; it came back once, and was torn down; what it made is gone. */
  over(): void {
    for (const id of ['grp-a', 'grp-b']) {
      const inside = { value: id, parent: { value: 'dexec' } };
      this.acknowledged(id, this.update(id, TaskState.TASK_KILLED, inside));
    }
    this.accept(this.call('ACCEPT-custom-executor').accept?.operations ?? []);
    this.ended('c1', TaskState.TASK_KILLED);
    const info = this.call('stream-1').subscribe?.framework_info ?? frameworkInfo();
    this.scheduler = new HttpScheduler(this.cluster, { ...info, id: { value: this.scheduler.id } });
    this.scheduler.call({ type: SchedulerCallType.TEARDOWN });
    this.cluster.run(5);
    this.cleared();
  }
}
