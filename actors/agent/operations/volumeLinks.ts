/**
 * Persistent volumes in sandboxes: symbolic links at their container paths, as Mesos' posix file system isolation makes them
 * (agent.md §10.2).
 */
import * as fs from 'node:fs';
import { basename, dirname, isAbsolute, normalize } from 'node:path';
import type { Resource } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { pointLatest } from '../containerizer/index.ts';
import { type HeldFolder, type SandboxWay, within } from '../heldFolder.ts';
import type { SandboxPort } from '../host.ts';
import type { AgentPaths } from '../paths.ts';
import { placeOf } from './volumes.ts';

/**
 * Puts the volumes among the resources into a sandbox.
 *
 * @param user whose the volumes are from now on; undefined: the agent's own
 * @throws Error naming a volume that cannot be where it is wanted
 */
export function mountVolumes(
  { paths, sandboxes }: { readonly paths: AgentPaths; readonly sandboxes: Pick<SandboxPort, 'mount'> },
  sandbox: SandboxWay,
  resources: Iterable<Resource> | undefined,
  user: string | undefined,
): void {
  for (const { path, root } of volumesOf(paths, resources)) sandboxes.mount(sandbox, path, root, user);
}

/**
 * The volumes among the resources: the path of each in a sandbox, and where it is.
 *
 * @throws Error naming a volume that cannot be where it is wanted
 */
export function volumesOf(
  paths: AgentPaths,
  resources: Iterable<Resource> | undefined,
): { readonly path: string; readonly root: string }[] {
  return [...(resources ?? [])]
    .filter(({ disk }) => disk?.persistence !== undefined)
    .map((resource) => ({ path: containerPath(resource), root: placeOf(paths, resource).path }));
}

function containerPath(volume: Resource): string {
  const given = volume.disk?.volume?.container_path ?? '';
  const path = normalize(given);
  const shown = Resources.of([volume]).unallocated();
  if (isAbsolute(path))
    throw new Error(`volume ${shown}: expected a container path relative to the sandbox, got '${given}'`);
  if (given === '' || path === '.' || path === '..' || path.startsWith('../'))
    throw new Error(`volume ${shown}: container path '${given}' is not inside the sandbox`);
  return path;
}

/**
 * Links `path` of the sandbox to `target`. What runs in the sandbox may have made links of its own there: none is followed.
 *
 * @param owner user and group that the volume is given to
 * @throws Error in one line
 */
export function linkVolume(
  { root, below }: SandboxWay,
  path: string,
  target: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): void {
  const make = (folder: HeldFolder, name: string) => folder.make(name, 0o755);
  const link = (folder: HeldFolder) => pointLatest(folder.at(basename(path)), target);
  within(root, below, (sandbox) => within(sandbox, dirname(path), link, make));
  if (owner === undefined) return;
  const { uid, gid } = fs.statSync(target);
  if (uid !== owner.uid || gid !== owner.gid) fs.chownSync(target, owner.uid, owner.gid);
}

/** The ids of a user of this machine, from /etc/passwd. @throws Error when there is no such user */
export function idsOf(user: string): { uid: number; gid: number } {
  for (const line of fs.readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === user && uid !== undefined && gid !== undefined)
      return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`there is no user '${user}' on this machine`);
}
