/** Steps of a container that take their time. Which comes when is the container chart's business. */
import type { Image } from '../../../proto/generated/types/v1.ts';
import type { Isolator } from './isolators/isolator.ts';
import type { ContainerLaunch } from './launchScript.ts';
import type { Managed, ProvisionedImages } from './managed.ts';
import type { MesosContainerizerOptions } from './ports.ts';

/** Images that a container asks for: that of its root file system, and those of volumes. */
export function imagesOf({ container }: ContainerLaunch): readonly Image[] {
  const root = container?.mesos?.image;
  const volumes = (container?.volumes ?? []).flatMap(({ image }) => image ?? []);
  return root === undefined ? volumes : [root, ...volumes];
}

/** Makes its root file system, where it is to have one of its own, and those that are volumes. @throws Error in one line */
export async function provision(
  { provisioner }: MesosContainerizerOptions,
  { id, launch }: Managed,
): Promise<ProvisionedImages> {
  const images = launch === undefined ? [] : imagesOf(launch);
  if (provisioner === undefined || images.length === 0)
    throw new Error('this agent has no images: it was started without --image_providers');
  const made = await provisioner.provision(id, images);
  const hasRoot = launch?.container?.mesos?.image !== undefined;
  return { root: hasRoot ? made[0] : undefined, volumes: hasRoot ? made.slice(1) : made };
}

/** Takes the root file system away; what is left of it is counted and told. */
export async function releaseImage(
  { provisioner, errors, onWarning }: MesosContainerizerOptions,
  id: string,
): Promise<void> {
  try {
    await provisioner?.release(id);
  } catch (error) {
    if (errors !== undefined) errors.image.value += 1;
    onWarning(`container ${id}: its root file system is left: ${(error as Error).message}`);
  }
}

/** Brings the files of its URIs into the sandbox. @throws Error in one line */
export async function fetchFiles(
  { fetcher }: MesosContainerizerOptions,
  { launch, givenUp }: Managed,
): Promise<void> {
  if (launch === undefined || (launch.uris ?? []).length === 0) return;
  if (fetcher === undefined) throw new Error('this agent fetches no files');
  await fetcher.fetch(launch, givenUp.signal);
}

/** Has the isolators take away what they made, in reverse; what is left is counted and told. */
export async function cleanUp(
  { errors, onWarning }: MesosContainerizerOptions,
  id: string,
  isolators: readonly Isolator[],
): Promise<void> {
  for (const isolator of [...isolators].reverse()) {
    try {
      await isolator.cleanup?.(id);
    } catch (error) {
      if (errors !== undefined) errors.destroy.value += 1;
      onWarning(`container ${id}: ${isolator.name} left something: ${(error as Error).message}`);
    }
  }
}
