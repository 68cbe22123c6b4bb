/**
 * Tasks as they are at one moment. A task that has not changed since it was last asked about has the same snapshot, with what was
 * written of it: who polls the state of a large cluster has most of it written before.
 */
import type { WrittenItem } from '../../../proto/api/sections.ts';
import { encodeAs, type Task, type TaskStatus, toJsonText } from '../../../proto/index.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { taskStateOf } from './messages.ts';

/** Bytes kept of written tasks at most; what is written beyond is written anew each time. */
const KEPT_MAX = 256 * 1024 * 1024;

const TYPE = 'mesos.v1.Task';

/** How much is kept of all tasks together. */
interface Shelf {
  kept: number;
}

export class TaskSnapshot implements WrittenItem {
  readonly task: TaskRecord;
  /** TaskState name. */
  readonly state: string;
  readonly statuses: readonly TaskStatus[];
  private readonly unacknowledged: TaskRecord['unacknowledged'];
  /** Undefined when another snapshot has taken the place of this one. */
  private shelf: Shelf | undefined;
  private written: Uint8Array | undefined;
  private encoded: Uint8Array | undefined;
  private legacy: { readonly state: string; readonly json: Uint8Array } | undefined;

  constructor(task: TaskRecord, state: string, shelf: Shelf) {
    this.task = task;
    this.state = state;
    this.statuses = task.statuses;
    this.unacknowledged = task.unacknowledged;
    this.shelf = shelf;
  }

  /** Whether nothing has been said of the task since; that its chart has not moved is the caller's to know. */
  isOf({ statuses, unacknowledged }: TaskRecord): boolean {
    return statuses === this.statuses && unacknowledged === this.unacknowledged;
  }

  message(): Task {
    const { task, unacknowledged } = this;
    const { description } = task;
    // Every field by its name: objects of one shape are written several times as fast as copies of what agents have sent.
    const message: { [K in keyof Required<Task>]: Task[K] } = {
      name: description.name,
      task_id: description.task_id,
      framework_id: description.framework_id,
      executor_id: description.executor_id,
      agent_id: description.agent_id,
      state: taskStateOf(this.state),
      resources: task.resources.toMessages(),
      statuses: [...this.statuses],
      status_update_state: unacknowledged?.state,
      status_update_uuid: unacknowledged?.uuid,
      labels: description.labels,
      discovery: description.discovery,
      container: description.container,
      health_check: description.health_check,
      kill_policy: description.kill_policy,
      user: description.user,
      limits: description.limits,
    };
    return message;
  }

  json(): Uint8Array {
    if (this.written !== undefined) return this.written;
    // As bytes: a text that was put together of a hundred parts is kept as a hundred parts.
    const json = Buffer.from(toJsonText(TYPE, this.message()));
    if (this.keeps(json.length)) this.written = json;
    return json;
  }

  bytes(): Uint8Array {
    if (this.encoded !== undefined) return this.encoded;
    const bytes = encodeAs(TYPE, this.message());
    if (this.keeps(bytes.length)) this.encoded = bytes;
    return bytes;
  }

  /** The JSON of an older endpoint, in which the state may have another name. */
  legacyJson(state: string, write: () => string): Uint8Array {
    if (this.legacy?.state === state) return this.legacy.json;
    const json = Buffer.from(write());
    if (this.legacy === undefined && this.keeps(json.length)) this.legacy = { state, json };
    return json;
  }

  /** Another snapshot takes its place, or none: room for others. */
  release(): void {
    const { shelf, written, encoded, legacy } = this;
    if (shelf === undefined) return;
    shelf.kept -= (written?.length ?? 0) + (encoded?.length ?? 0) + (legacy?.json.length ?? 0);
    this.shelf = undefined;
    this.written = undefined;
    this.encoded = undefined;
    this.legacy = undefined;
  }

  private keeps(length: number): boolean {
    const { shelf } = this;
    if (shelf === undefined || shelf.kept + length > KEPT_MAX) return false;
    shelf.kept += length;
    return true;
  }
}

export class TaskSnapshots {
  private readonly shelf: Shelf = { kept: 0 };

  /** A new snapshot of the task. @param state TaskState name */
  of(task: TaskRecord, state: string): TaskSnapshot {
    this.forget(task);
    const made = new TaskSnapshot(task, state, this.shelf);
    task.snapshot = made;
    return made;
  }

  /** The task has changed, or is remembered no more. */
  forget(task: TaskRecord): void {
    task.snapshot?.release();
    task.snapshot = undefined;
  }

  /** Characters and bytes that are kept. */
  get kept(): number {
    return this.shelf.kept;
  }
}
