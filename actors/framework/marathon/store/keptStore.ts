/** A store that knows what it holds: all of it can be written to a backup, or replaced by one. */
import type { OpenStore } from './store.ts';

export class KeptStore implements OpenStore {
  readonly #store: OpenStore;
  readonly #now: Map<string, unknown>;
  #sealed = false;

  constructor(store: OpenStore) {
    this.#store = store;
    this.#now = new Map(store.loaded);
  }

  get loaded(): ReadonlyMap<string, unknown> {
    return this.#store.loaded;
  }

  get heldUp(): string | undefined {
    return this.#store.heldUp;
  }

  /** Everything as it is now. */
  entries(): ReadonlyMap<string, unknown> {
    return this.#now;
  }

  /** Puts these entries in the place of all there are. From then on nothing is written: what is in memory is of before. */
  replaceBy(entries: ReadonlyMap<string, unknown>): void {
    for (const key of this.#now.keys()) if (!entries.has(key)) this.#store.remove(key);
    for (const [key, value] of entries) this.#store.put(key, value);
    this.#sealed = true;
  }

  put(key: string, value: unknown): void {
    if (this.#sealed) return;
    this.#now.set(key, value);
    this.#store.put(key, value);
  }

  remove(key: string): void {
    if (this.#sealed || !this.#now.delete(key)) return;
    this.#store.remove(key);
  }

  flushed(then: () => void): void {
    this.#store.flushed(then);
  }

  settled(then: (heldUp: string | undefined) => void): void {
    this.#store.settled(then);
  }

  deferBy(defer: (run: () => void) => void): void {
    this.#store.deferBy(defer);
  }

  close(done: () => void): void {
    this.#store.close(done);
  }
}
