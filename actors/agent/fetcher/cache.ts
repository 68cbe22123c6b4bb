/** Files that several tasks want, fetched once (agent.md §9). */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** A file of the cache, for as long as somebody uses it. */
export interface CacheEntry {
  readonly key: string;
  readonly path: string;
  /** Bytes reserved. */
  size: number;
  /** Who uses it now. */
  users: number;
  /** Resolves when it is whole; rejects when it cannot be had. */
  readonly ready: Promise<void>;
  /** It is larger than announced: it goes with its last user. */
  doomed: boolean;
}

export class FetcherCache {
  readonly #dir: string;
  readonly #capacity: number;
  /** By key, least recently used first. */
  readonly #entries = new Map<string, CacheEntry>();
  #made = 0;

  /** @param capacity bytes, 0 for no cache. What an earlier agent left in `dir` is removed */
  constructor(dir: string, capacity: number) {
    this.#dir = dir;
    this.#capacity = capacity;
    if (capacity > 0) fs.rmSync(dir, { recursive: true, force: true });
  }

  get capacity(): number {
    return this.#capacity;
  }

  get used(): number {
    let sum = 0;
    for (const { size } of this.#entries.values()) sum += size;
    return sum;
  }

  /** The entry, with one more user; it may still be under way. */
  find(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.doomed) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users += 1;
    return entry;
  }

  /**
   * A new entry, with one user, in room made for it by letting go of what nobody uses.
   *
   * @param fill writes the file and tells its size
   * @returns undefined when there is no room
   */
  add(
    key: string,
    folder: string,
    name: string,
    size: number,
    fill: (path: string) => Promise<number>,
  ): CacheEntry | undefined {
    if (!this.#makeRoom(size)) return undefined;
    const dir = join(this.#dir, folder);
    const path = join(dir, `${++this.#made}-${name}`);
    const ready = fs.promises
      .mkdir(dir, { recursive: true, mode: 0o711 })
      .then(() => fill(path))
      .then(
        (got) => this.#filled(entry, got),
        (error: unknown) => {
          this.#drop(entry);
          throw error;
        },
      );
    const entry: CacheEntry = { key, path, size, users: 1, ready, doomed: false };
    // Whoever waits hears of it.
    ready.catch(() => undefined);
    this.#entries.set(key, entry);
    return entry;
  }

  release(entry: CacheEntry): void {
    entry.users -= 1;
    if (entry.doomed && entry.users === 0) this.#drop(entry);
  }

  #filled(entry: CacheEntry, size: number): void {
    if (size > entry.size) entry.doomed = true;
    else entry.size = size;
  }

  #makeRoom(size: number): boolean {
    if (size > this.#capacity) return false;
    const idle = [...this.#entries.values()].filter(({ users }) => users === 0);
    let free = this.#capacity - this.used;
    for (const entry of idle) {
      if (free >= size) break;
      free += entry.size;
      this.#drop(entry);
    }
    return free >= size;
  }

  #drop(entry: CacheEntry): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
    fs.rm(entry.path, { force: true }, () => undefined);
  }
}
