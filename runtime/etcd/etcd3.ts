/**
 * The etcd client over the package etcd3: its plain calls alone, with time limits and repetitions of our own. Its circuit
 * breakers would keep a member shut out for longer than a leader's lease lives.
 */
import type { Etcd3, IOptions, IRequestOp, ITxnRequest } from 'etcd3';
import { formatHostPort } from '../flags/hostPort.ts';
import type { Clock } from '../ports.ts';
import {
  type EtcdCallback,
  type EtcdChange,
  type EtcdClient,
  type EtcdCompare,
  type EtcdEntry,
  type EtcdLease,
  type EtcdList,
  type EtcdOutcome,
  EtcdRefusal,
  type EtcdTransaction,
  type EtcdWatch,
  type EtcdWatchEvents,
} from './client.ts';
import type { EtcdLocation } from './location.ts';
import { watchPrefix } from './watch.ts';

/** Who this client is to etcd; absent: nobody in particular. */
export interface EtcdSecurity {
  /** PEM. Default: the system's. */
  readonly ca?: Buffer;
  /** PEM, both or none. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly user?: { readonly username: string; readonly password: string };
}

/** One member gets this long for an answer; then another one is asked. */
const ATTEMPT_MS = 2500;
/** All attempts together, of what a registry waits for: it has limits of its own. */
const STORE_MS = 60_000;
/** The same of an election, which would rather hear soon that etcd is away. */
const ELECTION_MS = 8_000;
const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 1000;
/** Entries of one page of a list; fewer where they are large. */
const PAGE = 500;
/** Bytes of a page; an entry has 1.5 MB at most with etcd's defaults. */
const PAGE_BYTES_MAX = 16 * 1024 * 1024;

const GRPC = {
  // A member that vanished without a word is noticed by its silence; etcd allows a ping every 5 s.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': PAGE_BYTES_MAX,
} as const;

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

/** A policy of etcd3 that does nothing: what fails is told at once. */
const NO_POLICY = {
  execute: async (run: (context: { signal: AbortSignal }) => unknown) =>
    await run({ signal: new AbortController().signal }),
  onSuccess: () => ({ dispose: () => undefined }),
  onFailure: () => ({ dispose: () => undefined }),
} as unknown as Policy;

/** A client of those members. Whether they answer shows at the first call. */
export async function openEtcd3(
  { members, tls }: EtcdLocation,
  clock: Clock,
  security: EtcdSecurity = {},
): Promise<EtcdClient> {
  const etcd3 = await import('etcd3');
  const scheme = tls ? 'https' : 'http';
  const { ca, cert, key, user } = security;
  const client = new etcd3.Etcd3({
    hosts: members.map((member) => `${scheme}://${formatHostPort(member)}`),
    grpcOptions: GRPC,
    faultHandling: { global: NO_POLICY, host: () => NO_POLICY },
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: clock.now() + ATTEMPT_MS }),
    ...(tls &&
      ca !== undefined && {
        credentials: { rootCertificate: ca, ...(cert && key && { certChain: cert, privateKey: key }) },
      }),
    ...(user !== undefined && { auth: user }),
  });
  return new Etcd3Client(client, clock);
}

class Etcd3Client implements EtcdClient {
  private readonly etcd: Etcd3;
  private readonly clock: Clock;
  private closed = false;

  constructor(etcd: Etcd3, clock: Clock) {
    this.etcd = etcd;
    this.clock = clock;
  }

  transact(transaction: EtcdTransaction, done: EtcdCallback<EtcdOutcome>): void {
    const request = requestOf(transaction);
    this.answer(done, async () => {
      const { succeeded, header, responses } = await this.repeat(() => this.etcd.kv.txn(request));
      const found = succeeded
        ? []
        : responses.flatMap(({ response_range }) => entriesOf(response_range?.kvs));
      return { succeeded, revision: header.revision, found };
    });
  }

  list(prefix: string, limit: number | undefined, done: EtcdCallback<EtcdList>): void {
    this.answer(done, () => (limit === undefined ? this.listAll(prefix) : this.listOldest(prefix, limit)));
  }

  grantLease(ttlMs: number, done: EtcdCallback<EtcdLease>): void {
    this.answer(done, async () => {
      const { ID, TTL } = await this.repeat(
        () => this.etcd.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1000) }),
        ELECTION_MS,
      );
      return { id: ID, ttlMs: Number(TTL) * 1000 };
    });
  }

  keepAlive(leaseId: string, done: EtcdCallback<number>): void {
    this.answer(done, () => this.keepAliveOnce(leaseId));
  }

  revokeLease(leaseId: string, done: EtcdCallback<void>): void {
    this.answer(done, async () => {
      await this.repeat(() => this.etcd.leaseClient.leaseRevoke({ ID: leaseId }), ATTEMPT_MS);
    });
  }

  watch(prefix: string, fromRevision: string, events: EtcdWatchEvents): EtcdWatch {
    return watchPrefix(
      this.etcd,
      { key: Buffer.from(prefix), range_end: endOf(prefix) },
      fromRevision,
      events,
    );
  }

  close(): void {
    this.closed = true;
    this.etcd.close();
  }

  /** Every key, page by page of one revision. */
  private async listAll(prefix: string): Promise<EtcdList> {
    const entries: EtcdEntry[] = [];
    let revision = '0';
    let key = Buffer.from(prefix);
    let limit = PAGE;
    for (;;) {
      const asked = { key, range_end: endOf(prefix), limit, revision };
      const page = await this.repeat(() => this.etcd.kv.range(asked)).catch((error: unknown) => {
        if (limit === 1 || !isTooLarge(error)) throw error;
      });
      if (page === undefined) {
        limit = Math.ceil(limit / 8);
        continue;
      }
      if (revision === '0') revision = page.header.revision;
      entries.push(...entriesOf(page.kvs));
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) break;
      key = Buffer.concat([last.key, Buffer.from([0])]);
    }
    entries.sort((a, b) => (BigInt(a.createRevision) < BigInt(b.createRevision) ? -1 : 1));
    return { entries, revision };
  }

  private async listOldest(prefix: string, limit: number): Promise<EtcdList> {
    const { kvs, header } = await this.repeat(
      () =>
        this.etcd.kv.range({
          key: Buffer.from(prefix),
          range_end: endOf(prefix),
          limit,
          sort_order: 'Ascend',
          sort_target: 'Create',
        }),
      ELECTION_MS,
    );
    return { entries: entriesOf(kvs), revision: header.revision };
  }

  private async keepAliveOnce(leaseId: string): Promise<number> {
    const stream = await this.etcd.leaseClient.leaseKeepAlive();
    let timer: { cancel(): unknown } | undefined;
    try {
      return await new Promise<number>((resolve, reject) => {
        timer = this.clock.setTimer(ATTEMPT_MS, () => reject(new Error('no answer in time')));
        stream.on('error', reject);
        stream.on('end', () => reject(new Error('the stream ended')));
        stream.on('data', ({ TTL }) => resolve(Number(TTL) * 1000));
        stream.write({ ID: leaseId });
      });
    } finally {
      timer?.cancel();
      stream.on('error', () => undefined);
      stream.cancel();
    }
  }

  private answer<T>(done: EtcdCallback<T>, run: () => Promise<T>): void {
    run().then(
      (answer) => {
        if (!this.closed) done(answer);
      },
      (error: unknown) => {
        if (!this.closed) done(toldBy(error));
      },
    );
  }

  /** Asks until there is an answer, a refusal, or no time left; each attempt goes to a member by chance. */
  private async repeat<T>(call: () => Promise<T>, timeoutMs = STORE_MS): Promise<T> {
    const until = this.clock.monotonic() + timeoutMs;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        return await call();
      } catch (error) {
        if (this.closed || !isPassing(error) || this.clock.monotonic() + pauseMs > until) throw error;
      }
      await new Promise<void>((resolve) => void this.clock.setTimer(pauseMs, resolve));
    }
  }
}

/** Names of etcd3's errors about the way to etcd or its present state, rather than about what was asked. */
const PASSING: ReadonlySet<string> = new Set([
  'GRPCUnavailableError',
  'GRPCDeadlineExceededError',
  'GRPCCancelledError',
  'GRPCInternalError',
  'GRPCAbortedError',
  'GRPCUnknownError',
  'GRPCProtocolError',
  'GRPCGenericError',
  'EtcdError',
  'EtcdInvalidAuthTokenError',
]);

function isPassing(error: unknown): boolean {
  return error instanceof Error && PASSING.has(error.constructor.name);
}

/** Whether a request or an answer was not read, for its size. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.includes('larger than max');
}

/** Those with which etcd says that it does not write: no room, too much to do (the package's own spelling); no rights. */
const REFUSING: ReadonlySet<string> = new Set(['GRPCResourceExhastedError', 'EtcdPermissionDeniedError']);

function toldBy(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  // What is too large once is so for ever.
  return REFUSING.has(error.constructor.name) && !isTooLarge(error) ? new EtcdRefusal(error.message) : error;
}

function requestOf({ compare, changes, otherwiseRead = [] }: EtcdTransaction): ITxnRequest {
  return {
    compare: compare.map(comparisonOf),
    success: changes.map(operationOf),
    failure: otherwiseRead.map((key) => ({ request_range: { key: Buffer.from(key) } })),
  };
}

function comparisonOf({
  key,
  target,
  revision,
  below,
}: EtcdCompare): NonNullable<ITxnRequest['compare']>[number] {
  const range = below === true && { range_end: endOf(key) };
  const where = { key: Buffer.from(key), ...range, result: 'Equal' } as const;
  return target === 'create'
    ? { ...where, target: 'Create', create_revision: revision }
    : { ...where, target: 'Mod', mod_revision: revision };
}

function operationOf(change: EtcdChange): IRequestOp {
  if ('put' in change) {
    const { put, value, lease } = change;
    return {
      request_put: {
        key: Buffer.from(put),
        value: Buffer.from(value),
        ...(lease !== undefined && { lease }),
      },
    };
  }
  if ('delete' in change) return { request_delete_range: { key: Buffer.from(change.delete) } };
  const { deleteBelow } = change;
  return { request_delete_range: { key: Buffer.from(deleteBelow), range_end: endOf(deleteBelow) } };
}

/** The first key after all that begin with the prefix. */
function endOf(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

interface StoredKeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: string;
  readonly mod_revision: string;
}

function entriesOf(kvs: readonly StoredKeyValue[] = []): EtcdEntry[] {
  return kvs.map(({ key, value, create_revision, mod_revision }) => ({
    key: key.toString(),
    value: new Uint8Array(value),
    createRevision: create_revision,
    modRevision: mod_revision,
  }));
}
