/**
 * A node: one OS process (or one piece of a simulated world) with one address that serves everything: links of peers,
 * HTTP, messages. It owns the processes spawned on it, their run queue, and the ports to the outside.
 */
import { type MessageCodec, plainCodec } from './codec.ts';
import { DeadLetters } from './deadLetters.ts';
import type { Authenticator } from './http/authentication.ts';
import { type Authorization, HttpGate } from './http/gate.ts';
import type { HttpReply } from './http/reply.ts';
import type { HttpRequest } from './http/request.ts';
import { type RouterHost, routeRequest } from './http/router.ts';
import { Inspector } from './inspect/inspector.ts';
import { MessageTap, requestMessage } from './inspect/messageTap.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { createLogger, type Logger } from './logging/index.ts';
import { LoopLag } from './loop/lag.ts';
import type { PauseLog } from './loop/pauseLog.ts';
import { Round } from './loop/round.ts';
import { Mailbox, type PlainEvent } from './mailbox.ts';
import { MetricsRegistry } from './metrics/index.ts';
import type { NodeOptions, SpawnOptions } from './nodeOptions.ts';
import { type Address, addressText, isProcessId, Pid } from './pid.ts';
import type { Clock, Ids, Random } from './ports.ts';
import type { ExitReason, LinkOptions, Process, Route } from './process.ts';
import { ProcessTable } from './processTable.ts';
import { realPorts } from './realPorts.ts';
import { RunQueue, realTurns } from './runQueue.ts';
import { ClusterSecret } from './security/clusterSecret.ts';
import { Shedder } from './shedder.ts';
import { Stage } from './stage.ts';
import { Supervised } from './supervision.ts';
import { type Span, spanOfRequest } from './tracing/span.ts';
import { isSameHost } from './transport/addressProof.ts';
import { TELL_BYTES } from './transport/flow.ts';
import type { Hello } from './transport/frame.ts';
import { Peers, type PeersHost } from './transport/peers.ts';
import { Watchers } from './watchers.ts';

const TERMINATE: PlainEvent = { kind: 'terminate' };

export class Node implements RouterHost, PeersHost {
  readonly address: Address;
  /** Differs at each start, so that a restarted node is never taken for the former one. */
  readonly incarnation: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly codec: MessageCodec;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly limits: Limits;
  readonly deadLetters = new DeadLetters();
  readonly startedAtMs: number;
  readonly secret: ClusterSecret | undefined;
  /** Charts that may be watched. */
  readonly inspector: Inspector;
  /** Messages that may be listened to. */
  readonly tap = new MessageTap();
  /** How late turns come; measured from `start()` on, which `listen` calls. */
  readonly lag: LoopLag;
  /** This node's part of the program's loop, shared by what runs and what arrives. */
  readonly round: Round;
  /** Answers 503 when there is too much to do. */
  readonly shedder: Shedder;
  readonly requirePeerAddressIpMatch: boolean;
  delegateId: string | undefined;
  homeId: string | undefined;
  /** Handlers that threw, since the start. */
  handlerErrors = 0;
  /** What is handled now, where it belongs to a trace: what it sends does, too. */
  span: Span | undefined;
  private readonly gate: HttpGate;
  private readonly addressKey: string;
  private readonly processes = new ProcessTable();
  private readonly watchers = new Watchers();
  private readonly runQueue: RunQueue;
  private readonly peers: Peers;

  constructor(options: NodeOptions) {
    const ports = options.ports ?? realPorts();
    this.address = options.address;
    this.addressKey = addressText(options.address);
    this.clock = ports.clock;
    this.random = ports.random;
    this.ids = ports.ids;
    this.incarnation = ports.ids.uuid();
    this.secret = options.clusterSecret === undefined ? undefined : new ClusterSecret(options.clusterSecret);
    this.codec = options.codec ?? plainCodec;
    const log = options.log ?? createLogger({ clock: ports.clock, sink: { write() {}, flush() {} } });
    this.log = log.within(() => this.span?.fields());
    this.metrics = options.metrics ?? new MetricsRegistry(ports.clock);
    this.limits = { ...defaultLimits, ...options.limits };
    this.gate = new HttpGate(this.log, options.disabledEndpoints);
    this.requirePeerAddressIpMatch = options.requirePeerAddressIpMatch ?? false;
    this.delegateId = options.delegateId;
    this.homeId = options.homeId;
    this.startedAtMs = ports.clock.now();
    this.inspector = new Inspector(ports.clock);
    this.lag = new LoopLag(ports.clock);
    this.shedder = new Shedder(this.limits, this.lag);
    const turns = options.turns ?? realTurns;
    this.round = new Round(ports.clock, turns.later);
    this.peers = new Peers(this, options.transport);
    this.inspector.register('__link__', this.peers.charts);
    const stage = new Stage(this, (mailbox, event, count) => this.runQueue.handled(mailbox, event, count));
    this.runQueue = new RunQueue(
      turns,
      ports.clock,
      this.round,
      (mailbox, max) => stage.visit(mailbox, max),
      () => this.peers.flush(),
    );
  }

  /** What held up the program of late. */
  get pauses(): PauseLog {
    return this.round.pauses;
  }

  // ---- processes ------------------------------------------------------------------------------------------------

  /**
   * Registers the process; `initialize()` runs first, on the run queue.
   * @throws when the id is taken or impossible
   */
  spawn(process: Process, options: SpawnOptions = {}): Pid {
    if (!isProcessId(process.id)) throw new Error(`'${process.id}' is not a process id`);
    const pid = this.pid(process.id);
    const mailbox = new Mailbox(pid, process);
    if (options.supervise !== undefined) mailbox.supervised = new Supervised(options.supervise);
    this.processes.add(mailbox);
    process.attach(this, pid);
    this.runQueue.add(mailbox);
    return pid;
  }

  /** `slave` → `slave(1)`, `slave(2)`, …, as libprocess makes ids. */
  generateId(prefix: string): string {
    return this.processes.generateId(prefix);
  }

  pid(id: string): Pid {
    return new Pid(id, this.address.host, this.address.port, this.addressKey);
  }

  find(id: string): Mailbox | undefined {
    return this.processes.get(id);
  }

  /** All live processes, in order of their spawning. */
  list(): readonly Mailbox[] {
    return this.processes.list();
  }

  /**
   * Ends a local process: at once (before everything still queued), or, with `inject: false`, behind what is queued.
   * Nothing happens when it does not exist.
   */
  terminate(pid: Pid, options: { inject?: boolean } = {}): void {
    const mailbox = this.local(pid);
    if (mailbox === undefined) return;
    if (mailbox.supervised !== undefined) mailbox.supervised.endsItself = false;
    if (options.inject ?? true) mailbox.pushFront(TERMINATE);
    else mailbox.push(TERMINATE);
    this.runQueue.add(mailbox);
  }

  /** The process asked for its own end: with `restart: 'always'` another instance follows. */
  terminateItself(pid: Pid, process: object): void {
    const mailbox = this.local(pid);
    if (mailbox?.process !== process) return;
    this.terminate(pid);
    const { supervised } = mailbox;
    if (supervised !== undefined) supervised.endsItself = supervised.options.restart === 'always';
  }

  /** Resolves when the local process has ended; at once when there is none. For callers outside of any process. */
  wait(pid: Pid): Promise<void> {
    return this.local(pid) === undefined ? Promise.resolve() : this.processes.endOf(pid.id);
  }

  /** Ends every process, then every link. Further sends are dead letters. */
  async stop(): Promise<void> {
    this.lag.stop();
    const ends = this.list().map((mailbox) => this.wait(mailbox.pid));
    for (const mailbox of this.list()) this.terminate(mailbox.pid);
    await Promise.all(ends);
    await this.peers.close();
  }

  loggerFor(id: string): Logger {
    return this.processes.loggerFor(id, this.log);
  }

  // ---- messages -------------------------------------------------------------------------------------------------

  /** Sends a message. From outside of any process `from` is undefined. */
  deliver(to: Pid, name: string, body: unknown, from: Pid | undefined): void {
    if (this.tap.isOpen) this.tap.tell({ from, to, name, body, traceId: this.span?.traceId });
    if (to.address !== this.addressKey) {
      this.peers.send(to, name, body, from, this.span);
      return;
    }
    const mailbox = this.processes.get(to.id);
    if (mailbox === undefined) this.deadLetters.count('no-process', { to, name, from });
    else this.deliverMessage(mailbox, name, body, from);
  }

  /** @param span of the message, when it comes from outside with one; else it belongs to what is handled now */
  deliverMessage(to: Mailbox, name: string, body: unknown, from: Pid | undefined, span?: Span): void {
    if (to.length >= this.limits.mailboxEventsMax) {
      this.deadLetters.count('mailbox-full', { to: to.pid, name, from });
      return;
    }
    this.post(to, { kind: 'message', name, body, from }, span);
  }

  deliverHttp(to: Mailbox, route: Route, request: HttpRequest, reply: HttpReply): void {
    if (this.shedder.turnsAway(to, route, reply)) return;
    this.gate.admit(to.pid.id, route, request, reply, (admitted) => {
      // Who asks may have taken longer to find out than the process lived.
      if (to.state === 'terminated') {
        reply.text(500, `The process '${to.pid.id}' ended before it answered`);
        return;
      }
      to.httpWaiting++;
      if (this.tap.isOpen) this.tap.tell(requestMessage(to.pid, admitted));
      const { handler, liveness } = route;
      this.post(to, { kind: 'http', handler, request: admitted, reply }, request.span, liveness);
    });
  }

  /** Who watches charts is asked as for any other page: by the firewall and the realm `readonly`. */
  admitWatcher(request: HttpRequest, reply: HttpReply, enter: () => void): void {
    const route: Route = { path: '', realm: 'readonly', handler: () => undefined };
    this.gate.admit('__inspect__', route, request, reply, () => enter());
  }

  /** Routes of this realm are served to those whom the authenticator knows; with undefined, to everybody. */
  setAuthenticator(realm: string, authenticator: Authenticator | undefined): void {
    this.gate.setAuthenticator(realm, authenticator);
  }

  /** Asked before the route at this path (`/logging/toggle`) is used; false is answered 403. */
  setAuthorization(path: string, authorization: Authorization): void {
    this.gate.authorizations.set(path, authorization);
  }

  dispatch(to: Pid, run: () => void): void {
    const mailbox = this.local(to);
    if (mailbox !== undefined) this.post(mailbox, { kind: 'dispatch', run });
  }

  /** As `dispatch`, but never for another process that has taken its name. @param cause default: the span of what is handled now */
  dispatchOwn(process: { readonly id: string }, run: () => void, cause?: Span): void {
    const mailbox = this.processes.get(process.id);
    if (mailbox?.process === process) this.post(mailbox, { kind: 'dispatch', run }, cause?.child());
  }

  /** Whether it was spawned here and has not ended. */
  runs(process: { readonly id: string }): boolean {
    return this.processes.get(process.id)?.process === process;
  }

  /** Answers an HTTP request, from a socket or injected by a test. */
  handleRequest(request: HttpRequest, reply: HttpReply): void {
    const span = request.span ?? spanOfRequest(request.headers, this.ids);
    if (span !== undefined) reply.name(span.requestId);
    routeRequest(this, { ...request, ...(span !== undefined && { span }) }, reply);
  }

  // ---- links ----------------------------------------------------------------------------------------------------

  /**
   * `watcher` (a local process) hears once when the process at `pid` is gone. Linking twice is linking once.
   * @param options.reconnect calls the other node anew, see `Process.link`
   */
  link(watcher: Pid, pid: Pid, options: LinkOptions = {}): void {
    if (pid.text === watcher.text) throw new Error(`${pid.text} cannot link to itself`);
    if (pid.address !== this.addressKey) this.peers.watch(watcher.id, pid, options);
    else if (this.processes.has(pid.id)) this.watchers.add(pid.id, watcher);
    else this.exited(watcher.id, pid, 'never-existed');
  }

  unlink(watcher: Pid, pid: Pid): void {
    if (pid.address === this.addressKey) this.watchers.remove(pid.id, watcher);
    else this.peers.unwatch(watcher.id, pid);
  }

  /** PIDs as texts: what a process watches, and who watches it. */
  linksOf(pid: Pid): { watches: string[]; watched_by: string[] } {
    const local = this.watchers.targetsOf(pid).map((id) => this.pid(id).text);
    return { watches: [...local, ...this.peers.watchedBy(pid.id)], watched_by: this.watchers.of(pid.id) };
  }

  /** Connections to other nodes that are up. */
  get openLinks(): number {
    return this.peers.openLinks;
  }

  /** About how many bytes wait for other nodes. */
  get queuedBytes(): number {
    return this.peers.queuedBytes;
  }

  /** Where the acceptor of this node's address hands its connections to. */
  get acceptor(): Peers {
    return this.peers;
  }

  /** Whether nothing waits to run (envelopes may still be on their way). */
  get idle(): boolean {
    return this.runQueue.idle;
  }

  // ---- what peers ask -------------------------------------------------------------------------------------------

  hello(): Hello {
    const { host, port } = this.address;
    const nonce = this.secret === undefined ? undefined : `${this.ids.uuid()} ${this.ids.uuid()}`;
    const { incarnation } = this;
    return { version: 1, host, port, incarnation, tells: TELL_BYTES, ...(nonce !== undefined && { nonce }) };
  }

  wantsSealed(toId: string, name: string): boolean {
    return this.processes.get(toId)?.process.wantsSealed(name) ?? false;
  }

  arrived(toId: string, name: string, body: unknown, from: Pid | undefined, span?: Span): void {
    const mailbox = this.processes.get(toId);
    if (this.tap.isOpen) this.tap.tell({ from, to: this.pid(toId), name, body, traceId: span?.traceId });
    if (mailbox === undefined) this.deadLetters.count('no-process', { to: this.pid(toId), name, from });
    else this.deliverMessage(mailbox, name, body, from, span);
  }

  exited(watcherId: string, pid: Pid, reason: ExitReason): void {
    const mailbox = this.processes.get(watcherId);
    if (mailbox !== undefined) this.post(mailbox, { kind: 'exited', pid, reason });
  }

  watchedFrom(toId: string, watcher: Pid): boolean {
    if (!this.processes.has(toId)) return false;
    this.watchers.add(toId, watcher);
    return true;
  }

  unwatchedFrom(toId: string, watcher: Pid): void {
    this.watchers.remove(toId, watcher);
  }

  heardLibprocess(from: Pid, peerIp: string): void {
    if (isSameHost(from.host, peerIp)) this.peers.speaksLibprocess(from);
  }

  awaitTurn(): void {
    this.runQueue.await();
  }

  // ---- running --------------------------------------------------------------------------------------------------

  private local(pid: Pid): Mailbox | undefined {
    return pid.address === this.addressKey ? this.processes.get(pid.id) : undefined;
  }

  private post(mailbox: Mailbox, event: PlainEvent, span = this.span?.child(), first = false): void {
    mailbox.put(span === undefined ? event : { kind: 'traced', span, event }, first);
    if (!mailbox.queued) this.runQueue.add(mailbox);
  }

  // ---- what the stage asks --------------------------------------------------------------------------------------

  /** It has something to do. */
  ready(mailbox: Mailbox): void {
    this.runQueue.add(mailbox);
  }

  /** Lets go of what an instance set up besides its state: links, charts to watch. */
  release(pid: Pid): void {
    this.inspector.forget(pid.id);
    this.peers.forgetWatcher(pid.id);
    this.watchers.removeWatcher(pid);
  }

  /** A process is gone: its name is free, those who watch and wait are told. */
  ended(mailbox: Mailbox, reason: ExitReason): void {
    const { pid } = mailbox;
    this.processes.remove(pid.id);
    this.release(pid);
    const supervisor = reason === 'failed' ? mailbox.supervised?.options.supervisor : undefined;
    if (supervisor !== undefined) this.watchers.add(pid.id, supervisor);
    for (const watcher of this.watchers.take(pid.id)) this.tellExited(pid, watcher, reason);
  }

  private tellExited(pid: Pid, watcher: Pid, reason: ExitReason): void {
    if (watcher.address === this.addressKey) this.exited(watcher.id, pid, reason);
    else this.peers.tellExited(pid.id, watcher, reason);
  }
}
