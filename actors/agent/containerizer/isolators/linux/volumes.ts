/** Volumes as a container is to see them: folders of the host, of its sandbox, and persistent ones. */
import * as fs from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import {
  type Volume,
  VolumeMode,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../../../proto/generated/types/v1.ts';
import type { MountedVolume } from '../../launchScript.ts';
import type { IsolatedLaunch } from '../isolator.ts';

export type { MountedVolume };

/**
 * @param forcedHostPaths `--host_path_volume_force_creation`: folders below which paths of the host are made
 * @throws Error naming the volume and what is wrong with it
 */
export function volumesOf(
  { launch, parentId }: IsolatedLaunch,
  forcedHostPaths: readonly string[],
  parentSandbox: string | undefined,
): MountedVolume[] {
  const asked = (launch.container?.volumes ?? []).map((volume) => {
    const to = checkedTarget(volume.container_path);
    const from = sourceOf(volume, launch.sandbox, forcedHostPaths, parentId, parentSandbox);
    return { from, to, readOnly: volume.mode === VolumeMode.RO };
  });
  return [...asked, ...(launch.volumes ?? [])];
}

function checkedTarget(path: string): string {
  const to = normalize(path);
  if (to === '' || to === '.' || to === '/')
    throw new Error(`volume at '${path}': expected a path in the container`);
  if (to.split('/').includes('..')) throw new Error(`volume at '${path}': the path leads up`);
  return to;
}

function sourceOf(
  volume: Volume,
  sandbox: string,
  forced: readonly string[],
  parentId: string | undefined,
  parentSandbox: string | undefined,
): string {
  const { source, container_path: at } = volume;
  const hostPath = source?.type === VolumeSourceType.HOST_PATH ? source.host_path?.path : volume.host_path;
  if (hostPath !== undefined) {
    // Relative ones are of the sandbox, as in Mesos.
    return isAbsolute(hostPath) ? existing(hostPath, at, forced) : inSandbox(sandbox, hostPath, at);
  }
  if (source?.type !== VolumeSourceType.SANDBOX_PATH || source.sandbox_path === undefined)
    throw new Error(`volume at '${at}': this agent has no volumes of its kind`);
  const { type, path } = source.sandbox_path;
  if (type !== VolumeSourceSandboxPathType.PARENT) return inSandbox(sandbox, path, at);
  if (parentId === undefined || parentSandbox === undefined)
    throw new Error(`volume at '${at}': its container has no parent`);
  return inSandbox(parentSandbox, path, at);
}

function inSandbox(sandbox: string, path: string, at: string): string {
  const below = normalize(path);
  if (isAbsolute(below) || below.split('/').includes('..'))
    throw new Error(`volume at '${at}': '${path}' leads out of the sandbox`);
  const from = join(sandbox, below);
  fs.mkdirSync(from, { recursive: true });
  const [root, real] = [fs.realpathSync(sandbox), fs.realpathSync(from)];
  if (real !== root && !real.startsWith(`${root}/`))
    throw new Error(`volume at '${at}': '${path}' leads out of the sandbox`);
  return from;
}

function existing(path: string, at: string, forced: readonly string[]): string {
  if (fs.existsSync(path)) return path;
  const real = normalize(path);
  if (!forced.some((folder) => real === folder || real.startsWith(`${folder}/`)))
    throw new Error(`volume at '${at}': path '${path}' of the host does not exist`);
  fs.mkdirSync(real, { recursive: true });
  return real;
}
