/** Disks of an offer that are their own sources: shared ones, of which a volume takes a part, and mounted ones, which it takes whole (spec: marathon.md §27). */
import { type Resource, ResourceDiskInfoSourceType } from '../../../../proto/index.ts';
import type { Resources } from '../../../../proto/resources/index.ts';
import type { Constraint, PersistentVolume } from '../model/app.ts';
import { fits } from '../model/patterns.ts';

interface DiskSource {
  readonly resource: Resource;
  readonly role: string;
  leftMb: number;
}

const TYPES: Readonly<Record<PersistentVolume['type'], ResourceDiskInfoSourceType | undefined>> = {
  root: undefined,
  path: ResourceDiskInfoSourceType.PATH,
  mount: ResourceDiskInfoSourceType.MOUNT,
};

export class DiskSources {
  readonly #sources: readonly DiskSource[];

  /** @param offered of these the disks with a source, without volumes upon them */
  constructor(offered: Resources) {
    this.#sources = offered
      .filter(({ disk }) => disk?.source !== undefined && disk.persistence === undefined)
      .toMessages()
      .map((resource) => ({
        resource,
        role: resource.reservations?.at(-1)?.role ?? '*',
        leftMb: resource.scalar?.value ?? 0,
      }));
  }

  /** Takes a disk for each volume. @returns undefined, and takes none, when there is not one for each */
  take(volumes: readonly PersistentVolume[], accepts: (role: string) => boolean): Resource[] | undefined {
    const before = this.#sources.map(({ leftMb }) => leftMb);
    const taken: Resource[] = [];
    for (const volume of volumes) {
      const source = this.#sources.find((each) => accepts(each.role) && suits(each, volume));
      if (source === undefined) {
        this.#sources.forEach((each, index) => {
          each.leftMb = before[index] ?? 0;
        });
        return undefined;
      }
      const mb = volume.type === 'mount' ? source.leftMb : volume.size;
      source.leftMb -= mb;
      taken.push({ ...source.resource, scalar: { value: mb } });
    }
    return taken;
  }
}

function suits({ resource, leftMb }: DiskSource, volume: PersistentVolume): boolean {
  const source = resource.disk?.source;
  if (source?.type !== TYPES[volume.type] || leftMb < volume.size) return false;
  // What is left of a mounted disk is all of it, or nothing.
  if (volume.type === 'mount' && volume.maxSize !== undefined && leftMb > volume.maxSize) return false;
  if (volume.profileName !== undefined && source?.profile !== volume.profileName) return false;
  const root = source?.mount?.root ?? source?.path?.root ?? '';
  return volume.constraints.every((constraint) => holds(constraint, root));
}

/** Constraints of a volume are about the path of its disk. */
function holds([field, operator, value = '']: Constraint, root: string): boolean {
  if (field !== 'path') return false;
  return operator === 'IS' ? root === value : fits(value, root) === (operator === 'LIKE');
}
