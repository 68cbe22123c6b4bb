/** What the Mesos containerizer is put together from. */
import type { ContainerStatus, ResourceStatistics } from '../../../proto/generated/types/v1.ts';
import type { Counter } from '../../../runtime/metrics/index.ts';
import type { Clock } from '../../../runtime/ports.ts';
import type { ContainerPort } from '../host.ts';
import type { Provisioner } from './images/provisioner.ts';
import type { Isolator } from './isolators/isolator.ts';
import type { ContainerLaunch } from './launchScript.ts';

/** Brings files into a sandbox before the command starts. */
export interface FetcherPort {
  /** Resolves when all are there. Rejects, also when `signal` says that the container was given up, with an Error in one line. */
  fetch(launch: ContainerLaunch, signal: AbortSignal): Promise<void>;
}

/** The part that starts and ends processes. */
export type LauncherPort = Omit<ContainerPort, 'pruneImages' | 'update' | 'status' | 'enforces' | 'usage'> & {
  usage(containerId: string): Partial<ResourceStatistics> | undefined;
  status?(containerId: string): Partial<ContainerStatus>;
};

export interface MesosContainerizerOptions {
  readonly launcher: LauncherPort;
  readonly clock: Clock;
  /** In the order of their preparation; cleaned up in reverse. */
  readonly isolators: readonly Isolator[];
  readonly fetcher?: FetcherPort;
  /** Makes root file systems from images. */
  readonly provisioner?: Provisioner;
  /** Resources of which the launcher itself enforces limits. */
  readonly enforces?: readonly string[];
  /** What could not be taken away: counted. */
  readonly errors?: { readonly destroy: Counter; readonly image: Counter };
  /** Whether the launcher is asked for usage: of its process tree (posix/cpu, posix/mem), or as it can. */
  readonly sumsProcesses: boolean;
  /** Something that nobody waits for went wrong. */
  readonly onWarning: (text: string) => void;
}
