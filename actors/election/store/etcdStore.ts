/**
 * The state of those who take turns (the registry of masters, the services of a Marathon) in etcd, written by the leading one alone.
 *
 * An entry is a key `<prefix>registry/entries/<entry>`; what is too large for one key goes on below `<prefix>registry/parts/<entry>/`.
 * `<prefix>registry/version` counts the commits. Every transaction compares the
 * create revision of the leader's key, so that a deposed master cannot write, and the version's own revision, so that nobody else
 * has written in between. Both also prove leadership when there is nothing to write.
 *
 * A batch that is too large for one transaction is first laid down whole under `<prefix>registry/pending/`, then made valid by one write of
 * the version, then brought into the entries; whoever reads a version that names pending pieces finishes that first.
 */
import {
  type EtcdChange,
  type EtcdClient,
  type EtcdEntry,
  type EtcdOutcome,
  EtcdRefusal,
  type EtcdTransaction,
  type OpenEtcd,
} from '../../../runtime/etcd/client.ts';
import { type Delay, Pauses } from './pauses.ts';
import { readBatch, writeBatch } from './records.ts';
import type { RegistryChange } from './store.ts';
import {
  type FetchCallback,
  type HeldUpCallback,
  type RegistryStore,
  type StoreCallback,
  StoredEntries,
} from './store.ts';
import { FORMAT, type StoredVersion, versionOf, versionValue } from './version.ts';

/** What every write compares: the leader's key, which proves that this master leads. */
export interface Fence {
  readonly key: string;
  readonly createRevision: string;
  /** Instead: there must be nothing below that key. */
  readonly below?: boolean;
}

export interface EtcdStoreOptions {
  readonly open: OpenEtcd;
  /** Of the cluster's keys; ends in `/`. */
  readonly prefix: string;
  /** Undefined when this master does not lead. */
  readonly fence: () => Fence | undefined;
  /** Who writes: anything that no other master has. */
  readonly writer: string;
  /** With it, a write that etcd refuses for want of room or rights is asked for again until it is taken or leadership is over. */
  readonly delay?: Delay;
}

/** etcd takes 128 operations and 1.5 MB in one request; some room is left for the version and for the frame. */
const CHANGES_MAX = 120;
/** Of a transaction, and of the value of a key. */
const BYTES_MAX = 1024 * 1024;

export class EtcdStore implements RegistryStore {
  readonly changesPerCommit = CHANGES_MAX;
  private readonly options: EtcdStoreOptions;
  private readonly root: string;
  private readonly stored = new StoredEntries();
  private client: EtcdClient | undefined;
  private version: StoredVersion = { format: FORMAT, version: 0, writer: '', pending: 0 };
  /** Of the key `version`. */
  private revision = '0';
  /** Of a batch that an earlier master made valid but did not bring into the entries. */
  private unfinished: readonly RegistryChange[] = [];
  /** Entries that have parts. */
  private readonly parted = new Set<string>();
  private readonly pauses: Pauses | undefined;
  /** Of the commit that is under way. */
  private heldUp: HeldUpCallback | undefined;

  constructor(options: EtcdStoreOptions) {
    this.options = options;
    this.pauses = options.delay && new Pauses(options.delay);
    this.root = `${options.prefix}registry/`;
  }

  get sizeBytes(): number {
    return this.stored.sizeBytes;
  }

  fetch(done: FetchCallback): void {
    this.options.open((client) => {
      if (client instanceof Error) {
        done(client);
        return;
      }
      this.client = client;
      client.list(this.root, undefined, (answer) => {
        if (answer instanceof Error) done(answer);
        else done(this.read(answer.entries));
      });
    });
  }

  commit(changes: readonly RegistryChange[], done: StoreCallback, heldUp?: HeldUpCallback): void {
    this.heldUp = heldUp;
    const finish = this.unfinished;
    if (finish.length === 0) {
      this.write(changes, done);
      return;
    }
    this.unfinished = [];
    this.apply(finish, (error) => {
      if (error === undefined) this.write(changes, done);
      else done(error);
    });
  }

  close(): Promise<void> {
    this.client?.close();
    this.client = undefined;
    return Promise.resolve();
  }

  // ---- reading --------------------------------------------------------------------------------------------------

  private read(entries: readonly EtcdEntry[]): Error | Iterable<readonly [string, Uint8Array]> {
    const entriesAt = `${this.root}entries/`;
    const pendingAt = `${this.root}pending/`;
    const partsAt = `${this.root}parts/`;
    const pieces: EtcdEntry[] = [];
    const parts: EtcdEntry[] = [];
    try {
      for (const entry of entries) {
        const { key, value } = entry;
        if (key.startsWith(entriesAt)) this.stored.put({ key: key.slice(entriesAt.length), value });
        else if (key.startsWith(partsAt)) parts.push(entry);
        else if (key.startsWith(pendingAt)) pieces.push(entry);
        else if (key === `${this.root}version`) {
          this.version = versionOf(value);
          this.revision = entry.modRevision;
        } else throw new Error(`etcd: '${key}' is none of the registry's keys`);
      }
      this.join(parts, partsAt);
      if (this.version.pending > 0) this.takeUp(pieces);
      return this.stored.entries();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Entries that one key was too small for: the rest of each, piece by piece. */
  private join(parts: readonly EtcdEntry[], partsAt: string): void {
    const whole = new Map<string, Uint8Array[]>();
    for (const { key, value } of inOrder(parts)) {
      const entry = decodeURIComponent(key.slice(partsAt.length, key.lastIndexOf('/')));
      const pieces = whole.get(entry) ?? [this.stored.get(entry) ?? new Uint8Array()];
      pieces.push(value);
      whole.set(entry, pieces);
    }
    for (const [key, pieces] of whole) {
      this.parted.add(key);
      this.stored.put({ key, value: new Uint8Array(Buffer.concat(pieces)) });
    }
  }

  /** A batch that is valid but not in the entries yet. */
  private takeUp(pieces: readonly EtcdEntry[]): void {
    const found = inOrder(pieces).slice(0, this.version.pending);
    if (found.length < this.version.pending)
      throw new Error(`etcd: ${this.version.pending} pieces of a batch expected, found ${found.length}`);
    this.unfinished = readBatch(Buffer.concat(found.map(({ value }) => value)));
    for (const change of this.unfinished) this.stored.put(change);
  }

  // ---- writing --------------------------------------------------------------------------------------------------

  private write(changes: readonly RegistryChange[], done: StoreCallback): void {
    const bytes = changes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    const kept: StoreCallback = (error) => {
      if (error === undefined) for (const change of changes) this.stored.put(change);
      done(error);
    };
    const small = bytes <= BYTES_MAX ? this.entriesOf(changes) : undefined;
    if (small !== undefined && small.length <= CHANGES_MAX) this.step(small, 0, this.settled(changes, kept));
    else this.writeLarge(changes, kept);
  }

  /** What of the entries has parts, once they are written. */
  private settled(changes: readonly RegistryChange[], done: StoreCallback): StoreCallback {
    return (error) => {
      if (error === undefined)
        for (const { key, value } of changes)
          if (isParted(value)) this.parted.add(key);
          else this.parted.delete(key);
      done(error);
    };
  }

  private writeLarge(changes: readonly RegistryChange[], done: StoreCallback): void {
    const whole = writeBatch(changes);
    const count = Math.ceil(whole.length / BYTES_MAX);
    const lay = (n: number): void => {
      if (n === count) {
        this.step([], count, (error) => (error === undefined ? this.apply(changes, done) : done(error)));
        return;
      }
      const piece = whole.subarray(n * BYTES_MAX, (n + 1) * BYTES_MAX);
      const put = { put: `${this.root}pending/${String(n).padStart(6, '0')}`, value: piece };
      this.step([put], 0, (error) => (error === undefined ? lay(n + 1) : done(error)));
    };
    lay(0);
  }

  /** Brings a valid batch into the entries, and forgets its pieces with the last of it. */
  private apply(changes: readonly RegistryChange[], done: StoreCallback): void {
    const { pending } = this.version;
    const all = this.entriesOf(changes);
    const finish = this.settled(changes, done);
    const next = (from: number): void => {
      if (from >= all.length) {
        this.step([{ deleteBelow: `${this.root}pending/` }], 0, finish);
        return;
      }
      const to = endOfTransaction(all, from);
      this.step(all.slice(from, to), pending, (error) => (error === undefined ? next(to) : done(error)));
    };
    next(0);
  }

  private entriesOf(changes: readonly RegistryChange[]): EtcdChange[] {
    return changes.flatMap(({ key, value }): EtcdChange[] => {
      const at = `${this.root}entries/${key}`;
      const isSimple = !this.parted.has(key) && !isParted(value);
      if (isSimple) return [value === undefined ? { delete: at } : { put: at, value }];
      const below = `${this.root}parts/${encodeURIComponent(key)}/`;
      const old: EtcdChange = { deleteBelow: below };
      if (value === undefined) return [old, { delete: at }];
      const parts: EtcdChange[] = [];
      for (let from = BYTES_MAX; from < value.length; from += BYTES_MAX)
        parts.push({
          put: `${below}${String(from / BYTES_MAX).padStart(6, '0')}`,
          value: value.subarray(from, from + BYTES_MAX),
        });
      return [old, { put: at, value: value.subarray(0, BYTES_MAX) }, ...parts];
    });
  }

  /** One transaction, bound to the leadership and to the version read or written last. */
  private step(changes: readonly EtcdChange[], pending: number, done: StoreCallback): void {
    const fence = this.options.fence();
    if (this.client === undefined || fence === undefined) {
      done(new Error('this one does not lead any more'));
      return;
    }
    const at = `${this.root}version`;
    const version = {
      format: FORMAT,
      version: this.version.version + 1,
      writer: this.options.writer,
      pending,
    };
    const value = versionValue(version);
    const transaction: EtcdTransaction = {
      compare: [
        {
          key: fence.key,
          target: 'create',
          revision: fence.createRevision,
          ...(fence.below === true && { below: true }),
        },
        { key: at, target: 'mod', revision: this.revision },
      ],
      changes: [{ put: at, value }, ...changes],
      otherwiseRead: [fence.key, at],
    };
    this.client.transact(transaction, (outcome) => {
      if (outcome instanceof EtcdRefusal && this.pauses !== undefined) {
        this.heldUp?.(
          outcome.message,
          this.pauses.wait(() => this.step(changes, pending, done)),
        );
        return;
      }
      const revision = outcome instanceof Error ? outcome : revisionOf(outcome, at, value, fence);
      if (revision instanceof Error) {
        done(revision);
        return;
      }
      this.pauses?.reset();
      this.revision = revision;
      this.version = version;
      done();
    });
  }
}

/** Whether one key is too small for a value. */
function isParted(value: Uint8Array | undefined): boolean {
  return value !== undefined && value.length > BYTES_MAX;
}

/** As many changes as one transaction takes: one at least. Parts of an entry never come with what deletes those of before. */
function endOfTransaction(changes: readonly EtcdChange[], from: number): number {
  let bytes = 0;
  let to = from;
  for (const change of changes.slice(from, from + CHANGES_MAX)) {
    bytes += 'put' in change ? change.value.length : 0;
    if (to > from && bytes > BYTES_MAX) break;
    to++;
  }
  return to;
}

function inOrder(entries: readonly EtcdEntry[]): EtcdEntry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The version's revision after a transaction, or why it was not performed. One whose first answer was lost, or was a refusal though it was
 * performed, is repeated in vain: then the version is just what it wrote.
 */
function revisionOf(outcome: EtcdOutcome, at: string, written: Uint8Array, fence: Fence): string | Error {
  if (outcome.succeeded) return outcome.revision;
  const found = outcome.found.find(({ key }) => key === at);
  if (found !== undefined && Buffer.compare(found.value, written) === 0) return found.modRevision;
  if (fence.below === true) return new Error('a master has come, or somebody else wrote it');
  const leader = outcome.found.find(({ key }) => key === fence.key);
  if (leader?.createRevision !== fence.createRevision) return new Error('this one does not lead any more');
  return new Error(
    `somebody else wrote it: ${found === undefined ? 'it is gone' : new TextDecoder().decode(found.value)}`,
  );
}
