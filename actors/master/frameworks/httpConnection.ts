/** A scheduler over HTTP: v1 events in RecordIO on the response to its SUBSCRIBE (v1-scheduler-api.md §4, §5). */
import {
  encodeRecord,
  type SchedulerEvent,
  type SchedulerEventSubscribed,
  SchedulerEventType,
} from '../../../proto/index.ts';
import { type MediaType, writeMessage } from '../../../proto/mediaTypes.ts';
import type { HttpStream, Timer } from '../../../runtime/index.ts';
import type { FrameworkConnection } from './connection.ts';

/** Heartbeats come whatever else does; a client that misses several takes the stream for dead. */
export const HEARTBEAT_SECONDS = 15;

export interface HttpConnectionPorts {
  delay(delayMs: number, run: () => void): Timer;
  /** Told once, in an event of its own, when a scheduler that was welcome is no longer there to read; not after `close`. */
  lost(frameworkId: string, reason: string): void;
  defer<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void;
}

export class HttpConnection implements FrameworkConnection {
  /** No address: nothing but this stream leads to the scheduler. */
  readonly pid = undefined;
  /** What calls of the scheduler name in `Mesos-Stream-Id`; another one for every subscription. */
  readonly streamId: string;
  private readonly stream: HttpStream;
  private readonly type: MediaType;
  private readonly ports: HttpConnectionPorts;
  private frameworkId = '';
  private ended = false;
  private heartbeat: Timer | undefined;

  constructor(stream: HttpStream, streamId: string, type: MediaType, ports: HttpConnectionPorts) {
    this.stream = stream;
    this.streamId = streamId;
    this.type = type;
    this.ports = ports;
    stream.onClose(() => this.lose('its stream was closed'));
  }

  welcome(subscribed: SchedulerEventSubscribed): void {
    this.frameworkId = subscribed.framework_id.value;
    this.send({ type: SchedulerEventType.SUBSCRIBED, subscribed });
    this.beat();
  }

  send(event: SchedulerEvent): void {
    if (this.ended) return;
    const record = encodeRecord(writeMessage('mesos.v1.scheduler.Event', this.type, event));
    if (!this.stream.write(record)) this.lose('it was gone, or read too slowly and was cut off');
  }

  close(): void {
    this.end();
    this.stream.end();
  }

  /** The only event of a subscription that is refused. */
  refuse(message: string): void {
    this.send({ type: SchedulerEventType.ERROR, error: { message } });
    this.close();
  }

  private beat(): void {
    this.send({ type: SchedulerEventType.HEARTBEAT });
    if (!this.ended) this.heartbeat = this.ports.delay(HEARTBEAT_SECONDS * 1000, () => this.beat());
  }

  /** Whoever sends an event is in the middle of something: what follows from a loss comes later. */
  private lose(reason: string): void {
    if (this.ended) return;
    this.end();
    this.ports.defer(() => this.ports.lost(this.frameworkId, reason))();
  }

  private end(): void {
    this.ended = true;
    this.heartbeat?.cancel();
  }
}
