import type { ContainerSink } from './container.ts';
import type { ExitStatus } from './exitStatus.ts';
import type { ProvisionedImage } from './images/provisioner.ts';
import type { IsolatedLaunch, Isolator, Preparation } from './isolators/isolator.ts';
import type { ContainerLaunch } from './launchScript.ts';
import type { ContainerResources } from './resources.ts';

/** What was made of the images of a container. */
export interface ProvisionedImages {
  /** Its root file system, when it has one of its own. */
  readonly root: ProvisionedImage | undefined;
  /** Of volumes, in their order. */
  readonly volumes: readonly ProvisionedImage[];
}

/** A container on its way, with what its steps have gathered. */
export interface Managed {
  readonly id: string;
  readonly sink: ContainerSink;
  readonly launch: ContainerLaunch | undefined;
  /** Those that this launch concerns; after a restart all of them. */
  readonly isolators: readonly Isolator[];
  preparations: Preparation[];
  resources: ContainerResources | undefined;
  images: ProvisionedImages | undefined;
  pid: number;
  exit: ExitStatus | undefined;
  /** Why it was never started. */
  failure: string | undefined;
  announced: boolean;
  readonly givenUp: AbortController;
}

const NOTHING: ContainerResources = { cpus: 0, mem: 0, disk: 0, revocable: false };

/** What isolators are told of a launch. */
export function isolatedLaunch(launch: ContainerLaunch, images?: ProvisionedImages): IsolatedLaunch {
  const { containerId } = launch;
  const at = containerId.lastIndexOf('.');
  const parentId = at < 0 ? undefined : containerId.slice(0, at);
  const { root: image, volumes: volumeImages = [] } = images ?? {};
  return { containerId, parentId, launch, resources: launch.resources ?? NOTHING, image, volumeImages };
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
    images: undefined,
    pid: 0,
    exit: undefined,
    failure: undefined,
    announced: false,
    givenUp: new AbortController(),
  };
}
