/**
 * The master (actor `master`): what it receives, and which of its parts answers. It speaks libprocess' messages with agents
 * and scheduler drivers, and HTTP with people and tools.
 */
import { guardEndpoint, protect } from '../../proto/authorization/index.ts';
import type { AgentID, MasterInfo, MessageTypes, StatusUpdateMessage } from '../../proto/index.ts';
import { type ExitReason, type MessageHandler, type Pid, Process, type Timer } from '../../runtime/index.ts';
import { addRoutes } from './api/routes.ts';
import { addGauges } from './gauges.ts';
import { type ActorPorts, MasterParts, type MasterSettings } from './parts.ts';
import { MASTER_CAPABILITIES } from './registrar/capabilities.ts';

export class Master extends Process<MessageTypes> {
  private readonly settings: MasterSettings;
  private rooms: MasterParts | undefined;
  private readonly timers = new Set<Timer>();

  constructor(settings: MasterSettings) {
    super('master');
    this.settings = settings;
  }

  override initialize(): void {
    const parts = new MasterParts(this.ports(), this.settings, this.describeSelf());
    this.rooms = parts;
    this.hear('mesos.internal.AuthenticateMessage', (m, from) => parts.authentication.request(m, from));
    this.hearAgents(parts);
    this.hear('mesos.scheduler.Call', (call, from) =>
      parts.rateLimits.message(from, 'mesos.scheduler.Call', () => parts.calls.receive(call, from)),
    );
    this.hear('mesos.internal.DeactivateFrameworkMessage', (m, from) =>
      parts.rateLimits.message(from, 'mesos.internal.DeactivateFrameworkMessage', () =>
        parts.calls.deactivate(m, from),
      ),
    );
    addGauges(parts);
    for (const { chart } of [
      parts.leadership,
      parts.agents,
      parts.frameworks,
      parts.offers,
      parts.tasks,
      parts.eventStreams,
      parts.maintenance,
      parts.inverseOffers,
      parts.operations,
      parts.drains.holds,
    ]) {
      this.node.inspector.register(this.self, chart);
    }
    addRoutes(parts, (path, handler, options) => this.route(path, handler, options));
    this.protectRoutes(parts);
    parts.leadership.contend({
      log: this.log,
      delay: (delayMs, run) => this.timed(delayMs, run),
      defer: (run) => this.defer(run),
    });
    for (const chart of this.settings.election.charts) this.node.inspector.register(this.self, chart);
  }

  override finalize(): void {
    this.rooms?.leadership.stop();
    for (const framework of this.rooms?.frameworks.all() ?? []) framework.connection?.close();
    this.rooms?.eventStreams.close();
    this.cancelTimers();
  }

  override exited(pid: Pid, _reason: ExitReason): void {
    if (this.rooms?.leadership.lapsed === true) return;
    this.rooms?.authentication.exited(pid);
    this.rooms?.agents.exited(pid);
    const parts = this.rooms;
    parts?.rateLimits.exited(pid, () => parts.frameworks.exited(pid));
  }

  override describe(): Readonly<Record<string, unknown>> {
    const parts = this.rooms;
    if (parts === undefined) return {};
    return {
      state: parts.leadership.chart.value,
      agents: parts.agents.count,
      agents_awaited: parts.agents.awaited,
      frameworks: [...parts.frameworks.all()].length,
      offers: parts.offers.count,
      tasks: parts.tasks.chart.counts(),
      operations: parts.operations.chart.counts(),
    };
  }

  /** The parts, for tests and for what runs in the same program. @throws before the actor was spawned */
  get parts(): MasterParts {
    if (this.rooms === undefined) throw new Error('the master is not spawned yet');
    return this.rooms;
  }

  private hearAgents(parts: MasterParts): void {
    const { authentication, registration, pings, statusUpdates, operations } = parts;
    this.hear('mesos.internal.RegisterSlaveMessage', (m, from) =>
      authentication.after(from, () => registration.register(m, from)),
    );
    this.installSealed(
      'mesos.internal.ReregisterSlaveMessage',
      this.whileLeading((m, from) => authentication.after(from, () => registration.reregister(m, from))),
    );
    const named = ({ slave_id }: { readonly slave_id?: AgentID | undefined }) => slave_id?.value;
    const hears = this.hearAgent.bind(this);
    hears('mesos.internal.UnregisterSlaveMessage', named, (m, from) => registration.unregister(m, from));
    hears('mesos.internal.UpdateSlaveMessage', named, (m) => registration.update(m));
    hears('mesos.internal.UpdateOperationStatusMessage', named, (m, from) => operations.receive(m, from));
    hears('mesos.internal.ExitedExecutorMessage', named, (m) => statusUpdates.executorExited(m));
    hears('mesos.internal.ExecutorToFrameworkMessage', named, (m) => statusUpdates.messageToFramework(m));
    const ofUpdate = ({ update }: StatusUpdateMessage) => update.slave_id?.value;
    hears('mesos.internal.StatusUpdateMessage', ofUpdate, (m) => statusUpdates.receive(m));
    this.hear('mesos.internal.PongSlaveMessage', (_, from) => pings.pong(from));
  }

  /**
   * What agents say, who must be known by then where they have to authenticate.
   *
   * @param agentIdOf the agent that a message is about
   */
  private hearAgent<K extends keyof MessageTypes & string>(
    name: K,
    agentIdOf: (body: MessageTypes[K]) => string | undefined,
    handler: MessageHandler<MessageTypes[K]>,
  ): void {
    this.hear(name, (body, from) => {
      const { authentication, metrics } = this.parts;
      if (authentication.admitsAgent(from, agentIdOf(body))) handler(body, from);
      else {
        metrics.droppedMessages.value++;
        this.log.warn('dropped a message of an agent that is not authenticated as that one', {
          name,
          agent_id: agentIdOf(body),
          pid: from?.text,
        });
      }
    });
  }

  /** Handles messages of this name while the master leads; others are dropped: their senders will repeat them. */
  private hear<K extends keyof MessageTypes & string>(
    name: K,
    handler: MessageHandler<MessageTypes[K]>,
  ): void {
    this.install(name, this.whileLeading(handler));
  }

  private whileLeading<T>(handler: MessageHandler<T>): MessageHandler<T> {
    return (body, from) => {
      if (this.parts.leadership.leading) handler(body, from);
      else this.parts.metrics.droppedMessages.value++;
    };
  }

  private protectRoutes({ flags, authorizer }: MasterParts): void {
    const asked = [
      ['readonly', flags.authenticate_http_readonly],
      ['readwrite', flags.authenticate_http_readwrite],
      ['scheduler', flags.authenticate_http_frameworks],
    ] as const;
    protect(this.node, {
      prefix: 'mesos-master',
      authenticated: asked.flatMap(([realm, wanted]) => (wanted ? [realm] : [])),
      credentials: flags.credentials,
      authorizer,
    });
    guardEndpoint(this.node, authorizer, '/files/debug', this.self.id);
  }

  /** A timer that ends with this actor: thousands of pings must not keep a program alive. */
  private timed(delayMs: number, run: () => void): Timer {
    const timer = this.delay(delayMs, () => {
      if (this.timers.delete(timer)) run();
    });
    this.timers.add(timer);
    return {
      cancel: () => {
        this.timers.delete(timer);
        return timer.cancel();
      },
    };
  }

  private cancelTimers(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }

  private describeSelf(): MasterInfo {
    const { host, port } = this.node.address;
    const hostname = this.settings.flags.hostname ?? host;
    return {
      id: this.ids.uuid(),
      ip: networkOrder(host),
      port,
      pid: this.self.toUpid(),
      hostname,
      version: this.settings.build.version,
      address: { hostname, ip: host, port },
      domain: this.settings.flags.domain,
      capabilities: MASTER_CAPABILITIES,
    };
  }

  private ports(): ActorPorts {
    return {
      self: this.self,
      node: this.node,
      clock: this.clock,
      random: this.random,
      ids: this.ids,
      log: this.log,
      metrics: this.node.metrics,
      send: (to, name, body) => this.send(to, name, body),
      link: (pid) => this.link(pid),
      // What a timer asks for is done as a leader; one that is not any more has nothing to do.
      delay: (delayMs, run) =>
        this.timed(delayMs, () => {
          if (this.rooms?.leadership.lapsed !== true) run();
        }),
      cancelTimers: () => this.cancelTimers(),
      defer: (run) => this.defer(run),
    };
  }
}

/** An IPv4 address as the number whose bytes in memory are the address, as Mesos writes it; 0 for anything else. */
function networkOrder(host: string): number {
  const parts = host.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return 0;
  return parts.reduceRight((sum, part) => sum * 256 + part, 0);
}
