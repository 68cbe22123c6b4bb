/** An instance of a service and what is known of it besides its state, which is its chart's (`statecharts/marathonInstance.ts`). */
import { TaskState, type TaskStatus } from '../../../../proto/index.ts';
import type { MarathonInstanceEvent } from '../../../../statecharts/index.ts';

/** The configuration of instances that no definition has: they are outdated, and are moved elsewhere. */
export const TO_BE_REPLACED = 'to be replaced';

/** Where an instance is, or was last. */
export interface Place {
  readonly agentId: string;
  readonly hostname: string;
  readonly region?: string;
  readonly zone?: string;
  /** Attributes of the agent, as texts that constraints compare. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface InstanceVolume {
  readonly containerPath: string;
  readonly persistenceId: string;
  readonly uuid: string;
}

/** One task of an instance: the only one of an app's, one for each container of a pod's. */
export interface InstanceTask {
  readonly id: string;
  /** Name of the pod's container; `_app` for apps. */
  readonly container: string;
  /** TaskState name. */
  state: string;
  message?: string;
  containerId?: string;
  ipAddresses: readonly { readonly ipAddress: string; readonly protocol: string }[];
  healthy?: boolean;
  checkResult?: object;
  startedAtMs?: number;
}

/** What is written down of an instance. */
export interface InstanceRecord {
  readonly id: string;
  readonly service: string;
  /** Version of the service it was launched with. */
  readonly version: string;
  /** `lastConfigChangeAt` of that version: what tells whether it is outdated. */
  readonly config: string;
  /** Launches so far. */
  readonly incarnation: number;
  /** 0, 1, …: the lowest number free when it began; a replacement gets the number of what it replaces. */
  readonly number: number;
  readonly role: string;
  readonly state: string;
  readonly place?: Place;
  /** In the order of the service's ports; 0 where there is none. */
  readonly hostPorts: readonly number[];
  readonly tasks: readonly InstanceTask[];
  readonly volumes: readonly InstanceVolume[];
  readonly resident: boolean;
  readonly wiped: boolean;
  readonly sinceMs: number;
  readonly stagedAtMs?: number;
  readonly startedAtMs?: number;
  readonly unreachableSinceMs?: number;
  readonly snoozedUntilMs?: number;
}

export class Instance {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  readonly resident: boolean;
  version: string;
  config: string;
  role: string;
  incarnation = 0;
  place: Place | undefined;
  hostPorts: readonly number[] = [];
  tasks: InstanceTask[] = [];
  volumes: readonly InstanceVolume[] = [];
  /** When it came into its present state, milliseconds since 1970. */
  sinceMs: number;
  stagedAtMs: number | undefined;
  startedAtMs: number | undefined;
  unreachableSinceMs: number | undefined;
  /** Until then Marathon does not ask how it is. */
  snoozedUntilMs: number | undefined;
  /** TaskStatusReason name of the last status, as far as it was heard since the program began. */
  lastReason: string | undefined;

  constructor(
    begin: Pick<
      InstanceRecord,
      'id' | 'service' | 'version' | 'config' | 'number' | 'role' | 'resident' | 'sinceMs'
    >,
  ) {
    this.id = begin.id;
    this.service = begin.service;
    this.version = begin.version;
    this.config = begin.config;
    this.number = begin.number;
    this.role = begin.role;
    this.resident = begin.resident;
    this.sinceMs = begin.sinceMs;
  }

  static restore(record: InstanceRecord): Instance {
    const instance = new Instance(record);
    instance.incarnation = record.incarnation;
    instance.place = record.place;
    instance.hostPorts = record.hostPorts;
    instance.tasks = record.tasks.map((task) => ({ ...task }));
    instance.volumes = record.volumes;
    instance.stagedAtMs = record.stagedAtMs;
    instance.startedAtMs = record.startedAtMs;
    instance.unreachableSinceMs = record.unreachableSinceMs;
    instance.snoozedUntilMs = record.snoozedUntilMs;
    return instance;
  }

  /** Id of an app's task, or of a pod's first. */
  get taskId(): string {
    return this.tasks[0]?.id ?? this.id;
  }

  record(state: string, wiped: boolean): InstanceRecord {
    const { id, service, version, config, incarnation, number, role, hostPorts, volumes, resident, sinceMs } =
      this;
    const { place, stagedAtMs, startedAtMs, unreachableSinceMs, snoozedUntilMs } = this;
    return {
      id,
      service,
      version,
      config,
      incarnation,
      number,
      role,
      state,
      hostPorts,
      tasks: this.tasks,
      volumes,
      resident,
      wiped,
      sinceMs,
      ...(place !== undefined && { place }),
      ...(stagedAtMs !== undefined && { stagedAtMs }),
      ...(startedAtMs !== undefined && { startedAtMs }),
      ...(unreachableSinceMs !== undefined && { unreachableSinceMs }),
      ...(snoozedUntilMs !== undefined && { snoozedUntilMs }),
    };
  }
}

/** `web.instance-<uuid>`. */
const INSTANCE_ID = /^(.+\.instance-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(\..+)?$/;

/** Id of the instance that a task belongs to; undefined for ids that are none of ours. */
export function instanceIdOf(taskId: string): string | undefined {
  return INSTANCE_ID.exec(taskId)?.[1];
}

/** How states of tasks that are over are called in the chart. */
const ENDS: ReadonlyMap<number, Extract<MarathonInstanceEvent, { type: 'ENDED' }>['as']> = new Map([
  [TaskState.TASK_FAILED, 'failed'],
  [TaskState.TASK_FINISHED, 'finished'],
  [TaskState.TASK_KILLED, 'killed'],
  [TaskState.TASK_ERROR, 'error'],
  [TaskState.TASK_DROPPED, 'dropped'],
  [TaskState.TASK_LOST, 'dropped'],
  [TaskState.TASK_GONE, 'gone'],
  [TaskState.TASK_GONE_BY_OPERATOR, 'gone'],
  [TaskState.TASK_UNKNOWN, 'gone'],
]);

/** Whether a task in this state is over. */
export function isEnd(state: TaskState): boolean {
  return ENDS.has(state);
}

/** What a task's state means to its instance, when it is the only task. */
export function eventOf({ state }: Pick<TaskStatus, 'state'>): MarathonInstanceEvent {
  switch (state) {
    case TaskState.TASK_STAGING:
      return { type: 'STAGED' };
    case TaskState.TASK_STARTING:
      return { type: 'STARTING' };
    case TaskState.TASK_RUNNING:
      return { type: 'RUNNING' };
    case TaskState.TASK_KILLING:
      return { type: 'BEING_KILLED' };
    case TaskState.TASK_UNREACHABLE:
      return { type: 'UNREACHABLE' };
    default:
      return { type: 'ENDED', as: ENDS.get(state) ?? 'dropped' };
  }
}

const CONDITIONS: Readonly<Record<string, string>> = {
  scheduled: 'Scheduled',
  reserving: 'Scheduled',
  reserved: 'Scheduled',
  provisioned: 'Provisioned',
  staging: 'Staging',
  starting: 'Starting',
  running: 'Running',
  killing: 'Killing',
  unreachable: 'Unreachable',
  unreachableInactive: 'UnreachableInactive',
  failed: 'Failed',
  finished: 'Finished',
  killed: 'Killed',
  error: 'Error',
  dropped: 'Dropped',
  gone: 'Gone',
  expunged: 'Gone',
};

/** A state of the chart as events of the API call it. */
export function conditionOf(state: string): string {
  return CONDITIONS[state] ?? 'Unknown';
}

/** The way of a chart from its beginning to a state that was written down. */
export function wayTo(state: string, wiped: boolean): readonly MarathonInstanceEvent[] {
  const launched: MarathonInstanceEvent = { type: 'PROVISIONED' };
  switch (state) {
    case 'scheduled':
      return [];
    case 'reserving':
      return [{ type: 'RESERVING' }];
    case 'reserved':
      return [{ type: 'RESERVED' }];
    case 'staging':
      return [launched, { type: 'STAGED' }];
    case 'starting':
      return [launched, { type: 'STARTING' }];
    case 'running':
      return [launched, { type: 'RUNNING' }];
    case 'killing':
      return [launched, { type: 'KILL_REQUESTED', wipe: wiped }];
    case 'unreachable':
    case 'unreachableInactive':
      return [launched, { type: 'RUNNING' }, { type: 'UNREACHABLE' }];
    default:
      return [launched];
  }
}
