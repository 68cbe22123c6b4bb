/**
 * The rooms of the master. The actor itself (`master.ts`) only receives; what it receives is answered by parts, one a concern,
 * which know each other through this.
 */

import { Readings } from '../../proto/api/readings.ts';
import { type Authorizer, localAuthorizer, permitAll } from '../../proto/authorization/index.ts';
import type { MasterInfo, MessageTypes } from '../../proto/index.ts';
import type { BuildFacts } from '../../runtime/endpoints/index.ts';
import { type Attachment, Files, systemUserNames } from '../../runtime/files/index.ts';
import type { Clock, Ids, Node, Pid, Principal, Random, Timer } from '../../runtime/index.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import type { MetricsRegistry } from '../../runtime/metrics/index.ts';
import type { Election } from '../election/election.ts';
import type { RegistryStore } from '../election/store/store.ts';
import { Agents } from './agents/agents.ts';
import { Drains } from './agents/drains.ts';
import { RegistryGarbage } from './agents/garbage.ts';
import { AgentLosses } from './agents/losses.ts';
import { AgentPings } from './agents/pings.ts';
import { AgentProviders } from './agents/providers.ts';
import { AgentReconciliation } from './agents/reconciliation.ts';
import { AgentRecovery } from './agents/recovery.ts';
import { AgentRegistration } from './agents/registration.ts';
import { Allocation } from './allocation.ts';
import { Authentication } from './authentication.ts';
import { Changes } from './events/changes.ts';
import { EventStreams } from './events/eventStreams.ts';
import { Why } from './explain/why.ts';
import type { MasterFlags } from './flags.ts';
import { SchedulerCalls } from './frameworks/calls.ts';
import { Frameworks } from './frameworks/frameworks.ts';
import { FrameworkRateLimits } from './frameworks/rateLimits.ts';
import { FrameworkRemoval } from './frameworks/removal.ts';
import { Subscriptions } from './frameworks/subscriptions.ts';
import { HostTable } from './hosts/hostTable.ts';
import { Leadership } from './leadership.ts';
import { InverseOffers } from './maintenance/inverseOffers.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import { MasterMetrics } from './metrics.ts';
import { Accepts } from './offers/accepts.ts';
import { Launches } from './offers/launches.ts';
import { Offers } from './offers/offers.ts';
import { OperationFeedback } from './operations/feedback.ts';
import { OfferedOperations } from './operations/offered.ts';
import { Operations } from './operations/operations.ts';
import { OperatorOperations } from './operations/operators.ts';
import { Quotas } from './policy/quotas.ts';
import { RoleGauges } from './policy/roleGauges.ts';
import { Weights } from './policy/weights.ts';
import { Whitelist, type WhitelistSource } from './policy/whitelist.ts';
import { Registrar } from './registrar/registrar.ts';
import { type OpenArchive, TaskArchive } from './tasks/archive.ts';
import { Kills } from './tasks/kills.ts';
import { TaskReconciliation } from './tasks/reconciliation.ts';
import { StatusUpdates } from './tasks/statusUpdates.ts';
import { Tasks } from './tasks/tasks.ts';
import { UseHistory } from './useHistory.ts';

/** What parts do in the name of the actor: its verbs, as the runtime has them, and its ports. */
export interface ActorPorts {
  readonly self: Pid;
  readonly node: Node;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  send<K extends keyof MessageTypes & string>(to: Pid | undefined, name: K, body: MessageTypes[K]): void;
  link(pid: Pid): void;
  delay(delayMs: number, run: () => void): Timer;
  /** Nothing that waits will happen any more. */
  cancelTimers(): void;
  defer<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void;
}

export interface MasterSettings {
  readonly flags: MasterFlags;
  /** Names and texts of the flags, as `/flags` shows them. */
  readonly flagTexts: Readonly<Record<string, string>>;
  readonly build: BuildFacts;
  readonly store: RegistryStore;
  /** The file that the master's log goes to, when there is one. */
  readonly logFile?: string | undefined;
  readonly election: Election;
  /** Agents that may be offered; undefined: all. */
  readonly whitelist?: WhitelistSource | undefined;
  /** Where ended tasks are kept, if they are. */
  readonly archive?: OpenArchive | undefined;
  /** Whether this node, and so each other of the cluster, speaks TLS. */
  readonly isSecure?: boolean;
  /** Told once when the master can lead no more; its process should end. */
  readonly onFatal: (reason: string) => void;
}

export class MasterParts {
  readonly actor: ActorPorts;
  readonly settings: MasterSettings;
  readonly flags: MasterFlags;
  readonly info: MasterInfo;
  /** Who may do what. */
  readonly authorizer: Authorizer;
  /** Who the processes are that speak to the master. */
  readonly authentication: Authentication;
  readonly metrics: MasterMetrics;
  readonly readings: Readings;
  /** What of this machine's files may be looked into. */
  readonly files: Files;
  readonly eventStreams: EventStreams;
  /** Told what happens to tasks, agents and frameworks. */
  readonly changes: Changes;
  readonly leadership: Leadership;
  readonly registrar: Registrar;
  readonly allocation: Allocation;
  readonly quotas: Quotas;
  readonly whitelist: Whitelist;
  readonly rateLimits: FrameworkRateLimits;
  readonly why: Why;
  readonly roleGauges: RoleGauges;
  readonly weights: Weights;
  readonly maintenance: Maintenance;
  readonly inverseOffers: InverseOffers;
  readonly agents: Agents;
  readonly registration: AgentRegistration;
  readonly agentReconciliation: AgentReconciliation;
  readonly agentProviders: AgentProviders;
  readonly agentRecovery: AgentRecovery;
  readonly registryGarbage: RegistryGarbage;
  readonly pings: AgentPings;
  readonly losses: AgentLosses;
  readonly drains: Drains;
  readonly hosts: HostTable;
  readonly frameworks: Frameworks;
  readonly subscriptions: Subscriptions;
  readonly removal: FrameworkRemoval;
  readonly calls: SchedulerCalls;
  readonly offers: Offers;
  readonly accepts: Accepts;
  readonly launches: Launches;
  readonly operations: Operations;
  readonly operationFeedback: OperationFeedback;
  readonly offeredOperations: OfferedOperations;
  readonly operatorOperations: OperatorOperations;
  readonly tasks: Tasks;
  readonly statusUpdates: StatusUpdates;
  readonly archive: TaskArchive;
  readonly kills: Kills;
  readonly reconciliation: TaskReconciliation;
  readonly useHistory: UseHistory;

  constructor(actor: ActorPorts, settings: MasterSettings, info: MasterInfo) {
    this.actor = actor;
    this.settings = settings;
    this.flags = settings.flags;
    this.info = info;
    this.authorizer = settings.flags.acls === undefined ? permitAll : localAuthorizer(settings.flags.acls);
    this.metrics = new MasterMetrics(actor.metrics, settings.flags.publish_per_framework_metrics);
    this.authentication = new Authentication(this);
    this.files = new Files(() => this.attached(), systemUserNames());
    this.eventStreams = new EventStreams(this);
    this.changes = new Changes(this);
    this.readings = new Readings(actor, () => void this.metrics.httpCacheHits.value++);
    this.leadership = new Leadership(this);
    this.registrar = this.openRegistrar();
    this.allocation = new Allocation(this);
    this.quotas = new Quotas(this);
    this.whitelist = new Whitelist(this, settings.whitelist);
    this.rateLimits = new FrameworkRateLimits(this);
    this.why = new Why(this);
    this.roleGauges = new RoleGauges(this);
    this.weights = new Weights(this);
    this.maintenance = new Maintenance(this);
    this.inverseOffers = new InverseOffers(this);
    this.agents = new Agents(this);
    this.registration = new AgentRegistration(this);
    this.agentReconciliation = new AgentReconciliation(this);
    this.agentProviders = new AgentProviders(this);
    this.agentRecovery = new AgentRecovery(this);
    this.registryGarbage = new RegistryGarbage(this);
    this.pings = new AgentPings(this);
    this.losses = new AgentLosses(this);
    this.drains = new Drains(this);
    this.hosts = new HostTable(this);
    this.frameworks = new Frameworks(this);
    this.subscriptions = new Subscriptions(this);
    this.removal = new FrameworkRemoval(this);
    this.calls = new SchedulerCalls(this);
    this.offers = new Offers(this);
    this.accepts = new Accepts(this);
    this.launches = new Launches(this);
    this.operations = new Operations(this);
    this.operationFeedback = new OperationFeedback(this);
    this.offeredOperations = new OfferedOperations(this);
    this.operatorOperations = new OperatorOperations(this);
    this.tasks = new Tasks(this);
    this.statusUpdates = new StatusUpdates(this);
    this.archive = new TaskArchive(this, settings.archive);
    this.kills = new Kills(this);
    this.reconciliation = new TaskReconciliation(this);
    this.useHistory = new UseHistory(this);
  }

  private openRegistrar(): Registrar {
    const { actor, settings } = this;
    return new Registrar({
      store: settings.store,
      metrics: actor.metrics,
      defer: actor.defer,
      delay: actor.delay,
      now: () => this.nowMs,
      fetchTimeoutMs: settings.flags.registry_fetch_timeout,
      storeTimeoutMs: settings.flags.registry_store_timeout,
      // How far an agent's drain has got is in the registry alone.
      onCommit: ({ slaves }) => {
        for (const id of slaves.pending.keys()) this.agents.changing(id);
      },
      onHeldUp: (reason) => {
        if (reason === undefined) actor.log.info('the registry is written again');
        else actor.log.error('the registry cannot be written now; what needs it waits', { reason });
      },
      onFailure: (what, error) => this.leadership.fail(`the registry cannot be ${what}: ${error.message}`),
    });
  }

  private attached(): Map<string, Attachment> {
    const { logFile } = this.settings;
    if (logFile === undefined) return new Map();
    const admits = (principal: Principal | undefined): boolean =>
      this.authorizer.approver(principal, 'ACCESS_MESOS_LOG')();
    return new Map([['/master/log', { root: logFile, admits }]]);
  }

  /** Of the URLs that agents are told by. */
  get scheme(): 'http' | 'https' {
    return this.settings.isSecure === true ? 'https' : 'http';
  }

  /** For people and for what is written down; may jump. */
  get nowMs(): number {
    return this.actor.clock.now();
  }

  /** For everything that lasts for so long: milliseconds since some instant, whatever happens to the time of day. */
  get steadyMs(): number {
    return this.actor.clock.monotonic();
  }

  /** What every chart of the master reports: an event that came at the wrong time, a mistake of ours. */
  get chartReports() {
    const { log } = this.actor;
    return {
      clock: { setTimer: (delayMs: number, run: () => void) => this.actor.delay(delayMs, run) },
      onUnhandled: ({ chart, id, event, value }: ChartReport) =>
        log.debug('an event came at the wrong time', { chart, id, event: event.type, state: value }),
      onError: ({ chart, id, where, error }: ChartFault) =>
        log.error('a step of a chart failed', { chart, id, where, error: stackOf(error) }),
    };
  }
}

interface ChartReport {
  readonly chart: string;
  readonly id: string;
  readonly event: { readonly type: string };
  readonly value: string;
}

interface ChartFault {
  readonly chart: string;
  readonly id: string;
  readonly where: string;
  readonly error: unknown;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
