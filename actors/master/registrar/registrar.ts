/**
 * The registrar: the only way to change the registry (master.md §4).
 *
 * At most one store is in flight. What is asked meanwhile waits, and all that waits is applied in order to one draft and
 * stored once; so no operation is ever starved. An operation is answered only after its store succeeded. After a
 * failed store the registrar takes no further action: the master must end, since nobody knows what the store holds.
 *
 * A store that is refused for want of room (etcd's quota, a full disk) has not failed (Mesos' would have): what was asked for waits,
 * in its order, until there is room.
 */
import type { Counter, MetricsRegistry, Timer as MetricTimer } from '../../../runtime/metrics/index.ts';
import type { RegistryStore } from '../../election/store/store.ts';
import type { RegistryOperation } from './operations.ts';
import { Registry, RegistryDraft } from './registry.ts';

/** true: applied and stored (also when there was nothing to change); false: refused by the operation's own check. */
export type OperationCallback = (applied: boolean) => void;

interface Queued {
  readonly operation: RegistryOperation;
  readonly done: OperationCallback;
}

type Mode =
  | { kind: 'unread' }
  | { kind: 'fetching' }
  | { kind: 'idle' }
  | { kind: 'storing'; count: number }
  | { kind: 'failed' };

/** What keeps the registry from being written. */
export interface HeldUp {
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

export interface RegistrarOptions {
  readonly store: RegistryStore;
  readonly metrics: MetricsRegistry;
  /** Brings what the store answers back into the owner's mailbox. */
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  /** Told once, when the store failed or holds what cannot be read. Operations that wait are never answered. */
  readonly onFailure: (what: 'read' | 'written', error: Error) => void;
  /** Told when the store begins to be refused for want of room or rights, with why, and when it stores again, with nothing. */
  readonly onHeldUp?: (reason: string | undefined) => void;
  /** Told before changes that are durable show in the registry. */
  readonly onCommit?: (draft: RegistryDraft) => void;
  /** Reading that takes longer has failed. */
  readonly fetchTimeoutMs: number;
  /** A store that says nothing for longer counts as failed: nobody knows what it will do. */
  readonly storeTimeoutMs: number;
  readonly delay: (delayMs: number, run: () => void) => { cancel(): unknown };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const DAY_MS = 24 * 3600 * 1000;
/** Entries that are read at a stretch: some milliseconds. */
const ENTRIES_AN_EVENT = 512;

export class Registrar {
  readonly registry = new Registry();
  private readonly options: RegistrarOptions;
  private readonly fetchTimer: MetricTimer;
  private readonly storeTimer: MetricTimer;
  private readonly refusals: Counter;
  private mode: Mode = { kind: 'unread' };
  private held: HeldUp | undefined;
  private queue: Queued[] = [];

  constructor(options: RegistrarOptions) {
    this.options = options;
    const { metrics, store } = options;
    metrics.gauge('registrar/queued_operations', () => this.waiting, 'Operations waiting for the store');
    metrics.gauge('registrar/registry_size_bytes', () => store.sizeBytes, 'Size of the registry');
    // Ours.
    metrics.gauge(
      'registrar/held_up',
      () => (this.held === undefined ? 0 : 1),
      'Whether the registry cannot be written for want of room or rights',
    );
    this.refusals = metrics.counter(
      'registrar/refused_stores',
      'Stores that were refused and are made again',
    );
    this.fetchTimer = metrics.timer('registrar/state_fetch', {
      help: 'Time of reading the registry',
      windowMs: DAY_MS,
    });
    this.storeTimer = metrics.timer('registrar/state_store', {
      help: 'Time of a write to the registry',
      windowMs: DAY_MS,
    });
  }

  /** Operations not yet durable. */
  get waiting(): number {
    return this.queue.length + (this.mode.kind === 'storing' ? this.mode.count : 0);
  }

  /** Why the store that is under way waits; undefined while it does not. */
  get heldUp(): HeldUp | undefined {
    return this.held;
  }

  /** Reads what is stored, once; operations asked for before that wait. `done` runs in the owner's mailbox. */
  fetch(done: () => void): void {
    if (this.mode.kind !== 'unread') return;
    this.mode = { kind: 'fetching' };
    const stop = this.fetchTimer.start();
    const { store, defer } = this.options;
    const timeout = this.deadline('fetching', this.options.fetchTimeoutMs);
    store.fetch(
      defer((result) => {
        timeout.cancel();
        if (this.mode.kind !== 'fetching') return;
        if (result instanceof Error) {
          this.fail(result);
          return;
        }
        this.load(result[Symbol.iterator](), () => {
          stop();
          this.mode = { kind: 'idle' };
          done();
          if (this.mode.kind === 'idle' && this.queue.length > 0) this.storeNext();
        });
      }),
    );
  }

  /** Asks for a change; `done` runs in the owner's mailbox after the store, never when the store failed. */
  apply(operation: RegistryOperation, done: OperationCallback): void {
    if (this.mode.kind === 'failed') return;
    this.queue.push({ operation, done });
    if (this.mode.kind === 'idle') this.storeNext();
  }

  /** Takes in what was fetched, so much an event: whoever asks how the master is has an answer in between. */
  private load(entries: Iterator<readonly [string, Uint8Array]>, done: () => void): void {
    const left = this.loadSome(entries);
    if (left === 'all') done();
    else if (left === 'more') this.options.defer(() => this.load(entries, done))();
  }

  private loadSome(entries: Iterator<readonly [string, Uint8Array]>): 'all' | 'more' | 'failed' {
    try {
      for (let left = ENTRIES_AN_EVENT; left > 0; left--) {
        const next = entries.next();
        if (next.done === true) return 'all';
        this.registry.load(...next.value);
      }
      return 'more';
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      return 'failed';
    }
  }

  private deadline(kind: Mode['kind'], timeoutMs: number): { cancel(): unknown } {
    return this.options.delay(timeoutMs, () => {
      if (this.mode.kind === kind) this.fail(new Error(`no answer within ${timeoutMs} ms`));
    });
  }

  /** Takes what waits, as much as the store wants at a time, and stores it. */
  private storeNext(): void {
    const draft = new RegistryDraft(this.registry);
    const most = this.options.store.changesPerCommit ?? Number.POSITIVE_INFINITY;
    const results: boolean[] = [];
    for (const { operation } of this.queue) {
      if (results.length > 0 && draft.changeCount >= most) break;
      results.push(operation.apply(draft));
    }
    const batch = this.queue.splice(0, results.length);
    this.mode = { kind: 'storing', count: batch.length };
    const stop = this.storeTimer.start();
    let timeout = this.deadline('storing', this.options.storeTimeoutMs);
    this.options.store.commit(
      draft.changes(),
      this.options.defer((error?: Error) => {
        timeout.cancel();
        // An answer after its time is over: the master is ending.
        if (this.mode.kind === 'failed') return;
        if (error !== undefined) {
          this.fail(error);
          return;
        }
        stop();
        this.goOn();
        this.options.onCommit?.(draft);
        draft.commit();
        this.answer(batch, results);
      }),
      this.options.defer((reason: string, pauseMs: number) => {
        if (this.mode.kind !== 'storing') return;
        // Who refuses is there: only silence counts.
        timeout.cancel();
        timeout = this.deadline('storing', pauseMs + this.options.storeTimeoutMs);
        this.wait(reason);
      }),
    );
  }

  private wait(reason: string): void {
    this.refusals.value++;
    if (this.held?.reason === reason) return;
    this.held = { reason, sinceMs: this.held?.sinceMs ?? this.options.now() };
    this.options.onHeldUp?.(reason);
  }

  private goOn(): void {
    if (this.held === undefined) return;
    this.held = undefined;
    this.options.onHeldUp?.(undefined);
  }

  /** What the answers ask for waits for the next batch, whatever they throw. */
  private answer(batch: readonly Queued[], results: readonly boolean[]): void {
    try {
      batch.forEach(({ done }, index) => {
        done(results[index] ?? false);
      });
    } finally {
      this.mode = { kind: 'idle' };
      if (this.queue.length > 0) this.storeNext();
    }
  }

  private fail(error: Error): void {
    const what = this.mode.kind === 'fetching' ? 'read' : 'written';
    this.mode = { kind: 'failed' };
    this.queue = [];
    this.options.onFailure(what, error);
  }
}
