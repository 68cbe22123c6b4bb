/**
 * The agent and its master (agent.md §2.3): detection, registration with random back-off, pings.
 *
 * The state is that of the agentProcess chart. Messages of any but the detected master change nothing (failover.md 8).
 */
import type {
  PingSlaveMessage,
  SlaveRegisteredMessage,
  SlaveReregisteredMessage,
} from '../../../proto/generated/types/internal.ts';
import type { Pid } from '../../../runtime/pid.ts';
import type { Timer } from '../../../runtime/ports.ts';
import { agentProcessMachine, registrationBackoffMaxMs } from '../../../statecharts/agentProcess.ts';
import { LiveChart } from '../../../statecharts/engine.ts';
import type { ClientAuthentication } from '../../authentication/index.ts';
import type { Leader, MasterDetector } from '../../detector/index.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';

/** Pings that may stay out, when the master did not say (metrics: 5 × 15 s). */
const PING_TIMEOUT_SECS = 75;

export interface RegistrationEvents {
  sendRegister(): void;
  sendReregister(): void;
  /** Keeps the id of a first registration on disk, then calls `done`. */
  keepId(agentId: string, done: () => void): void;
  /** The agent is registered (again). */
  registered(message: SlaveReregisteredMessage): void;
  resumeUpdates(): void;
  pauseUpdates(): void;
  shutDownExecutors(): void;
  /** The agent has nothing more to do. @param problem why, unless it was asked to */
  ended(problem: string | undefined): void;
}

export class Registration {
  private readonly host: AgentHost;
  private readonly detector: MasterDetector;
  private readonly events: RegistrationEvents;
  /** Undefined for an agent without a credential. */
  private readonly authentication: ClientAuthentication | undefined;
  readonly chart: LiveChart<typeof agentProcessMachine>;
  private leader: Pid | undefined;
  private pingTimeoutMs = PING_TIMEOUT_SECS * 1000;
  private pingTimer: Timer | undefined;

  constructor(
    host: AgentHost,
    detector: MasterDetector,
    authentication: ClientAuthentication | undefined,
    events: RegistrationEvents,
  ) {
    this.host = host;
    this.detector = detector;
    this.events = events;
    this.authentication = authentication;
    this.chart = this.makeChart();
  }

  /** The master that may speak to this agent. */
  get master(): Pid | undefined {
    return this.leader;
  }

  get state(): string {
    return this.chart.value;
  }

  get isRegistered(): boolean {
    return this.chart.hasTag('registered');
  }

  /** Reading what an earlier run left: launches and kills are ignored. */
  get isRecovering(): boolean {
    return this.chart.matches('recovering');
  }

  get isEnding(): boolean {
    return this.chart.matches('terminating') || this.chart.done;
  }

  /** Everything found on disk is taken over: the search for a master begins. */
  recovered(): void {
    if (this.host.flags.recover === 'cleanup') {
      this.chart.send({ type: 'RECOVERED_FOR_CLEANUP' });
      this.checkEnd();
      return;
    }
    this.chart.send({ type: 'RECOVERED' });
    this.detector.watch(this.host.defer((leader: Leader | undefined) => this.detected(leader?.pid)));
  }

  stop(): void {
    this.detector.stop();
    this.authentication?.stop();
    this.pingTimer?.cancel();
    this.chart.stop();
  }

  /** SIGUSR1. */
  unregister(): void {
    this.chart.send({ type: 'UNREGISTER_REQUESTED' });
    this.checkEnd();
  }

  shutdown(): void {
    this.chart.send({ type: 'SHUTDOWN_ORDERED' });
    this.checkEnd();
  }

  allEnded(): void {
    if (!this.chart.can({ type: 'ALL_ENDED' })) return;
    this.chart.send({ type: 'ALL_ENDED' });
    this.checkEnd();
  }

  // ---- messages of the master -----------------------------------------------------------------------------------

  registered(message: SlaveRegisteredMessage, from: Pid | undefined): void {
    if (!this.isFromMaster(from, 'SlaveRegisteredMessage')) return;
    const id = message.slave_id.value;
    if (this.refuseOtherId(id)) return;
    if (this.chart.matches('running')) return;
    const { leader } = this;
    this.events.keepId(id, () => {
      // Another master may have taken over while the id was written; it is asked anew.
      if (this.leader === leader) this.accept({ slave_id: message.slave_id, connection: message.connection });
    });
  }

  reregistered(message: SlaveReregisteredMessage, from: Pid | undefined): void {
    if (!this.isFromMaster(from, 'SlaveReregisteredMessage')) return;
    if (this.refuseOtherId(message.slave_id.value)) return;
    this.accept(message);
  }

  private accept(message: SlaveReregisteredMessage): void {
    if (!this.chart.can({ type: 'REGISTERED' })) return;
    const secs = message.connection?.total_ping_timeout_seconds;
    if (secs !== undefined && secs > 0) this.pingTimeoutMs = secs * 1000;
    const isNew = !this.chart.matches('running');
    // The link of the first attempt is used up when the master was not there yet.
    if (this.leader !== undefined) this.host.link(this.leader);
    this.chart.send({ type: 'REGISTERED' });
    this.awaitPing();
    if (isNew) {
      const master = this.leader?.toUpid();
      this.host.log.info('Registered with the master', { master, agent_id: message.slave_id.value });
    }
    this.events.registered(message);
  }

  /** Always answered, whoever asks, in every state: the answer says only that this process lives. */
  ping(message: PingSlaveMessage, from: Pid | undefined): void {
    this.host.send(from, 'mesos.internal.PongSlaveMessage', {});
    if (from === undefined || !from.equals(this.leader) || !this.isRegistered) return;
    if (message.connected) this.awaitPing();
    else {
      this.host.log.warn('The master holds this agent for disconnected; registering again');
      this.redetected('PING_SAYS_DISCONNECTED');
    }
  }

  /**
   * The connection to the master broke. Mesos waits for a ping to stay away (75 s); here the agent asks again at once, so
   * that a master that was restarted has its agents back within seconds. While it asks, its own back-off goes on; but with the
   * connection goes what the master knew of who this is.
   */
  masterExited(): void {
    const isAsking = this.chart.matches('registering') || this.chart.matches('reregistering');
    if (this.isRegistered || (isAsking && this.authentication !== undefined))
      this.redetected('MASTER_DETECTED');
  }

  /** What the master was told of this agent does not hold any more. */
  again(): void {
    if (this.isRegistered) this.redetected('MASTER_DETECTED');
  }

  isFromMaster(from: Pid | undefined, message: string): boolean {
    if (from?.equals(this.leader)) return true;
    this.host.log.warn('Ignoring a message that is not from the master', {
      message,
      from: from?.text ?? 'nobody',
      master: this.leader?.text ?? 'none',
    });
    return false;
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private detected(master: Pid | undefined): void {
    this.leader = master;
    this.pingTimer?.cancel();
    if (master === undefined) {
      this.host.log.info('No master leads');
      this.chart.send({ type: 'MASTER_LOST' });
      return;
    }
    this.host.log.info('A master was detected', { master: master.toUpid() });
    this.host.link(master);
    this.chart.send({ type: 'MASTER_DETECTED' });
  }

  private awaitPing(): void {
    this.pingTimer?.cancel();
    this.pingTimer = this.host.delay(this.pingTimeoutMs, () => {
      if (!this.isRegistered) return;
      this.host.log.warn('No ping of the master; registering again', {
        waited_secs: this.pingTimeoutMs / 1000,
      });
      this.redetected('PINGS_STOPPED');
    });
  }

  private redetected(type: 'MASTER_DETECTED' | 'PING_SAYS_DISCONNECTED' | 'PINGS_STOPPED'): void {
    this.pingTimer?.cancel();
    if (this.leader !== undefined) this.host.link(this.leader);
    this.chart.send({ type });
  }

  private refuseOtherId(id: string): boolean {
    const own = this.host.agentId();
    if (own === '' || own === id) return false;
    this.chart.send({ type: 'REGISTERED_AS_ANOTHER' });
    this.events.ended(`the master registered this agent as ${id}, but its id is ${own}`);
    return true;
  }

  private checkEnd(): void {
    if (this.chart.done) this.events.ended(undefined);
  }

  private makeChart(): LiveChart<typeof agentProcessMachine> {
    const { host, events } = this;
    const factorMs = host.flags.registration_backoff_factor;
    const chance = (maxMs: number) => host.random.next() * maxMs;
    const unregister = () => {
      const id = host.agentId();
      if (id === '') return;
      host.send(this.leader, 'mesos.internal.UnregisterSlaveMessage', { slave_id: { value: id } });
    };
    return new LiveChart(agentProcessMachine, {
      input: { hasId: host.agentId() !== '', hasCredential: this.authentication !== undefined },
      clock: chartClock(host),
      onError: chartError(host),
      actions: {
        authenticate: () => this.authenticate(),
        stopAuthenticating: () => this.authentication?.stop(),
        sendRegister: () => this.attempt(() => events.sendRegister()),
        sendReregister: () => this.attempt(() => events.sendReregister()),
        sendUnregister: unregister,
        resumeUpdates: () => events.resumeUpdates(),
        pauseUpdates: () => events.pauseUpdates(),
        // Executors may be gone at once, and that is an event of this chart.
        shutDownExecutors: () => host.dispatch(() => events.shutDownExecutors()),
      },
      delays: {
        FIRST_ATTEMPT: () => chance(factorMs),
        RETRY: ({ context }) => chance(registrationBackoffMaxMs(context.attempts, factorMs)),
        AUTHENTICATION_TIMEOUT: ({ context }) => this.authentication?.timeoutMs(context.attempts - 1) ?? 0,
        AUTHENTICATION_BACKOFF: ({ context }) => this.authentication?.backoffMs(context.attempts - 1) ?? 0,
      },
    });
  }

  private authenticate(): void {
    const { authentication, leader } = this;
    if (authentication === undefined || leader === undefined) return;
    const who = { master: leader.toUpid(), principal: authentication.principal };
    this.host.log.info('Authenticating at the master', who);
    authentication.begin(leader, ({ kind, why }) => {
      if (kind === 'completed') {
        // The first link is used up when the master was not there yet.
        this.host.link(leader);
        this.chart.send({ type: 'AUTHENTICATED' });
      } else if (kind === 'failed') {
        this.chart.send({ type: 'AUTHENTICATION_REFUSED' });
        this.events.ended(`the master refuses this agent: ${why}`);
      } else {
        this.host.log.warn('The authentication came to nothing; trying again', { ...who, why });
        this.chart.send({ type: 'AUTHENTICATION_FAILED' });
      }
    });
  }

  private attempt(send: () => void): void {
    this.host.log.info('Asking the master to register this agent', { master: this.leader?.toUpid() });
    send();
  }
}
