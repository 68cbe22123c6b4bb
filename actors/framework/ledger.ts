/** What a framework holds and has done, as its driver sees it pass: for people who look at it, never for the framework itself. */
import { enumName } from '../../proto/enums.ts';
import {
  type Offer,
  OfferOperationType,
  type Resource,
  type SchedulerCall,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
  type TaskInfo,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
} from '../../proto/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import type { DriverObserver } from './driver/options.ts';

/** Tasks that ended are told of, so many of the latest. */
const COMPLETED_MAX = 1000;
/** Offers and tasks told in one answer. */
const TOLD_MAX = 10_000;

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

interface KnownOffer {
  readonly offer: Offer;
  /** Seconds since 1970. */
  readonly since: number;
}

interface KnownTask {
  readonly id: string;
  readonly name: string;
  readonly agent_id: string;
  readonly hostname: string;
  readonly resources: readonly Resource[] | undefined;
  readonly state: string;
  /** Seconds since 1970. */
  readonly since: number;
  readonly message: string;
  readonly reason: string;
}

export class FrameworkLedger implements DriverObserver {
  readonly #nowMs: () => number;
  readonly #offers = new Map<string, KnownOffer>();
  readonly #tasks = new Map<string, KnownTask>();
  readonly #completed = new Map<string, KnownTask>();
  readonly #events = new Map<string, number>();
  readonly #calls = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  event(event: SchedulerEvent): void {
    count(this.#events, enumName(SchedulerEventType, event.type));
    if (event.type === SchedulerEventType.SUBSCRIBED) this.#offers.clear();
    const since = this.#nowMs() / 1000;
    for (const offer of event.offers?.offers ?? []) this.#offers.set(offer.id.value, { offer, since });
    if (event.rescind !== undefined) this.#offers.delete(event.rescind.offer_id.value);
    if (event.update !== undefined) this.#update(event.update.status);
  }

  call(call: SchedulerCall): void {
    count(this.#calls, enumName(SchedulerCallType, call.type));
    const { accept, decline } = call;
    const hosts = (accept?.offer_ids ?? []).map(({ value }) => this.#offers.get(value)?.offer.hostname);
    for (const { type, launch, launch_group } of accept?.operations ?? []) {
      if (type === OfferOperationType.LAUNCH) this.#launch(launch?.task_infos, hosts[0]);
      if (type === OfferOperationType.LAUNCH_GROUP) this.#launch(launch_group?.task_group.tasks, hosts[0]);
    }
    for (const { value } of [...(accept?.offer_ids ?? []), ...(decline?.offer_ids ?? [])])
      this.#offers.delete(value);
  }

  /** Offers that are not answered yet, tasks, and how often what was said. */
  document(): object {
    return {
      events: Object.fromEntries(this.#events),
      calls: Object.fromEntries(this.#calls),
      tasks_total: this.#tasks.size,
      offers: first(this.#offers.values()).map(({ offer, since }) => ({
        id: offer.id.value,
        agent_id: offer.agent_id.value,
        hostname: offer.hostname,
        role: offer.allocation_info?.role ?? '*',
        resources: resourcesText(offer.resources),
        since,
      })),
      tasks: first(this.#tasks.values()).map(told),
      completed_tasks: first(this.#completed.values()).map(told),
    };
  }

  #launch(tasks: readonly TaskInfo[] | undefined, hostname = ''): void {
    for (const { task_id, name, agent_id, resources } of tasks ?? []) {
      this.#tasks.set(task_id.value, {
        id: task_id.value,
        name,
        agent_id: agent_id.value,
        hostname,
        resources,
        state: 'TASK_STAGING',
        since: this.#nowMs() / 1000,
        message: '',
        reason: '',
      });
    }
  }

  #update({ task_id, agent_id, state, timestamp, message, reason }: TaskStatus): void {
    const id = task_id.value;
    const known = this.#tasks.get(id) ?? this.#completed.get(id) ?? unnamed(id);
    const next = {
      ...known,
      agent_id: agent_id?.value ?? known.agent_id,
      state: enumName(TaskState, state),
      since: timestamp ?? this.#nowMs() / 1000,
      message: message ?? '',
      reason: reason === undefined ? '' : enumName(TaskStatusReason, reason),
    };
    this.#tasks.delete(id);
    this.#completed.delete(id);
    if (!TERMINAL.has(state)) this.#tasks.set(id, next);
    else this.#completed.set(id, next);
    const oldest = this.#completed.keys().next().value;
    if (this.#completed.size > COMPLETED_MAX && oldest !== undefined) this.#completed.delete(oldest);
  }
}

/** Of a task that an earlier run launched only the updates are known. */
function unnamed(id: string): KnownTask {
  const nothing = { name: '', agent_id: '', hostname: '', message: '', reason: '' };
  return { id, ...nothing, resources: undefined, state: '', since: 0 };
}

function told(task: KnownTask): object {
  return { ...task, resources: resourcesText(task.resources) };
}

function resourcesText(resources: readonly Resource[] | undefined): string {
  return String(Resources.of((resources ?? []).map(({ allocation_info: _, ...plain }) => plain)));
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, 1 + (counts.get(name) ?? 0));
}

function first<T>(values: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === TOLD_MAX) break;
    taken.push(value);
  }
  return taken;
}
