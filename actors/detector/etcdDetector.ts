/**
 * The leading master as etcd has it: the oldest candidate below `<prefix>election/`. While etcd does not answer, the last known
 * leader still counts: it steps down by itself when its lease ends, and who follows it in vain only tries again.
 */
import type { EtcdClient, EtcdEntry, EtcdWatch, OpenEtcd } from '../../runtime/etcd/client.ts';
import { nextRevision } from '../../runtime/etcd/client.ts';
import type { Clock, Random } from '../../runtime/index.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import { detectorMachine } from '../../statecharts/detector.ts';
import { LiveChart } from '../../statecharts/engine.ts';
import { type Candidate, candidateOf, ELECTION } from './candidate.ts';
import type { Leader, MasterDetector } from './detector.ts';

export interface EtcdDetectorOptions {
  /** Its client is this detector's own. */
  readonly open: OpenEtcd;
  /** Of the cluster's keys; ends in `/`. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The head of the line of candidates, as of a revision of etcd. */
export interface Line {
  readonly first: EtcdEntry | undefined;
  readonly revision: string;
}

const RETRY_MS = 2_000;
const LOOK_AGAIN_MS = 60_000;

export class EtcdDetector implements MasterDetector {
  readonly chart: LiveChart<typeof detectorMachine>;
  private readonly options: EtcdDetectorOptions;
  private client: EtcdClient | undefined;
  private watching: EtcdWatch | undefined;
  private revision = '0';
  /** Key and life of the candidate told last; undefined before the first answer. */
  private told: string | undefined;
  private onLeader: (leader: Leader | undefined) => void = () => undefined;
  private onLine: (line: Line) => void = () => undefined;

  constructor(options: EtcdDetectorOptions) {
    this.options = options;
    const { clock, random, log } = options;
    this.chart = new LiveChart(detectorMachine, {
      clock,
      onError: ({ where, error }) => log.error('a step of a chart failed', { where, error: String(error) }),
      actions: {
        ask: () => this.ask(),
        watch: () => this.beginWatch(),
        endWatch: () => this.endWatch(),
      },
      delays: {
        RETRY: () => RETRY_MS / 2 + random.next() * RETRY_MS,
        LOOK_AGAIN: () => LOOK_AGAIN_MS / 2 + random.next() * LOOK_AGAIN_MS,
      },
    });
  }

  watch(onLeader: (leader: Leader | undefined) => void): void {
    this.onLeader = onLeader;
    this.chart.send({ type: 'WATCH_REQUESTED' });
  }

  /** Also tells every answer of etcd, changed or not. */
  watchLine(onLine: (line: Line) => void): void {
    this.onLine = onLine;
  }

  /** Asks now, because the asker knows that the line changed. */
  lookAgain(): void {
    if (this.chart.can({ type: 'LINE_CHANGED' })) this.chart.send({ type: 'LINE_CHANGED' });
  }

  stop(): void {
    this.chart.send({ type: 'STOP_REQUESTED' });
    this.chart.stop();
    this.client?.close();
    this.client = undefined;
  }

  private ask(): void {
    this.withClient((client) => {
      client.list(this.options.prefix + ELECTION, 1, (answer) => {
        if (this.chart.done) return;
        if (answer instanceof Error) {
          this.failed(answer);
          return;
        }
        this.revision = answer.revision;
        const first = answer.entries[0];
        this.tell(first);
        this.onLine({ first, revision: answer.revision });
        this.chart.send({ type: 'ANSWERED' });
      });
    });
  }

  private withClient(use: (client: EtcdClient) => void): void {
    if (this.client !== undefined) {
      use(this.client);
      return;
    }
    this.options.open((client) => {
      if (client instanceof Error) this.failed(client);
      else if (this.chart.done) client.close();
      else {
        this.client ??= client;
        use(this.client);
      }
    });
  }

  private failed(error: Error): void {
    this.options.log.warn('etcd does not tell who leads; asking again', { reason: error.message });
    this.chart.send({ type: 'ETCD_FAILED' });
  }

  private tell(first: EtcdEntry | undefined): void {
    const life = first === undefined ? '' : `${first.key} ${first.createRevision}`;
    if (this.told === life) return;
    this.told = life;
    this.onLeader(first === undefined ? undefined : this.read(first));
  }

  /** Somebody else may have written there: what is no master leads nobody. */
  private read(entry: EtcdEntry): Candidate | undefined {
    try {
      return candidateOf(entry.value);
    } catch (error) {
      this.options.log.error('the first entry of the election is no master', {
        key: entry.key,
        reason: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    }
  }

  private beginWatch(): void {
    this.watching = this.client?.watch(this.options.prefix + ELECTION, nextRevision(this.revision), {
      changed: () => this.chart.send({ type: 'LINE_CHANGED' }),
      failed: (error) => {
        this.options.log.info('the watch on the leader ended; asking again', { reason: error.message });
        this.chart.send({ type: 'ETCD_FAILED' });
      },
    });
  }

  private endWatch(): void {
    this.watching?.close();
    this.watching = undefined;
  }
}
