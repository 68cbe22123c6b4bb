/** Marathon's state in one journal, `<work_dir>/marathon.journal`: a JSON array `[key, value]` a record, `[key]` removes. */
import type { CutOff, Disk } from '../../../../runtime/storage/index.ts';
import { Journal } from '../../../../runtime/storage/index.ts';
import { FlushQueue, type OpenStore } from './store.ts';

/** A journal this much larger than what lives in it is written anew. */
const COMPACT_FACTOR = 4;
const COMPACT_BYTES_MIN = 4 * 1024 * 1024;

export interface JournalStoreOptions {
  readonly disk?: Disk;
  /** Brings what the disk answers into the owner's event loop. */
  readonly defer?: (run: () => void) => void;
  /** The disk failed: nothing is written any more, nothing may be done any more. */
  readonly onFailure?: (error: Error) => void;
  /** A record that makes no sense: it is set aside. */
  readonly onDamage?: (problem: string) => void;
}

export class JournalStore implements OpenStore {
  readonly loaded: ReadonlyMap<string, unknown>;
  /** A disk that does not take what is written ends it. */
  readonly heldUp = undefined;
  readonly #journal: Journal;
  readonly #live = new Map<string, Uint8Array>();
  readonly #queue = new FlushQueue();
  #defer: (run: () => void) => void;
  #liveBytes = 0;
  #written = 0;
  #compacting = false;

  /** @throws when the folder cannot be used, another program has it open, or the journal is damaged inside */
  constructor(workDir: string, { disk, defer, onFailure, onDamage }: JournalStoreOptions = {}) {
    const loaded = new Map<string, unknown>();
    this.#journal = Journal.open(workDir, {
      name: 'marathon',
      onRecord: (payload, index) => {
        if (!this.#replay(loaded, payload)) onDamage?.(`record ${index} makes no sense and is set aside`);
      },
      ...(disk !== undefined && { disk }),
      ...(onFailure !== undefined && { onFailure }),
    });
    this.loaded = loaded;
    this.#defer = defer ?? ((run) => run());
    this.#written = this.#journal.size;
  }

  get cutOff(): CutOff | undefined {
    return this.#journal.cutOff;
  }

  /** The owner has an event loop now. */
  deferBy(defer: (run: () => void) => void): void {
    this.#defer = defer;
  }

  put(key: string, value: unknown): void {
    const bytes = Buffer.from(JSON.stringify([key, value]));
    this.#note(key, bytes);
    this.#append(bytes);
  }

  remove(key: string): void {
    if (!this.#live.has(key)) return;
    this.#note(key, undefined);
    this.#append(Buffer.from(JSON.stringify([key])));
  }

  flushed(then: () => void): void {
    this.#queue.add(then);
  }

  settled(then: (heldUp: string | undefined) => void): void {
    this.#queue.add(() => then(undefined));
  }

  close(done: () => void): void {
    this.#journal.close(done);
  }

  #replay(loaded: Map<string, unknown>, payload: Uint8Array): boolean {
    let record: unknown;
    try {
      record = JSON.parse(Buffer.from(payload).toString());
    } catch {
      return false;
    }
    if (!Array.isArray(record) || typeof record[0] !== 'string') return false;
    const [key, value] = record as [string, unknown?];
    if (record.length === 1) loaded.delete(key);
    else loaded.set(key, value);
    this.#note(key, record.length === 1 ? undefined : payload);
    return true;
  }

  #note(key: string, bytes: Uint8Array | undefined): void {
    this.#liveBytes += (bytes?.length ?? 0) - (this.#live.get(key)?.length ?? 0);
    if (bytes === undefined) this.#live.delete(key);
    else this.#live.set(key, bytes);
  }

  #append(bytes: Uint8Array): void {
    const number = this.#queue.wrote();
    this.#written += bytes.length;
    this.#journal.append(bytes, (error) => {
      if (error === undefined) this.#defer(() => this.#queue.done(number));
    });
    this.#compactWhenLarge();
  }

  #compactWhenLarge(): void {
    if (this.#compacting || this.#written < COMPACT_BYTES_MIN + COMPACT_FACTOR * this.#liveBytes) return;
    this.#compacting = true;
    this.#written = this.#liveBytes;
    this.#journal.compact([...this.#live.values()], () => {
      this.#compacting = false;
    });
  }
}
