/** What the parts of the agent actor share: the actor's verbs, its tables and its ports to the outside. */

import type { MessageTypes } from '../../proto/generated/types/names.ts';
import type { AgentInfo, ContainerStatus, ResourceStatistics } from '../../proto/generated/types/v1.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import type { Pid } from '../../runtime/pid.ts';
import type { Clock, Ids, Random, Timer } from '../../runtime/ports.ts';
import type { ChartError } from '../../statecharts/engine.ts';
import type { NetworkProbes } from './checks/networkProbes.ts';
import type { ContainerLaunch, ContainerResources, ContainerSink } from './containerizer/index.ts';
import type { DrainOrder } from './draining/draining.ts';
import type { AccessPort } from './executors/access.ts';
import type { AgentFlags } from './flags.ts';
import type { SandboxGc } from './gc/sandboxGc.ts';
import type { SandboxWay } from './heldFolder.ts';
import type { AgentMetrics } from './metrics.ts';
import type { PipesPort } from './nestedContainers/io/pipes.ts';
import type { AgentPaths } from './paths.ts';
import type { Checkpoints } from './recovery/checkpoints.ts';
import type { Tables } from './tables/tables.ts';

/** What the agent asks of its containerizer (`Containerizer`, or a simulated one). */
export interface ContainerPort {
  launch(launch: ContainerLaunch, sink: ContainerSink): void;
  kill(containerId: string, signal: NodeJS.Signals): void;
  /** Gives a launch up whose process was not started yet: `failed` will be told. Does nothing to others. */
  cancel?(containerId: string): void;
  destroy(containerId: string): void;
  recover(containerIds: readonly string[], sink: ContainerSink): void;
  /** Containers that the runtime directory tells of. */
  recordedContainers(): string[];
  /** The same of containers inside this one, and inside those: `parent.child`. */
  recordedBelow(containerId: string): string[];
  /**
   * Removes the images that no container uses.
   *
   * @param excluded names of images that stay
   */
  pruneImages?(excluded: readonly string[]): Promise<void>;
  /** The executor's and its tasks' resources changed. @throws Error in one line when they cannot be enforced */
  /** @param resources summed up only for a container that somebody limits */
  update(containerId: string, resources: () => ContainerResources): void;
  usage(containerId: string): Partial<ResourceStatistics> | undefined;
  /** Steps after which `usage` tells of now without a long look at all processes; for who asks of many containers. */
  measure(): Generator<undefined, void>;
  /** What it can tell of the container itself: networks, cgroups. */
  status(containerId: string): Partial<ContainerStatus>;
  /** File of the network namespace that a container is in; undefined when that is the machine's, or can only be seen from outside. */
  networkOf?(containerId: string): string | undefined;
  /** Resources of which it can enforce a limit: cpus, mem. */
  readonly enforces: ReadonlySet<string>;
  /** Forgets a container that is over. */
  remove(containerId: string): void;
  close(): void;
}

/** Where sandboxes are made and who they belong to. */
export interface SandboxPort {
  /** @throws the file system's error, which names the path */
  create(directory: string): void;
  /** That of a standalone container. @throws as `create` does */
  createStandalone(directory: string): void;
  /** That of a container inside another one: `below` the sandbox of the outermost. @throws as `create` does */
  createNested(root: string, below: string): void;
  /** Makes a symbolic link in a sandbox, and the folder it stands in. @throws as `create` does */
  link(root: string, below: string, target: string): void;
  /**
   * Puts a volume into a sandbox.
   *
   * @param path inside the sandbox
   * @param user who is given the volume; undefined for the agent's own
   * @throws Error in one line
   */
  mount(sandbox: SandboxWay, path: string, volume: string, user: string | undefined): void;
  has(directory: string): boolean;
  /** In the background. */
  removeNested(directory: string): void;
  /** The user a command is to run as; undefined for the agent's own. */
  userOf(name: string | undefined): string | undefined;
}

/** The verbs of the actor, for its parts. */
export interface AgentHost {
  readonly self: Pid;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly flags: AgentFlags;
  readonly paths: AgentPaths;
  readonly metrics: AgentMetrics;
  readonly tables: Tables;
  readonly containers: ContainerPort;
  readonly sandboxes: SandboxPort;
  readonly probes: NetworkProbes;
  readonly pipes: PipesPort;
  readonly checkpoints: Checkpoints;
  /** What executors need to be let in. */
  readonly access: AccessPort;
  /** Removes sandboxes of runs that are over. */
  readonly gc?: Pick<SandboxGc, 'schedule'> | undefined;
  /** The agent's own PATH. */
  readonly path: string | undefined;
  /** The present AgentInfo, with the id once there is one. */
  info(): AgentInfo;
  /** The order to empty the agent, while it is carried out. */
  drain(): DrainOrder | undefined;
  /** Empty before the first registration. */
  agentId(): string;
  /** The master that may speak to this agent: the one detected last. */
  master(): Pid | undefined;
  send<K extends keyof MessageTypes & string>(to: Pid | undefined, name: K, body: MessageTypes[K]): void;
  link(pid: Pid): void;
  /** Runs as a later event of the actor. */
  dispatch(run: () => void): void;
  defer<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void;
  delay(delayMs: number, run: () => void): Timer;
}

/** What a chart calls threw: a mistake of ours, which costs that step and is told. */
export function chartError(host: Pick<AgentHost, 'log'>): (error: ChartError) => void {
  return ({ chart, id, where, error }) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.log.error('A step of a chart failed', { chart, id, where, error: text });
  };
}

/** Timers of charts: they fire as events of the actor, and one that was cancelled while it waited in the mailbox does not. */
export function chartClock(host: Pick<AgentHost, 'delay'>): {
  setTimer(delayMs: number, callback: () => void): { cancel(): boolean };
} {
  return {
    setTimer: (delayMs, callback) => {
      let live = true;
      const timer = host.delay(delayMs, () => {
        if (live) callback();
      });
      return {
        cancel: () => {
          live = false;
          return timer.cancel();
        },
      };
    },
  };
}
