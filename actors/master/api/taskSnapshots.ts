/**
 * Tasks as they are at one moment. A task that has not changed since it was last asked about has the same snapshot, with what was
 * written of it: who polls the state of a large cluster has most of it written before.
 */
import type { WrittenItem } from '../../../proto/api/sections.ts';
import { encodeAs, jsonText, type Task, type TaskStatus, toJsonText } from '../../../proto/index.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { taskStateOf } from './messages.ts';

/** What is kept of written tasks at most, in characters and bytes; beyond, all of it is forgotten. */
const KEPT_MAX = 64 * 1024 * 1024;

const TYPE = 'mesos.v1.Task';

export class TaskSnapshot implements WrittenItem {
  readonly task: TaskRecord;
  /** TaskState name. */
  readonly state: string;
  readonly statuses: readonly TaskStatus[];
  private readonly unacknowledged: TaskRecord['unacknowledged'];
  private readonly onWritten: (length: number) => void;
  private written: string | undefined;
  private encoded: Uint8Array | undefined;
  private legacy: { readonly state: string; readonly text: string } | undefined;

  constructor(task: TaskRecord, state: string, onWritten: (length: number) => void) {
    this.task = task;
    this.state = state;
    this.statuses = [...task.statuses];
    this.unacknowledged = task.unacknowledged;
    this.onWritten = onWritten;
  }

  isOf({ statuses, unacknowledged }: TaskRecord, state: string): boolean {
    return (
      state === this.state &&
      unacknowledged === this.unacknowledged &&
      statuses.length === this.statuses.length &&
      statuses.at(-1) === this.statuses.at(-1)
    );
  }

  message(): Task {
    const { task, unacknowledged } = this;
    return {
      ...task.description,
      state: taskStateOf(this.state),
      resources: task.resources.toMessages(),
      statuses: [...this.statuses],
      status_update_state: unacknowledged?.state,
      status_update_uuid: unacknowledged?.uuid,
    };
  }

  text(): string {
    if (this.written === undefined) {
      this.written = toJsonText(TYPE, this.message());
      this.onWritten(this.written.length);
    }
    return this.written;
  }

  bytes(): Uint8Array {
    if (this.encoded === undefined) {
      this.encoded = encodeAs(TYPE, this.message());
      this.onWritten(this.encoded.length);
    }
    return this.encoded;
  }

  /** The text of an older endpoint, in which the state may have another name. */
  legacyText(state: string, make: () => object): string {
    if (this.legacy?.state !== state) {
      this.legacy = { state, text: jsonText(make()) };
      this.onWritten(this.legacy.text.length);
    }
    return this.legacy.text;
  }
}

export class TaskSnapshots {
  private kept = new WeakMap<TaskRecord, TaskSnapshot>();
  private keptLength = 0;

  /** @param state TaskState name */
  of(task: TaskRecord, state: string): TaskSnapshot {
    const known = this.kept.get(task);
    if (known?.isOf(task, state) === true) return known;
    const made = new TaskSnapshot(task, state, (length) => this.count(length));
    this.kept.set(task, made);
    return made;
  }

  private count(length: number): void {
    this.keptLength += length;
    if (this.keptLength <= KEPT_MAX) return;
    this.kept = new WeakMap();
    this.keptLength = 0;
  }
}
