/** Subscribers that are called with every event (spec: marathon.md §8.2). */
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../../../runtime/index.ts';
import type { Logger } from '../../../../runtime/logging/index.ts';
import type { MarathonSettings } from '../settings.ts';
import type { StateStore } from '../store/store.ts';
import type { EventBus, MarathonEvent } from './bus.ts';

/** Events that wait for one subscriber; what comes when so many wait is not sent to it. */
const WAITING_MAX = 1_000;
/** The first pause after a failure, or before another try; each further one doubles it, up to the limit. */
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

export interface CallbacksOptions {
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => unknown;
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly events: EventBus;
  readonly store: StateStore;
  readonly log: Logger;
  readonly settings: Pick<
    MarathonSettings,
    'callbacks' | 'callbackUrls' | 'slowConsumerMs' | 'callbackRetries'
  >;
}

interface Subscriber {
  readonly url: string;
  readonly waiting: MarathonEvent[];
  /** How often the event it is being sent was sent in vain. */
  tries: number;
  busy: boolean;
  failures: number;
  skipUntilMs: number;
}

export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #subscribers = new Map<string, Subscriber>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
    const { events, store, settings } = options;
    if (!settings.callbacks) return;
    for (const url of settings.callbackUrls) this.#add(url);
    for (const [key, value] of store.loaded)
      if (key.startsWith('callback/')) this.#add((value as { readonly url: string }).url);
    events.follow((event) => {
      if (event.extension) return;
      for (const subscriber of this.#subscribers.values()) this.#offer(subscriber, event);
    });
  }

  /** Whether events are sent to subscribers at all. */
  get enabled(): boolean {
    return this.#options.settings.callbacks;
  }

  get urls(): string[] {
    return [...this.#subscribers.keys()];
  }

  subscribe(url: string): void {
    this.#add(url);
    this.#options.store.put(`callback/${url}`, { url });
  }

  /** @returns whether it was subscribed */
  unsubscribe(url: string): boolean {
    this.#options.store.remove(`callback/${url}`);
    return this.#subscribers.delete(url);
  }

  #add(url: string): void {
    if (this.#subscribers.has(url)) return;
    this.#subscribers.set(url, { url, waiting: [], tries: 0, busy: false, failures: 0, skipUntilMs: 0 });
  }

  #offer(subscriber: Subscriber, event: MarathonEvent): void {
    if (this.#options.clock.monotonic() < subscriber.skipUntilMs || subscriber.waiting.length >= WAITING_MAX)
      return;
    subscriber.waiting.push(event);
    this.#next(subscriber);
  }

  #next(subscriber: Subscriber): void {
    const event = subscriber.busy ? undefined : subscriber.waiting.shift();
    if (event === undefined) return;
    subscriber.busy = true;
    const { clock, defer, settings } = this.#options;
    const startedMs = clock.monotonic();
    const done = defer((error: string | undefined) => {
      subscriber.busy = false;
      const slow = clock.monotonic() - startedMs > settings.slowConsumerMs;
      if (error !== undefined && subscriber.tries < settings.callbackRetries) {
        this.#again(subscriber, event);
        return;
      }
      subscriber.tries = 0;
      if (error === undefined && !slow) subscriber.failures = 0;
      else this.#skip(subscriber, error ?? 'it takes too long');
      this.#next(subscriber);
    });
    post(subscriber.url, event.full, settings.slowConsumerMs, clock, done);
  }

  /** The same event once more, after a pause; those that come meanwhile wait behind it. */
  #again(subscriber: Subscriber, event: MarathonEvent): void {
    subscriber.waiting.unshift(event);
    subscriber.busy = true;
    const pauseMs = Math.min(PAUSE_MS * 2 ** subscriber.tries, PAUSE_MAX_MS);
    subscriber.tries++;
    this.#options.delay(pauseMs, () => {
      subscriber.busy = false;
      if (this.#subscribers.get(subscriber.url) === subscriber) this.#next(subscriber);
    });
  }

  /** Events of the next while are not sent to it. */
  #skip(subscriber: Subscriber, reason: string): void {
    const pauseMs = Math.min(PAUSE_MS * 2 ** subscriber.failures, PAUSE_MAX_MS);
    subscriber.failures++;
    subscriber.skipUntilMs = this.#options.clock.monotonic() + pauseMs;
    subscriber.waiting.length = 0;
    this.#options.log.warn('a subscriber of events is left out for a while', {
      url: subscriber.url,
      reason,
      pauseMs,
    });
  }
}

function post(
  url: string,
  body: string,
  timeoutMs: number,
  clock: Clock,
  done: (error: string | undefined) => void,
): void {
  let over = false;
  const once = (error: string | undefined): void => {
    if (over) return;
    over = true;
    done(error);
  };
  const client = url.startsWith('https:') ? https : http;
  let request: http.ClientRequest | undefined;
  const timer = clock.setTimer(timeoutMs * 2, () => {
    request?.destroy();
    once('no answer');
  });
  try {
    request = client.request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  } catch (error) {
    once((error as Error).message);
    timer.cancel();
    return;
  }
  request.on('error', (error) => once(error.message));
  // An answer that does not end does not hold its connection for ever.
  request.once('close', () => timer.cancel());
  request.once('response', (answer) => {
    answer.resume();
    const status = answer.statusCode ?? 0;
    once(status >= 200 && status < 300 ? undefined : `answered ${status}`);
  });
  request.end(body);
}
