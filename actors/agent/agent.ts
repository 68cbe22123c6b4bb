/**
 * The agent: offers what a machine has to a master and runs tasks on it (`slave(1)`; spec: agent.md).
 *
 * This actor only joins its parts and hands each message to the one whose business it is.
 */

import { Readings } from '../../proto/api/readings.ts';
import type { SlaveReregisteredMessage, StatusUpdate } from '../../proto/generated/types/internal.ts';
import type { MessageTypes } from '../../proto/generated/types/names.ts';
import type { AgentInfo } from '../../proto/generated/types/v1.ts';
import type { Pid } from '../../runtime/pid.ts';
import { type ExitReason, Process } from '../../runtime/process.ts';
import { ClientAuthentication } from '../authentication/index.ts';
import type { AgentMembers, AgentParts, AgentView } from './agentParts.ts';
import { CommandExecutor } from './commandExecutor/commandExecutor.ts';
import { openContainerLogger } from './containerLogger/containers.ts';
import { DefaultExecutor } from './defaultExecutor/defaultExecutor.ts';
import { Draining } from './draining/draining.ts';
import { NOTHING_NEEDED } from './executors/access.ts';
import { ExecutorDrivers } from './executors/drivers.ts';
import { Executors } from './executors/executors.ts';
import { Frameworks } from './executors/frameworks.ts';
import { ExecutorSubscriptions } from './executors/subscriptions.ts';
import type { AgentHost } from './host.ts';
import { TaskKiller } from './launch/killer.ts';
import { TaskLauncher } from './launch/launcher.ts';
import { installMessages } from './messages.ts';
import { type AgentMetrics, addAgentGauges, agentCounters } from './metrics.ts';
import { NestedContainers } from './nestedContainers/nestedContainers.ts';
import { ContainerRequests } from './nestedContainers/requests.ts';
import { AgentOperations } from './operations/operations.ts';
import { Orders } from './orders.ts';
import { Oversubscription } from './oversubscription/oversubscription.ts';
import { agentAuthorizer, protectAgent } from './protection.ts';
import { Recovery } from './recovery/recovery.ts';
import { CAPABILITIES } from './registration/capabilities.ts';
import { Reconciliation } from './registration/reconciliation.ts';
import { Registration } from './registration/registration.ts';
import { resourcesMessage } from './registration/resourcesMessage.ts';
import { ResourceProviders } from './resourceProvider/providers.ts';
import { StatusUpdates } from './statusUpdates.ts';
import { heldBy } from './tables/messages.ts';
import { Tables } from './tables/tables.ts';

export type { AgentParts, AgentRoute, AgentView } from './agentParts.ts';

export class Agent extends Process<MessageTypes> {
  private readonly parts: AgentParts;
  private readonly tables = new Tables();
  private info: AgentInfo;
  /** Orders wait while the id that the master gave is written down, and while an operation that they count on is carried out. */
  private readonly orders = new Orders(() => this.info.id !== undefined && this.isSettled);
  /** Registrations tell what there is: they wait for the operation under way. */
  private readonly registrations = new Orders(() => this.isSettled);
  /** `changes` of the operations when the master was last told what there is. */
  private toldChanges = 0;
  /** Who waits for the id to be on disk. */
  private readonly keeping: (() => void)[] = [];
  private made: AgentMembers | undefined;

  constructor(id: string, parts: AgentParts) {
    super(id);
    this.parts = parts;
    this.info = parts.info;
  }

  override initialize(): void {
    this.resourceVersionBytes = this.ids.uuidBytes();
    const made = this.make();
    this.made = made;
    installMessages(made, {
      install: (name, handle) => this.install(name, handle),
      ofMaster: (name, handle) => this.ofMaster(name, handle),
      inOrder: (run) => this.orders.take(run),
      resourceVersion: () => this.resourceVersionBytes,
    });
    this.addGauges(made);
    for (const chart of [
      made.registration.chart,
      made.frameworks.chart,
      made.executors.chart,
      made.nestedContainers.chart,
      made.operations.chart,
      made.operations.streams.chart,
      made.providers.chart,
      this.tables.taskChart,
    ])
      this.node.inspector.register(this.self, chart);
    for (const { path, handler, ...options } of this.parts.serve(this.view(made)))
      this.route(path, handler, options);
    protectAgent(this.node, this.self.id, this.parts.flags);
    made.recovery.run();
    made.oversubscription.start();
    made.containerLogger?.start();
    void this.parts.gc?.start((containerId) => this.tables.runs.has(containerId));
    made.operations.recover();
    this.checkRecovered();
  }

  override finalize(): void {
    this.made?.registration.stop();
    this.made?.operations.stop();
    this.made?.nestedContainers.close();
    this.made?.containerLogger?.close();
    this.parts.containers.close();
    this.parts.gc?.close();
  }

  override exited(pid: Pid, reason: ExitReason): void {
    // The end of a container, not of its connection, decides what becomes of an executor.
    const isMaster = pid.equals(this.made?.registration.master);
    this.log.info(isMaster ? 'The link to the master broke' : 'The link to an executor broke', {
      pid: pid.text,
      reason,
    });
    if (isMaster) this.made?.registration.masterExited();
  }

  override describe(): Readonly<Record<string, unknown>> {
    const { tables, made } = this;
    return {
      id: this.info.id?.value,
      state: made?.registration.state,
      master: made?.registration.master?.text,
      frameworks: tables.frameworks.size,
      executors: tables.runs.size,
      tasks: tables.taskChart.counts(),
      resources: made?.operations.chart.value,
    };
  }

  /** Sends the head of a stream to the master: for the streams, whose events are this actor's. */
  forward(update: StatusUpdate): void {
    this.made?.updates.forward(update);
  }

  /** SIGUSR1: leaves the cluster for good, having ended everything. From outside of any actor. */
  unregister(): void {
    this.dispatch(() => this.made?.registration.unregister());
  }

  /** Ends everything that runs here, within the grace periods, and then itself; `onEnd` tells. */
  shutDown(): void {
    this.dispatch(() => {
      const registration = this.made?.registration;
      // While it recovers no order counts but that to leave, and there is no master to tell.
      if (registration?.isRecovering) registration.unregister();
      else registration?.shutdown();
    });
  }

  // ---- making ---------------------------------------------------------------------------------------------------

  private make(): AgentMembers {
    const host = this.makeHost();
    const executors = new Executors(host, { onQuiet: () => this.checkRecovered() });
    const frameworks = new Frameworks(host, {
      shutDown: (executor) => executors.shutDown(executor),
      ended: (framework) => streams.forget(framework.id),
      allEnded: () => {
        this.made?.draining.emptied();
        this.made?.registration.allEnded();
      },
    });
    const { streams } = this.parts;
    const updates = new StatusUpdates(host, { frameworks, executors, streams });
    const nestedContainers = new NestedContainers(host);
    const commandExecutor = new CommandExecutor(host, executors, nestedContainers, {
      update: (task, status) => updates.fromBuiltIn(task, status),
    });
    const defaultExecutor = new DefaultExecutor(host, { executors, updates, nestedContainers });
    executors.connect({ frameworks, commandExecutor, defaultExecutor, nestedContainers, updates });
    const operations = new AgentOperations(host, this.parts.resources, {
      settled: () => this.settled(),
      disagreed: () => this.disagreed(),
    });
    const registration = new Registration(host, this.parts.detector, this.authentication(), {
      sendRegister: () => this.registrations.take(() => this.sendRegister()),
      sendReregister: () => this.registrations.take(() => this.sendRegister()),
      keepId: (id, done) => this.keepId(id, done),
      registered: (message) => this.whenRegistered(message),
      resumeUpdates: () => {
        for (const each of [streams, operations.streams]) each.resume();
      },
      pauseUpdates: () => {
        for (const each of [streams, operations.streams]) each.pause();
      },
      shutDownExecutors: () => frameworks.shutDownAll(),
      ended: (problem) => this.parts.onEnd(problem),
    });
    const providers = new ResourceProviders(host, this.parts.resources.journal, {
      changed: () => this.tellResources(),
      isRegistered: () => registration.isRegistered,
    });
    const builtIn = { commandExecutor, defaultExecutor, nestedContainers };
    const parts = { frameworks, executors, ...builtIn, updates, registration, operations, providers };
    const drivers = new ExecutorDrivers(host, parts);
    const killer = new TaskKiller(host, parts);
    return {
      ...parts,
      host,
      drivers,
      subscriptions: new ExecutorSubscriptions(host, { ...parts, drivers }),
      launcher: new TaskLauncher(host, parts, () => this.resourceVersion),
      killer,
      containerLogger: openContainerLogger(host, nestedContainers),
      draining: new Draining(host, killer, this.parts.checkpoints.recoveredDrain),
      reconciliation: new Reconciliation(host, { updates, streams }),
      recovery: new Recovery(host, parts, this.parts.remains),
      oversubscription: new Oversubscription(host, { ...parts, loads: this.parts.loads ?? (() => []) }),
    };
  }

  private authentication(): ClientAuthentication | undefined {
    const { flags } = this.parts;
    if (flags.credential === undefined) return undefined;
    const { node, self, random } = this;
    return new ClientAuthentication(
      { node, self, random, defer: (handler) => this.defer(handler) },
      flags.credential,
      flags,
    );
  }

  private makeHost(): AgentHost {
    const { flags, paths, containers, sandboxes, probes, pipes, checkpoints, path, gc } = this.parts;
    const access = this.parts.access ?? NOTHING_NEEDED;
    const metrics: AgentMetrics = agentCounters(this.node.metrics);
    return {
      ...{ flags, paths, containers, sandboxes, probes, pipes, checkpoints, access, path, gc, metrics },
      self: this.self,
      clock: this.clock,
      random: this.random,
      ids: this.ids,
      log: this.log,
      tables: this.tables,
      info: () => this.info,
      drain: () => this.made?.draining.current,
      agentId: () => this.info.id?.value ?? '',
      master: () => this.made?.registration.master,
      send: (to, name, body) => this.send(to, name, body),
      link: (pid) => this.link(pid),
      dispatch: (run) => this.dispatch(run),
      defer: (handler) => this.defer(handler),
      delay: (delayMs, run) => this.delay(delayMs, run),
    };
  }

  private view(made: AgentMembers): AgentView {
    const startedAtMs = this.clock.now();
    const { host, nestedContainers } = made;
    return {
      ...made,
      containerRequests: new ContainerRequests(host, nestedContainers),
      version: this.parts.version,
      capabilities: CAPABILITIES,
      startedAtMs,
      node: this.node,
      authorizer: agentAuthorizer(this.parts.flags),
      readings: new Readings(host, () => undefined),
    };
  }

  /** On the monotonic clock; undefined while it recovers. */
  private recoveredAtMs: number | undefined;

  private addGauges(made: AgentMembers): void {
    const { registration, executors, operations, oversubscription, providers } = made;
    const startedAtMs = this.clock.monotonic();
    addAgentGauges(this.node.metrics, {
      uptimeSecs: () => (this.clock.monotonic() - startedAtMs) / 1000,
      recoverySecs: () => ((this.recoveredAtMs ?? Number.NaN) - startedAtMs) / 1000,
      registered: () => registration.isRegistered,
      frameworks: () => this.tables.frameworks.size,
      tasks: () => this.tables.taskChart.counts(),
      executors: () => executors.counts,
      total: () => operations.total.plus(oversubscription.total).plus(providers.total),
      providers: () => providers.subscribed,
      used: () => this.tables.used(),
    });
  }

  // ---- messages -------------------------------------------------------------------------------------------------

  /** Orders of the master: ignored while the agent recovers or ends, and from anybody else. */
  private ofMaster<K extends keyof MessageTypes & string>(
    name: K,
    handle: (message: MessageTypes[K]) => void,
  ): void {
    this.install(name, (message, from) => {
      const registration = this.made?.registration;
      if (registration === undefined || !registration.isFromMaster(from, name)) return;
      if (registration.isRecovering || registration.isEnding) {
        this.log.warn('Ignoring an order of the master', { message: name, state: registration.state });
        return;
      }
      this.orders.take(() => handle(message));
    });
  }

  // ---- registration ---------------------------------------------------------------------------------------------

  /** Changes with the agent's resources, and with each start. */
  private resourceVersionBytes: Uint8Array = new Uint8Array(16);

  private get resourceVersion(): string {
    return Buffer.from(this.resourceVersionBytes).toString('hex');
  }

  private sendRegister(): void {
    const master = this.made?.registration.master;
    const common = {
      slave: this.info,
      version: this.parts.version,
      agent_capabilities: [...CAPABILITIES],
      resource_version_uuid: { value: this.resourceVersionBytes },
      checkpointed_resources: this.made?.operations.total.checkpointed().toMessages() ?? [],
    };
    this.toldChanges = this.made?.operations.changes ?? 0;
    const id = this.info.id?.value;
    if (id === undefined) this.send(master, 'mesos.internal.RegisterSlaveMessage', common);
    else {
      const held = heldBy(this.tables, id, (executor) => this.made?.executors.isTerminated(executor) ?? true);
      this.send(master, 'mesos.internal.ReregisterSlaveMessage', { ...common, ...held });
    }
  }

  /** A master whose first answer was slow to come back answers twice: the id is written once. */
  private keepId(id: string, done: () => void): void {
    if (this.info.id !== undefined) {
      done();
      return;
    }
    this.keeping.push(done);
    if (this.keeping.length > 1) return;
    const info = { ...this.info, id: { value: id } };
    const kept = this.defer(() => {
      this.info = info;
      for (const registered of this.keeping.splice(0)) registered();
      this.orders.resume();
    });
    this.parts.keepInfo(info, (error) => {
      if (error === undefined) kept();
      else this.parts.onEnd(`the id of this agent cannot be written down: ${error.message}`);
    });
  }

  private whenRegistered(message: SlaveReregisteredMessage): void {
    const operations = this.made?.operations;
    // Changed since the master was told: the message that says so now would be taken for older than it is.
    if (operations !== undefined && operations.changes !== this.toldChanges) {
      this.made?.registration.again();
      return;
    }
    this.made?.reconciliation.answer(message.reconciliations ?? []);
    this.tellResources();
    this.made?.oversubscription.registered();
  }

  private tellResources(): void {
    const { made } = this;
    if (made?.registration.isRegistered !== true) return;
    const message = resourcesMessage(made, this.resourceVersionBytes);
    this.send(made.registration.master, 'mesos.internal.UpdateSlaveMessage', message);
  }

  // ---- operations -----------------------------------------------------------------------------------------------

  private get isSettled(): boolean {
    return this.made?.operations.isSettled ?? true;
  }

  private settled(): void {
    this.registrations.resume();
    this.orders.resume();
  }

  /** What the master planned with the resources that it believes in is void: they get another version. */
  private disagreed(): void {
    this.resourceVersionBytes = this.ids.uuidBytes();
    this.made?.registration.again();
  }

  /** Executors that are processes of their own had their time to come back. */
  private checkRecovered(): void {
    const { made } = this;
    if (made === undefined || !made.registration.isRecovering || made.executors.counts.registering > 0)
      return;
    made.registration.recovered();
    this.recoveredAtMs = this.clock.monotonic();
    made.draining.resume();
  }
}
