/** The registry on this machine's disk: a journal under `--work_dir` (`registry.journal`), one record a batch. */

import { Journal, type JournalOptions } from '../../../runtime/storage/index.ts';
import { type Delay, Pauses } from '../../election/store/pauses.ts';
import { readBatch, writeBatch } from '../../election/store/records.ts';
import type { RegistryChange } from '../../election/store/store.ts';
import {
  type FetchCallback,
  type HeldUpCallback,
  type RegistryStore,
  type StoreCallback,
  StoredEntries,
} from '../../election/store/store.ts';

/** The journal is rewritten when it is this much larger than what it holds. */
const COMPACTION_FACTOR = 4;
/** …and larger than this. */
const COMPACTION_MIN_BYTES = 1024 * 1024;

export interface LocalStoreOptions extends Pick<JournalOptions, 'disk'> {
  /** With it, a write for which the disk has no room is made again until it has. */
  readonly delay?: Delay;
}

export class LocalStore implements RegistryStore {
  private readonly stored: StoredEntries;
  private readonly journal: Journal;
  private readonly pauses: Pauses | undefined;
  /** Of the commit that is under way. */
  private heldUp: HeldUpCallback | undefined;
  /** A smaller journal is left as it is. */
  private compactAtBytes = COMPACTION_MIN_BYTES;

  /**
   * @param dir folder of the journal, made when missing
   * @throws Error naming the file when it is damaged, in use by another process, or cannot be read or written
   */
  static open(dir: string, options: LocalStoreOptions = {}): LocalStore {
    return new LocalStore(dir, options);
  }

  private constructor(dir: string, { delay, disk }: LocalStoreOptions) {
    const stored = new StoredEntries();
    this.stored = stored;
    this.pauses = delay && new Pauses(delay);
    this.journal = Journal.open(dir, {
      ...(disk !== undefined && { disk }),
      ...(delay !== undefined && { whenFull: (error, again) => this.awaitRoom(error, again) }),
      name: 'registry',
      onRecord: (payload) => {
        for (const change of readBatch(payload)) stored.put(change);
      },
    });
  }

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  fetch(done: FetchCallback): void {
    done(this.stored.entries());
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback, heldUp?: HeldUpCallback): void {
    if (changes.length === 0) {
      // The lock on the journal is what makes this process the only writer; there is nothing to prove on disk.
      done(this.journal.failure);
      return;
    }
    this.heldUp = heldUp;
    this.journal.append(writeBatch(changes), (error) => {
      if (error === undefined) {
        this.pauses?.reset();
        for (const change of changes) this.stored.put(change);
        this.compactIfWorthIt();
      }
      done(error);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.journal.close(resolve));
  }

  private awaitRoom({ message }: Error, again: () => void): void {
    const pauseMs = this.pauses?.wait(again) ?? 0;
    this.heldUp?.(`${this.journal.file}: ${message}`, pauseMs);
  }

  /** A failed compaction stops the journal, and the next commit tells; for want of room alone it is made later. */
  private compactIfWorthIt(): void {
    const { size } = this.journal;
    if (size < this.compactAtBytes || size < this.stored.sizeBytes * COMPACTION_FACTOR) return;
    const all = [...this.stored.entries()].map(([key, value]) => ({ key, value }));
    this.journal.compact([writeBatch(all)], (error) => {
      this.compactAtBytes = error === undefined ? COMPACTION_MIN_BYTES : size + COMPACTION_MIN_BYTES;
    });
  }
}
