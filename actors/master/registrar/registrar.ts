/**
 * The registrar: the only way to change the registry (master.md §4).
 *
 * At most one store is in flight. What is asked meanwhile waits, and all that waits is applied in order to one draft and
 * stored once; so no operation is ever starved. An operation is answered only after its store succeeded. After a
 * failed store the registrar takes no further action: the master must end, since nobody knows what the store holds.
 */
import type { MetricsRegistry, Timer as MetricTimer } from '../../../runtime/metrics/index.ts';
import type { RegistryOperation } from './operations.ts';
import { Registry, RegistryDraft } from './registry.ts';
import type { RegistryStore } from './store.ts';

/** true: applied and stored (also when there was nothing to change); false: refused by the operation's own check. */
export type OperationCallback = (applied: boolean) => void;

interface Queued {
  readonly operation: RegistryOperation;
  readonly done: OperationCallback;
}

type Mode = { kind: 'idle' } | { kind: 'storing'; count: number } | { kind: 'failed' };

export interface RegistrarOptions {
  readonly store: RegistryStore;
  readonly metrics: MetricsRegistry;
  /** Brings what the store answers back into the owner's mailbox. */
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  /** Told once, when the store failed. Operations that wait are never answered. */
  readonly onFailure: (error: Error) => void;
  /** A store that takes longer counts as failed: nobody knows what it will do. */
  readonly storeTimeoutMs: number;
  readonly delay: (delayMs: number, run: () => void) => { cancel(): unknown };
}

const DAY_MS = 24 * 3600 * 1000;

export class Registrar {
  readonly registry = new Registry();
  private readonly options: RegistrarOptions;
  private readonly storeTimer: MetricTimer;
  private mode: Mode = { kind: 'idle' };
  private queue: Queued[] = [];

  /** @throws Error naming the entry when the stored registry cannot be read */
  constructor(options: RegistrarOptions) {
    this.options = options;
    const { metrics, store } = options;
    for (const [key, value] of store.entries()) this.registry.load(key, value);
    metrics.gauge('registrar/queued_operations', () => this.waiting, 'Operations waiting for the store');
    metrics.gauge('registrar/registry_size_bytes', () => store.sizeBytes, 'Size of the registry');
    this.storeTimer = metrics.timer('registrar/state_store', {
      help: 'Time of a write to the registry',
      windowMs: DAY_MS,
    });
  }

  /** Operations not yet durable. */
  get waiting(): number {
    return this.queue.length + (this.mode.kind === 'storing' ? this.mode.count : 0);
  }

  /** Asks for a change; `done` runs in the owner's mailbox after the store, never when the store failed. */
  apply(operation: RegistryOperation, done: OperationCallback): void {
    if (this.mode.kind === 'failed') return;
    this.queue.push({ operation, done });
    if (this.mode.kind === 'idle') this.storeNext();
  }

  private storeNext(): void {
    const batch = this.queue;
    this.queue = [];
    this.mode = { kind: 'storing', count: batch.length };
    const draft = new RegistryDraft(this.registry);
    const results = batch.map(({ operation }) => operation.apply(draft));
    const stop = this.storeTimer.start();
    const { storeTimeoutMs, delay } = this.options;
    const timeout = delay(storeTimeoutMs, () =>
      this.fail(new Error(`no answer within ${storeTimeoutMs} ms`)),
    );
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
        draft.commit();
        this.answer(batch, results);
      }),
    );
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
    this.mode = { kind: 'failed' };
    this.queue = [];
    this.options.onFailure(error);
  }
}
