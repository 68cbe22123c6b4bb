/**
 * One of several Marathons over one etcd (`statecharts/marathonLeadership.ts`). It serves the API at all times: as the leader, or by
 * handing on to the leader. Of a Marathon that lost its leadership the program ends, and a supervisor starts it anew.
 */
import type { FrameworkInfo, MasterInfo } from '../../../../proto/index.ts';
import type { OpenEtcd } from '../../../../runtime/etcd/client.ts';
import type { Address, HttpHandler } from '../../../../runtime/index.ts';
import { addressText, Process } from '../../../../runtime/index.ts';
import { EXPOSITION_TYPE, exposition } from '../../../../runtime/metrics/index.ts';
import type { TlsOptions } from '../../../../runtime/security/tls.ts';
import { LiveChart, marathonLeadershipMachine } from '../../../../statecharts/index.ts';
import type { MasterDetector } from '../../../detector/index.ts';
import { EtcdElection } from '../../../election/etcdElection.ts';
import { EtcdStore } from '../../../election/store/etcdStore.ts';
import type { FrameworkEnd, FrameworkRoute } from '../../context.ts';
import type { DriverAuthentication } from '../../driver/index.ts';
import { type HostedFramework, hostFramework } from '../../host.ts';
import { COMMON_HEADERS, send } from '../api/call.ts';
import { helpAnswer } from '../api/help.ts';
import { answerLogging } from '../api/logging.ts';
import { MARATHON_ID, marathonFramework } from '../framework.ts';
import type { Prober } from '../health/prober.ts';
import type { Marathon } from '../marathon.ts';
import { dropwizard } from '../metrics.ts';
import type { MarathonSettings } from '../settings.ts';
import { LeaderStore } from '../store/leaderStore.ts';
import { Standby } from './standby.ts';

export interface MemberOptions {
  readonly open: OpenEtcd;
  /** Of the keys of these Marathons; ends in `/`. */
  readonly prefix: string;
  /** How long a leader that is silent keeps the leadership. */
  readonly sessionMs: number;
  readonly settings: MarathonSettings;
  readonly framework: FrameworkInfo;
  /** Where Mesos' master is, or who finds it, anew for each run. */
  readonly master: () => Address | MasterDetector;
  /** Whom to prove to be to the master. */
  readonly authentication?: DriverAuthentication | undefined;
  readonly print: (line: string) => void;
  /** As this node speaks to other Marathons, when it does so by TLS. */
  readonly tls?: TlsOptions | undefined;
  /** For simulated worlds; default: the network. */
  readonly prober?: () => Prober;
  /** Told of the scheduler of each leadership. */
  readonly made?: (marathon: Marathon) => void;
}

/** Upstream's exit code of a leadership that was lost. */
const EXIT_LEADERSHIP_LOST = 103;
/** What the leader's API answers, and what a Marathon says of itself whether it leads or not. */
const PATHS = ['/v2', '/ping', '/metrics', '/metrics/prometheus', '/config', '/logging', '/help', '/ui', '/'];
const OVERRIDING: ReadonlySet<string> = new Set(['/metrics', '/metrics/prometheus', '/logging', '/help']);

export class MarathonMember extends Process {
  readonly #options: MemberOptions;
  /** Below it lie the keys of Marathons alone, whatever else has its keys there. */
  readonly #prefix: string;
  readonly #handlers = new Map<string, HttpHandler>();
  #chart: LiveChart<typeof marathonLeadershipMachine> | undefined;
  #election: EtcdElection | undefined;
  #store: LeaderStore | undefined;
  #hosted: HostedFramework | undefined;
  #leader: MasterInfo | undefined;
  #exitCode = 0;
  #failed: (error: Error) => void = () => undefined;
  readonly #onEnd: (exitCode: number) => void;

  constructor(options: MemberOptions, onEnd: (exitCode: number) => void) {
    super(MARATHON_ID);
    this.#options = options;
    this.#prefix = `${options.prefix}marathon/`;
    this.#onEnd = onEnd;
  }

  override initialize(): void {
    const standby = new Standby({
      self: this.node.address,
      tls: this.#options.tls,
      leader: () => this.#leader?.address && addressOf(this.#leader.address),
      own: (path) => (this.#election?.holds === true ? this.#handlers.get(path) : undefined),
      delay: (delayMs, run) => this.delay(delayMs, run),
    });
    for (const path of PATHS)
      this.route(path, this.#ownAnswer(path) ?? ((request, reply) => standby.answer(path, request, reply)), {
        help: "Marathon's, of the leader among several",
        // Of all else the leader asks for the password.
        ...(OVERRIDING.has(path) && { overrides: true, realm: 'readonly' }),
      });
    this.#chart = this.#makeChart();
    this.node.inspector.register(this.self, this.#chart);
  }

  /** Ends it, its tasks left alone; `onEnd` tells when that is done. */
  stop(): void {
    this.dispatch(() => this.#chart?.send({ type: 'STOP_REQUESTED' }));
  }

  override describe(): Readonly<Record<string, unknown>> {
    return { state: this.#chart?.value, leader: this.#leader?.hostname };
  }

  // ---- steps of the chart ---------------------------------------------------------------------------------------

  #contend(): void {
    const { open, sessionMs } = this.#options;
    const { clock, random } = this;
    const log = this.log.child('election');
    const election = new EtcdElection({ open, prefix: this.#prefix, sessionMs, clock, random, log });
    this.#election = election;
    const host = {
      log,
      delay: (delayMs: number, run: () => void) => this.delay(delayMs, run),
      defer: <A extends unknown[]>(run: (...args: A) => void) => this.defer(run),
    };
    election.contend(this.#self(), host, {
      elected: () => this.#chart?.send({ type: 'ELECTED' }),
      lost: (reason) => this.#lost(election, reason),
      leader: (leader) => {
        if (this.#election !== election) return;
        this.#leader = leader;
        this.log.info('leading Marathon', { address: leader?.hostname });
      },
    });
  }

  #readState(): void {
    const { open, print } = this.#options;
    const election = this.#election;
    const store = new EtcdStore({
      open,
      prefix: this.#prefix,
      fence: () => election?.claim,
      writer: this.ids.uuid(),
      delay: (delayMs, run) => this.clock.setTimer(delayMs, run),
    });
    store.fetch(
      this.defer((entries: Error | Iterable<readonly [string, Uint8Array]>) => {
        if (this.#election !== election || this.#chart?.matches('recovering') !== true) {
          void store.close();
          return;
        }
        try {
          if (entries instanceof Error) throw entries;
          this.#store = new LeaderStore({
            store,
            entries,
            onFailure: (error) => this.#failed(error),
            onHeldUp: (reason) => {
              if (reason === undefined) this.log.warn('the state is written again');
              else this.log.error('the state cannot be written now; what needs it waits', { reason });
            },
          });
          this.#chart.send({ type: 'STATE_READ' });
        } catch (error) {
          print(`marathon: --etcd: the state cannot be read: ${(error as Error).message}`);
          this.#exitCode = 1;
          void store.close();
          this.#chart.send({ type: 'STATE_UNREADABLE' });
        }
      }),
    );
  }

  #lead(): void {
    const { settings, framework, master, authentication, print, prober, made } = this.#options;
    const store = this.#store;
    if (store === undefined) return;
    const definition = marathonFramework({
      settings,
      self: addressText(this.node.address),
      print,
      open: (onFailure) => {
        this.#failed = onFailure;
        return store;
      },
      ...(prober !== undefined && { prober }),
      ...(made !== undefined && { made }),
    });
    print(`marathon: leads (${addressText(this.node.address)})`);
    this.#hosted = hostFramework(this.node, {
      definition,
      framework,
      master: master(),
      authentication,
      options: {},
      print,
      serve: (routes) => this.#serve(routes),
    });
    void this.#hosted.ended.then(this.defer((end: FrameworkEnd) => this.#frameworkEnded(end)));
  }

  #endFramework(): void {
    this.#handlers.clear();
    this.#hosted?.finish({ exitCode: this.#exitCode, failover: true });
  }

  #withdraw(): void {
    const withdrawn = this.defer(() => this.#chart?.send({ type: 'WITHDRAWN' }));
    if (this.#election === undefined) withdrawn();
    else this.#election.withdraw(withdrawn);
  }

  #end(): void {
    const { print } = this.#options;
    this.#handlers.clear();
    print(`marathon: ends (${addressText(this.node.address)})`);
    const ended = (): void => this.#onEnd(this.#exitCode);
    if (this.#election === undefined) ended();
    else this.#election.withdraw(ended);
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  #lost(election: EtcdElection, reason: string): void {
    if (this.#election !== election) return;
    this.#options.print(`marathon: lost leadership: ${reason}`);
    this.#exitCode = EXIT_LEADERSHIP_LOST;
    this.#store?.giveUp();
    this.#chart?.send({ type: 'LOST' });
  }

  #serve(routes: readonly FrameworkRoute[]): void {
    for (const { path, handler } of routes) this.#handlers.set(path, handler);
  }

  #frameworkEnded(end: FrameworkEnd): void {
    this.#handlers.clear();
    this.#hosted = undefined;
    this.#store = undefined;
    if (end.handOver === true) this.#chart?.send({ type: 'ABDICATED' });
    else if (end.again === true) this.#chart?.send({ type: 'FRAMEWORK_REMOVED' });
    else {
      if (this.#exitCode === 0) this.#exitCode = end.exitCode;
      this.#chart?.send({ type: 'FRAMEWORK_ENDED' });
    }
  }

  /** What is answered alike by whoever leads and whoever does not. */
  #ownAnswer(path: string): HttpHandler | undefined {
    if (path === '/ping')
      return (_request, reply) => reply.send(200, 'pong', { 'Content-Type': 'text/plain' });
    const startMs = this.clock.now();
    if (path === '/metrics')
      return (_request, reply) =>
        reply.json(JSON.stringify(dropwizard(this.node.metrics, startMs, this.clock.now())));
    if (path === '/logging') return (request, reply) => answerLogging(this.log, request, reply);
    if (path === '/help') return (_request, reply) => void send(reply, helpAnswer(), COMMON_HEADERS);
    if (path !== '/metrics/prometheus') return undefined;
    return (_request, reply) =>
      reply.send(200, exposition(this.node.metrics).replaceAll('mesostate_marathon_', 'marathon_'), {
        'Content-Type': EXPOSITION_TYPE,
      });
  }

  /** As candidates are written down; of a Marathon the address counts alone. */
  #self(): MasterInfo {
    const { host, port } = this.node.address;
    return {
      id: this.ids.uuid(),
      ip: 0,
      port,
      pid: this.self.toUpid(),
      hostname: host,
      address: { hostname: host, ip: host, port },
    };
  }

  #makeChart(): LiveChart<typeof marathonLeadershipMachine> {
    const report = (what: string) => (details: object) => this.log.error(what, { ...details });
    return new LiveChart(marathonLeadershipMachine, {
      clock: { setTimer: (delayMs, run) => this.delay(delayMs, run) },
      onError: ({ where, error }) => report('a step of a chart failed')({ where, error: String(error) }),
      onTransition: ({ value, previous }) => this.log.info('leadership', { state: value, before: previous }),
      actions: {
        contend: () => this.#contend(),
        readState: () => this.#readState(),
        lead: () => this.#lead(),
        endFramework: () => this.#endFramework(),
        withdraw: () => this.#withdraw(),
        end: () => this.#end(),
      },
    });
  }
}

function addressOf({
  ip,
  port,
}: {
  readonly ip?: string | undefined;
  readonly port: number;
}): Address | undefined {
  return ip === undefined ? undefined : { host: ip, port };
}
