/**
 * What Mesostate uses of etcd (3.4 and later): transactions, lists, leases and watches, no more.
 *
 * Answers come by callback, from outside of any actor: an actor passes deferred callables. Revisions and lease ids are 64-bit
 * numbers, which are kept as text. A call is repeated, also at other members, until it is answered or its time is over; so a
 * transaction may have been performed more than once, and must compare something that it changes itself.
 */

/** An entry as etcd holds it. */
export interface EtcdEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the store at which the key came to be; it names this life of the key. */
  readonly createRevision: string;
  readonly modRevision: string;
}

/** Holds when the key's revision is that one; `'0'` is that of a key that is not there. */
export interface EtcdCompare {
  readonly key: string;
  readonly target: 'create' | 'mod';
  readonly revision: string;
  /** It is to hold for all keys that begin so, and `'0'` when there are none; the key ends in `/`. */
  readonly below?: boolean;
}

export type EtcdChange =
  /** @param lease id of the lease with which the key ends */
  | { readonly put: string; readonly value: Uint8Array; readonly lease?: string }
  | { readonly delete: string }
  /** Everything whose key begins so; ends in `/`. */
  | { readonly deleteBelow: string };

export interface EtcdTransaction {
  /** All must hold for the changes to be made. */
  readonly compare: readonly EtcdCompare[];
  /** At most 128 with etcd's defaults, and 1.5 MB together. No key twice. */
  readonly changes: readonly EtcdChange[];
  /** Keys to be read when a comparison does not hold. */
  readonly otherwiseRead?: readonly string[];
}

export interface EtcdOutcome {
  /** Whether the changes were made. */
  readonly succeeded: boolean;
  /** Of the store after this. */
  readonly revision: string;
  /** What `otherwiseRead` found. */
  readonly found: readonly EtcdEntry[];
}

export interface EtcdList {
  /** Oldest key first, by create revision. */
  readonly entries: readonly EtcdEntry[];
  /** Of the store when the list was read. */
  readonly revision: string;
}

export interface EtcdLease {
  readonly id: string;
  /** As etcd granted it, which may be longer than asked for. */
  readonly ttlMs: number;
}

/**
 * etcd answered that it will not write, for want of room (`mvcc: database space exceeded`) or of rights, and may later. The one write with
 * which it gets full is performed all the same; so whoever asks again must know its own write when it finds it.
 */
export class EtcdRefusal extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'EtcdRefusal';
  }
}

/** Called once. */
export type EtcdCallback<T> = (answer: T | Error) => void;

export interface EtcdWatch {
  close(): void;
}

export interface EtcdWatchEvents {
  /** Something below the prefix changed. */
  changed(): void;
  /** The watch has ended; what happened since is unknown. No other event follows. */
  failed(error: Error): void;
}

export interface EtcdClient {
  transact(transaction: EtcdTransaction, done: EtcdCallback<EtcdOutcome>): void;
  /**
   * @param prefix ends in `/`
   * @param limit most entries wanted; all when left out
   */
  list(prefix: string, limit: number | undefined, done: EtcdCallback<EtcdList>): void;
  /** @param ttlMs whole seconds */
  grantLease(ttlMs: number, done: EtcdCallback<EtcdLease>): void;
  /** Asks once, and soon gives up. The answer is the milliseconds the lease has from now, 0 when it is no more. */
  keepAlive(leaseId: string, done: EtcdCallback<number>): void;
  /** Ends a lease and its keys. */
  revokeLease(leaseId: string, done: EtcdCallback<void>): void;
  /** Watches what is below the prefix, from that revision on. */
  watch(prefix: string, fromRevision: string, events: EtcdWatchEvents): EtcdWatch;
  /** Ends all connections; nothing is answered any more. */
  close(): void;
}

/** Makes a client when it is needed: loading the real one takes a moment. */
export type OpenEtcd = (done: EtcdCallback<EtcdClient>) => void;

/** The revision after this one. */
export function nextRevision(revision: string): string {
  return (BigInt(revision) + 1n).toString();
}
