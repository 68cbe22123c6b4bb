/** What the framework was told and the agents said, kept outside of the world that crashes; numbers as in failover.md §5. */
import { enumName } from '../../../proto/enums.ts';
import type { StatusUpdateMessage } from '../../../proto/generated/types/internal.ts';
import { TaskState, type TaskStatus } from '../../../proto/index.ts';

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
]);
/** Nobody may be sure of these: they may be followed by anything. */
const DOUBTFUL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_UNREACHABLE,
  TaskState.TASK_UNKNOWN,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

export class Book {
  readonly problems: string[] = [];
  /** Task id → states the framework was told, without repeats. */
  readonly told = new Map<string, TaskState[]>();
  /** Task id → uuids of the agent's updates, in the order in which they were first sent. */
  private readonly sent = new Map<string, { readonly uuids: string[]; ended: boolean }>();
  /** Offer id → its agent. */
  private readonly offers = new Map<string, string>();
  private readonly frameworks = new Set<string>();
  launched = 0;

  newTask(): string {
    const id = `t${++this.launched}`;
    this.told.set(id, []);
    return id;
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
    this.frameworks.add(frameworkId);
    if (this.frameworks.size > 1)
      this.problems.push(`1: one framework has ids ${[...this.frameworks].join()}`);
  }

  /** 12: what a partition-aware framework is told. */
  tell({ task_id, state, message }: TaskStatus): void {
    const states = this.told.get(task_id.value);
    if (states === undefined) {
      this.problems.push(`an update for ${task_id.value}, which was never launched`);
      return;
    }
    const before = states.at(-1);
    if (state === before) return;
    states.push(state);
    if (before !== undefined && TERMINAL.has(before) && !DOUBTFUL.has(state))
      this.problems.push(`12: ${task_id.value} came back: ${names(states)} (${message ?? ''})`);
  }

  /** 11 and 22: what an agent sends of a task. */
  forwarded({ update }: StatusUpdateMessage): void {
    const { status } = update;
    const uuid = Buffer.from(status.uuid ?? new Uint8Array(0)).toString('hex');
    if (uuid === '') return;
    const key = `${status.task_id.value} of ${update.slave_id?.value ?? ''}`;
    const sent = this.sent.get(key) ?? { uuids: [], ended: false };
    this.sent.set(key, sent);
    if (sent.uuids.at(-1) === uuid) return;
    if (sent.uuids.includes(uuid))
      this.problems.push(`22: ${key}: an update before the last one was repeated`);
    else if (sent.ended)
      this.problems.push(`11: ${key} goes on after its end with ${enumName(TaskState, status.state)}`);
    sent.uuids.push(uuid);
    sent.ended ||= TERMINAL.has(status.state);
  }

  /** 14: no process of a dropped task was ever started. */
  neverRan(started: (task: string) => boolean): string | undefined {
    for (const [id, states] of this.told) {
      if (states.at(-1) === TaskState.TASK_DROPPED && started(id))
        return `14: dropped task ${id} was started`;
    }
    return undefined;
  }

  /** 10 and 21: every task has come to an end that the framework knows of. */
  unfinished(): string | undefined {
    const { open } = this;
    if (open.length === 0) return undefined;
    return `10: ${open.length} of ${this.launched} tasks did not end: ${open
      .slice(0, 3)
      .map((id) => `${id} ${names(this.told.get(id) ?? [])}`)
      .join('; ')}`;
  }
}

function hasEnded(states: readonly TaskState[]): boolean {
  const last = states.at(-1);
  return last !== undefined && TERMINAL.has(last);
}

function names(states: readonly TaskState[]): string {
  return states.map((state) => enumName(TaskState, state)).join(' → ');
}
