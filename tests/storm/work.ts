/** The framework of a storm: keeps so many tasks running, kills those that do not end by themselves, acknowledges all. */
import { SchedulerClient } from '../../actors/client/index.ts';
import {
  type AgentID,
  type ContainerInfo,
  ContainerInfoDockerInfoNetwork,
  ContainerInfoType,
  FrameworkInfoCapabilityType,
  type Offer,
  OfferOperationType,
  SchedulerCallType,
  type SchedulerEvent,
  type TaskInfo,
  TaskState,
  type TaskStatus,
  VolumeMode,
} from '../../proto/index.ts';
import { parseResources } from '../../proto/resources/index.ts';
import type { SeededRandom } from '../../runtime/index.ts';
import { later } from '../support/until.ts';
import { FAILING, type Kind, type Ledger } from './ledger.ts';

export interface WorkOptions {
  /** The master's address. */
  readonly master: string;
  /** Where tasks write their lines. */
  readonly runs: string;
  /** Tasks that are kept running. */
  readonly tasks: number;
  /** How long tasks run that end by themselves, at most. */
  readonly secondsMax: number;
  /** Ids begin with it. */
  readonly prefix: string;
  /** Tasks run in containers of Docker's engine, of this image. */
  readonly image?: string;
  readonly chance: SeededRandom;
  readonly ledger: Ledger;
}

const SMALL = parseResources('cpus:0.01;mem:32').allocatedTo('*').toMessages();

/** So many are launched at a time: a kill that comes meanwhile is not to take all of them. */
const LAUNCHES_MAX = 20;

/** A kill that got lost is asked for again after this long. */
const KILL_AGAIN_MS = 3000;

const { PARTITION_AWARE, TASK_KILLING_STATE, MULTI_ROLE } = FrameworkInfoCapabilityType;

export class Work {
  /** What the master refused. */
  readonly refusals: string[] = [];
  private wants = true;
  private count = 0;
  private readonly options: WorkOptions;
  private readonly client: SchedulerClient;

  constructor(options: WorkOptions) {
    this.options = options;
    this.client = new SchedulerClient({
      master: options.master,
      framework: {
        user: 'root',
        name: 'storm',
        roles: ['*'],
        checkpoint: true,
        failover_timeout: 3600,
        capabilities: [PARTITION_AWARE, TASK_KILLING_STATE, MULTI_ROLE].map((type) => ({ type })),
      },
      handlers: {
        event: (event) => this.take(event),
        refused: (text) => this.refusals.push(text),
      },
    });
    this.client.start();
  }

  /** From now on nothing is launched; what runs comes to its end. */
  wind(): void {
    this.wants = false;
  }

  /** The framework goes, with whatever it has. */
  async end(): Promise<void> {
    this.client.call({ type: SchedulerCallType.TEARDOWN });
    await new Promise<void>((resolve) => later(200, resolve));
    this.client.stop();
  }

  private take({ offers, update }: SchedulerEvent): void {
    for (const offer of offers?.offers ?? []) this.answer(offer);
    if (update !== undefined) this.told(update.status);
  }

  private answer({ id, agent_id }: Offer): void {
    const { tasks, ledger } = this.options;
    const missing = this.wants ? Math.min(LAUNCHES_MAX, Math.max(0, tasks - ledger.live.size)) : 0;
    const task_infos = Array.from({ length: missing }, () => this.next(agent_id));
    this.client.call({
      type: SchedulerCallType.ACCEPT,
      accept: {
        offer_ids: [id],
        operations: missing === 0 ? [] : [{ type: OfferOperationType.LAUNCH, launch: { task_infos } }],
        filters: { refuse_seconds: 0.1 },
      },
    });
  }

  private next(agent_id: AgentID): TaskInfo {
    const { prefix, chance, ledger, runs, secondsMax } = this.options;
    const id = `${prefix}${this.count++}`;
    const draw = chance.next();
    const kind: Kind = draw < 0.6 ? 'finish' : draw < 0.75 ? 'fail' : 'kill';
    ledger.launched(id, kind);
    const seconds = (chance.next() * secondsMax).toFixed(2);
    const file = `${runs}/${id}`;
    const value =
      kind === 'kill'
        ? `echo began >>${file}; exec sleep 100000`
        : `echo began >>${file}; sleep ${seconds}; echo ended >>${file}; exit ${kind === 'fail' ? FAILING : 0}`;
    const container = this.container();
    return {
      name: id,
      task_id: { value: id },
      agent_id,
      resources: SMALL,
      command: { value },
      ...(container !== undefined && { container }),
    };
  }

  /** Within Docker the folder of the lines is where it is outside. */
  private container(): ContainerInfo | undefined {
    const { image, runs } = this.options;
    if (image === undefined) return undefined;
    const volume = { container_path: runs, host_path: runs, mode: VolumeMode.RW };
    const docker = { image, network: ContainerInfoDockerInfoNetwork.NONE };
    return { type: ContainerInfoType.DOCKER, docker, volumes: [volume] };
  }

  private told(status: TaskStatus): void {
    const { ledger, chance, secondsMax } = this.options;
    const { uuid, agent_id, task_id, state } = status;
    const isNew = ledger.lastState(task_id.value) !== state;
    ledger.told(status);
    if (uuid !== undefined && agent_id !== undefined)
      this.client.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
    if (isNew && state === TaskState.TASK_RUNNING && ledger.kindOf(task_id.value) === 'kill')
      later(chance.next() * secondsMax * 1000, () => this.kill(task_id.value));
  }

  /** Until it has an end. */
  private kill(id: string): void {
    if (!this.options.ledger.live.has(id)) return;
    this.client.call({ type: SchedulerCallType.KILL, kill: { task_id: { value: id } } });
    later(KILL_AGAIN_MS, () => this.kill(id));
  }
}
