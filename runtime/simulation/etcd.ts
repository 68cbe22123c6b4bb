/**
 * An etcd in a simulated world: transactions, lists, leases and watches over the world's clock. It never fails by itself; what fails is
 * the way to it, and who asks.
 */
import {
  type EtcdCallback,
  type EtcdChange,
  type EtcdClient,
  type EtcdCompare,
  type EtcdEntry,
  EtcdRefusal,
  type EtcdTransaction,
  type EtcdWatch,
  type EtcdWatchEvents,
} from '../etcd/client.ts';
import type { Clock, Timer } from '../ports.ts';

/** How one client gets to it. */
export interface EtcdPath {
  /** The client's own clock: what comes back comes as its timers do. */
  readonly clock: Clock;
  /** Whether a request, or an answer, gets through now. */
  open(): boolean;
  /** Milliseconds of a way, each time anew. */
  latencyMs(): number;
}

interface Lease {
  readonly ttlMs: number;
  timer: Timer;
}

interface Stored extends EtcdEntry {
  readonly lease: string | undefined;
}

interface Watcher {
  readonly prefix: string;
  told(): void;
}

/** A client gives up after so long, as the real one does. */
const ATTEMPT_MS = 2500;
const CALL_MS = 60_000;
const REPEAT_MS = 500;

export class SimulatedEtcd {
  private readonly clock: Clock;
  private readonly hurry: number;
  private readonly entries = new Map<string, Stored>();
  private readonly leases = new Map<string, Lease>();
  private readonly watchers = new Set<Watcher>();
  private revision = 1n;
  private leaseIds = 0;
  private room: 'enough' | 'last write' | 'none' = 'enough';

  /** @param hurry by what factor its leases end earlier than by the world's clock; default 1 */
  constructor(clock: Clock, hurry = 1) {
    this.clock = clock;
    this.hurry = hurry;
  }

  /** It comes to its quota: it performs one write more, and refuses it and all that follow; leases are kept, keys may be deleted. */
  fill(): void {
    this.room = 'last write';
  }

  makeRoom(): void {
    this.room = 'enough';
  }

  /** Keys and values that begin so. */
  find(prefix: string): EtcdEntry[] {
    return [...this.entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Number(BigInt(a.createRevision) - BigInt(b.createRevision)));
  }

  client(path: EtcdPath): EtcdClient {
    let closed = false;
    const ask = <T>(serve: () => T | Error, done: EtcdCallback<T>, once = false): void =>
      this.carry(path, serve, (answer) => closed || done(answer), once);
    return {
      transact: (transaction, done) => ask(() => this.transact(transaction), done),
      list: (prefix, limit, done) =>
        ask(() => ({ entries: this.find(prefix).slice(0, limit), revision: String(this.revision) }), done),
      grantLease: (ttlMs, done) => ask(() => this.grant(ttlMs), done),
      keepAlive: (id, done) => ask(() => this.keepAlive(id), done, true),
      revokeLease: (id, done) => ask(() => this.endLease(id), done, true),
      watch: (prefix, _from, events) => this.watch(path, prefix, events),
      close: () => {
        closed = true;
      },
    };
  }

  /** To the server and back; a request that gets lost is repeated, one whose answer gets lost too. */
  private carry<T>(path: EtcdPath, serve: () => T | Error, done: EtcdCallback<T>, once: boolean): void {
    const until = this.clock.monotonic() + (once ? ATTEMPT_MS : CALL_MS);
    let over = false;
    const finish = (answer: T | Error): void => {
      if (over) return;
      over = true;
      done(answer);
    };
    const attempt = (): void => {
      if (over) return;
      if (path.open()) {
        this.clock.setTimer(path.latencyMs(), () => {
          const answer = serve();
          const backMs = path.latencyMs();
          if (path.open()) path.clock.setTimer(backMs, () => finish(answer));
        });
      }
      path.clock.setTimer(once ? ATTEMPT_MS : REPEAT_MS, () => {
        if (this.clock.monotonic() < until) attempt();
        else finish(new Error('etcd does not answer'));
      });
    };
    attempt();
  }

  private transact({ compare, changes, otherwiseRead = [] }: EtcdTransaction) {
    const lost = changes.find(
      (each) => 'put' in each && each.lease !== undefined && !this.leases.has(each.lease),
    );
    if (lost !== undefined) return new Error('requested lease not found');
    const takesRoom = this.room !== 'enough' && changes.some((each) => 'put' in each);
    if (takesRoom && this.room === 'none') return noRoom();
    const succeeded = compare.every((each) => this.holds(each));
    if (succeeded && changes.length > 0) this.perform(changes);
    if (takesRoom) {
      this.room = 'none';
      return noRoom();
    }
    const found = succeeded
      ? []
      : otherwiseRead.flatMap((key) => {
          const entry = this.entries.get(key);
          return entry === undefined ? [] : [entry];
        });
    return { succeeded, revision: String(this.revision), found };
  }

  private holds({ key, target, revision, below }: EtcdCompare): boolean {
    if (below === true) return this.find(key).length === 0;
    const entry = this.entries.get(key);
    const is = target === 'create' ? entry?.createRevision : entry?.modRevision;
    return (is ?? '0') === revision;
  }

  private perform(changes: readonly EtcdChange[]): void {
    const revision = String(++this.revision);
    for (const change of changes) {
      if ('put' in change) {
        const { put: key, value, lease } = change;
        const createRevision = this.entries.get(key)?.createRevision ?? revision;
        this.entries.set(key, { key, value, createRevision, modRevision: revision, lease });
      } else if ('delete' in change) this.entries.delete(change.delete);
      else for (const { key } of this.find(change.deleteBelow)) this.entries.delete(key);
    }
    for (const watcher of this.watchers) watcher.told();
  }

  private grant(ttlMs: number) {
    if (this.room === 'none') return noRoom();
    const id = String(++this.leaseIds);
    this.leases.set(id, { ttlMs, timer: this.ending(id, ttlMs) });
    return { id, ttlMs };
  }

  private ending(id: string, ttlMs: number): Timer {
    return this.clock.setTimer(ttlMs * this.hurry, () => void this.endLease(id));
  }

  private keepAlive(id: string): number {
    const lease = this.leases.get(id);
    if (lease === undefined) return 0;
    lease.timer.cancel();
    lease.timer = this.ending(id, lease.ttlMs);
    return lease.ttlMs;
  }

  private endLease(id: string): void {
    this.leases.get(id)?.timer.cancel();
    if (!this.leases.delete(id)) return;
    const keys = [...this.entries.values()].filter(({ lease }) => lease === id).map(({ key }) => key);
    if (keys.length > 0) this.perform(keys.map((key) => ({ delete: key })));
  }

  /** A watch over a way that is shut fails; one that is begun tells every change from then on, and that it began. */
  private watch(path: EtcdPath, prefix: string, events: EtcdWatchEvents): EtcdWatch {
    const watcher: Watcher = {
      prefix,
      told: () => {
        if (path.open()) {
          path.clock.setTimer(path.latencyMs(), () => {
            if (this.watchers.has(watcher)) events.changed();
          });
        } else if (this.watchers.delete(watcher)) {
          path.clock.setTimer(ATTEMPT_MS, () => events.failed(new Error('the watch ended')));
        }
      },
    };
    this.watchers.add(watcher);
    return { close: () => void this.watchers.delete(watcher) };
  }
}

function noRoom(): Error {
  return new EtcdRefusal('mvcc: database space exceeded');
}
