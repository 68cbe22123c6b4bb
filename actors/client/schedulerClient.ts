/**
 * A scheduler's side of the v1 scheduler API, for frameworks in any program: subscribes, follows the leading master (307),
 * subscribes again with the id it was given when a stream ends or falls silent.
 */
import {
  type FrameworkInfo,
  fromJsonText,
  type SchedulerCall,
  type SchedulerCallSubscribe,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
  toJsonText,
} from '../../proto/index.ts';
import { type Ports, realPorts, type Timer } from '../../runtime/index.ts';
import type { Answer } from './answers.ts';
import { CallLine } from './callLine.ts';
import { type OpenStream, openStream, type StreamEvents } from './eventStream.ts';
import type { ClientTls } from './tls.ts';

/** Heartbeats that may fail to come before a stream counts as dead. */
const MISSED_MAX = 5;

/** Bounds of the pause before the next attempt, which is random and doubles (failover.md §4). */
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 60_000;

/** A call that a busy master did not take is asked again so often, after pauses that double up to this. */
const BUSY_ATTEMPTS_MAX = 10;
const BUSY_MAX_MS = 10_000;

/** A redirect that leads back is followed so often; then the pause is kept. */
const REDIRECTS_MAX = 5;

export interface SchedulerHandlers {
  /** Every event but heartbeats, in order. ERROR is the last: the client has stopped, as if told to. */
  event(event: SchedulerEvent): void;
  /** The stream ended; the client subscribes again by itself. */
  disconnected?(): void;
  /** The master refused a call: what it said. */
  refused?(text: string): void;
  /** There is no master to subscribe to, or none that leads: why. It is tried again after a pause. */
  absent?(reason: string): void;
}

export interface SchedulerClientOptions {
  /**
   * `http://host:5050` of any master; of several, which are tried in turn; or a way to find it, asked before every attempt after a
   * failure: what it rejects with is told as `refused`, and it is asked again after a pause.
   */
  readonly master: string | readonly string[] | (() => Promise<string>);
  readonly framework: FrameworkInfo;
  /** Said with each subscription, as the calls SUPPRESS, REVIVE and UPDATE_FRAMEWORK are not remembered by a master. */
  readonly subscribe?: () => Omit<SchedulerCallSubscribe, 'framework_info'>;
  readonly handlers: SchedulerHandlers;
  /** `Basic …` or `Bearer …`. */
  readonly authorization?: string;
  /** For masters at `https://`. */
  readonly tls?: ClientTls;
  readonly ports?: Pick<Ports, 'clock' | 'random'>;
}

/** A call as it leaves, and how often a busy master has not taken it. */
interface Made {
  readonly call: Omit<SchedulerCall, 'framework_id'>;
  readonly text: string;
  /** The so-many-th call of this client. */
  readonly turn: number;
  attempts: number;
}

export class SchedulerClient {
  private readonly options: SchedulerClientOptions;
  private readonly ports: Pick<Ports, 'clock' | 'random'>;
  /** Those that are tried in turn, where they are named. */
  private readonly masters: readonly URL[];
  /** Where the last attempt went; undefined: it is still to be found. */
  private master: URL | undefined;
  private turn = 0;
  private framework: FrameworkInfo;
  /** There as long as there is a subscription. */
  private line: CallLine | undefined;
  /** Calls that the master was too busy for, and those made after them. */
  private held: Made[] = [];
  private callsMade = 0;
  private holding: Timer | undefined;
  private stream: OpenStream | undefined;
  private silence: Timer | undefined;
  private silenceMs = 75_000;
  private retry: Timer | undefined;
  private attempts = 0;
  private redirects = 0;
  private stopped = false;

  /** @throws Error naming an address that is none */
  constructor(options: SchedulerClientOptions) {
    this.options = options;
    const { master } = options;
    this.masters = typeof master === 'function' ? [] : [master].flat().map(addressOf);
    if (typeof master !== 'function' && this.masters.length === 0)
      throw new Error('master: expected at least one address');
    this.ports = options.ports ?? realPorts();
    this.framework = options.framework;
  }

  /** The id the master gave, to come back with after a restart. */
  get frameworkId(): string | undefined {
    return this.framework.id?.value;
  }

  start(): void {
    this.find();
  }

  /** Lets go of the master, for good; the framework fails over when its `failover_timeout` has passed. */
  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
    this.silence?.cancel();
    this.stream?.close();
    this.hangUp();
  }

  /**
   * Makes a call; the framework's id is added. Calls arrive in the order they were made. What is called while there is no
   * subscription is lost, as on a broken connection: reconcile after the next SUBSCRIBED. When the connection for calls breaks
   * before one is answered, the client subscribes again. One that the master is too busy for is repeated, after those that
   * were on their way behind it.
   *
   * @returns false when there is none
   */
  call(call: Omit<SchedulerCall, 'framework_id'>): boolean {
    const { line } = this;
    if (line === undefined || this.framework.id === undefined) return false;
    const text = toJsonText('mesos.v1.scheduler.Call', { ...call, framework_id: this.framework.id });
    const made = { call, text, turn: ++this.callsMade, attempts: 0 };
    if (this.holding === undefined) this.post(line, made);
    else this.held.push(made);
    return true;
  }

  private post(line: CallLine, made: Made): void {
    line.post(made.text, (answer) => this.answered(line, made, answer));
  }

  /** A master that has too much to do says so (503) before it looks at a call, which is asked again as long as the subscription lasts. */
  private answered(line: CallLine, made: Made, { status, text }: Answer): void {
    if (this.stopped) return;
    if (status < 300) {
      this.taken(made.call);
      return;
    }
    if (status !== 503 || made.attempts === BUSY_ATTEMPTS_MAX || this.line !== line) {
      this.options.handlers.refused?.(`${status} ${text}`);
      return;
    }
    const bound = Math.min(BUSY_MAX_MS, BACKOFF_MIN_MS * 2 ** made.attempts);
    made.attempts += 1;
    this.held.push(made);
    this.holding ??= this.ports.clock.setTimer(this.ports.random.next() * bound, () => {
      this.holding = undefined;
      const again = this.held.splice(0).sort((one, other) => one.turn - other.turn);
      for (const each of again) this.post(line, each);
    });
  }

  /** What the framework is now is what it comes back as. */
  private taken({ type, update_framework }: Omit<SchedulerCall, 'framework_id'>): void {
    if (type !== SchedulerCallType.UPDATE_FRAMEWORK || update_framework === undefined) return;
    const { id } = this.framework;
    this.framework = { ...update_framework.framework_info, ...(id !== undefined && { id }) };
  }

  /** The subscription is over: what is on its way is still answered, what was held is lost. */
  private hangUp(): void {
    this.line?.finish();
    this.line = undefined;
    this.holding?.cancel();
    this.holding = undefined;
    this.held = [];
  }

  private get headers(): Record<string, string> {
    const { authorization } = this.options;
    return authorization === undefined ? {} : { authorization };
  }

  /** Learns where the master is, or the next one, and subscribes there. */
  private find(): void {
    const { master } = this.options;
    if (typeof master === 'function') {
      const failed = (error: unknown): void => {
        if (this.stopped) return;
        this.options.handlers.refused?.(error instanceof Error ? error.message : String(error));
        this.later();
      };
      master()
        .then((found) => addressOf(found))
        .then((found) => this.subscribe(found), failed);
      return;
    }
    const next = this.masters[this.turn++ % this.masters.length];
    if (next !== undefined) this.subscribe(next);
  }

  private later(): void {
    this.redirects = 0;
    const bound = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.retry = this.ports.clock.setTimer(this.ports.random.next() * bound, () => this.find());
  }

  private subscribe(master: URL): void {
    if (this.stopped) return;
    this.master = master;
    const text = toJsonText('mesos.v1.scheduler.Call', {
      type: SchedulerCallType.SUBSCRIBE,
      framework_id: this.framework.id,
      subscribe: { ...this.options.subscribe?.(), framework_info: this.framework },
    });
    const events: StreamEvents = {
      opened: (headers) => {
        this.line = this.lineTo(master, String(headers['mesos-stream-id'] ?? ''));
        this.listen();
      },
      record: (record) => this.take(record),
      closed: (answer) => this.closed(answer.status, answer.text, answer.location),
    };
    const { tls } = this.options;
    this.stream = openStream(apiOf(master), this.headers, text, events, { tls });
  }

  private lineTo(master: URL, streamId: string): CallLine {
    const headers = { ...this.headers, 'mesos-stream-id': streamId };
    // Calls may be lost: only a new subscription tells where things stand.
    const { tls } = this.options;
    return new CallLine({ url: apiOf(master), headers, tls, broken: () => this.stream?.close() });
  }

  private closed(status: number, text: string, location: string | undefined): void {
    this.silence?.cancel();
    if (this.stopped) return;
    if (this.line !== undefined) {
      this.hangUp();
      this.options.handlers.disconnected?.();
    }
    const next = location === undefined ? undefined : httpUrl(location, this.master);
    if (status === 307 && next !== undefined && this.redirects < REDIRECTS_MAX) {
      this.redirects += 1;
      this.subscribe(next);
      return;
    }
    if (status >= 400 && status !== 503) this.options.handlers.refused?.(`${status} ${text}`);
    else if (status !== 200)
      this.options.handlers.absent?.(`${this.master?.host ?? ''}: ${reasonOf(status, text)}`);
    // A leader that is gone may be followed by any of the others: what was given knows.
    this.later();
  }

  /** Anything that comes is a sign of life. */
  private listen(): void {
    this.silence?.cancel();
    this.silence = this.ports.clock.setTimer(this.silenceMs, () => this.stream?.close());
  }

  private take(record: Uint8Array): void {
    if (this.stopped) return;
    this.listen();
    const event = this.read(record);
    if (event === undefined) return;
    if (event.type === SchedulerEventType.HEARTBEAT) return;
    if (event.type === SchedulerEventType.SUBSCRIBED && event.subscribed !== undefined) {
      this.attempts = 0;
      this.redirects = 0;
      this.framework = { ...this.framework, id: event.subscribed.framework_id };
      const seconds = event.subscribed.heartbeat_interval_seconds;
      if (seconds !== undefined) this.silenceMs = seconds * 1000 * MISSED_MAX;
    }
    // What is refused stays refused, and whoever came with the same id is to be left alone.
    if (event.type === SchedulerEventType.ERROR) this.stop();
    this.options.handlers.event(event);
  }

  /** A stream with something else than events in it is of no use. */
  private read(record: Uint8Array): SchedulerEvent | undefined {
    try {
      return fromJsonText('mesos.v1.scheduler.Event', Buffer.from(record).toString()) as SchedulerEvent;
    } catch (error) {
      this.options.handlers.refused?.(`the master sent what is no event: ${(error as Error).message}`);
      this.stream?.close();
      return undefined;
    }
  }
}

/** @throws Error that says what was expected */
function addressOf(master: string): URL {
  const url = httpUrl(master);
  if (url === undefined) throw new Error(`master: expected http://HOST:PORT, got '${master}'`);
  return url;
}

/** @returns undefined for what is no address of HTTP */
function httpUrl(text: string, base?: URL): URL | undefined {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function reasonOf(status: number, text: string): string {
  if (status === 0) return text === '' ? 'the connection ended' : text;
  return `${status} ${text}`.trim();
}

function apiOf(master: URL): URL {
  return new URL('/api/v1/scheduler', master);
}
