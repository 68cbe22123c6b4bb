/** disk/du: what sandboxes hold, counted by du(1) from time to time; over their share they may end for it. */
import {
  type ResourceStatistics,
  TaskStatusReason,
  ValueType,
} from '../../../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../../../runtime/ports.ts';
import { runProgram } from '../../../subprocess.ts';
import type { ContainerResources } from '../../resources.ts';
import type { IsolatedLaunch, Isolator, IsolatorEvents } from '../isolator.ts';

export interface DiskOptions {
  readonly clock: Clock;
  readonly events: IsolatorEvents;
  /** `--container_disk_watch_interval`. */
  readonly intervalMs: number;
  /** `--enforce_container_disk_quota`. */
  readonly enforce: boolean;
}

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

  prepare({ containerId, launch, resources }: IsolatedLaunch): undefined {
    this.#watched.set(containerId, {
      sandbox: launch.sandbox,
      limitMb: resources.disk,
      usedBytes: undefined,
    });
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

/** Without links and other file systems (mounted volumes); undefined when it cannot be told. */
async function usedBytes(folder: string): Promise<number | undefined> {
  try {
    return Number((await runProgram('du', ['-k', '-s', '-x', folder])).split('\t')[0]) * 1024;
  } catch {
    return undefined;
  }
}
