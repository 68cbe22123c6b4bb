/**
 * Marathon's state where several of them take turns: what the last leader wrote is read once, and every write is bound to the
 * leadership of this one. Writes go out in order, as many as fit at a time; one at a time is under way.
 */
import type { RegistryChange, RegistryStore } from '../../../election/store/store.ts';
import { FlushQueue, type OpenStore } from './store.ts';

/** Entries of one write, where the store below says nothing. */
const CHANGES_MAX = 100;
const BYTES_MAX = 512 * 1024;

interface Pending extends RegistryChange {
  readonly number: number;
}

export interface LeaderStoreOptions {
  readonly store: RegistryStore;
  /** What it held when it was read. */
  readonly entries: Iterable<readonly [key: string, value: Uint8Array]>;
  /** A write failed: nothing is written any more, nothing may be done any more. */
  readonly onFailure: (error: Error) => void;
  /** Writes begin to be refused for want of room or rights, with why, or are taken again, with nothing. */
  readonly onHeldUp?: (reason: string | undefined) => void;
}

export class LeaderStore implements OpenStore {
  readonly loaded: ReadonlyMap<string, unknown>;
  readonly #store: RegistryStore;
  readonly #onFailure: (error: Error) => void;
  readonly #onHeldUp: (reason: string | undefined) => void;
  #heldUp: string | undefined;
  readonly #present: Set<string>;
  readonly #queue = new FlushQueue();
  /** Who is to hear of it when writes are held up, each once. */
  readonly #impatient = new Set<(heldUp: string | undefined) => void>();
  #defer: (run: () => void) => void = (run) => run();
  #pending: Pending[] = [];
  #writing = false;
  #failed = false;
  #closed: (() => void) | undefined;

  /** @throws Error naming the entry that cannot be read */
  constructor({ store, entries, onFailure, onHeldUp = () => undefined }: LeaderStoreOptions) {
    this.#store = store;
    this.#onFailure = onFailure;
    this.#onHeldUp = onHeldUp;
    this.loaded = new Map([...entries].map(([key, value]) => [key, read(key, value)]));
    this.#present = new Set(this.loaded.keys());
  }

  deferBy(defer: (run: () => void) => void): void {
    this.#defer = defer;
  }

  put(key: string, value: unknown): void {
    this.#present.add(key);
    this.#write(key, new TextEncoder().encode(JSON.stringify(value)));
  }

  remove(key: string): void {
    if (this.#present.delete(key)) this.#write(key, undefined);
  }

  flushed(then: () => void): void {
    this.#queue.add(then);
  }

  get heldUp(): string | undefined {
    return this.#heldUp;
  }

  settled(then: (heldUp: string | undefined) => void): void {
    if (this.#heldUp !== undefined) {
      then(this.#heldUp);
      return;
    }
    const once = (heldUp: string | undefined): void => {
      if (this.#impatient.delete(once)) then(heldUp);
    };
    this.#impatient.add(once);
    this.#queue.add(() => once(undefined));
  }

  /** What was handed over before is written first, unless that fails or cannot be done now: nobody was told that it is. */
  close(done: () => void): void {
    this.#closed = done;
    if (this.#heldUp === undefined) this.#next();
    else this.giveUp();
  }

  /** This one does not lead any more: what was not written never will be. */
  giveUp(): void {
    this.#failed = true;
    this.#pending = [];
    this.#writing = false;
    this.#next();
  }

  #write(key: string, value: Uint8Array | undefined): void {
    this.#pending.push({ key, value, number: this.#queue.wrote() });
    this.#next();
  }

  #next(): void {
    if (this.#writing) return;
    if (this.#failed || this.#pending.length === 0) {
      const closed = this.#closed;
      this.#closed = undefined;
      if (closed !== undefined) void this.#store.close().then(closed);
      return;
    }
    this.#writing = true;
    const batch = this.#take();
    const last = batch.at(-1)?.number ?? 0;
    // Of a key that was written twice the last value counts: they become valid together.
    const changes = new Map(batch.map(({ key, value }) => [key, { key, value }]));
    this.#store.commit(
      [...changes.values()],
      (error) => {
        if (error === undefined) this.#tellHeldUp(undefined);
        this.#done(last, error);
      },
      (reason) => this.#tellHeldUp(reason),
    );
  }

  #tellHeldUp(reason: string | undefined): void {
    if (reason === this.#heldUp || this.#failed) return;
    this.#heldUp = reason;
    this.#onHeldUp(reason);
    if (reason === undefined) return;
    this.#defer(() => {
      for (const then of [...this.#impatient]) then(reason);
    });
    if (this.#closed !== undefined) this.giveUp();
  }

  /** The longest beginning of what waits that one write can hold. */
  #take(): readonly Pending[] {
    const { changesPerCommit = CHANGES_MAX } = this.#store;
    let count = 0;
    let bytes = 0;
    while (count < Math.min(changesPerCommit, this.#pending.length) && bytes < BYTES_MAX)
      bytes += this.#pending[count++]?.value?.length ?? 0;
    return this.#pending.splice(0, count);
  }

  /** Only the telling waits for the owner: it may have ended, and the store is to be closed all the same. */
  #done(last: number, error: Error | undefined): void {
    if (this.#failed) return;
    this.#writing = false;
    if (error === undefined) this.#defer(() => this.#queue.done(last));
    else {
      this.#failed = true;
      this.#pending = [];
      this.#onFailure(error);
    }
    this.#next();
  }
}

function read(key: string, value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) as unknown;
  } catch {
    throw new Error(`the entry '${key}' cannot be read`);
  }
}
