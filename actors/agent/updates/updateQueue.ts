import type { StatusUpdate } from '../../../proto/generated/types/internal.ts';
import { TaskState } from '../../../proto/generated/types/v1.ts';

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

/** The uuid by which an update is acknowledged; undefined for those that are not to be. */
export function uuidOf(update: StatusUpdate): Uint8Array | undefined {
  return update.uuid ?? update.status.uuid;
}

export function isTerminalUpdate(update: StatusUpdate): boolean {
  return TERMINAL.has(update.status.state);
}

/** An update that the scheduler has not acknowledged. */
export interface QueuedUpdate {
  readonly update: StatusUpdate;
  readonly uuid: string;
  /** Its journal record; empty for frameworks that do not checkpoint. */
  readonly record: Uint8Array;
  /** Told when it is safe; emptied then. */
  readonly waiting: (() => void)[];
}

/** The updates of one task, oldest first. What state the stream is in is its machine's business. */
export class UpdateQueue {
  readonly key: string;
  readonly frameworkId: string;
  readonly taskId: string;
  readonly queued: QueuedUpdate[] = [];
  /** Updates of `queued` that are not on disk yet: its last ones. */
  readonly recording: QueuedUpdate[] = [];
  readonly #uuids = new Set<string>();
  readonly #acknowledged: QueuedUpdate[] = [];

  constructor(key: string, frameworkId: string, taskId: string) {
    this.key = key;
    this.frameworkId = frameworkId;
    this.taskId = taskId;
  }

  get head(): QueuedUpdate | undefined {
    return this.queued[0];
  }

  /** What the scheduler has acknowledged, oldest first; of neighbours of one state (health, progress) the newest alone. */
  get acknowledged(): readonly QueuedUpdate[] {
    return this.#acknowledged;
  }

  /** The newest update, acknowledged or not. */
  get latest(): StatusUpdate | undefined {
    return (this.queued.at(-1) ?? this.#acknowledged.at(-1))?.update;
  }

  /** Whether the task's last update was taken; nothing comes after it. */
  get ended(): boolean {
    return this.latest !== undefined && isTerminalUpdate(this.latest);
  }

  add(entry: QueuedUpdate): void {
    this.queued.push(entry);
    this.#uuids.add(entry.uuid);
  }

  /** The head was acknowledged. @returns the one acknowledged before it when that need not be kept any more */
  acknowledgeHead(): QueuedUpdate | undefined {
    const head = this.queued.shift();
    if (head === undefined) return undefined;
    const before = this.#acknowledged.at(-1);
    const isRepeated = before?.update.status.state === head.update.status.state;
    if (isRepeated) this.#acknowledged.pop();
    this.#acknowledged.push(head);
    return isRepeated ? before : undefined;
  }

  has(uuid: string): boolean {
    return this.#uuids.has(uuid);
  }
}
