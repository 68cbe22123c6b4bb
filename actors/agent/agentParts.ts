import type { Readings } from '../../proto/api/readings.ts';
import type { Authorizer } from '../../proto/authorization/index.ts';
import type { AgentInfo, AgentInfoCapability } from '../../proto/generated/types/v1.ts';
import type { HttpHandler } from '../../runtime/http/request.ts';
import type { Node } from '../../runtime/node.ts';
import type { MasterDetector } from '../detector/index.ts';
import type { NetworkProbes } from './checks/networkProbes.ts';
import type { CommandExecutor } from './commandExecutor/commandExecutor.ts';
import type { ContainerLogger } from './containerLogger/containerLogger.ts';
import type { DefaultExecutor } from './defaultExecutor/defaultExecutor.ts';
import type { Draining } from './draining/draining.ts';
import type { AccessPort } from './executors/access.ts';
import type { ExecutorDrivers } from './executors/drivers.ts';
import type { Executors } from './executors/executors.ts';
import type { Frameworks } from './executors/frameworks.ts';
import type { ExecutorSubscriptions } from './executors/subscriptions.ts';
import type { AgentFlags } from './flags.ts';
import type { SandboxGc } from './gc/sandboxGc.ts';
import type { AgentHost, ContainerPort, SandboxPort } from './host.ts';
import type { TaskKiller } from './launch/killer.ts';
import type { TaskLauncher } from './launch/launcher.ts';
import type { PipesPort } from './nestedContainers/io/pipes.ts';
import type { NestedContainers } from './nestedContainers/nestedContainers.ts';
import type { ContainerRequests } from './nestedContainers/requests.ts';
import type { AgentOperations, StoredResources } from './operations/operations.ts';
import type { Oversubscription } from './oversubscription/oversubscription.ts';
import type { AgentPaths } from './paths.ts';
import type { Checkpoints } from './recovery/checkpoints.ts';
import type { Recovery, Remains } from './recovery/recovery.ts';
import type { Reconciliation } from './registration/reconciliation.ts';
import type { Registration } from './registration/registration.ts';
import type { ResourceProviders } from './resourceProvider/providers.ts';
import type { StatusUpdates, UpdateStreams } from './statusUpdates.ts';

/** What an agent is made of; `start.ts` opens it on a real machine. */
export interface AgentParts {
  readonly flags: AgentFlags;
  readonly version: string;
  readonly paths: AgentPaths;
  /** Host name, port, resources and attributes; with the id of the last run, if it may be used again. */
  readonly info: AgentInfo;
  readonly detector: MasterDetector;
  readonly containers: ContainerPort;
  readonly sandboxes: SandboxPort;
  /** Looks at ports of tasks. */
  readonly probes: NetworkProbes;
  /** Input and output of containers that can be attached to. */
  readonly pipes: PipesPort;
  readonly checkpoints: Checkpoints;
  readonly streams: UpdateStreams;
  readonly remains: Remains;
  readonly gc?: SandboxGc;
  /** Load of the machine in the last 1, 5 and 15 minutes. */
  readonly loads?: () => readonly number[];
  /** Reservations, volumes and operations that are on disk. */
  readonly resources: StoredResources;
  /** What executors need to be let in; default: nothing. */
  readonly access?: AccessPort;
  /** The agent's own PATH, handed on to executors. */
  readonly path: string | undefined;
  /** Keeps the info of a first registration on disk. */
  readonly keepInfo: (info: AgentInfo, done: (error?: Error) => void) => void;
  /** Adds the HTTP endpoints. */
  readonly serve: (agent: AgentView) => readonly AgentRoute[];
  /** The agent has come to its end. @param problem why, when it must not simply end well */
  readonly onEnd: (problem: string | undefined) => void;
}

/** What endpoints may see of the agent. */
export interface AgentView {
  readonly host: AgentHost;
  readonly version: string;
  readonly executors: Executors;
  readonly registration: Registration;
  readonly subscriptions: ExecutorSubscriptions;
  readonly operations: AgentOperations;
  readonly providers: ResourceProviders;
  readonly nestedContainers: NestedContainers;
  readonly containerRequests: ContainerRequests;
  readonly capabilities: readonly AgentInfoCapability[];
  readonly startedAtMs: number;
  readonly node: Node;
  /** Who may do what. */
  readonly authorizer: Authorizer;
  /** Answers that only tell, written in slices. */
  readonly readings: Readings;
}

export interface AgentRoute {
  readonly path: string;
  readonly help: string;
  /** Name of the authentication realm, when it has one. */
  readonly realm?: string;
  /** As of any route: goes before all that waits. */
  readonly liveness?: boolean;
  readonly handler: HttpHandler;
}

/** The parts of the actor, which know each other. */
export interface AgentMembers {
  readonly host: AgentHost;
  readonly frameworks: Frameworks;
  readonly executors: Executors;
  readonly commandExecutor: CommandExecutor;
  readonly defaultExecutor: DefaultExecutor;
  readonly nestedContainers: NestedContainers;
  readonly updates: StatusUpdates;
  readonly registration: Registration;
  readonly launcher: TaskLauncher;
  readonly killer: TaskKiller;
  readonly draining: Draining;
  readonly drivers: ExecutorDrivers;
  readonly subscriptions: ExecutorSubscriptions;
  readonly operations: AgentOperations;
  readonly providers: ResourceProviders;
  readonly reconciliation: Reconciliation;
  readonly recovery: Recovery;
  readonly oversubscription: Oversubscription;
  /** Only with `--container_logger`. */
  readonly containerLogger: ContainerLogger | undefined;
}
