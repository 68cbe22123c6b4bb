/** SUBSCRIBE of the operator API: streams of what happens in the cluster (v1-operator-api.md §3). */

import { writeSections } from '../../../proto/api/sections.ts';
import { MasterEventType, recordHeader } from '../../../proto/index.ts';
import type { MediaType } from '../../../proto/mediaTypes.ts';
import type { HttpReply, HttpStream, Principal, Timer } from '../../../runtime/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { eventStreamMachine } from '../../../statecharts/eventStream.ts';
import { stateListing } from '../api/listings.ts';
import { Viewer } from '../api/viewer.ts';
import type { MasterParts } from '../parts.ts';
import { eventRecord, piecesWithIndex } from './encoding.ts';
import { EventLog, type LoggedEvent } from './eventLog.ts';

/** Asks for indexes (`*`), or for what came after one (`<log>:<index>`); told in answer, where the stream begins. */
export const INDEX_HEADER = 'Mesostate-Event-Index';

const HEARTBEAT_SECONDS = 15;
/** Events kept for those who come back. */
const KEPT_MAX = 4096;
/** Events that may wait for a snapshot to be read. */
const WAITING_MAX = 10_000;
/** A snapshot up to this size is as good as read. */
const SMALL_BYTES = 256 * 1024;

/** What a client asked for. */
export interface Subscription {
  readonly type: MediaType;
  readonly principal: Principal | undefined;
  /** Value of INDEX_HEADER. */
  readonly asked: string | undefined;
}

interface Subscriber {
  readonly id: string;
  readonly stream: HttpStream;
  readonly type: MediaType;
  readonly viewer: Viewer;
  /** The same for viewers that see the same. */
  readonly viewerKey: string;
  readonly indexed: boolean;
  /** What happened while the snapshot is on its way. */
  readonly waiting: LoggedEvent[];
  heartbeat: Timer | undefined;
}

export class EventStreams {
  readonly chart: ChartTable<typeof eventStreamMachine>;
  private readonly parts: MasterParts;
  private readonly log = new EventLog(KEPT_MAX);
  /** The oldest first. */
  private readonly subscribers = new Map<string, Subscriber>();
  private created = 0;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(eventStreamMachine, {
      ...parts.chartReports,
      actions: {
        sendWaiting: ({ id }) => this.sendWaiting(id),
        endStream: ({ id }) => this.end(id),
      },
    });
  }

  get count(): number {
    return this.subscribers.size;
  }

  /** Something happened: everybody who may see it is told at once. */
  publish(seenBy: LoggedEvent['seenBy']): void {
    const event = this.log.add(seenBy);
    const records = new Map<string, Uint8Array | undefined>();
    for (const subscriber of [...this.subscribers.values()]) {
      if (this.chart.matches(subscriber.id, 'live')) this.send(subscriber, event, records);
      else if (subscriber.waiting.push(event) > WAITING_MAX) this.drop(subscriber);
    }
  }

  subscribe(reply: HttpReply, { type, principal, asked }: Subscription): void {
    this.makeRoom();
    const missed = this.missedSince(asked);
    const position = {
      [INDEX_HEADER]: `${this.parts.info.id}:${missed?.[0] === undefined ? this.log.last : missed[0].index - 1}`,
    };
    const stream = reply.stream(200, { 'Content-Type': type, ...(asked !== undefined && position) });
    const subscriber: Subscriber = {
      id: `${++this.created}`,
      stream,
      type,
      viewer: new Viewer(this.parts.authorizer, principal),
      viewerKey: JSON.stringify(principal ?? null),
      indexed: asked !== undefined,
      waiting: [],
      heartbeat: undefined,
    };
    this.subscribers.set(subscriber.id, subscriber);
    this.chart.start(subscriber.id);
    const gone = this.parts.actor.defer(() => this.chart.step(subscriber.id, { type: 'CLIENT_GONE' }));
    stream.onClose(gone);
    if (missed === undefined) this.sendSnapshot(subscriber);
    else this.resume(subscriber, missed);
  }

  /** The master ends: nobody is told any more. */
  close(): void {
    for (const { stream, heartbeat } of this.subscribers.values()) {
      heartbeat?.cancel();
      stream.end();
    }
  }

  private makeRoom(): void {
    const { max_operator_event_stream_subscribers: max } = this.parts.flags;
    for (const id of this.subscribers.keys()) {
      if (this.subscribers.size < max) return;
      this.parts.actor.log.warn('closed the oldest event stream: there are too many', { streams: max });
      this.chart.step(id, { type: 'DISPLACED' });
    }
  }

  /** @returns undefined when the client needs a snapshot: it is new, was away too long, or asks of another master's log */
  private missedSince(asked: string | undefined): LoggedEvent[] | undefined {
    const [log, index] = (asked ?? '').split(':');
    if (log !== this.parts.info.id || index === undefined || !/^\d{1,15}$/.test(index)) return undefined;
    return this.log.after(Number(index));
  }

  private resume(subscriber: Subscriber, missed: readonly LoggedEvent[]): void {
    const first = missed[0]?.index;
    const subscribed = { heartbeat_interval_seconds: HEARTBEAT_SECONDS };
    const at = subscriber.indexed ? (first === undefined ? this.log.last : first - 1) : undefined;
    this.write(
      subscriber,
      eventRecord(subscriber.type, { type: MasterEventType.SUBSCRIBED, subscribed }, at),
    );
    subscriber.waiting.push(...missed);
    this.chart.step(subscriber.id, { type: 'CAUGHT_UP' });
    this.beat(subscriber);
  }

  private sendSnapshot(subscriber: Subscriber): void {
    const { parts } = this;
    const { type, viewer } = subscriber;
    const index = subscriber.indexed ? this.log.last : undefined;
    const state = stateListing(parts, viewer);
    const plain = { type: MasterEventType.SUBSCRIBED };
    const rest = { heartbeat_interval_seconds: HEARTBEAT_SECONDS };
    const writing = (function* () {
      const sections = [{ field: 'get_state', sections: yield* state() }];
      const subscribed = [{ field: 'subscribed', sections, rest }];
      return yield* writeSections('mesos.v1.master.Event', type, plain, subscribed);
    })();
    parts.readings.gather(writing, (pieces) =>
      this.snapshotWritten(subscriber, piecesWithIndex(type, pieces, index)),
    );
  }

  /** @param pieces of the event */
  private snapshotWritten(subscriber: Subscriber, pieces: readonly Uint8Array[]): void {
    if (!this.chart.hasTag(subscriber.id, 'open')) return;
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    this.write(subscriber, recordHeader(bytes), ...pieces);
    const caughtUp = (): void => {
      this.beat(subscriber);
      this.chart.step(subscriber.id, { type: 'CAUGHT_UP' });
    };
    // Whoever takes long to read a large one is not cut off for what happens meanwhile, heartbeats included.
    if (bytes <= SMALL_BYTES) caughtUp();
    else void subscriber.stream.drained().then(this.parts.actor.defer(caughtUp));
  }

  private sendWaiting(id: string): void {
    const subscriber = this.subscribers.get(id);
    if (subscriber === undefined) return;
    for (const event of subscriber.waiting.splice(0)) this.send(subscriber, event, new Map());
  }

  /** @param records of this event, written before for somebody who sees and reads the same */
  private send(
    subscriber: Subscriber,
    event: LoggedEvent,
    records: Map<string, Uint8Array | undefined>,
  ): void {
    const { type, indexed, viewerKey, viewer } = subscriber;
    const key = `${type} ${indexed} ${viewerKey}`;
    if (!records.has(key)) {
      const seen = event.seenBy(viewer);
      records.set(key, seen && eventRecord(type, seen, indexed ? event.index : undefined));
    }
    const record = records.get(key);
    if (record !== undefined) this.write(subscriber, record);
  }

  private beat(subscriber: Subscriber): void {
    if (!this.chart.hasTag(subscriber.id, 'open')) return;
    const { type, indexed } = subscriber;
    const index = indexed ? this.log.last : undefined;
    this.write(subscriber, eventRecord(type, { type: MasterEventType.HEARTBEAT }, index));
    subscriber.heartbeat = this.parts.actor.delay(HEARTBEAT_SECONDS * 1000, () => this.beat(subscriber));
  }

  private write(subscriber: Subscriber, ...pieces: readonly Uint8Array[]): void {
    if (!subscriber.stream.open || subscriber.stream.write(...pieces)) return;
    this.drop(subscriber);
  }

  private drop({ id, viewerKey }: Subscriber): void {
    const { actor, metrics } = this.parts;
    if (!this.chart.hasTag(id, 'open')) return;
    metrics.eventStreamsDropped.value++;
    actor.log.warn('cut off an event stream: its reader is too slow', { principal: viewerKey });
    // Whoever tells of a change is in the middle of something.
    actor.defer(() => this.chart.step(id, { type: 'TOO_SLOW' }))();
  }

  private end(id: string): void {
    const subscriber = this.subscribers.get(id);
    if (subscriber === undefined) return;
    this.subscribers.delete(id);
    subscriber.heartbeat?.cancel();
    subscriber.waiting.length = 0;
    subscriber.stream.end();
    this.parts.actor.defer(() => this.chart.stop(id))();
  }
}
