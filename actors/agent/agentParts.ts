import type { Readings } from '../../proto/api/readings.ts';
import type { Authorizer } from '../../proto/authorization/index.ts';
import type { AgentInfo, AgentInfoCapability } from '../../proto/generated/types/v1.ts';
import type { HttpHandler } from '../../runtime/http/request.ts';
import type { Node } from '../../runtime/node.ts';
import type { MasterDetector } from '../detector/index.ts';
import type { NetworkProbes } from './checks/networkProbes.ts';
import type { AccessPort } from './executors/access.ts';
import type { Executors } from './executors/executors.ts';
import type { ExecutorSubscriptions } from './executors/subscriptions.ts';
import type { AgentFlags } from './flags.ts';
import type { AgentHost, ContainerPort, SandboxPort } from './host.ts';
import type { AgentOperations, StoredResources } from './operations/operations.ts';
import type { AgentPaths } from './paths.ts';
import type { Checkpoints } from './recovery/checkpoints.ts';
import type { Remains } from './recovery/recovery.ts';
import type { Registration } from './registration/registration.ts';
import type { UpdateStreams } from './statusUpdates.ts';

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
  readonly checkpoints: Checkpoints;
  readonly streams: UpdateStreams;
  readonly remains: Remains;
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
  readonly handler: HttpHandler;
}
