/** disk/du: what sandboxes and persistent volumes hold, counted by du(1) from time to time; over their share they may end their container for it. */
import {
  type DiskStatistics,
  type Resource,
  ResourceDiskInfoSourceType,
  type ResourceStatistics,
  TaskStatusReason,
  ValueType,
} from '../../../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../../../runtime/ports.ts';
import { runProgram } from '../../../subprocess.ts';
import type { ContainerResources } from '../../resources.ts';
import { readNote, replaceNote } from '../../runtimeFiles.ts';
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
  /** Where a persistent volume is. @throws Error for one that is nowhere */
  readonly placeOf: (volume: Resource) => string;
}

/** In the runtime directory, as JSON: what is counted, for the next agent to go on. */
const NOTE = 'disk';

/** A folder that is counted, and what it may hold: none where no disk was asked for. */
interface Place {
  readonly path: string;
  readonly limitMb: number | undefined;
  /** Of a persistent volume. */
  readonly about?: Pick<DiskStatistics, 'persistence' | 'source'>;
}

/** The sandbox first. */
type Places = readonly [Place, ...Place[]];

interface Watched {
  places: Places;
  /** By path. */
  readonly usedBytes: Map<string, number>;
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
    const places = this.#placesOf(launch.sandbox, resources);
    this.#watch(containerId, places);
    return { notes: { [NOTE]: JSON.stringify(places) } };
  }

  recover(containerId: string): void {
    const text = readNote(this.#options.dirOf(containerId), NOTE);
    const places = text === undefined ? undefined : placesFrom(text);
    if (places !== undefined) this.#watch(containerId, places);
  }

  #watch(containerId: string, places: Places): void {
    this.#watched.set(containerId, { places, usedBytes: new Map() });
    this.#arm();
  }

  update(containerId: string, resources: ContainerResources): void {
    const watched = this.#watched.get(containerId);
    if (watched === undefined) return;
    watched.places = this.#placesOf(watched.places[0].path, resources);
    replaceNote(this.#options.dirOf(containerId), NOTE, JSON.stringify(watched.places));
  }

  #placesOf(sandbox: string, { disk, volumes = [] }: ContainerResources): Places {
    // As in Mesos: who asked for no disk has no limit.
    const own = { path: sandbox, limitMb: disk === 0 ? undefined : disk };
    return [own, ...volumes.map((volume) => placeOf(volume, this.#options.placeOf(volume)))];
  }

  usage(containerId: string): Partial<ResourceStatistics> {
    const watched = this.#watched.get(containerId);
    if (watched === undefined) return {};
    const statistics = watched.places.map(({ path, limitMb, about }) => {
      const used = watched.usedBytes.get(path);
      return {
        ...about,
        ...(limitMb === undefined ? {} : { limit_bytes: limitMb * BYTES_PER_MB }),
        ...(used === undefined ? {} : { used_bytes: used }),
      };
    });
    const { limit_bytes, used_bytes } = statistics[0] ?? {};
    return {
      ...(limit_bytes === undefined ? {} : { disk_limit_bytes: limit_bytes }),
      ...(used_bytes === undefined ? {} : { disk_used_bytes: used_bytes }),
      disk_statistics: statistics,
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
      for (const { path } of watched.places) {
        const bytes = await usedBytes(path);
        if (this.#closed) return;
        if (bytes !== undefined) watched.usedBytes.set(path, bytes);
      }
      this.#check(containerId, watched);
    }
    this.#timer = undefined;
    this.#arm();
  }

  #check(containerId: string, { places, usedBytes }: Watched): void {
    if (!this.#options.enforce || !this.#watched.has(containerId)) return;
    for (const { path, limitMb, about } of places) {
      const bytes = usedBytes.get(path);
      if (bytes === undefined || limitMb === undefined || bytes <= limitMb * BYTES_PER_MB) continue;
      const usedMb = bytes / BYTES_PER_MB;
      const disk = { name: 'disk', type: ValueType.SCALAR, scalar: { value: usedMb } };
      this.#options.events.limited(containerId, {
        reason: TaskStatusReason.REASON_CONTAINER_LIMITATION_DISK,
        message: `Disk usage (${Math.ceil(usedMb)}MB) exceeds quota (${limitMb}MB)`,
        resources: [about === undefined ? disk : { ...disk, disk: about }],
      });
      return;
    }
  }
}

function placeOf({ disk, scalar }: Resource, path: string): Place {
  const { persistence, source } = disk ?? {};
  const about = { ...(persistence && { persistence }), ...(source && { source }) };
  const isWhole = source !== undefined && source.type !== ResourceDiskInfoSourceType.PATH;
  // What is on a disk of its own is bounded by that.
  return { path, limitMb: isWhole ? undefined : scalar?.value, about };
}

/** @returns undefined for what no agent wrote */
function placesFrom(text: string): Places | undefined {
  try {
    const [first, ...others] = JSON.parse(text) as Place[];
    return first === undefined ? undefined : [first, ...others];
  } catch {
    return undefined;
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
