/** The registry on this machine's disk: a journal under `--work_dir` (`registry.journal`), one record a batch. */

import { Journal, type JournalOptions } from '../../../runtime/storage/index.ts';
import { readBatch, writeBatch } from '../../election/store/records.ts';
import type { RegistryChange } from '../../election/store/store.ts';
import {
  type FetchCallback,
  type RegistryStore,
  type StoreCallback,
  StoredEntries,
} from '../../election/store/store.ts';

/** The journal is rewritten when it is this much larger than what it holds. */
const COMPACTION_FACTOR = 4;
/** …and larger than this. */
const COMPACTION_MIN_BYTES = 1024 * 1024;

export class LocalStore implements RegistryStore {
  private readonly stored: StoredEntries;
  private readonly journal: Journal;

  /**
   * @param dir folder of the journal, made when missing
   * @throws Error naming the file when it is damaged, in use by another process, or cannot be read or written
   */
  static open(dir: string, options: Pick<JournalOptions, 'disk'> = {}): LocalStore {
    const stored = new StoredEntries();
    const journal = Journal.open(dir, {
      ...options,
      name: 'registry',
      onRecord: (payload) => {
        for (const change of readBatch(payload)) stored.put(change);
      },
    });
    return new LocalStore(stored, journal);
  }

  private constructor(stored: StoredEntries, journal: Journal) {
    this.stored = stored;
    this.journal = journal;
  }

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  fetch(done: FetchCallback): void {
    done(this.stored.entries());
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback): void {
    if (changes.length === 0) {
      // The lock on the journal is what makes this process the only writer; there is nothing to prove on disk.
      done(this.journal.failure);
      return;
    }
    this.journal.append(writeBatch(changes), (error) => {
      if (error === undefined) {
        for (const change of changes) this.stored.put(change);
        this.compactIfWorthIt();
      }
      done(error);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.journal.close(resolve));
  }

  /** A failed compaction stops the journal; the next commit tells. */
  private compactIfWorthIt(): void {
    const { size } = this.journal;
    if (size < COMPACTION_MIN_BYTES || size < this.stored.sizeBytes * COMPACTION_FACTOR) return;
    const all = [...this.stored.entries()].map(([key, value]) => ({ key, value }));
    this.journal.compact([writeBatch(all)], () => {});
  }
}
