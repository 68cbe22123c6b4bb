/** What one framework was told, kept outside of the world that crashes; numbers as in failover.md §5. */
import {
  type SchedulerCallReconcileTask,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
} from '../../../proto/index.ts';
import { AWARE_ONLY, DOUBTFUL, names, TERMINAL } from './states.ts';

export interface BookOptions {
  /** First letters of its tasks' ids; default `t`. */
  readonly prefix?: string;
  /** Default true. */
  readonly partitionAware?: boolean;
  /** Default true. */
  readonly killingState?: boolean;
}

/** Why an agent that may come back was taken for lost. */
const MAYBE_LOST: ReadonlySet<TaskStatusReason | undefined> = new Set([
  TaskStatusReason.REASON_AGENT_REMOVED,
  TaskStatusReason.REASON_RECONCILIATION,
  TaskStatusReason.REASON_AGENT_DISCONNECTED,
]);

/** Of tasks of which partition-aware frameworks, too, are told that they are lost. */
const LOST_FOR_ALL: ReadonlySet<TaskStatusReason | undefined> = new Set([
  TaskStatusReason.REASON_AGENT_REMOVED,
  TaskStatusReason.REASON_AGENT_DISCONNECTED,
]);

export class Book {
  readonly problems: string[] = [];
  /** Task id → states the framework was told, without repeats. */
  readonly told = new Map<string, TaskState[]>();
  /** Task id → why it was said last that it is lost. */
  private readonly lostBecause = new Map<string, TaskStatusReason | undefined>();
  private readonly agents = new Map<string, string>();
  /** Offer id → its agent. */
  private readonly offers = new Map<string, string>();
  /** Tasks of a framework that was torn down: nobody hears of them. */
  private readonly former = new Set<string>();
  private readonly options: Required<BookOptions>;
  /** Tasks that were launched as one. */
  private readonly groups: (readonly string[])[] = [];
  private frameworkId: string | undefined;
  /** Ids of frameworks that were torn down. */
  readonly removed: string[] = [];
  launched = 0;

  constructor({ prefix = 't', partitionAware = true, killingState = true }: BookOptions = {}) {
    this.options = { prefix, partitionAware, killingState };
  }

  /** @param agentId where it is to run */
  newTask(agentId = 'a'): string {
    const id = `${this.options.prefix}${++this.launched}`;
    this.told.set(id, []);
    this.agents.set(id, agentId);
    return id;
  }

  /** These tasks are one group. */
  launchedTogether(ids: readonly string[]): void {
    this.groups.push(ids);
  }

  /** What to ask a master for. */
  get questions(): SchedulerCallReconcileTask[] {
    return this.open.map((id) => ({
      task_id: { value: id },
      agent_id: { value: this.agents.get(id) ?? '' },
    }));
  }

  get open(): string[] {
    return [...this.told].filter(([, states]) => !hasEnded(states)).map(([id]) => id);
  }

  /** 1: no id is ever given twice. */
  offered(id: string, agentId: string): void {
    if (this.offers.has(id)) this.problems.push(`1: offer ${id} of ${agentId} was made before`);
    this.offers.set(id, agentId);
  }

  subscribed(frameworkId: string): void {
    if (this.frameworkId !== undefined && this.frameworkId !== frameworkId)
      this.problems.push(`1: one framework has ids ${this.frameworkId} and ${frameworkId}`);
    this.frameworkId = frameworkId;
  }

  /** The framework ended itself; another one with this book begins. */
  tornDown(): void {
    if (this.frameworkId !== undefined) this.removed.push(this.frameworkId);
    this.frameworkId = undefined;
    for (const id of this.told.keys()) this.former.add(id);
    this.told.clear();
  }

  /** 12, 13, 19, 20: what a framework is told. */
  tell({ task_id, state, message, reason }: TaskStatus): void {
    const id = task_id.value;
    const states = this.told.get(id);
    if (states === undefined) {
      if (!this.former.has(id)) this.problems.push(`an update for ${id}, which was never launched`);
      return;
    }
    const { partitionAware, killingState } = this.options;
    if (!partitionAware && AWARE_ONLY.has(state)) this.problems.push(`19: ${id} ${names([state])}`);
    if (!killingState && state === TaskState.TASK_KILLING) this.problems.push(`20: ${id} TASK_KILLING`);
    const before = states.at(-1);
    if (state === TaskState.TASK_LOST) {
      this.lostBecause.set(id, reason);
      if (partitionAware && !LOST_FOR_ALL.has(reason)) this.problems.push(`12: ${id} TASK_LOST, ${message}`);
    }
    if (state === before || (isAnswer(state, reason) && before !== undefined && TERMINAL.has(before))) return;
    states.push(state);
    if (before === undefined || !TERMINAL.has(before) || DOUBTFUL.has(state) || this.mayReturn(id, before))
      return;
    const number = partitionAware ? 12 : 13;
    this.problems.push(`${number}: ${id} came back: ${names(states)} (${message ?? ''})`);
  }

  /** 14: no process of a dropped task was ever started. */
  neverRan(started: (task: string) => boolean): string | undefined {
    for (const [id, states] of this.told) {
      if (states.at(-1) === TaskState.TASK_DROPPED && started(id))
        return `14: dropped task ${id} was started`;
    }
    return undefined;
  }

  /** 17: of a group all tasks were delivered, or none. */
  halfDelivered(started: (task: string) => boolean): string | undefined {
    for (const ids of this.groups) {
      const never = ids.filter((id) => this.told.get(id)?.at(-1) === TaskState.TASK_DROPPED);
      const ran = ids.filter(started);
      if (never.length > 0 && ran.length > 0) return `17: of a group ${ran} ran, and ${never} was dropped`;
    }
    return undefined;
  }

  /**
   * 10 and 21: every task has come to an end that the framework knows of.
   * @param removed whether no machine is this agent any more: when the registry has let go of it (its machine went down, another agent came
   *   at its address), a master that was not there then knows nothing of its tasks; when it has not (a master that took over sent the agent of
   *   a machine that is down away), it waits in vain and calls it unreachable
   */
  unfinished(removed: (agentId: string) => boolean = () => false): string | undefined {
    const open = this.open.filter((id) => {
      const last = this.told.get(id)?.at(-1);
      const doubtful = last === TaskState.TASK_UNKNOWN || last === TaskState.TASK_UNREACHABLE;
      return !doubtful || !removed(this.agents.get(id) ?? '');
    });
    if (open.length === 0) return undefined;
    return `10: ${open.length} of ${this.launched} tasks did not end: ${open
      .slice(0, 3)
      .map((id) => `${id} ${names(this.told.get(id) ?? [])}`)
      .join('; ')}`;
  }

  /** Lost with an agent that has come back; to partition-aware frameworks that happens by maintenance only. */
  private mayReturn(id: string, before: TaskState): boolean {
    if (before !== TaskState.TASK_LOST) return false;
    return (this.options.partitionAware ? LOST_FOR_ALL : MAYBE_LOST).has(this.lostBecause.get(id));
  }
}

/** To a question, or to a kill, that crossed the end of the task and its acknowledgement: nobody knows it any more. */
function isAnswer(state: TaskState, reason: TaskStatusReason | undefined): boolean {
  if (reason !== TaskStatusReason.REASON_RECONCILIATION) return false;
  return state === TaskState.TASK_GONE || state === TaskState.TASK_LOST || DOUBTFUL.has(state);
}

/** A task on an agent that an operator declared gone is as good as ended. */
function hasEnded(states: readonly TaskState[]): boolean {
  const last = states.at(-1);
  return last !== undefined && (TERMINAL.has(last) || last === TaskState.TASK_GONE_BY_OPERATOR);
}
