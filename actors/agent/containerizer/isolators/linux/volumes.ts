/** Volumes as a container is to see them: folders of the host, of its sandbox, and persistent ones. */
import * as fs from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import {
  type Secret,
  type Volume,
  VolumeMode,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../../../proto/generated/types/v1.ts';
import { sandboxWay } from '../../../heldFolder.ts';
import { makeFolder } from '../../../sandboxFiles.ts';
import { userNumbers } from '../../../subprocess.ts';
import type { MountedVolume } from '../../launchScript.ts';
import type { IsolatedLaunch } from '../isolator.ts';

export type { MountedVolume };

/**
 * @param forcedHostPaths `--host_path_volume_force_creation`: folders below which paths of the host are made
 * @param keepSecret puts a secret into a file on its way; absent where containers cannot have any
 * @throws Error naming the volume and what is wrong with it
 */
export async function volumesOf(
  { containerId, launch, parentId, volumeImages }: IsolatedLaunch,
  forcedHostPaths: readonly string[],
  parentSandbox: string | undefined,
  keepSecret?: (secret: Secret) => string,
): Promise<MountedVolume[]> {
  const sandboxes: Sandboxes = {
    own: { id: containerId, path: launch.sandbox, user: launch.user },
    parent:
      parentId === undefined || parentSandbox === undefined
        ? undefined
        : { id: parentId, path: parentSandbox },
  };
  const asked: MountedVolume[] = [];
  const images = [...volumeImages];
  for (const volume of launch.container?.volumes ?? []) {
    const to = checkedTarget(volume.container_path);
    const secret = volume.source?.type === VolumeSourceType.SECRET ? volume.source.secret : undefined;
    if (secret !== undefined) {
      asked.push({ from: secretAt(to, secret, keepSecret), to, readOnly: true, isSecret: true });
      continue;
    }
    const image = volume.image === undefined ? undefined : images.shift();
    const source: Source =
      image === undefined ? await sourceOf(volume, sandboxes, forcedHostPaths) : { from: image.root };
    asked.push({ ...source, to, readOnly: volume.mode === VolumeMode.RO, ...(image && { image }) });
  }
  return [...asked, ...(launch.volumes ?? [])];
}

function secretAt(to: string, secret: Secret, keep: ((secret: Secret) => string) | undefined): string {
  if (keep === undefined) throw new Error(`volume at '${to}': a secret needs --isolation=filesystem/linux`);
  try {
    return keep(secret);
  } catch (error) {
    throw new Error(`volume at '${to}': ${(error as Error).message}`);
  }
}

type Source = Pick<MountedVolume, 'from' | 'real'>;

interface Sandboxes {
  readonly own: SandboxOf;
  readonly parent: SandboxOf | undefined;
}

/** A sandbox, and the user who is to have what is made in it: by default whoever has it. */
interface SandboxOf {
  /** Of its container. */
  readonly id: string;
  readonly path: string;
  readonly user?: string | undefined;
}

function checkedTarget(path: string): string {
  const to = normalize(path);
  if (to === '' || to === '.' || to === '/')
    throw new Error(`volume at '${path}': expected a path in the container`);
  if (to.split('/').includes('..')) throw new Error(`volume at '${path}': the path leads up`);
  return to;
}

async function sourceOf(
  volume: Volume,
  { own, parent }: Sandboxes,
  forced: readonly string[],
): Promise<Source> {
  const { source, container_path: at } = volume;
  const hostPath = source?.type === VolumeSourceType.HOST_PATH ? source.host_path?.path : volume.host_path;
  if (hostPath !== undefined) {
    // Relative ones are of the sandbox, as in Mesos.
    return isAbsolute(hostPath) ? { from: existing(hostPath, at, forced) } : inSandbox(own, hostPath, at);
  }
  if (source?.type !== VolumeSourceType.SANDBOX_PATH || source.sandbox_path === undefined)
    throw new Error(`volume at '${at}': this agent has no volumes of its kind`);
  const { type, path } = source.sandbox_path;
  if (type !== VolumeSourceSandboxPathType.PARENT) return inSandbox(own, path, at);
  if (parent === undefined) throw new Error(`volume at '${at}': its container has no parent`);
  return inSandbox(parent, path, at);
}

/** What is made belongs to whoever writes there, with the mode of the sandbox, as in Mesos. */
async function inSandbox({ id, path: sandbox, user }: SandboxOf, path: string, at: string): Promise<Source> {
  const below = normalize(path);
  const outside = new Error(`volume at '${at}': '${path}' leads out of the sandbox`);
  if (isAbsolute(below) || below.split('/').includes('..')) throw outside;
  const { uid, gid, mode } = await fs.promises.stat(sandbox);
  const owner = user === undefined ? { uid, gid } : await userNumbers(user);
  const folder = makeFolder(sandboxWay(id, sandbox), below, owner, mode & 0o777);
  if (folder === undefined) throw outside;
  const real = folder.realPath;
  folder.close();
  return { from: join(sandbox, below), real };
}

function existing(path: string, at: string, forced: readonly string[]): string {
  if (fs.existsSync(path)) return path;
  const real = normalize(path);
  if (!forced.some((folder) => real === folder || real.startsWith(`${folder}/`)))
    throw new Error(`volume at '${at}': path '${path}' of the host does not exist`);
  fs.mkdirSync(real, { recursive: true });
  return real;
}
