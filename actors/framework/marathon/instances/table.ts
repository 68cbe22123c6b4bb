/** All instances, by id, by service and by task. What state each is in is its chart's. */

import { enumName, TaskState, type TaskStatus, TaskStatusReason } from '../../../../proto/index.ts';
import type { Clock, Timer } from '../../../../runtime/index.ts';
import type { Inspectable } from '../../../../runtime/inspect/inspector.ts';
import {
  ChartTable,
  type MarathonInstanceEvent,
  marathonInstanceMachine,
  type Transition,
} from '../../../../statecharts/index.ts';
import { inRange } from '../deployments/pacing.ts';
import type { UnreachableStrategy } from '../model/app.ts';
import { isOutdated, type Spec } from '../model/spec.ts';
import {
  eventOf,
  Instance,
  type InstanceRecord,
  type InstanceTask,
  instanceIdOf,
  isEnd,
  TO_BE_REPLACED,
  wayTo,
} from './instance.ts';

/** About a century: a wait that is none. */
const FOR_EVER_MS = 3_155_760_000_000;

export interface InstanceTimes {
  readonly launchConfirmMs: number;
  readonly launchMs: number;
  readonly reservationMs: number;
}

export interface InstanceTableOptions {
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly times: InstanceTimes;
  readonly strategyOf: (service: string) => UnreachableStrategy;
  readonly save: (record: InstanceRecord) => void;
  readonly forget: (id: string) => void;
  /** Its tasks are to be killed; that it is so was handed to `save` before. */
  readonly kill: (instance: Instance) => void;
  readonly overdue: (instance: Instance) => void;
  /** It went from one state to another. Instances that are over are gone from the table right after. */
  readonly moved: (instance: Instance, transition: Transition) => void;
  readonly failed: (where: string, error: unknown) => void;
}

export class InstanceTable {
  readonly #options: InstanceTableOptions;
  readonly #all = new Map<string, Instance>();
  readonly #byService = new Map<string, Map<string, Instance>>();
  readonly #charts: ChartTable<typeof marathonInstanceMachine>;
  readonly #toKill = new Set<string>();
  #restoring = false;

  constructor(options: InstanceTableOptions) {
    this.#options = options;
    const { times } = options;
    const withInstance =
      (run: (instance: Instance) => void) =>
      ({ id }: { readonly id: string }) => {
        const instance = this.#all.get(id);
        if (instance !== undefined && !this.#restoring) run(instance);
      };
    this.#charts = new ChartTable(marathonInstanceMachine, {
      clock: { setTimer: (delayMs, run) => options.delay(delayMs, run) },
      delays: {
        LAUNCH_CONFIRM_TIMEOUT: times.launchConfirmMs,
        LAUNCH_TIMEOUT: times.launchMs,
        RESERVATION_TIMEOUT: times.reservationMs,
        INACTIVE_AFTER: ({ id }) => this.#unreachableMs(id, 'inactiveAfterSeconds'),
        EXPUNGE_AFTER: ({ id }) => this.#unreachableMs(id, 'expungeAfterSeconds'),
      },
      actions: {
        // The step that wants it is written down first: `#moved`.
        killTask: withInstance(({ id }) => this.#toKill.add(id)),
        overdue: withInstance(options.overdue),
        taskEnded: withInstance((instance) => {
          instance.tasks = [];
          instance.stagedAtMs = undefined;
          instance.startedAtMs = undefined;
        }),
      },
      onTransition: (transition) => this.#moved(transition),
      onError: ({ where, error }) => options.failed(where, error),
    });
  }

  /** To be watched by others. */
  get charts(): Inspectable {
    return this.#charts;
  }

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Instance> {
    return this.#all.values();
  }

  services(): Iterable<string> {
    return this.#byService.keys();
  }

  of(service: string): Instance[] {
    return [...(this.#byService.get(service)?.values() ?? [])];
  }

  get(id: string): Instance | undefined {
    return this.#all.get(id);
  }

  ofTask(taskId: string): Instance | undefined {
    const id = instanceIdOf(taskId);
    const instance = id === undefined ? undefined : this.#all.get(id);
    return instance?.tasks.some((task) => task.id === taskId) === true ? instance : undefined;
  }

  state({ id }: Instance): string {
    return this.#charts.value(id) ?? '';
  }

  /** Whether it counts as an instance of its service. */
  counted({ id }: Instance): boolean {
    return this.#charts.hasTag(id, 'counted');
  }

  /** Whether it has a task, as far as is known. */
  alive({ id }: Instance): boolean {
    return this.#charts.hasTag(id, 'alive');
  }

  /** Whether its reservation goes with it. */
  wiped({ id }: Instance): boolean {
    return this.#charts.context(id)?.wiped ?? false;
  }

  countIn(state: string): number {
    return this.#charts.countIn(state);
  }

  /**
   * The lowest number that no instance has which counts, or waits with its reservation. Where outdated ones have all there
   * are, that of one which the new one is to replace.
   */
  freeNumber(spec: Spec): number {
    const taken = new Set<number>();
    const fresh = new Set<number>();
    const moved: number[] = [];
    let replaces = false;
    for (const each of this.#byService.get(spec.id)?.values() ?? []) {
      if (!this.counted(each) && !each.resident) continue;
      taken.add(each.number);
      if (!isOutdated(each, spec)) fresh.add(each.number);
      else if (each.config === TO_BE_REPLACED) moved.push(each.number);
      replaces ||= isOutdated(each, spec) && inRange(spec.update, each.number);
    }
    const free = lowestBeside(taken, 0);
    const left = moved.filter((number) => !fresh.has(number));
    if (free >= spec.instances && left.length > 0) return Math.min(...left);
    if (!replaces || (free < spec.instances && inRange(spec.update, free))) return free;
    return lowestBeside(fresh, spec.update?.range?.[0] ?? 0);
  }

  /** Adds one that is wanted. */
  add(instance: Instance): void {
    this.#keep(instance);
    this.#charts.start(instance.id, { resident: instance.resident });
  }

  /** Adds one as it was written down, without telling anybody. */
  restore(record: InstanceRecord): void {
    const instance = Instance.restore(record);
    this.#restoring = true;
    this.#keep(instance);
    this.#charts.start(instance.id, { resident: record.resident });
    for (const event of wayTo(record.state, record.wiped)) this.#charts.step(instance.id, event);
    this.#restoring = false;
  }

  step(instance: Instance, event: MarathonInstanceEvent): void {
    this.#charts.step(instance.id, event);
  }

  /** Writes down what changed of an instance besides its state. */
  save(instance: Instance): void {
    this.#options.save(
      instance.record(this.state(instance), this.#charts.context(instance.id)?.wiped ?? false),
    );
  }

  /** Takes a status of one of the instance's tasks. */
  take(instance: Instance, status: TaskStatus): void {
    const task = instance.tasks.find(({ id }) => id === status.task_id.value);
    if (task === undefined) return;
    noteStatus(task, status, this.#options.clock.now());
    instance.lastReason = status.reason === undefined ? undefined : enumName(TaskStatusReason, status.reason);
    const event = this.#eventOf(instance, status);
    if (event.type === 'UNREACHABLE')
      instance.unreachableSinceMs ??= unreachableTime(status, this.#options.clock);
    else instance.unreachableSinceMs = undefined;
    if (event.type === 'RUNNING') instance.startedAtMs ??= this.#options.clock.now();
    this.#charts.step(instance.id, event);
    if (this.#all.has(instance.id)) this.save(instance);
  }

  /** Of an app, what its task says; of a pod, what all of them say together. */
  #eventOf(instance: Instance, status: TaskStatus): MarathonInstanceEvent {
    if (instance.tasks.length === 1) return eventOf(status);
    const states = instance.tasks.map(({ state }) => stateOf(state));
    if (states.every(isEnd)) {
      const worst = [TaskState.TASK_FAILED, TaskState.TASK_ERROR].find((state) => states.includes(state));
      return eventOf({ state: worst ?? status.state });
    }
    if (isEnd(status.state) || status.state === TaskState.TASK_KILLING) return { type: 'BEING_KILLED' };
    if (status.state === TaskState.TASK_RUNNING && states.some((state) => state !== TaskState.TASK_RUNNING))
      return { type: 'STARTING' };
    return eventOf(status);
  }

  #keep(instance: Instance): void {
    this.#all.set(instance.id, instance);
    let of = this.#byService.get(instance.service);
    if (of === undefined) {
      of = new Map();
      this.#byService.set(instance.service, of);
    }
    of.set(instance.id, instance);
  }

  #unreachableMs(id: string, which: 'inactiveAfterSeconds' | 'expungeAfterSeconds'): number {
    const instance = this.#all.get(id);
    const strategy = instance === undefined ? 'disabled' : this.#options.strategyOf(instance.service);
    if (strategy === 'disabled') return FOR_EVER_MS;
    const since = instance?.unreachableSinceMs ?? this.#options.clock.now();
    return Math.max(0, since + strategy[which] * 1000 - this.#options.clock.now());
  }

  #moved(transition: Transition): void {
    const instance = this.#all.get(transition.id);
    if (instance === undefined || this.#restoring) return;
    const kills = this.#toKill.delete(instance.id);
    if (!transition.changed) {
      if (!kills) return;
      this.save(instance);
      this.#options.kill(instance);
      return;
    }
    instance.sinceMs = this.#options.clock.now();
    const over = this.#charts.hasTag(instance.id, 'terminal');
    if (over) {
      this.#charts.stop(instance.id);
      this.#all.delete(instance.id);
      const of = this.#byService.get(instance.service);
      of?.delete(instance.id);
      if (of?.size === 0) this.#byService.delete(instance.service);
      this.#options.forget(instance.id);
    } else this.save(instance);
    if (kills) this.#options.kill(instance);
    this.#options.moved(instance, transition);
  }
}

function lowestBeside(taken: ReadonlySet<number>, from: number): number {
  let number = from;
  while (taken.has(number)) number++;
  return number;
}

function stateOf(name: string): TaskState {
  return TaskState[name as keyof typeof TaskState] ?? TaskState.TASK_STAGING;
}

/** The master tells of both moments by its clock, which need not go as ours: how long it was counts. */
function unreachableTime({ unreachable_time, timestamp }: TaskStatus, clock: Clock): number {
  const nowMs = clock.now();
  if (unreachable_time === undefined || timestamp === undefined) return nowMs;
  return nowMs - Math.max(0, timestamp * 1000 - Number(unreachable_time.nanoseconds) / 1e6);
}

function noteStatus(task: InstanceTask, status: TaskStatus, nowMs: number): void {
  task.state = enumName(TaskState, status.state);
  if (status.message !== undefined) task.message = status.message;
  if (status.healthy !== undefined) task.healthy = status.healthy;
  const { container_status, check_status } = status;
  const containerId = container_status?.container_id?.value;
  if (containerId !== undefined) task.containerId = containerId;
  if (check_status !== undefined) task.checkResult = checkResultOf(check_status);
  const addresses = container_status?.network_infos?.flatMap(({ ip_addresses }) => ip_addresses ?? []);
  if (addresses !== undefined && addresses.length > 0)
    task.ipAddresses = addresses.map(({ ip_address = '', protocol }) => ({
      ipAddress: ip_address,
      protocol: protocol === 2 ? 'IPv6' : 'IPv4',
    }));
  if (status.state === TaskState.TASK_RUNNING) task.startedAtMs ??= nowMs;
}

function checkResultOf({ http, tcp, command }: NonNullable<TaskStatus['check_status']>): object {
  if (http !== undefined)
    return { http: http.status_code === undefined ? {} : { statusCode: http.status_code } };
  if (tcp !== undefined) return { tcp: tcp.succeeded === undefined ? {} : { succeeded: tcp.succeeded } };
  return { command: command?.exit_code === undefined ? {} : { exitCode: command.exit_code } };
}
