/**
 * filesystem/linux, namespaces/pid and namespaces/ipc: a view of files and processes of the container's own, made by
 * unshare(1) and a script within the new namespaces.
 */
import { join } from 'node:path';
import { imageCommand, imageEnvironment } from '../../images/runtime.ts';
import { quoted } from '../../launchScript.ts';
import type { IsolatedLaunch, Isolator, Preparation } from '../isolator.ts';
import { type MountedVolume, volumesOf } from './volumes.ts';

export interface NamespacesOptions {
  readonly filesystem: boolean;
  readonly pid: boolean;
  readonly ipc: boolean;
  /** `--sandbox_directory`: where a container with an image finds its sandbox. */
  readonly sandboxDirectory: string;
  /** `--host_path_volume_force_creation`. */
  readonly forcedHostPaths: readonly string[];
}

/** `LinuxInfo.IpcMode.SHARE_PARENT`. */
const SHARE_PARENT = 2;

export class NamespacesIsolator implements Isolator {
  readonly name = 'filesystem/linux';
  readonly #options: NamespacesOptions;
  readonly #sandboxes = new Map<string, string>();

  constructor(options: NamespacesOptions) {
    this.#options = options;
  }

  prepare(isolated: IsolatedLaunch): Preparation {
    const { containerId, parentId, launch, image } = isolated;
    this.#sandboxes.set(containerId, launch.sandbox);
    const parentSandbox =
      launch.parentSandbox ?? (parentId === undefined ? undefined : this.#sandboxes.get(parentId));
    const volumes = volumesOf(isolated, this.#options.forcedHostPaths, parentSandbox);
    const info = launch.container?.linux_info;
    const pid = this.#options.pid && info?.share_pid_namespace !== true;
    const ipc = this.#options.ipc && info?.ipc_mode !== SHARE_PARENT;
    const kinds = ['mount', ...(pid ? ['pid'] : []), ...(ipc ? ['ipc'] : [])] as const as (
      | 'mount'
      | 'pid'
      | 'ipc'
    )[];
    const lines =
      image === undefined ? this.#onHost(isolated, volumes, pid, ipc) : this.#inImage(isolated, volumes);
    if (image === undefined) return { namespaces: { kinds, lines } };
    return {
      namespaces: { kinds, lines },
      environment: imageEnvironment(image.config),
      overrides: { MESOS_SANDBOX: this.#options.sandboxDirectory },
      command: imageCommand(launch.command, image.config),
    };
  }

  cleanup(containerId: string): void {
    this.#sandboxes.delete(containerId);
  }

  #onHost(
    { launch }: IsolatedLaunch,
    volumes: readonly MountedVolume[],
    pid: boolean,
    ipc: boolean,
  ): string[] {
    const lines = volumes.map(({ from, to, readOnly }) => {
      // A path of the host that is not there is not made for one container's sake.
      const [root, below] = to.startsWith('/') ? ['', to] : [launch.sandbox, to];
      return placing(from, root, below, readOnly);
    });
    if (pid) lines.push('ownproc');
    if (ipc) lines.push(`ownshm ${shmSize(launch.container?.linux_info?.shm_size)}`);
    return lines;
  }

  #inImage({ launch, image }: IsolatedLaunch, volumes: readonly MountedVolume[]): string[] {
    if (image === undefined) return [];
    const sandbox = this.#options.sandboxDirectory;
    const { root, layers, upper, work, config } = image;
    const lower = [...layers].reverse().join(':');
    const lines = [`overlay ${[root, lower, upper, work].map((path) => quoted(path, 'path')).join(' ')}`];
    lines.push(`system ${quoted(root, 'root')}`, placing(launch.sandbox, root, sandbox, false));
    for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname'])
      lines.push(
        `[ ! -f ${file} ] || [ -L ${quoted(root + file, 'path')} ] || ${placing(file, root, file, true)}`,
      );
    for (const { from, to, readOnly } of volumes)
      lines.push(placing(from, root, to.startsWith('/') ? to : join(sandbox, to), readOnly));
    const directory =
      config.WorkingDir === undefined || config.WorkingDir === '' ? sandbox : config.WorkingDir;
    lines.push(
      `enter ${quoted(root, 'root')} ${quoted(directory, 'folder')} "$launcher_uid" "$launcher_gid"`,
    );
    return lines;
  }
}

function placing(from: string, root: string, to: string, readOnly: boolean): string {
  const words = [from, root, to].map((path) => quoted(path, 'path'));
  return `place ${words.join(' ')} ${readOnly ? 'ro' : 'rw'}`;
}

/** Megabytes, as an option of mount. */
function shmSize(mb: number | undefined): string {
  return mb === undefined ? "''" : `${Math.floor(mb)}m`;
}
