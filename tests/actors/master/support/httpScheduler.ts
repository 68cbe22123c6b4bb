/** A scheduler over HTTP that a test plays by hand, without a socket. */
import {
  decodeAs,
  encodeAs,
  fromJsonText,
  RecordDecoder,
  type SchedulerCall,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
  toJsonText,
} from '../../../../proto/index.ts';
import { HttpReply } from '../../../../runtime/http/reply.ts';
import { frameworkInfo, type TestCluster } from './cluster.ts';

export const SCHEDULER_PATH = '/api/v1/scheduler';
export const JSON_HEADERS = { 'content-type': 'application/json' };
export const PROTOBUF = 'application/x-protobuf';

type Headers = Readonly<Record<string, string>>;

/** Without what the node adds to every answer. */
function ownHeaders({ 'X-Request-Id': _, ...own }: Headers): Headers {
  return own;
}

/** What came back; a stream grows while the master writes. */
export class Answer {
  status = 0;
  headers: Headers = {};
  /** Whole body, or what of the stream came so far. */
  body: Uint8Array = new Uint8Array(0);
  streamed = false;
  /** How the stream ended: by the master, in order, or cut off. */
  ended: 'open' | 'ended' | 'cut' = 'open';
  /** Bytes that the client is said not to have read. */
  bufferedBytes = 0;
  /** Bytes above which one write is said to wait until `drain`. */
  holdsBack = Number.POSITIVE_INFINITY;
  private undrained: (() => void)[] = [];
  private readonly leavers: (() => void)[] = [];

  get text(): string {
    return Buffer.from(this.body).toString();
  }

  /** The client has read what waited. */
  drain(): void {
    this.bufferedBytes = 0;
    for (const tell of this.undrained.splice(0)) tell();
  }

  /** The client goes away. */
  leave(): void {
    for (const leave of this.leavers) leave();
  }

  sink() {
    return {
      end: (status: number, headers: Headers, body: Uint8Array | string) => {
        Object.assign(this, {
          status,
          headers: ownHeaders(headers),
          body: Buffer.from(body),
          ended: 'ended',
        });
      },
      open: (status: number, headers: Headers) => {
        Object.assign(this, { status, headers: ownHeaders(headers), streamed: true });
        const answer = this;
        return {
          get bufferedBytes() {
            return answer.bufferedBytes;
          },
          write: (bytes: Uint8Array | string) => {
            this.body = Buffer.concat([this.body, Buffer.from(bytes)]);
            if (bytes.length > this.holdsBack) this.bufferedBytes += bytes.length;
          },
          whenDrained: (listener: () => void) => {
            if (this.bufferedBytes === 0) listener();
            else this.undrained.push(listener);
          },
          end: () => this.finish('ended'),
          destroy: () => this.finish('cut'),
        };
      },
      onClose: (listener: () => void) => void this.leavers.push(listener),
    };
  }

  /** A socket that ends tells of its close, too. */
  private finish(how: 'ended' | 'cut'): void {
    this.ended = how;
    this.leave();
  }

  /** The events of the stream so far. */
  get events(): SchedulerEvent[] {
    const records = new RecordDecoder().push(this.body);
    return records.map((record) =>
      this.headers['Content-Type'] === PROTOBUF
        ? decodeAs('mesos.v1.scheduler.Event', record)
        : (fromJsonText('mesos.v1.scheduler.Event', Buffer.from(record).toString()) as SchedulerEvent),
    );
  }
}

export interface Sent {
  /** See `Answer`. */
  readonly holdsBack?: number;
  readonly method?: string;
  readonly path?: string;
  readonly query?: URLSearchParams;
  readonly headers?: Headers;
  readonly body?: Uint8Array | string;
}

/** One request to the master; 5 ms pass. */
export function request(cluster: TestCluster, sent: Sent): Answer {
  const answer = new Answer();
  answer.holdsBack = sent.holdsBack ?? answer.holdsBack;
  cluster.masterNode.handleRequest(
    {
      method: sent.method ?? 'POST',
      path: sent.path ?? SCHEDULER_PATH,
      rest: '',
      query: sent.query ?? new URLSearchParams(),
      headers: sent.headers ?? JSON_HEADERS,
      body: Buffer.from(sent.body ?? ''),
      peer: '',
    },
    new HttpReply(answer.sink(), 1e6, false),
  );
  cluster.run(5);
  return answer;
}

/** One framework and its stream. */
export class HttpScheduler {
  readonly cluster: TestCluster;
  readonly stream: Answer;
  private readonly type: string;

  constructor(
    cluster: TestCluster,
    info = frameworkInfo(),
    more: { readonly type?: string; readonly headers?: Headers } = {},
  ) {
    this.cluster = cluster;
    this.type = more.type ?? 'application/json';
    const call: SchedulerCall = {
      type: SchedulerCallType.SUBSCRIBE,
      framework_id: info.id,
      subscribe: { framework_info: info },
    };
    this.stream = request(cluster, {
      headers: { 'content-type': this.type, accept: this.type, ...more.headers },
      body: this.encoded(call),
    });
  }

  get id(): string {
    const subscribed = this.all(SchedulerEventType.SUBSCRIBED)[0]?.subscribed;
    if (subscribed === undefined) throw new Error(`not subscribed: ${this.stream.text}`);
    return subscribed.framework_id.value;
  }

  get streamId(): string {
    return this.stream.headers['Mesos-Stream-Id'] ?? '';
  }

  all(type: SchedulerEventType): SchedulerEvent[] {
    return this.stream.events.filter((event) => event.type === type);
  }

  /** Names of the events so far, in order. */
  get types(): SchedulerEventType[] {
    return this.stream.events.map(({ type }) => type ?? SchedulerEventType.UNKNOWN);
  }

  /** Offers so far, oldest first. */
  get offers() {
    return this.all(SchedulerEventType.OFFERS).flatMap(({ offers }) => offers?.offers ?? []);
  }

  get statuses() {
    return this.all(SchedulerEventType.UPDATE).flatMap(({ update }) => update?.status ?? []);
  }

  /** Sends a call of this framework by its stream. */
  call(call: SchedulerCall, headers: Headers = {}): Answer {
    return request(this.cluster, {
      headers: { 'content-type': this.type, 'mesos-stream-id': this.streamId, ...headers },
      body: this.encoded({ framework_id: { value: this.id }, ...call }),
    });
  }

  private encoded(call: SchedulerCall): Uint8Array | string {
    const name = 'mesos.v1.scheduler.Call';
    return this.type === PROTOBUF ? encodeAs(name, call) : toJsonText(name, call);
  }
}
