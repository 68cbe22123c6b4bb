/** An executor over HTTP: v1 events in RecordIO on the response to its SUBSCRIBE (v1-executor-api.md §3). */

import type { KillPolicy, TaskID, TaskInfo } from '../../../proto/generated/types/v1.ts';
import {
  type ExecutorEvent,
  type ExecutorEventSubscribed,
  ExecutorEventType,
  encodeRecord,
} from '../../../proto/index.ts';
import { type MediaType, writeMessage } from '../../../proto/mediaTypes.ts';
import type { HttpStream, Timer } from '../../../runtime/index.ts';
import type { ExecutorConnection } from './connection.ts';

/** Between heartbeats on an executor's stream. */
export const EXECUTOR_HEARTBEAT_MS: number = 30 * 60_000;

export interface HttpConnectionPorts {
  delay(delayMs: number, run: () => void): Timer;
  /** Told once, in an event of its own, when nobody reads the stream any more; not after `close`. */
  lost(): void;
}

export class HttpConnection implements ExecutorConnection {
  /** No address: nothing but this stream leads to the executor. */
  readonly pid = undefined;
  private readonly stream: HttpStream;
  private readonly type: MediaType;
  private readonly ports: HttpConnectionPorts;
  private ended = false;
  private heartbeat: Timer | undefined;

  constructor(stream: HttpStream, type: MediaType, ports: HttpConnectionPorts) {
    this.stream = stream;
    this.type = type;
    this.ports = ports;
    stream.onClose(() => this.lose());
  }

  welcome(subscribed: ExecutorEventSubscribed): void {
    this.send({ type: ExecutorEventType.SUBSCRIBED, subscribed });
    this.beat();
  }

  launch(task: TaskInfo): void {
    this.send({ type: ExecutorEventType.LAUNCH, launch: { task } });
  }

  launchGroup(tasks: readonly TaskInfo[]): void {
    const task_group = { tasks: [...tasks] };
    this.send({ type: ExecutorEventType.LAUNCH_GROUP, launch_group: { task_group } });
  }

  kill(task_id: TaskID, kill_policy: KillPolicy | undefined): void {
    this.send({ type: ExecutorEventType.KILL, kill: { task_id, kill_policy } });
  }

  acknowledge(task_id: TaskID, uuid: Uint8Array): void {
    this.send({ type: ExecutorEventType.ACKNOWLEDGED, acknowledged: { task_id, uuid } });
  }

  message(data: Uint8Array): void {
    this.send({ type: ExecutorEventType.MESSAGE, message: { data } });
  }

  shutDown(): void {
    this.send({ type: ExecutorEventType.SHUTDOWN });
  }

  close(): void {
    this.end();
    this.stream.end();
  }

  private send(event: ExecutorEvent): void {
    if (this.ended) return;
    const record = encodeRecord(writeMessage('mesos.v1.executor.Event', this.type, event));
    if (!this.stream.write(record)) this.lose();
  }

  private beat(): void {
    this.heartbeat = this.ports.delay(EXECUTOR_HEARTBEAT_MS, () => {
      this.send({ type: ExecutorEventType.HEARTBEAT });
      if (!this.ended) this.beat();
    });
  }

  private lose(): void {
    if (this.ended) return;
    this.end();
    this.ports.lost();
  }

  private end(): void {
    this.ended = true;
    this.heartbeat?.cancel();
  }
}
