import type { ContainerSink } from './container.ts';
import type { ExitStatus } from './exitStatus.ts';
import type { ProvisionedImage } from './images/provisioner.ts';
import type { IsolatedLaunch, Isolator, Preparation } from './isolators/isolator.ts';
import type { ContainerLaunch } from './launchScript.ts';
import type { ContainerResources } from './resources.ts';

/** A container on its way, with what its steps have gathered. */
export interface Managed {
  readonly id: string;
  readonly sink: ContainerSink;
  readonly launch: ContainerLaunch | undefined;
  /** Those that this launch concerns; after a restart all of them. */
  readonly isolators: readonly Isolator[];
  preparations: Preparation[];
  resources: ContainerResources | undefined;
  image: ProvisionedImage | undefined;
  pid: number;
  exit: ExitStatus | undefined;
  /** Why it was never started. */
  failure: string | undefined;
  announced: boolean;
  readonly givenUp: AbortController;
}

const NOTHING: ContainerResources = { cpus: 0, mem: 0, disk: 0, revocable: false };

/** What isolators are told of a launch. */
export function isolatedLaunch(launch: ContainerLaunch, image?: ProvisionedImage): IsolatedLaunch {
  const { containerId } = launch;
  const at = containerId.lastIndexOf('.');
  const parentId = at < 0 ? undefined : containerId.slice(0, at);
  return { containerId, parentId, launch, resources: launch.resources ?? NOTHING, image };
}

/** One of which nothing is known but its id. */
export function unknownContainer(id: string, sink: ContainerSink): Managed {
  return {
    id,
    sink,
    launch: undefined,
    isolators: [],
    preparations: [],
    resources: undefined,
    image: undefined,
    pid: 0,
    exit: undefined,
    failure: undefined,
    announced: false,
    givenUp: new AbortController(),
  };
}
