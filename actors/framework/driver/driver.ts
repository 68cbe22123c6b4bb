/**
 * The scheduler driver: the process `scheduler-<uuid>` that holds a framework's connection to the master.
 *
 * It subscribes at once, again after random pauses that double up to a minute, and again with the same id after every lost
 * connection, for ever; what state it is in is its chart's (`statecharts/schedulerDriver.ts`). Events of the master become
 * callbacks of the `Scheduler`, methods become calls.
 */
import type {
  AgentID,
  ExecutorID,
  Filters,
  FrameworkID,
  FrameworkInfo,
  KillPolicy,
  MasterInfo,
  MessageTypes,
  OfferID,
  OfferOperation,
  SchedulerCall,
  SchedulerCallReconcileTask,
  SchedulerEvent,
  TaskID,
  TaskInfo,
  TaskStatus,
} from '../../../proto/index.ts';
import { OfferOperationType, SchedulerCallType, SchedulerEventType } from '../../../proto/index.ts';
import {
  type Address,
  addressText,
  type ExitReason,
  Pid,
  Process,
  type Timer,
} from '../../../runtime/index.ts';
import {
  LiveChart,
  type SchedulerDriverEvent,
  schedulerDriverMachine,
  subscriptionBackoffMaxMs,
} from '../../../statecharts/index.ts';
import type { ClientAuthentication } from '../../authentication/index.ts';
import type { Leader } from '../../detector/index.ts';
import { callBack } from './callbacks.ts';
import type { ConnectionHost, SchedulerConnection } from './connection.ts';
import { droppedLaunches } from './drops.ts';
import { frameworkUpdate, optional } from './fields.ts';
import { clientAuthentication, type DriverOptions } from './options.ts';
import { MASTER_ID, pidConnection } from './pidConnection.ts';
import type { Scheduler, SchedulerDriver } from './scheduler.ts';

/** How long a SUBSCRIBE is waited for before the next try: the message may be lost, or the master not leading yet. */
const SUBSCRIBE_TIMEOUT_MS = 2_000;

/** What ends a driver, rather than its connection. */
const ENDS: ReadonlySet<string> = new Set(['STOP_REQUESTED', 'ABORT_REQUESTED', 'ERROR_RECEIVED']);

export class MesosSchedulerDriver extends Process<MessageTypes> implements SchedulerDriver {
  readonly #options: DriverOptions;
  #scheduler: Scheduler = { offers: () => {}, update: () => {} };
  readonly #exitedListeners: ((pid: Pid, reason: ExitReason) => void)[] = [];
  readonly #announcements: (() => void)[] = [];
  #framework: FrameworkInfo;
  #master: MasterInfo | undefined;
  /** Where the leading master is, when that is known. */
  #leader: Address | undefined;
  #subscriptions = 0;
  #lostBecause = '';
  #connection: SchedulerConnection | undefined;
  #authentication: ClientAuthentication | undefined;
  #chart: LiveChart<typeof schedulerDriverMachine> | undefined;

  constructor(options: DriverOptions) {
    super(options.id);
    this.#options = options;
    this.#framework = options.framework;
  }

  override initialize(): void {
    this.#scheduler = this.#options.scheduler();
    const connect = this.#options.connect ?? pidConnection;
    this.#connection = connect(this.#host(), {
      connected: () => this.#step({ type: 'CONNECTED' }),
      disconnected: (why) => {
        this.#lostBecause = why;
        this.#step({ type: 'CONNECTION_LOST' });
      },
      event: (event) => this.#receive(event),
    });
    const { node, self, random } = this;
    const authenticating = { node, self, random, defer: this.defer.bind(this) };
    this.#authentication = clientAuthentication(this.#options, authenticating);
    this.#chart = this.#makeChart();
    this.node.inspector.register(this.self, this.#chart);
    const { master } = this.#options;
    if ('watch' in master)
      master.watch(this.defer((leader: Leader | undefined) => this.#detected(leader?.pid)));
    else this.#detected(master);
  }

  override finalize(): void {
    this.#step({ type: 'STOP_REQUESTED' });
    this.#connection?.close();
    if ('watch' in this.#options.master) this.#options.master.stop();
  }

  override exited(pid: Pid, reason: ExitReason): void {
    for (const listener of this.#exitedListeners) listener(pid, reason);
  }

  override describe(): Readonly<Record<string, unknown>> {
    const { name } = this.#framework;
    return {
      state: this.state,
      framework: name,
      framework_id: this.frameworkId?.value,
      master: this.#masterText,
    };
  }

  get frameworkId(): FrameworkID | undefined {
    return this.#framework.id;
  }

  get state(): string {
    return this.#chart?.value ?? 'detecting';
  }

  /** Runs `run` between two callbacks, `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer {
    return this.delay(delayMs, run);
  }

  /** A callable that runs `handler` between two callbacks. */
  deferred<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void {
    return this.defer(handler);
  }

  // ---- calls ----------------------------------------------------------------------------------------------------

  accept(offerIds: readonly OfferID[], operations: readonly OfferOperation[], filters?: Filters): void {
    if (!this.#subscribed) {
      this.#dropLaunches(operations);
      return;
    }
    const accept = { offer_ids: [...offerIds], operations: [...operations], ...optional('filters', filters) };
    this.#call({ type: SchedulerCallType.ACCEPT, accept });
  }

  launch(offerIds: readonly OfferID[], tasks: readonly TaskInfo[], filters?: Filters): void {
    this.accept(offerIds, [{ type: OfferOperationType.LAUNCH, launch: { task_infos: [...tasks] } }], filters);
  }

  decline(offerIds: readonly OfferID[], filters?: Filters): void {
    if (offerIds.length === 0) return;
    const decline = { offer_ids: [...offerIds], ...optional('filters', filters) };
    this.#call({ type: SchedulerCallType.DECLINE, decline });
  }

  acceptInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): void {
    if (inverseOfferIds.length === 0) return;
    const accept_inverse_offers = {
      inverse_offer_ids: [...inverseOfferIds],
      ...optional('filters', filters),
    };
    this.#call({ type: SchedulerCallType.ACCEPT_INVERSE_OFFERS, accept_inverse_offers });
  }

  declineInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): void {
    if (inverseOfferIds.length === 0) return;
    const decline_inverse_offers = {
      inverse_offer_ids: [...inverseOfferIds],
      ...optional('filters', filters),
    };
    this.#call({ type: SchedulerCallType.DECLINE_INVERSE_OFFERS, decline_inverse_offers });
  }

  revive(roles: readonly string[] = []): void {
    this.#call({ type: SchedulerCallType.REVIVE, revive: { roles: [...roles] } });
  }

  suppress(roles: readonly string[] = []): void {
    this.#call({ type: SchedulerCallType.SUPPRESS, suppress: { roles: [...roles] } });
  }

  updateFramework(changes: Partial<FrameworkInfo>, suppressedRoles: readonly string[] = []): void {
    this.#call(frameworkUpdate({ ...this.#framework, ...changes }, suppressedRoles));
  }

  kill(taskId: TaskID, agentId?: AgentID, killPolicy?: KillPolicy): void {
    const kill = {
      task_id: taskId,
      ...optional('agent_id', agentId),
      ...optional('kill_policy', killPolicy),
    };
    this.#call({ type: SchedulerCallType.KILL, kill });
  }

  reconcile(tasks: readonly SchedulerCallReconcileTask[]): void {
    this.#call({ type: SchedulerCallType.RECONCILE, reconcile: { tasks: [...tasks] } });
  }

  acknowledge(status: TaskStatus): void {
    const { agent_id, task_id, uuid } = status;
    if (uuid === undefined || agent_id === undefined) return;
    this.#call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
  }

  message(agentId: AgentID, executorId: ExecutorID, data: Uint8Array): void {
    const message = { agent_id: agentId, executor_id: executorId, data };
    this.#call({ type: SchedulerCallType.MESSAGE, message });
  }

  shutdownExecutor(agentId: AgentID, executorId: ExecutorID): void {
    const shutdown = { agent_id: agentId, executor_id: executorId };
    this.#call({ type: SchedulerCallType.SHUTDOWN, shutdown });
  }

  teardown(): void {
    this.stop();
  }

  stop(failover = false): void {
    if (!failover) this.#call({ type: SchedulerCallType.TEARDOWN });
    this.#step({ type: 'STOP_REQUESTED' });
    this.terminate();
  }

  abort(): void {
    this.suppress();
    this.#step({ type: 'ABORT_REQUESTED' });
  }

  // ---- the connection -------------------------------------------------------------------------------------------

  get #subscribed(): boolean {
    return this.#chart?.hasTag('subscribed') === true;
  }

  get #masterText(): string {
    return this.#leader === undefined ? 'none' : addressText(this.#leader);
  }

  #detected(leader: Address | undefined): void {
    this.#leader = leader;
    if (leader === undefined) this.log.warn('no master leads; waiting for one');
    this.#step({ type: leader === undefined ? 'MASTER_LOST' : 'MASTER_DETECTED' });
  }

  /** Callbacks run when the chart is where they say: a call made in `subscribed` is to go out. */
  #step(event: SchedulerDriverEvent): void {
    this.#chart?.send(event);
    for (let run = this.#announcements.shift(); run !== undefined; run = this.#announcements.shift()) run();
  }

  #makeChart(): LiveChart<typeof schedulerDriverMachine> {
    return new LiveChart(schedulerDriverMachine, {
      id: this.id,
      input: { hasCredential: this.#authentication !== undefined },
      clock: { setTimer: (delayMs, run) => this.delay(delayMs, run) },
      actions: {
        authenticate: () => this.#authenticate(),
        stopAuthenticating: () => this.#authentication?.stop(),
        // `open` may answer at once, which the chart takes only when this step is done.
        connect: () => {
          if (this.#leader !== undefined) this.#connection?.open(this.#leader);
        },
        disconnect: () => this.#connection?.close(),
        sendSubscribe: () => this.#subscribe(),
        announceSubscribed: () => this.#announcements.push(() => this.#announceSubscribed()),
        announceDisconnected: ({ event }) =>
          this.#announcements.push(() => this.#announceDisconnected(event.type)),
        announceAborted: () => this.log.info('driver aborted', { framework_id: this.frameworkId?.value }),
      },
      delays: {
        AUTHENTICATION_TIMEOUT: ({ context }) => this.#authentication?.timeoutMs(context.failures) ?? 0,
        SUBSCRIBE_TIMEOUT: SUBSCRIBE_TIMEOUT_MS,
        BACKOFF: ({ context }) => this.#backoffMs(context.failures),
      },
      onError: ({ where, error }) =>
        this.log.error('a scheduler callback threw', { where, error: String(error) }),
    });
  }

  /** A random part of the bound, so that the frameworks of a returning master do not come all at once. */
  #backoffMs(failures: number): number {
    const failoverTimeoutMs = (this.#framework.failover_timeout ?? 0) * 1000;
    const pauseMs = this.random.next() * subscriptionBackoffMaxMs(failures, failoverTimeoutMs);
    this.log.warn('the master is not there; trying again', {
      master: this.#masterText,
      why: this.#lostBecause === '' ? 'it does not answer' : this.#lostBecause,
      in_seconds: Math.round(pauseMs / 100) / 10,
    });
    this.#lostBecause = '';
    return pauseMs;
  }

  #authenticate(): void {
    const authentication = this.#authentication;
    if (authentication === undefined || this.#leader === undefined) return;
    const master = new Pid(MASTER_ID, this.#leader.host, this.#leader.port);
    authentication.begin(master, ({ kind, why }) => {
      if (kind === 'completed') this.#step({ type: 'AUTHENTICATED' });
      else if (kind === 'failed') this.#refused(`the authentication was refused: ${why}`);
      else {
        this.#lostBecause = `the authentication came to nothing: ${why}`;
        this.#step({ type: 'AUTHENTICATION_FAILED' });
      }
    });
  }

  #subscribe(): void {
    this.log.debug('subscribing', { master: this.#masterText, framework_id: this.frameworkId?.value });
    this.#connection?.call({
      type: SchedulerCallType.SUBSCRIBE,
      ...optional('framework_id', this.frameworkId),
      subscribe: { framework_info: this.#framework },
    });
  }

  #announceSubscribed(): void {
    const framework_id = this.frameworkId;
    if (framework_id === undefined) return;
    const again = this.#subscriptions++ > 0 || this.#options.framework.id !== undefined;
    this.log.info(again ? 'subscribed again' : 'subscribed', {
      framework_id: framework_id.value,
      master: this.#masterText,
    });
    this.#scheduler.subscribed?.(this, { framework_id, master_info: this.#master, again });
  }

  #announceDisconnected(cause: string): void {
    if (ENDS.has(cause)) return;
    if (this.#lostBecause !== '')
      this.log.warn('disconnected from the master', { master: this.#masterText, why: this.#lostBecause });
    this.#scheduler.disconnected?.(this);
  }

  #call(call: SchedulerCall): void {
    const framework_id = this.frameworkId;
    if (framework_id === undefined || !this.#subscribed) {
      this.log.debug('no master: call dropped', { type: call.type });
      return;
    }
    this.#options.observer?.call(call);
    this.#connection?.call({ framework_id, ...call });
  }

  // ---- events ---------------------------------------------------------------------------------------------------

  #receive(event: SchedulerEvent): void {
    this.#options.observer?.event(event);
    if (event.type === SchedulerEventType.SUBSCRIBED) this.#welcome(event);
    else if (event.type === SchedulerEventType.ERROR)
      this.#refused(event.error?.message ?? 'no reason given');
    else if (this.#subscribed && event.update !== undefined) this.#update(event.update.status);
    else if (this.#subscribed) callBack(this.#scheduler, this, event);
  }

  #welcome({ subscribed }: SchedulerEvent): void {
    if (subscribed === undefined || this.#subscribed) return;
    this.#framework = { ...this.#framework, id: subscribed.framework_id };
    this.#master = subscribed.master_info;
    this.#step({ type: 'SUBSCRIBED' });
  }

  #refused(message: string): void {
    this.log.error('the master refuses this framework', { framework_id: this.frameworkId?.value, message });
    this.#step({ type: 'ERROR_RECEIVED' });
    this.#scheduler.error?.(this, message);
  }

  /** An update that the callback threw at stays unacknowledged: it comes again. */
  #update(status: TaskStatus): void {
    this.#scheduler.update(this, status);
    if (this.#options.explicitAcknowledgements !== true) this.acknowledge(status);
  }

  /** Without a master nobody else would ever answer for these tasks (failover.md §2.7). */
  #dropLaunches(operations: readonly OfferOperation[]): void {
    const statuses = droppedLaunches(this.#framework, operations);
    this.dispatch(() => {
      for (const status of statuses)
        this.#scheduler.update(this, { ...status, timestamp: this.clock.now() / 1000 });
    });
  }

  /** What the connection may use of this process. */
  #host(): ConnectionHost {
    return {
      self: this.self,
      install: (name, handler) => this.install(name, handler),
      send: (to, name, body) => this.send(to, name, body),
      link: (pid) => this.link(pid),
      unlink: (pid) => this.unlink(pid),
      onExited: (listener) => this.#exitedListeners.push(listener),
      delay: (delayMs, run) => this.delay(delayMs, run),
    };
  }
}
