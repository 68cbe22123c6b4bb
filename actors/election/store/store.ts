/**
 * Where a leader keeps its state: a master its registry, a Marathon its services. A store keeps entries by key and takes a batch
 * of changes as one: after a crash all of the batch is there or nothing.
 */

/** One change of a store: a new value for the key, or its end. */
export interface RegistryChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** Called once, maybe before `commit` returns; `error` is absent when the batch survives a power cut. */
export type StoreCallback = (error?: Error) => void;

/**
 * Called each time that a write was refused for want of room or rights: nothing is lost, nothing is stored, and the store asks again by
 * itself. @param reason what it was told @param pauseMs after which it asks
 */
export type HeldUpCallback = (reason: string, pauseMs: number) => void;

/** Called once, maybe before `fetch` returns, with all that is stored, or with why it cannot be read. */
export type FetchCallback = (result: Error | Iterable<readonly [key: string, value: Uint8Array]>) => void;

export interface RegistryStore {
  /** Reads all that is stored, before the first commit; of a store that masters share, when this one leads. */
  fetch(done: FetchCallback): void;
  /**
   * Most entries that one commit should have; a batch of many operations is cut there, a single operation never. Undefined:
   * as many as there are.
   */
  readonly changesPerCommit?: number;
  /**
   * Writes the batch, which may be empty (a store shared with other masters still proves leadership by it). The next
   * one comes only after the callback. After an error the store takes nothing any more.
   * @param heldUp told while a store that can wait is refused the write
   */
  commit(changes: readonly RegistryChange[], done: StoreCallback, heldUp?: HeldUpCallback): void;
  /** Bytes held, about. */
  readonly sizeBytes: number;
  /** Gives locks and files back. */
  close(): Promise<void>;
}

/** Entries in memory and how many bytes they hold: what every store has in common. */
export class StoredEntries {
  private readonly values = new Map<string, Uint8Array>();
  private bytes = 0;

  get sizeBytes(): number {
    return this.bytes;
  }

  entries(): Iterable<readonly [string, Uint8Array]> {
    return this.values;
  }

  get(key: string): Uint8Array | undefined {
    return this.values.get(key);
  }

  put({ key, value }: RegistryChange): void {
    const old = this.values.get(key);
    if (old !== undefined) this.bytes -= key.length + old.length;
    if (value === undefined) {
      this.values.delete(key);
      return;
    }
    this.values.set(key, value);
    this.bytes += key.length + value.length;
  }
}

/** A registry that ends with its process (`--registry=in_memory`). */
export class MemoryStore implements RegistryStore {
  private readonly stored = new StoredEntries();

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  fetch(done: FetchCallback): void {
    done(this.stored.entries());
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback): void {
    for (const change of changes) this.stored.put(change);
    done();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
