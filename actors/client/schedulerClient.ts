/**
 * A scheduler's side of the v1 scheduler API, for frameworks in any program: subscribes, follows the leading master (307),
 * subscribes again with the id it was given when a stream ends or falls silent.
 */
import {
  type FrameworkInfo,
  fromJsonText,
  type SchedulerCall,
  SchedulerCallType,
  type SchedulerEvent,
  SchedulerEventType,
  toJsonText,
} from '../../proto/index.ts';
import { type Ports, realPorts, type Timer } from '../../runtime/index.ts';
import { type OpenStream, openStream, post } from './eventStream.ts';

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
  /** Every event but heartbeats, in order. */
  event(event: SchedulerEvent): void;
  /** The stream ended; the client subscribes again by itself. */
  disconnected?(): void;
  /** The master refused a call: what it said. */
  refused?(text: string): void;
}

export interface SchedulerClientOptions {
  /**
   * `http://host:5050` of any master; of several, which are tried in turn; or a way to find it, asked before every attempt after a
   * failure: what it rejects with is told as `refused`, and it is asked again after a pause.
   */
  readonly master: string | readonly string[] | (() => Promise<string>);
  readonly framework: FrameworkInfo;
  readonly handlers: SchedulerHandlers;
  /** `Basic …` or `Bearer …`. */
  readonly authorization?: string;
  readonly ports?: Pick<Ports, 'clock' | 'random'>;
}

export class SchedulerClient {
  private readonly options: SchedulerClientOptions;
  private readonly ports: Pick<Ports, 'clock' | 'random'>;
  /** Where the last attempt went; undefined: it is still to be found. */
  private master: URL | undefined;
  private turn = 0;
  private framework: FrameworkInfo;
  private streamId: string | undefined;
  private stream: OpenStream | undefined;
  private silence: Timer | undefined;
  private silenceMs = 75_000;
  private retry: Timer | undefined;
  private attempts = 0;
  private redirects = 0;
  private stopped = false;

  constructor(options: SchedulerClientOptions) {
    this.options = options;
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

  /** Lets go of the master; the framework fails over when its `failover_timeout` has passed. */
  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
    this.silence?.cancel();
    this.stream?.close();
  }

  /**
   * Makes a call; the framework's id is added. What is called while there is no subscription is lost, as on a broken connection:
   * reconcile after the next SUBSCRIBED. One that the master is too busy for is repeated.
   *
   * @returns false when there is none
   */
  call(call: Omit<SchedulerCall, 'framework_id'>): boolean {
    const { master } = this;
    if (master === undefined || this.streamId === undefined || this.framework.id === undefined) return false;
    const text = toJsonText('mesos.v1.scheduler.Call', { ...call, framework_id: this.framework.id });
    this.post(apiOf(master), this.streamId, text, 0);
    return true;
  }

  /** A master that has too much to do says so (503) before it looks at a call, which is asked again as long as the subscription lasts. */
  private post(url: URL, streamId: string, text: string, attempt: number): void {
    const headers = { ...this.headers, 'mesos-stream-id': streamId };
    post(url, headers, text, ({ status, text: said }) => {
      if (status < 300 || this.stopped) return;
      if (status !== 503 || attempt === BUSY_ATTEMPTS_MAX || this.streamId !== streamId) {
        this.options.handlers.refused?.(`${status} ${said}`);
        return;
      }
      const bound = Math.min(BUSY_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt);
      this.ports.clock.setTimer(this.ports.random.next() * bound, () => {
        if (!this.stopped && this.streamId === streamId) this.post(url, streamId, text, attempt + 1);
      });
    });
  }

  private get headers(): Record<string, string> {
    const { authorization } = this.options;
    return authorization === undefined ? {} : { authorization };
  }

  /** Learns where the master is, or the next one, and subscribes there. */
  private find(): void {
    const { master } = this.options;
    if (typeof master === 'function') {
      master().then(
        (found) => this.subscribe(new URL(found)),
        (error: unknown) => {
          if (this.stopped) return;
          this.options.handlers.refused?.(error instanceof Error ? error.message : String(error));
          this.later();
        },
      );
      return;
    }
    const all = typeof master === 'string' ? [master] : master;
    const next = all[this.turn++ % all.length];
    if (next === undefined) throw new Error('master: expected at least one address');
    this.subscribe(new URL(next));
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
      subscribe: { framework_info: this.framework },
    });
    this.stream = openStream(apiOf(master), this.headers, text, {
      opened: (headers) => {
        this.streamId = String(headers['mesos-stream-id'] ?? '');
        this.listen();
      },
      record: (record) => this.take(record),
      closed: (answer) => this.closed(answer.status, answer.text, answer.location),
    });
  }

  private closed(status: number, text: string, location: string | undefined): void {
    this.silence?.cancel();
    if (this.stopped) return;
    if (this.streamId !== undefined) {
      this.streamId = undefined;
      this.options.handlers.disconnected?.();
    }
    if (status === 307 && location !== undefined && this.redirects < REDIRECTS_MAX) {
      this.redirects += 1;
      this.subscribe(new URL(location, this.master));
      return;
    }
    if (status >= 400 && status !== 503) this.options.handlers.refused?.(`${status} ${text}`);
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
    const event = fromJsonText('mesos.v1.scheduler.Event', Buffer.from(record).toString()) as SchedulerEvent;
    if (event.type === SchedulerEventType.HEARTBEAT) return;
    if (event.type === SchedulerEventType.SUBSCRIBED && event.subscribed !== undefined) {
      this.attempts = 0;
      this.redirects = 0;
      this.framework = { ...this.framework, id: event.subscribed.framework_id };
      const seconds = event.subscribed.heartbeat_interval_seconds;
      if (seconds !== undefined) this.silenceMs = seconds * 1000 * MISSED_MAX;
    }
    this.options.handlers.event(event);
  }
}

function apiOf(master: URL): URL {
  return new URL('/api/v1/scheduler', master);
}
