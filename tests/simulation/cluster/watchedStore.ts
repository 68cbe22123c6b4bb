/** A registry's store, as it is used; numbers as in failover.md §5. */
import type {
  FetchCallback,
  HeldUpCallback,
  RegistryChange,
  RegistryStore,
  StoreCallback,
} from '../../../actors/election/store/store.ts';

/** Hands on to another store, and notes what a registrar must not do. */
export class WatchedStore implements RegistryStore {
  private readonly store: RegistryStore;
  private readonly problems: string[];
  private failed = false;
  private writing = false;

  /** @param problems what is found out is added here */
  constructor(store: RegistryStore, problems: string[]) {
    this.store = store;
    this.problems = problems;
  }

  get sizeBytes(): number {
    return this.store.sizeBytes;
  }

  get changesPerCommit(): number {
    return this.store.changesPerCommit ?? Number.POSITIVE_INFINITY;
  }

  fetch(done: FetchCallback): void {
    this.store.fetch(done);
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback, heldUp?: HeldUpCallback): void {
    if (this.failed) this.problems.push('5: a registrar writes after a store that failed');
    if (this.writing) this.problems.push('46: a registrar writes before the last store has ended');
    this.writing = true;
    const ended: StoreCallback = (error) => {
      this.writing = false;
      this.failed ||= error !== undefined;
      done(error);
    };
    this.store.commit(changes, ended, heldUp);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
