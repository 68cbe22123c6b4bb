/** Persistent volumes: what CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME take and give. */

import type { Resource } from '../generated/types/v1.ts';
import { ResourceDiskInfoSourceType } from '../generated/types/v1.ts';
import { ResourceError } from './error.ts';
import { Resources } from './resources.ts';
import { fromMilli, toMilli } from './values.ts';

/** Whether the resource is a persistent volume. */
export function isPersistentVolume(resource: Resource): boolean {
  return resource.disk?.persistence !== undefined;
}

/**
 * The plain disk that a volume is made of: without persistence, mount point and sharing; a disk source stays.
 * CREATE takes it and gives the volume; DESTROY the reverse.
 */
export function volumeToDisk(volume: Resource): Resource {
  const { disk, shared: _shared, ...rest } = volume;
  const source = disk?.source;
  return source === undefined ? rest : { ...rest, disk: { source } };
}

/** The disk that these volumes are made of. */
export function volumesToDisk(volumes: Resources): Resources {
  return Resources.of(volumes.toMessages().map(volumeToDisk));
}

/**
 * The volume grown by the size of `addition` (megabytes of the same kind of disk).
 *
 * @throws ResourceError when `addition` is not of the disk that the volume is made of
 */
export function growVolume(volume: Resource, addition: Resource): Resource {
  const size = volume.scalar?.value ?? 0;
  const added = addition.scalar?.value ?? 0;
  if (
    !Resources.of([{ ...volumeToDisk(volume), scalar: { value: added } }]).equals(Resources.of([addition]))
  ) {
    throw new ResourceError(
      `volume ${Resources.of([volume])}: expected an addition of the same kind of disk, got ${Resources.of([addition])}`,
    );
  }
  return { ...volume, scalar: { value: fromMilli(toMilli(size) + toMilli(added)) } };
}

/**
 * The volume made smaller by `subtract` megabytes, and the disk that gets free.
 *
 * @throws ResourceError unless 0 < subtract < size, or on a MOUNT disk
 */
export function shrinkVolume(volume: Resource, subtract: number): { volume: Resource; freed: Resource } {
  const size = toMilli(volume.scalar?.value ?? 0);
  const less = toMilli(subtract);
  if (volume.disk?.source?.type === ResourceDiskInfoSourceType.MOUNT) {
    throw new ResourceError(`volume ${Resources.of([volume])}: a volume on a MOUNT disk cannot shrink`);
  }
  if (less <= 0 || less >= size) {
    throw new ResourceError(
      `volume ${Resources.of([volume])}: expected to shrink by more than 0 and less than ${fromMilli(size)}, got ${subtract}`,
    );
  }
  return {
    volume: { ...volume, scalar: { value: fromMilli(size - less) } },
    freed: { ...volumeToDisk(volume), scalar: { value: fromMilli(less) } },
  };
}
