/**
 * Leadership over etcd: a lease, a key that lives as long as the lease, and the oldest key leads (`statecharts/election.ts`).
 *
 * etcd's clock and this machine's differ, and answers come late; so the lease counts from the moment the last keep-alive that
 * etcd answered was *sent*, and a margin earlier than etcd ends it. Nobody else can be elected before.
 */
import type { MasterInfo } from '../../proto/index.ts';
import type { EtcdClient, EtcdLease, EtcdOutcome, OpenEtcd } from '../../runtime/etcd/client.ts';
import type { Clock, Inspectable, Random, Timer } from '../../runtime/index.ts';
import { electionMachine } from '../../statecharts/election.ts';
import { LiveChart } from '../../statecharts/engine.ts';
import { candidateValue, ELECTION, EtcdDetector, type Line } from '../detector/index.ts';
import type { Election, ElectionEvents, ElectionHost } from './election.ts';

export interface EtcdElectionOptions {
  readonly open: OpenEtcd;
  /** Of the cluster's keys; ends in `/`. */
  readonly prefix: string;
  /** How long a master that is silent keeps the leadership: `--etcd_session_timeout`. */
  readonly sessionMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** What proves leadership: while this key has this create revision, nobody else leads. */
export interface Claim {
  readonly key: string;
  readonly createRevision: string;
}

interface Candidacy {
  readonly info: MasterInfo;
  readonly value: Uint8Array;
  readonly host: ElectionHost;
  readonly events: ElectionEvents;
}

/** Keep-alives in a lease's life, so that some members may be slow or gone. */
const KEEP_ALIVES = 8;
/** That many may wait for their answers. */
const IN_FLIGHT_MAX = 4;
const PAUSE_MS = 2_000;

export class EtcdElection implements Election {
  private readonly options: EtcdElectionOptions;
  private readonly detector: EtcdDetector;
  private candidacy: Candidacy | undefined;
  private chart: LiveChart<typeof electionMachine> | undefined;
  private client: EtcdClient | undefined;
  private lease: EtcdLease | undefined;
  private ownClaim: Claim | undefined;
  /** On the monotonic clock. */
  private deadlineMs = Number.NEGATIVE_INFINITY;
  private inFlight = 0;
  /** Counts the candidacies, and their ends. */
  private attempts = 0;
  private keeper: Timer | undefined;
  private guard: Timer | undefined;
  private withdrawn: () => void = () => undefined;

  /** @param log of the detector, which begins before there is an actor */
  constructor(options: EtcdElectionOptions & Pick<ElectionHost, 'log'>) {
    this.options = options;
    this.detector = new EtcdDetector(options);
  }

  get holds(): boolean {
    return this.chart?.hasTag('elected') === true && this.options.clock.monotonic() < this.deadlineMs;
  }

  /** What every write of the leader must compare; undefined when this master is no candidate. */
  get claim(): Claim | undefined {
    return this.ownClaim;
  }

  get charts(): readonly Inspectable[] {
    return this.chart === undefined ? [] : [this.chart, this.detector.chart];
  }

  contend(info: MasterInfo, host: ElectionHost, events: ElectionEvents): void {
    this.candidacy = { info, value: candidateValue(info), host, events };
    this.chart = this.makeChart(host);
    const { defer } = host;
    this.detector.watchLine(defer((line: Line) => this.look(line)));
    this.detector.watch(defer((leader) => events.leader(leader?.info)));
    this.options.open(
      defer((client: EtcdClient | Error) => {
        if (client instanceof Error) {
          events.lost(`etcd cannot be used: ${client.message}`);
          return;
        }
        this.client = client;
        this.send({ type: 'CONTEND' });
      }),
    );
  }

  withdraw(done: () => void): void {
    if (this.chart === undefined || this.chart.done) {
      done();
      return;
    }
    this.withdrawn = done;
    this.send({ type: 'WITHDRAW' });
  }

  // ---- steps of the chart ---------------------------------------------------------------------------------------

  private grantLease(): void {
    const sentMs = this.options.clock.monotonic();
    this.attempts++;
    this.ask(
      (client, done) => client.grantLease(this.options.sessionMs, done),
      (lease: EtcdLease) => {
        this.lease = lease;
        this.extend(sentMs, lease.ttlMs);
        this.send({ type: 'LEASE_GRANTED' });
      },
      (lease: EtcdLease) => this.client?.revokeLease(lease.id, () => undefined),
    );
  }

  /** A transaction that etcd performed though its answer was lost fails when repeated; then the key is there, and the own one. */
  private enterLine(): void {
    const { lease, candidacy } = this;
    if (lease === undefined || candidacy === undefined) return;
    const key = `${this.options.prefix}${ELECTION}${lease.id}`;
    this.ask(
      (client, done) =>
        client.transact(
          {
            compare: [{ key, target: 'create', revision: '0' }],
            changes: [{ put: key, value: candidacy.value, lease: lease.id }],
            otherwiseRead: [key],
          },
          done,
        ),
      ({ succeeded, revision, found }: EtcdOutcome) => {
        const createRevision = succeeded ? revision : found[0]?.createRevision;
        if (createRevision === undefined || this.lease !== lease) {
          this.send({ type: 'ETCD_FAILED' });
          return;
        }
        this.ownClaim = { key, createRevision };
        this.send({ type: 'CANDIDACY_STANDS' });
      },
    );
  }

  private confirm(): void {
    const claim = this.ownClaim;
    if (claim === undefined) return;
    const { key, createRevision } = claim;
    this.ask(
      (client, done) =>
        client.transact(
          // What reads nothing and writes nothing a member answers from what it has, maybe of long ago.
          {
            compare: [{ key, target: 'create', revision: createRevision }],
            changes: [],
            otherwiseRead: [key],
          },
          done,
        ),
      ({ succeeded }: EtcdOutcome) => {
        if (this.ownClaim !== claim) return;
        if (succeeded && this.options.clock.monotonic() < this.deadlineMs) this.send({ type: 'CONFIRMED' });
        else this.loseLease('the own key was gone when the election was won');
      },
    );
  }

  /** Compares the head of the line with the own place in it. */
  private look(line: Line): void {
    const claim = this.ownClaim;
    // An answer from before the own key was written says nothing about it.
    if (claim === undefined || BigInt(line.revision) < BigInt(claim.createRevision)) return;
    const first = line.first?.createRevision;
    if (first === claim.createRevision) this.send({ type: 'FIRST_IN_LINE' });
    else if (first !== undefined && BigInt(first) < BigInt(claim.createRevision))
      this.send({ type: 'OTHER_IS_FIRST' });
    else this.loseLease('the own key is gone from etcd');
  }

  private keepAlive(): void {
    const { sessionMs } = this.options;
    this.keeper?.cancel();
    this.keeper = this.candidacy?.host.delay(sessionMs / KEEP_ALIVES, () => this.keepAlive());
    const { lease, client } = this;
    if (lease === undefined || client === undefined || this.inFlight >= IN_FLIGHT_MAX) return;
    const sentMs = this.options.clock.monotonic();
    this.inFlight++;
    client.keepAlive(
      lease.id,
      this.deferred((answer: number | Error) => {
        this.inFlight--;
        if (this.lease !== lease || answer instanceof Error) return;
        if (answer === 0) {
          this.loseLease('etcd does not know the lease any more');
          return;
        }
        this.extend(sentMs, answer);
        this.send({ type: 'KEPT_ALIVE' });
      }),
    );
  }

  /** The lease lives from when it was asked for; the margin covers clocks that do not go alike. */
  private extend(sentMs: number, ttlMs: number): void {
    const { sessionMs } = this.options;
    const margin = Math.max(500, sessionMs / 10);
    const untilMs = sentMs + Math.min(ttlMs, sessionMs) - margin;
    this.deadlineMs = Math.max(this.deadlineMs, untilMs);
    this.guard ??= this.armGuard();
  }

  private armGuard(): Timer | undefined {
    const leftMs = Math.max(0, this.deadlineMs - this.options.clock.monotonic());
    return this.candidacy?.host.delay(leftMs, () => {
      this.guard = undefined;
      if (this.options.clock.monotonic() >= this.deadlineMs)
        this.loseLease('etcd did not extend the lease in time');
      else this.guard = this.armGuard();
    });
  }

  private loseLease(reason: string): void {
    this.send({ type: 'LEASE_LOST', reason });
  }

  /** Nothing of the last candidacy counts any more; its key must not stay at the head of the line. */
  private letGo(): void {
    const { lease, client } = this;
    this.attempts++;
    this.keeper?.cancel();
    this.guard?.cancel();
    this.guard = undefined;
    this.ownClaim = undefined;
    this.lease = undefined;
    this.deadlineMs = Number.NEGATIVE_INFINITY;
    if (lease === undefined || client === undefined) this.send({ type: 'REVOKED' });
    else
      client.revokeLease(
        lease.id,
        this.deferred(() => this.send({ type: 'REVOKED' })),
      );
  }

  private end(): void {
    this.detector.stop();
    this.client?.close();
    this.client = undefined;
    this.withdrawn();
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private makeChart(host: ElectionHost): LiveChart<typeof electionMachine> {
    const { random } = this.options;
    return new LiveChart(electionMachine, {
      clock: { setTimer: (delayMs, run) => host.delay(delayMs, run) },
      onError: ({ where, error }) =>
        host.log.error('a step of a chart failed', { where, error: String(error) }),
      onTransition: ({ value, previous }) => {
        if (value !== previous) host.log.info('election', { state: value, before: previous });
        if (value === 'ended') this.end();
      },
      actions: {
        grantLease: () => this.grantLease(),
        keepAlive: () => this.keepAlive(),
        enterLine: () => this.enterLine(),
        watchLine: () => this.detector.lookAgain(),
        confirm: () => this.confirm(),
        announceElected: () => this.candidacy?.events.elected(),
        announceLost: ({ context }) => this.candidacy?.events.lost(context.reason),
        letGo: () => this.letGo(),
      },
      delays: { PAUSE: () => PAUSE_MS / 2 + random.next() * PAUSE_MS },
    });
  }

  private send(event: Parameters<LiveChart<typeof electionMachine>['send']>[0]): void {
    this.chart?.send(event);
  }

  private deferred<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
    return this.candidacy?.host.defer(run) ?? run;
  }

  /**
   * Asks etcd; a failure is an event, an answer goes on. What is answered when the attempt it was asked for is over counts no more:
   * a lease of then would be kept alive instead of the one that the own key hangs on.
   * @param late is given such an answer
   */
  private ask<T>(
    call: (client: EtcdClient, done: (answer: T | Error) => void) => void,
    use: (answer: T) => void,
    late: (answer: T) => void = () => undefined,
  ): void {
    const { client, attempts } = this;
    if (client === undefined) return;
    call(
      client,
      this.deferred((answer: T | Error) => {
        if (!(answer instanceof Error)) {
          if (attempts === this.attempts) use(answer);
          else late(answer);
          return;
        }
        this.candidacy?.host.log.warn('etcd did not do what the election needs', { reason: answer.message });
        if (attempts === this.attempts) this.send({ type: 'ETCD_FAILED' });
      }),
    );
  }
}
