/** What an isolator is: one thing that is put around containers (agent.md §10). */
import type {
  ContainerStatus,
  Resource,
  ResourceStatistics,
  TaskStatusReason,
} from '../../../../proto/generated/types/v1.ts';
import type { ProvisionedImage } from '../images/provisioner.ts';
import type { ContainerCommand, ContainerLaunch } from '../launchScript.ts';
import type { ContainerResources } from '../resources.ts';

/** Why the agent ends a container that broke a limit. */
export interface Limitation {
  readonly reason: TaskStatusReason;
  /** One line or more, for people. */
  readonly message: string;
  /** What was used of the limited resource. */
  readonly resources: readonly Resource[];
}

/** A launch as isolators see it. */
export interface IsolatedLaunch {
  readonly containerId: string;
  /** The container this one is nested in. */
  readonly parentId: string | undefined;
  readonly launch: ContainerLaunch;
  readonly resources: ContainerResources;
  /** Its root file system, when it has an image. */
  readonly image: ProvisionedImage | undefined;
  /** Those that are volumes, in the order of the volumes. */
  readonly volumeImages: readonly ProvisionedImage[];
}

/** What an isolator adds to a launch. Shell lines are run by the process that becomes the command, as the agent's user. */
export interface Preparation {
  /** Lines of the launch script before the container counts as started; `fail TEXT` gives up. */
  readonly enter?: readonly string[];
  /** Variables that are added; those of the command win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables that win over those of the command. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Instead of the command asked for. */
  readonly command?: ContainerCommand;
  readonly namespaces?: NamespaceWishes;
  /** Namespaces that are there already. */
  readonly joins?: JoinWishes;
  /** The user is changed together with the root, for which no program is needed there. */
  readonly ownsRoot?: boolean;
  /** Words before the command's own, e.g. of prlimit(1): each becomes the next. */
  readonly wrappers?: readonly (readonly string[])[];
  /** Options of setpriv(1). */
  readonly privileges?: readonly string[];
  /** Words that put a filter of system calls around all that comes after them; quoted. */
  readonly filter?: readonly string[];
  /** Files for the container's runtime directory, for what joins the container later. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Words in the place of `setpriv`, for a root that has none. */
  readonly setpriv?: readonly string[];
}

export type NamespaceKind = 'mount' | 'pid' | 'ipc' | 'net' | 'uts';

/** Namespaces to be joined, before any is made. */
export interface JoinWishes {
  /** Kind → file to join it by. */
  readonly namespaces: ReadonlyMap<NamespaceKind, string>;
  /** More options of nsenter(1). */
  readonly options?: readonly string[];
  /** The same, by which it changes the user, unless that is done later, with `privileges`. */
  readonly userOptions?: readonly string[];
}

/** Namespaces of the container's own. */
export interface NamespaceWishes {
  readonly kinds: readonly NamespaceKind[];
  /** Lines for inside-container.sh, run within them. */
  readonly lines: readonly string[];
}

/** What isolators tell their containerizer. */
export interface IsolatorEvents {
  /** The container broke a limit and has to end. */
  limited(containerId: string, limitation: Limitation): void;
  /** Something that concerns nobody but operators. */
  noticed(text: string): void;
}

/**
 * One isolator. All methods but `prepare` and `cleanup` are synchronous and quick; none is called for a container before its
 * `prepare` or `recover`. What is left behind by a crash is found by `known` and taken away by `cleanup`.
 */
export interface Isolator {
  /** As in `--isolation`. */
  readonly name: string;
  /** Whether the isolator has anything to do with this launch; those that say no are not asked again. Default: yes. */
  concerns?(launch: IsolatedLaunch): boolean;
  /** @throws Error in one line when the container cannot be isolated so */
  prepare(launch: IsolatedLaunch): Preparation | undefined | Promise<Preparation | undefined>;
  /** The resources of the container are others now. */
  update?(containerId: string, resources: ContainerResources): void;
  /** What the container uses, as far as this isolator can tell. */
  usage?(containerId: string): Partial<ResourceStatistics>;
  status?(containerId: string): Partial<ContainerStatus>;
  /** File of the network namespace that the container is in; undefined when that is the machine's. */
  networkOf?(containerId: string): string | undefined;
  /** The command has ended: was that because of a limit? */
  ended?(containerId: string): Limitation | undefined;
  /** Nothing of the container is left but what this isolator has. May be called for containers that never were. */
  cleanup?(containerId: string): void | Promise<void>;
  /** Containers that run, launched by an agent process before this one. */
  recover?(containerId: string): void;
  /** Containers of which this isolator still has something. */
  known?(): readonly string[];
  /** Resources (cpus, mem) of which it can enforce a limit. */
  readonly enforces?: readonly string[];
  close?(): void;
}
