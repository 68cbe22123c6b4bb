/**
 * Volumes that a container shares with itself or with the container around it (`SANDBOX_PATH`), as symbolic links in its
 * sandbox: what Mesos' posix file system isolation does (agent.md §10.2).
 */
import { isAbsolute, join, normalize } from 'node:path';
import {
  type ContainerInfo,
  type Volume,
  VolumeSourceSandboxPathType,
  VolumeSourceType,
} from '../../../proto/generated/types/v1.ts';

/** A symbolic link in a sandbox to a folder that is made when it is not there. */
export interface SandboxLink {
  readonly path: string;
  readonly target: string;
}

/** @throws Error naming a volume that leaves a sandbox or needs a file system of its own */
export function sandboxLinks(
  container: ContainerInfo | undefined,
  sandbox: string,
  parentSandbox: string | undefined,
): SandboxLink[] {
  return (container?.volumes ?? [])
    .filter(({ source }) => source?.type === VolumeSourceType.SANDBOX_PATH)
    .map((volume) => linkOf(volume, sandbox, parentSandbox));
}

function linkOf(
  { container_path, source }: Volume,
  sandbox: string,
  parent: string | undefined,
): SandboxLink {
  const { type, path = '' } = source?.sandbox_path ?? {};
  const root = type === VolumeSourceSandboxPathType.PARENT ? parent : sandbox;
  if (root === undefined) throw new Error(`volume ${container_path}: there is no container around this one`);
  if (isAbsolute(container_path))
    throw new Error(`volume ${container_path}: expected a path relative to the sandbox`);
  return {
    path: join(sandbox, inside(container_path, container_path)),
    target: join(root, inside(path, container_path)),
  };
}

function inside(path: string, volume: string): string {
  const plain = normalize(path);
  if (plain === '..' || plain.startsWith('../') || isAbsolute(plain))
    throw new Error(`volume ${volume}: '${path}' leaves the sandbox`);
  return plain;
}
