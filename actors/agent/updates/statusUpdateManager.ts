import { join } from 'node:path';
import type { StatusUpdate } from '../../../proto/generated/types/internal.ts';
import { type CutOff, type Disk, Journal } from '../../../runtime/storage/index.ts';
import { ChartTable, type TimerPort } from '../../../statecharts/engine.ts';
import { updateStreamMachine } from '../../../statecharts/updateStream.ts';
import { decodeRecord, encodeRecord, type UpdateRecord } from './records.ts';
import { isTerminalUpdate, type QueuedUpdate, UpdateQueue, uuidOf } from './updateQueue.ts';

export interface StatusUpdateManagerOptions {
  /** Folder of the journal `updates.journal`. */
  readonly dir: string;
  readonly disk?: Disk;
  /** Timers of the streams: they must fire as events of the actor that owns the manager. */
  readonly clock: TimerPort;
  /** Runs something as an event of that actor; what the disk answers comes in this way. */
  readonly dispatch: (run: () => void) => void;
  /** Sends the head of a stream to the master; called again and again until it is acknowledged. */
  readonly forward: (update: StatusUpdate) => void;
  /** Something was told that a stream cannot take: logged by the owner. */
  readonly onWarning?: (text: string) => void;
  /** The journal is not rewritten below this length, in bytes; default 4 MiB. */
  readonly compactBytesMin?: number;
  /** The disk failed, once: an agent that cannot keep updates must stop (failover.md §2.1). */
  readonly onFailure?: (error: Error) => void;
}

/** The journal is rewritten when it is this long and this many times as long as what still counts. */
const COMPACT_BYTES_MIN = 4 * 1024 * 1024;
const COMPACT_RATIO = 4;

/**
 * Instance of the stream machine that has no updates: whether streams are paused is asked of it, and a stream that
 * begins does so in the same mode. No task has this key.
 */
const GATE = '';

/**
 * Delivers the status updates of an agent's tasks at least once, in the order made, one in flight a task (agent.md §6,
 * failover.md invariants 21 to 27): an update is written to disk, then its executor is acknowledged, then it is sent to
 * the master after 0, 10, 20, … 600 s until the scheduler acknowledges its uuid.
 *
 * Begins paused, with the streams that the journal tells of.
 */
export class StatusUpdateManager {
  /** The streams' states, for metrics and inspection; the id of a stream is `<framework id>/<task id>`. */
  readonly chart: ChartTable<typeof updateStreamMachine>;
  readonly #options: StatusUpdateManagerOptions;
  readonly #journal: Journal;
  readonly #queues = new Map<string, UpdateQueue>();
  readonly #compactBytesMin: number;
  #liveBytes = 0;
  #compacting = false;
  #closed = false;

  /** @throws what `Journal.open` throws, and an Error naming the record for an acknowledgement that fits no update */
  static open(options: StatusUpdateManagerOptions): StatusUpdateManager {
    return new StatusUpdateManager(options);
  }

  private constructor(options: StatusUpdateManagerOptions) {
    this.#options = options;
    this.#compactBytesMin = options.compactBytesMin ?? COMPACT_BYTES_MIN;
    this.chart = new ChartTable(updateStreamMachine, {
      clock: options.clock,
      actions: {
        acknowledgeExecutor: ({ id }) => this.#tellRecorded(id),
        forward: ({ id }) => this.#forward(id),
        closeStream: ({ id }) => this.#close(id),
      },
    });
    this.chart.start(GATE);
    this.chart.step(GATE, { type: 'PAUSED' });
    this.#journal = this.#replay();
    for (const queue of this.#queues.values()) this.#revive(queue);
  }

  /** What was cut off the journal when it was opened, if its last write had been interrupted. */
  get cutOff(): CutOff | undefined {
    return this.#journal.cutOff;
  }

  /** Tasks with a stream: all whose last update is not acknowledged. */
  get size(): number {
    return this.#queues.size;
  }

  /**
   * Takes the next update of a task. One that was taken before, or comes after the task's last one, goes no further;
   * its executor is acknowledged all the same.
   *
   * @param checkpoint the framework checkpoints: the update is safe when on disk. Else at once
   * @param recorded called once it is safe, as an event of the actor; never when the disk fails
   */
  update(update: StatusUpdate, checkpoint: boolean, recorded: () => void): void {
    const uuid = uuidOf(update);
    if (uuid === undefined) {
      this.#options.forward(update);
      recorded();
      return;
    }
    const queue = this.#queueOf(update.framework_id.value, update.status.task_id.value);
    const name = hex(uuid);
    if (queue.has(name) || queue.ended) {
      this.#repeated(queue, name, recorded);
      return;
    }
    const record = checkpoint ? encodeRecord({ kind: 'update', update }) : new Uint8Array(0);
    const entry: QueuedUpdate = { update, uuid: name, record, waiting: [recorded] };
    queue.add(entry);
    queue.recording.push(entry);
    this.#liveBytes += record.length;
    this.chart.step(queue.key, { type: 'UPDATE_RECEIVED' });
    if (checkpoint) this.#write(record, () => this.#recorded(queue));
    else this.#recorded(queue);
  }

  /**
   * The scheduler acknowledged an update.
   *
   * @param done called when that is on disk, as an event of the actor. Not called when the uuid is not that of the
   *   update in flight: then nothing changes (failover.md 24)
   */
  acknowledge(frameworkId: string, taskId: string, uuid: Uint8Array, done: () => void = () => {}): void {
    if (this.#closed) return;
    const queue = this.#queues.get(keyOf(frameworkId, taskId));
    const head = queue?.head;
    if (queue === undefined || head === undefined || head.uuid !== hex(uuid) || !this.#inFlight(queue)) {
      this.#options.onWarning?.(
        `ignoring the acknowledgement ${hex(uuid)} for task ${taskId} of framework ${frameworkId}: no such update is in flight`,
      );
      return;
    }
    this.chart.step(queue.key, { type: 'ACKNOWLEDGED' });
    const acknowledged = (): void => {
      if (this.#acknowledged(queue, head)) done();
    };
    if (head.record.length === 0) acknowledged();
    else this.#write(encodeRecord({ kind: 'ack', frameworkId, taskId, uuid }), acknowledged);
  }

  /** Forgets the streams of a framework that is no more, also on disk. */
  forget(frameworkId: string): void {
    const queues = [...this.#queues.values()].filter((queue) => queue.frameworkId === frameworkId);
    for (const queue of queues) this.#drop(queue);
    if (queues.length > 0) this.#write(encodeRecord({ kind: 'forget', frameworkId }), () => {});
  }

  /** Forgets everything, also on disk: what was kept is another agent's. */
  clear(): void {
    for (const queue of [...this.#queues.values()]) this.#drop(queue);
    this.#journal.compact([], () => {});
  }

  /** Whether the task has a stream: updates that are not acknowledged, or its last one has not been made yet. */
  has(frameworkId: string, taskId: string): boolean {
    return this.#queues.has(keyOf(frameworkId, taskId));
  }

  /** The newest update taken for a task that has a stream, acknowledged or not. */
  latest(frameworkId: string, taskId: string): StatusUpdate | undefined {
    return this.#queues.get(keyOf(frameworkId, taskId))?.latest;
  }

  /** The oldest update of a task that is not acknowledged. */
  next(frameworkId: string, taskId: string): StatusUpdate | undefined {
    return this.#queues.get(keyOf(frameworkId, taskId))?.head?.update;
  }

  /** Of a task that has a stream, oldest first: those acknowledged, of neighbours of one state the newest, and all that are not. */
  updatesOf(frameworkId: string, taskId: string): StatusUpdate[] {
    const queue = this.#queues.get(keyOf(frameworkId, taskId));
    if (queue === undefined) return [];
    return [...queue.acknowledged, ...queue.queued].map(({ update }) => update);
  }

  /** The agent is not registered (any more): nothing is sent. */
  pause(): void {
    for (const key of [GATE, ...this.#queues.keys()]) this.chart.step(key, { type: 'PAUSED' });
  }

  /** The agent is registered: the head of each stream is sent at once. */
  resume(): void {
    for (const key of [GATE, ...this.#queues.keys()]) this.chart.step(key, { type: 'RESUMED' });
  }

  /** Writes what is waiting and gives the journal back. */
  close(done: () => void = () => {}): void {
    this.#closed = true;
    for (const key of [GATE, ...this.#queues.keys()]) this.chart.stop(key);
    this.#queues.clear();
    this.#journal.close(done);
  }

  // Streams

  #queueOf(frameworkId: string, taskId: string): UpdateQueue {
    const key = keyOf(frameworkId, taskId);
    const present = this.#queues.get(key);
    if (present !== undefined) return present;
    const queue = new UpdateQueue(key, frameworkId, taskId);
    this.#queues.set(key, queue);
    this.chart.start(key);
    if (this.chart.hasTag(GATE, 'paused')) this.chart.step(key, { type: 'PAUSED' });
    return queue;
  }

  #inFlight(queue: UpdateQueue): boolean {
    return this.chart.matches(queue.key, 'forwarding');
  }

  #repeated(queue: UpdateQueue, uuid: string, recorded: () => void): void {
    const unsafe = queue.recording.find((entry) => entry.uuid === uuid);
    if (unsafe === undefined) recorded();
    else unsafe.waiting.push(recorded);
  }

  /** The oldest update that was being written is safe. */
  #recorded(queue: UpdateQueue): void {
    if (this.#queues.get(queue.key) === queue) this.chart.step(queue.key, { type: 'RECORDED' });
  }

  #tellRecorded(key: string): void {
    const entry = this.#queues.get(key)?.recording.shift();
    for (const recorded of entry?.waiting.splice(0) ?? []) recorded();
  }

  #forward(key: string): void {
    const queue = this.#queues.get(key);
    const head = queue?.head;
    if (queue === undefined || head === undefined) return;
    const latest_state = queue.latest?.status.state ?? head.update.status.state;
    this.#options.forward({ ...head.update, latest_state });
  }

  /** @returns false when the stream was forgotten meanwhile */
  #acknowledged(queue: UpdateQueue, head: QueuedUpdate): boolean {
    if (this.#queues.get(queue.key) !== queue) return false;
    this.#takeAcknowledged(queue);
    this.chart.step(queue.key, { type: 'ACK_RECORDED', terminal: isTerminalUpdate(head.update) });
    this.#compactWhenLong();
    return true;
  }

  #takeAcknowledged(queue: UpdateQueue): void {
    this.#liveBytes -= queue.acknowledgeHead()?.record.length ?? 0;
  }

  #close(key: string): void {
    const queue = this.#queues.get(key);
    if (queue !== undefined) this.#drop(queue);
  }

  #drop(queue: UpdateQueue): void {
    for (const { record } of [...queue.acknowledged, ...queue.queued]) this.#liveBytes -= record.length;
    this.#queues.delete(queue.key);
    this.chart.stop(queue.key);
  }

  // Disk

  #write(record: Uint8Array, written: () => void): void {
    this.#journal.append(record, (error) => {
      if (error === undefined) this.#options.dispatch(written);
    });
  }

  #replay(): Journal {
    const options = this.#options;
    const file = { name: 'updates', ...(options.disk === undefined ? {} : { disk: options.disk }) };
    return Journal.open(options.dir, {
      ...file,
      onRecord: (bytes, index) => {
        try {
          this.#apply(decodeRecord(bytes), bytes);
        } catch (error) {
          const { message } = error as Error;
          throw new Error(`${join(options.dir, 'updates.journal')}: record ${index}: ${message}`, {
            cause: error,
          });
        }
      },
      onFailure: (error) => options.dispatch(() => options.onFailure?.(error)),
    });
  }

  #apply(record: UpdateRecord, bytes: Uint8Array): void {
    if (record.kind === 'forget') {
      for (const queue of [...this.#queues.values()]) {
        if (queue.frameworkId === record.frameworkId) this.#drop(queue);
      }
    } else if (record.kind === 'update') {
      this.#applyUpdate(record.update, bytes);
    } else {
      this.#applyAck(record);
    }
  }

  #applyUpdate(update: StatusUpdate, bytes: Uint8Array): void {
    const queue = this.#queueOf(update.framework_id.value, update.status.task_id.value);
    queue.add({ update, uuid: hex(uuidOf(update) ?? new Uint8Array(0)), record: bytes, waiting: [] });
    this.#liveBytes += bytes.length;
  }

  #applyAck(ack: Extract<UpdateRecord, { kind: 'ack' }>): void {
    const queue = this.#queues.get(keyOf(ack.frameworkId, ack.taskId));
    const head = queue?.head;
    if (queue === undefined || head === undefined || head.uuid !== hex(ack.uuid)) {
      throw new Error(
        `acknowledges update ${hex(ack.uuid)} of task ${ack.taskId} of framework ${ack.frameworkId}, ` +
          `but ${head === undefined ? 'none' : head.uuid} is the next to be acknowledged`,
      );
    }
    this.#takeAcknowledged(queue);
    if (isTerminalUpdate(head.update)) this.#drop(queue);
  }

  /** A recovered stream is begun anew; its updates are on disk. */
  #revive(queue: UpdateQueue): void {
    for (const entry of queue.queued) {
      queue.recording.push(entry);
      this.chart.step(queue.key, { type: 'RECORDED' });
    }
  }

  #compactWhenLong(): void {
    const { size } = this.#journal;
    if (this.#compacting || size < Math.max(this.#compactBytesMin, this.#liveBytes * COMPACT_RATIO)) return;
    this.#compacting = true;
    this.#journal.compact(
      [...this.#queues.values()].flatMap((queue) => this.#liveRecords(queue)),
      () => {
        this.#compacting = false;
      },
    );
  }

  /** What a replay needs of a stream. An acknowledgement that is on its way to the disk counts as there. */
  #liveRecords(queue: UpdateQueue): Uint8Array[] {
    const acking =
      this.chart.matches(queue.key, 'recordingAck') || this.chart.matches(queue.key, 'paused.recordingAck');
    const { head, frameworkId, taskId } = queue;
    const over = acking && head !== undefined ? [...queue.acknowledged, head] : queue.acknowledged;
    const last = over.at(-1);
    if (acking && last !== undefined && isTerminalUpdate(last.update)) return [];
    const told = over.flatMap(({ record, uuid }) => [
      record,
      encodeRecord({ kind: 'ack', frameworkId, taskId, uuid: Buffer.from(uuid, 'hex') }),
    ]);
    const rest = queue.queued.slice(acking ? 1 : 0).map(({ record }) => record);
    // Of a framework that does not checkpoint nothing is kept.
    return last?.record.length === 0 ? [] : [...told, ...rest].filter(({ length }) => length > 0);
  }
}

function keyOf(frameworkId: string, taskId: string): string {
  return `${frameworkId}/${taskId}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
