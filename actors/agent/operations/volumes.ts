/**
 * The folders of persistent volumes: `volumes/roles/<role>/<persistence id>` below `work_dir` or the root of a PATH disk; on a
 * MOUNT disk the root itself (agent.md §3).
 */
import * as fs from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Resource, ResourceDiskInfoSourceType } from '../../../proto/generated/types/v1.ts';
import { type Resources, reservationsOf } from '../../../proto/resources/index.ts';
import type { AgentPaths } from '../paths.ts';
import { emptyFolder } from '../removal.ts';

/** Where a volume is. */
export interface VolumePlace {
  readonly path: string;
  /** The root of a MOUNT disk stays when what is in it goes. */
  readonly isMount: boolean;
}

export interface VolumeChanges {
  readonly make: readonly VolumePlace[];
  readonly remove: readonly VolumePlace[];
}

/** What the agent asks of the disk that volumes are on. */
export interface VolumePort {
  /**
   * Makes and removes folders; doing it again is no mistake.
   *
   * @param done called later, from the event loop; with an Error that names the folder
   */
  change(changes: VolumeChanges, done: (error?: Error) => void): void;
}

/** @throws Error for a role or persistence id that is no name of a folder, and for a MOUNT disk without a root */
export function placeOf(paths: AgentPaths, volume: Resource): VolumePlace {
  const { source, persistence } = volume.disk ?? {};
  const role = reservationsOf(volume).at(-1)?.role ?? '*';
  const id = persistence?.id ?? '';
  if (source?.type === ResourceDiskInfoSourceType.MOUNT) {
    const mount = source.mount?.root ?? '';
    if (!isAbsolute(mount)) throw new Error(`MOUNT disk: expected an absolute root, got '${mount}'`);
    return { path: resolve(mount), isMount: true };
  }
  const root = source?.path?.root;
  return { path: paths.volume(role, id, root), isMount: false };
}

/** What has to be made and removed on the way from one set of volumes to another; a resized one stays where it is. */
export function volumeChanges(paths: AgentPaths, before: Resources, after: Resources): VolumeChanges {
  const [old, now] = [placesOf(paths, before), placesOf(paths, after)];
  return {
    make: [...now].filter(([path]) => !old.has(path)).map(([, place]) => place),
    remove: [...old].filter(([path]) => !now.has(path)).map(([, place]) => place),
  };
}

function placesOf(paths: AgentPaths, resources: Resources): Map<string, VolumePlace> {
  return new Map(
    [...resources.persistentVolumes()].map((volume) => {
      const place = placeOf(paths, volume);
      return [place.path, place];
    }),
  );
}

/** Makes the folders that are not there: a disk was replaced, or restored without them. @throws the file system's error */
export function ensureVolumes(paths: AgentPaths, total: Resources, onMade: (path: string) => void): void {
  for (const { path } of placesOf(paths, total).values()) {
    if (fs.existsSync(path)) continue;
    fs.mkdirSync(path, { recursive: true });
    onMade(path);
  }
}

/** @returns what is wrong with the disks of `--resources`, in words */
export function sourceProblem(paths: AgentPaths, resources: Resources): string | undefined {
  for (const { kind } of resources.entries) {
    const { type, path, mount } = kind.disk?.source ?? {};
    if (type !== ResourceDiskInfoSourceType.PATH && type !== ResourceDiskInfoSourceType.MOUNT) continue;
    const root = type === ResourceDiskInfoSourceType.PATH ? path?.root : mount?.root;
    if (root === undefined || root === '') return 'a PATH or MOUNT disk needs a root';
    const folder = resolve(paths.workDir, root);
    if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory())
      return `disk root ${folder}: there is no such folder`;
    // What is on a MOUNT disk is deleted with its volume.
    if (type === ResourceDiskInfoSourceType.MOUNT && `${paths.workDir}/`.startsWith(`${folder}/`))
      return `disk root ${folder}: a MOUNT disk must not hold --work_dir`;
  }
  return undefined;
}

/** The machine's own disk. A volume leaves its place in one step; what was in it is deleted in the background. */
export class RealVolumes implements VolumePort {
  private readonly newName: () => string;
  private readonly onWarning: (text: string) => void;
  /** One after another: of two that delete at once each would complain of what the other took. */
  private deleting: Promise<void> = Promise.resolve();

  /** @param newName a name that nothing has yet */
  constructor(newName: () => string, onWarning: (text: string) => void) {
    this.newName = newName;
    this.onWarning = onWarning;
  }

  change({ make, remove }: VolumeChanges, done: (error?: Error) => void): void {
    this.perform(make, remove).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  private async perform(make: readonly VolumePlace[], remove: readonly VolumePlace[]): Promise<void> {
    for (const { path } of make) {
      await fs.promises.mkdir(path, { recursive: true });
      await syncFolder(dirname(path));
    }
    for (const place of remove) {
      if (place.isMount) await emptyFolder(place.path);
      else await this.putAway(place.path);
    }
  }

  private async putAway(path: string): Promise<void> {
    // …/volumes/roles/<role>/<id> goes to …/volumes/removed/<name>, which is on the same disk.
    const grave = join(dirname(dirname(dirname(path))), 'removed');
    await fs.promises.mkdir(grave, { recursive: true });
    const gone = join(grave, this.newName());
    try {
      await fs.promises.rename(path, gone);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await syncFolder(dirname(path));
    // All that lies there, also of an earlier run that was killed while it deleted.
    this.deleting = this.deleting
      .then(() => emptyFolder(grave))
      .catch((error: Error) => this.onWarning(`a destroyed volume is not deleted: ${error.message}`));
  }
}

/** Names in the folder survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  await handle?.sync();
  await handle?.close();
}
