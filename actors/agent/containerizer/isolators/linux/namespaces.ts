/**
 * filesystem/linux, namespaces/pid and namespaces/ipc: a view of files and processes of the container's own, made by
 * unshare(1) and a script within the new namespaces.
 */
import { dirname, join, relative } from 'node:path';
import { LinuxInfoIpcMode as IpcMode, type Secret } from '../../../../../proto/generated/types/v1.ts';
import { sharedSandbox, type UserNumbers } from '../../../heldFolder.ts';
import { userNumbers } from '../../../subprocess.ts';
import type { ProvisionedImage } from '../../images/provisioner.ts';
import { imageCommand, imageEnvironment } from '../../images/runtime.ts';
import { quoted } from '../../launchScript.ts';
import { programPath } from '../../programs.ts';
import type { IsolatedLaunch, Isolator, NamespaceKind, Preparation } from '../isolator.ts';
import { makeDevices } from './devices.ts';
import { SecretFiles, secretData } from './secrets.ts';
import { type SurroundingsOptions, surroundingsOf } from './surroundings.ts';
import { type MountedVolume, volumesOf } from './volumes.ts';

export interface NamespacesOptions {
  readonly filesystem: boolean;
  readonly pid: boolean;
  readonly ipc: boolean;
  /** `--sandbox_directory`: where a container with an image finds its sandbox. */
  readonly sandboxDirectory: string;
  /** `--host_path_volume_force_creation`. */
  readonly forcedHostPaths: readonly string[];
  /** `--default_container_shm_size`, megabytes. */
  readonly shmMb: number | undefined;
  /** `--disallow_sharing_agent_pid_namespace`, `--disallow_sharing_agent_ipc_namespace`. */
  readonly keepsAgentPid: boolean;
  readonly keepsAgentIpc: boolean;
  readonly surroundings: SurroundingsOptions;
  /** Of the agent. */
  readonly runtimeDir: string;
  /** Folder for what stands in the `/dev` of containers with images. */
  readonly devices: string;
}

/** The agent's own user. */
const AGENT: UserNumbers = { uid: 0, gid: 0 };

/** Which namespaces a container makes and which it joins; it is in the agent's of all others. */
interface Kinds {
  readonly made: readonly ('mount' | 'pid' | 'ipc')[];
  readonly joined: ReadonlyMap<NamespaceKind, string>;
}

export class NamespacesIsolator implements Isolator {
  readonly name = 'filesystem/linux';
  readonly #options: NamespacesOptions;
  readonly #sandboxes = new Map<string, string>();
  readonly #secrets: SecretFiles;
  #hasDevices = false;

  constructor(options: NamespacesOptions) {
    this.#options = options;
    this.#secrets = new SecretFiles(options.runtimeDir);
  }

  /** What looks into a container makes nothing. */
  concerns({ launch }: IsolatedLaunch): boolean {
    return launch.looksIntoParent !== true;
  }

  /** @throws Error in one line: volumes or namespaces that cannot be */
  async prepare(isolated: IsolatedLaunch): Promise<Preparation> {
    const { containerId, parentId, launch, image } = isolated;
    this.#sandboxes.set(containerId, launch.sandbox);
    const parentSandbox =
      launch.parentSandbox ?? (parentId === undefined ? undefined : this.#sandboxes.get(parentId));
    const keep = (secret: Secret) => this.#secrets.keep(containerId, secretData(secret));
    const volumes = await volumesOf(isolated, this.#options.forcedHostPaths, parentSandbox, keep);
    const hasSecrets = volumes.some(({ isSecret }) => isSecret === true);
    const reader = hasSecrets && launch.user !== undefined ? await userNumbers(launch.user) : AGENT;
    const { made, joined } = await this.#kinds(isolated);
    const namespaces = {
      kinds: made,
      lines:
        image === undefined
          ? this.#onHost(isolated, volumes, made, joined, reader)
          : this.#inImage(isolated, volumes, reader),
    };
    // Another view of the files begins at its root.
    const folder = joined.has('mount') ? [`--wdns=${quoted(launch.sandbox, 'sandbox')}`] : [];
    const joins = { namespaces: joined, options: folder };
    if (image === undefined) return { namespaces, joins };
    return {
      ...{ namespaces, joins, ownsRoot: true },
      environment: imageEnvironment(image.config),
      overrides: { MESOS_SANDBOX: this.#options.sandboxDirectory },
      command: imageCommand(launch.command, image.config),
    };
  }

  async #kinds({ containerId, parentId, launch, image }: IsolatedLaunch): Promise<Kinds> {
    const { pid, ipc, keepsAgentPid, keepsAgentIpc, surroundings } = this.#options;
    const info = launch.container?.linux_info;
    const isNested = parentId !== undefined;
    const sharesPid = info?.share_pid_namespace === true;
    // Unless they say otherwise, containers of their own keep to themselves, and those inside another share its memory.
    const sharesIpc = info?.ipc_mode === undefined ? isNested : info.ipc_mode === IpcMode.SHARE_PARENT;
    if (sharesPid && !isNested && keepsAgentPid)
      throw new Error('share_pid_namespace: this agent lets nobody share its own');
    if (info?.ipc_mode === IpcMode.SHARE_PARENT && !isNested && keepsAgentIpc)
      throw new Error('ipc_mode SHARE_PARENT: this agent lets nobody share its own');
    if (sharesIpc && info?.shm_size !== undefined)
      throw new Error('shm_size: a container that shares its shared memory does not size it');
    const around = isNested ? await surroundingsOf(containerId, surroundings) : undefined;
    const joined = new Map<NamespaceKind, string>();
    const join = (kind: NamespaceKind): void => {
      const file = around?.namespaces.get(kind);
      if (file !== undefined) joined.set(kind, file);
    };
    if (pid && sharesPid) join('pid');
    if (ipc && sharesIpc) join('ipc');
    // Shared memory is a part of the file system, too, which a root of its own hides.
    if (joined.has('ipc') && image === undefined && around?.directory === undefined) join('mount');
    return {
      made: [
        'mount',
        ...(pid && !sharesPid ? (['pid'] as const) : []),
        ...(ipc && !sharesIpc ? (['ipc'] as const) : []),
      ],
      joined,
    };
  }

  cleanup(containerId: string): void {
    this.#sandboxes.delete(containerId);
    this.#secrets.forget(containerId);
  }

  known(): readonly string[] {
    return this.#secrets.known();
  }

  #onHost(
    { launch }: IsolatedLaunch,
    volumes: readonly MountedVolume[],
    made: Kinds['made'],
    joined: Kinds['joined'],
    reader: UserNumbers,
  ): string[] {
    const lines = volumes.map((volume) => {
      const { to } = volume;
      // A path of the host that is not there is not made for one container's sake.
      const [root, below] = to.startsWith('/') ? ['', to] : [launch.sandbox, to];
      return showing(volume, root, below, reader);
    });
    if (made.includes('pid') || joined.has('pid')) lines.push('ownproc');
    if (made.includes('ipc'))
      lines.push(`ownshm ${shmSize(launch.container?.linux_info?.shm_size ?? this.#options.shmMb)}`);
    return lines;
  }

  #madeDevices(): string {
    const { devices } = this.#options;
    if (!this.#hasDevices) makeDevices(devices);
    this.#hasDevices = true;
    return devices;
  }

  #inImage(
    { launch, image }: IsolatedLaunch,
    volumes: readonly MountedVolume[],
    reader: UserNumbers,
  ): string[] {
    if (image === undefined) return [];
    const sandbox = this.#options.sandboxDirectory;
    const { root, config } = image;
    const lines = [`overlay ${layersOf(image)}`, `launcher_fresh=${quoted(root, 'root')}`];
    lines.push(
      `system ${quoted(root, 'root')} ${quoted(this.#madeDevices(), 'folder')}`,
      placing(launch.sandbox, root, sandbox, false, sharedSandbox(launch)),
    );
    for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname'])
      lines.push(
        `[ ! -f ${file} ] || [ -L ${quoted(root + file, 'path')} ] || ${placing(file, root, file, true)}`,
      );
    for (const volume of volumes) {
      const { to } = volume;
      lines.push(showing(volume, root, to.startsWith('/') ? to : join(sandbox, to), reader));
    }
    const directory =
      config.WorkingDir === undefined || config.WorkingDir === '' ? sandbox : config.WorkingDir;
    lines.push(
      `enter ${quoted(root, 'root')} ${quoted(directory, 'folder')} "$launcher_uid" "$launcher_gid" ${programPath('unshare')}`,
    );
    return lines;
  }
}

/** @param reader whose a secret is */
function showing(volume: MountedVolume, root: string, to: string, { uid, gid }: UserNumbers): string {
  const { from, real, readOnly, isSecret, image } = volume;
  if (image !== undefined) return `overlay ${layersOf(image)}\n${placing(from, root, to, readOnly)}`;
  if (isSecret !== true) return placing(from, root, to, readOnly, real);
  return `secret ${[from, root, to].map((path) => quoted(path, 'path')).join(' ')} ${uid}:${gid}`;
}

/** @param real where `from` lies without links, when others are at work there */
function placing(from: string, root: string, to: string, readOnly: boolean, real?: string): string {
  const words = [real ?? from, root, to].map((path) => quoted(path, 'path'));
  return `${real === undefined ? 'place' : 'held'} ${words.join(' ')} ${readOnly ? 'ro' : 'rw'}`;
}

/** Words for the mount of an image. */
function layersOf({ root, layers, upper, work }: ProvisionedImage): string {
  const { folder, names } = belowOne(layers);
  const lower = [...names].reverse().join(':');
  return [root, folder, lower, upper, work].map((path) => quoted(path, 'path')).join(' ');
}

/** Their common folder, and each in it: the kernel takes no more than a page of names. */
function belowOne(layers: readonly string[]): { readonly folder: string; readonly names: readonly string[] } {
  let folder = dirname(layers[0] ?? '/');
  while (!layers.every((layer) => layer.startsWith(folder === '/' ? '/' : `${folder}/`)))
    folder = dirname(folder);
  return { folder, names: layers.map((layer) => relative(folder, layer)) };
}

/** Megabytes, as an option of mount. */
function shmSize(mb: number | undefined): string {
  return mb === undefined ? "''" : `${Math.floor(mb)}m`;
}
