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
  /** `http://host:5050` of any master. */
  readonly master: string;
  readonly framework: FrameworkInfo;
  readonly handlers: SchedulerHandlers;
  /** `Basic …` or `Bearer …`. */
  readonly authorization?: string;
  readonly ports?: Pick<Ports, 'clock' | 'random'>;
}

export class SchedulerClient {
  private readonly options: SchedulerClientOptions;
  private readonly ports: Pick<Ports, 'clock' | 'random'>;
  private master: URL;
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
    this.master = new URL(options.master);
    this.framework = options.framework;
  }

  /** The id the master gave, to come back with after a restart. */
  get frameworkId(): string | undefined {
    return this.framework.id?.value;
  }

  start(): void {
    this.subscribe();
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
   * reconcile after the next SUBSCRIBED.
   *
   * @returns false when there is none
   */
  call(call: Omit<SchedulerCall, 'framework_id'>): boolean {
    if (this.streamId === undefined || this.framework.id === undefined) return false;
    const headers = { ...this.headers, 'mesos-stream-id': this.streamId };
    const text = toJsonText('mesos.v1.scheduler.Call', { ...call, framework_id: this.framework.id });
    post(this.url, headers, text, ({ status, text: said }) => {
      if (status >= 300 && !this.stopped) this.options.handlers.refused?.(`${status} ${said}`);
    });
    return true;
  }

  private get url(): URL {
    return new URL('/api/v1/scheduler', this.master);
  }

  private get headers(): Record<string, string> {
    const { authorization } = this.options;
    return authorization === undefined ? {} : { authorization };
  }

  private subscribe(): void {
    if (this.stopped) return;
    const text = toJsonText('mesos.v1.scheduler.Call', {
      type: SchedulerCallType.SUBSCRIBE,
      framework_id: this.framework.id,
      subscribe: { framework_info: this.framework },
    });
    this.stream = openStream(this.url, this.headers, text, {
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
      this.master = new URL(location, this.master);
      this.subscribe();
      return;
    }
    if (status >= 400 && status !== 503) this.options.handlers.refused?.(`${status} ${text}`);
    // A leader that is gone may be followed by any of the others: the address that was given knows.
    this.master = new URL(this.options.master);
    this.redirects = 0;
    const bound = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.retry = this.ports.clock.setTimer(this.ports.random.next() * bound, () => this.subscribe());
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
