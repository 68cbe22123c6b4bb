/** disk/du: what sandboxes hold, counted by du(1) from time to time; over their share they may end for it. */
import {
  type ResourceStatistics,
  TaskStatusReason,
  ValueType,
} from '../../../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../../../runtime/ports.ts';
import { runProgram } from '../../../subprocess.ts';
import type { ContainerResources } from '../../resources.ts';
import { readNote } from '../../runtimeFiles.ts';
import type { IsolatedLaunch, Isolator, IsolatorEvents, Preparation } from '../isolator.ts';

export interface DiskOptions {
  readonly clock: Clock;
  readonly events: IsolatorEvents;
  /** `--container_disk_watch_interval`. */
  readonly intervalMs: number;
  /** `--enforce_container_disk_quota`. */
  readonly enforce: boolean;
  /** The runtime directory of a container. */
  readonly dirOf: (containerId: string) => string;
}

/** In the runtime directory: the sandbox and its limit in MB, a line each, for the next agent to go on counting. */
const NOTE = 'disk';

interface Watched {
  readonly sandbox: string;
  limitMb: number;
  usedBytes: number | undefined;
}

const BYTES_PER_MB = 1024 * 1024;

export class DiskIsolator implements Isolator {
  readonly name = 'disk/du';
  readonly #options: DiskOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  prepare({ containerId, launch, resources }: IsolatedLaunch): Preparation {
    this.#watch(containerId, launch.sandbox, resources.disk);
    return { notes: { [NOTE]: `${resources.disk}\n${launch.sandbox}` } };
  }

  recover(containerId: string): void {
    const [limit = '', ...sandbox] = readNote(this.#options.dirOf(containerId), NOTE)?.split('\n') ?? [];
    if (sandbox.length > 0) this.#watch(containerId, sandbox.join('\n'), Number(limit));
  }

  #watch(containerId: string, sandbox: string, limitMb: number): void {
    this.#watched.set(containerId, { sandbox, limitMb, usedBytes: undefined });
    this.#arm();
  }

  update(containerId: string, { disk }: ContainerResources): void {
    const watched = this.#watched.get(containerId);
    if (watched !== undefined) watched.limitMb = disk;
  }

  usage(containerId: string): Partial<ResourceStatistics> {
    const watched = this.#watched.get(containerId);
    if (watched === undefined) return {};
    const { limitMb, usedBytes } = watched;
    return {
      disk_limit_bytes: limitMb * BYTES_PER_MB,
      ...(usedBytes === undefined ? {} : { disk_used_bytes: usedBytes }),
    };
  }

  cleanup(containerId: string): void {
    this.#watched.delete(containerId);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#closed || this.#watched.size === 0) return;
    this.#timer = this.#options.clock.setTimer(this.#options.intervalMs, () => void this.#lookAtAll());
  }

  /** One du at a time: disks are slow enough. */
  async #lookAtAll(): Promise<void> {
    for (const [containerId, watched] of [...this.#watched]) {
      const bytes = await usedBytes(watched.sandbox);
      if (this.#closed) return;
      watched.usedBytes = bytes ?? watched.usedBytes;
      this.#check(containerId, watched);
    }
    this.#timer = undefined;
    this.#arm();
  }

  #check(containerId: string, { limitMb, usedBytes }: Watched): void {
    if (!this.#options.enforce || usedBytes === undefined || usedBytes <= limitMb * BYTES_PER_MB) return;
    if (!this.#watched.has(containerId)) return;
    const usedMb = usedBytes / BYTES_PER_MB;
    this.#options.events.limited(containerId, {
      reason: TaskStatusReason.REASON_CONTAINER_LIMITATION_DISK,
      message: `Disk usage (${Math.ceil(usedMb)}MB) exceeds quota (${limitMb}MB)`,
      resources: [{ name: 'disk', type: ValueType.SCALAR, scalar: { value: usedMb } }],
    });
  }
}

/** What goes while du looks is a complaint, and no less a sum. */
const DU = 'du -k -s -x -- "$1" 2>/dev/null || :';

/** Without links and other file systems (mounted volumes); undefined when it cannot be told. */
async function usedBytes(folder: string): Promise<number | undefined> {
  try {
    const kilobytes = /^\d+/.exec(await runProgram('sh', ['-c', DU, 'sh', folder]))?.[0];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
