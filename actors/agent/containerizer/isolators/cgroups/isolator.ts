import type { ContainerStatus, ResourceStatistics } from '../../../../../proto/generated/types/v1.ts';
import type { Clock, Timer } from '../../../../../runtime/ports.ts';
import type { ContainerResources } from '../../resources.ts';
import type { IsolatedLaunch, Isolator, IsolatorEvents, Limitation, Preparation } from '../isolator.ts';
import { type Cgroup, CgroupTree } from './cgroup.ts';
import type { Hierarchies } from './hierarchies.ts';
import { type KernelCounter, readOomKills } from './oomKills.ts';
import type { Subsystem } from './subsystem.ts';

/** How often the kernel's count of processes that ran out of memory is looked at, while containers live. */
const OOM_WATCH_MS = 100;

/** A cgroup with processes in it is tried again after this long. */
const REMOVE_RETRY_MS = 20;

export interface CgroupsIsolatorOptions {
  readonly hierarchies: Hierarchies;
  /** `--cgroups_root`. */
  readonly root: string;
  readonly subsystems: readonly Subsystem[];
  readonly clock: Clock;
  readonly events: IsolatorEvents;
  /** `--cgroups_destroy_timeout`. */
  readonly destroyTimeoutMs: number;
  /** Kills of the whole machine for want of memory. */
  readonly oomKills?: KernelCounter;
}

interface Member {
  readonly cgroup: Cgroup;
  /** Undefined for one that was found again and not updated since. */
  resources: ContainerResources | undefined;
  told: boolean;
}

/**
 * All subsystems of `cgroups/*`. A top-level container has a cgroup of its own in each hierarchy; nested ones are in
 * their parent's, unless they ask for their own (`share_cgroups: false`).
 */
export class CgroupsIsolator implements Isolator {
  readonly name = 'cgroups';
  readonly enforces: readonly string[];
  readonly #options: CgroupsIsolatorOptions;
  readonly #tree: CgroupTree;
  readonly #members = new Map<string, Member>();
  readonly #oomKills: KernelCounter;
  #lastKills: number;
  #watchTimer: Timer | undefined;
  #closed = false;

  /** @throws Error naming what cannot be made in a hierarchy */
  constructor(options: CgroupsIsolatorOptions) {
    this.#options = options;
    const controllers = options.subsystems.flatMap((subsystem) => [...subsystem.controllers]);
    this.#tree = new CgroupTree(options.hierarchies, options.root, [...new Set(controllers)]);
    this.#tree.open();
    this.#oomKills = options.oomKills ?? readOomKills;
    this.#lastKills = this.#oomKills();
    this.enforces = options.subsystems.flatMap((subsystem) => [...(subsystem.enforces ?? [])]);
  }

  prepare({ containerId, parentId, launch, resources }: IsolatedLaunch): Preparation {
    const shares = parentId !== undefined && launch.container?.linux_info?.share_cgroups !== false;
    if (shares) {
      const owner = this.#tree.ownerOf(parentId);
      return owner === undefined ? {} : { enter: this.#tree.entering(owner) };
    }
    const cgroup = this.#tree.create(containerId);
    this.#members.set(containerId, { cgroup, resources, told: false });
    for (const subsystem of this.#options.subsystems) {
      subsystem.prepare?.(cgroup, containerId);
      subsystem.update?.(cgroup, resources, true);
    }
    this.#watch();
    const more = this.#options.subsystems.flatMap((subsystem) => [
      ...(subsystem.entering?.(resources) ?? []),
    ]);
    return { enter: [...this.#tree.entering(containerId), ...more] };
  }

  update(containerId: string, resources: ContainerResources): void {
    const member = this.#members.get(containerId);
    if (member === undefined) return;
    member.resources = resources;
    for (const subsystem of this.#options.subsystems) subsystem.update?.(member.cgroup, resources, false);
  }

  usage(containerId: string): Partial<ResourceStatistics> {
    const member = this.#members.get(containerId);
    if (member === undefined) return {};
    return Object.assign({}, ...this.#options.subsystems.map((one) => one.usage?.(member.cgroup) ?? {}));
  }

  status(containerId: string): Partial<ContainerStatus> {
    return Object.assign({}, ...this.#options.subsystems.map((one) => one.status?.(containerId) ?? {}));
  }

  ended(containerId: string): Limitation | undefined {
    const member = this.#members.get(containerId);
    return member === undefined || member.told ? undefined : this.#limitationOf(member);
  }

  recover(containerId: string): void {
    const cgroup = this.#tree.cgroup(containerId);
    this.#members.set(containerId, { cgroup, resources: undefined, told: false });
    for (const subsystem of this.#options.subsystems) subsystem.recover?.(cgroup, containerId);
    this.#watch();
  }

  known(): readonly string[] {
    return this.#tree.known();
  }

  async cleanup(containerId: string): Promise<void> {
    this.#members.delete(containerId);
    const { clock, destroyTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + destroyTimeoutMs;
    while (!(await this.#tree.remove(containerId))) {
      this.#tree.kill(containerId);
      if (clock.monotonic() > deadline)
        throw new Error(`the cgroups of container ${containerId} do not become empty`);
      await new Promise<void>((resolve) => void clock.setTimer(REMOVE_RETRY_MS, resolve));
    }
    for (const subsystem of this.#options.subsystems) subsystem.cleanup?.(containerId);
  }

  close(): void {
    this.#closed = true;
    this.#watchTimer?.cancel();
  }

  /** One look at one file serves all containers; only after a kill somewhere each is looked at. */
  #watch(): void {
    if (this.#watchTimer !== undefined || this.#closed || !this.enforces.includes('mem')) return;
    this.#watchTimer = this.#options.clock.setTimer(OOM_WATCH_MS, () => {
      this.#watchTimer = undefined;
      const kills = this.#oomKills();
      if (kills !== this.#lastKills) this.#lookAtAll();
      this.#lastKills = kills;
      if (this.#members.size > 0) this.#watch();
    });
  }

  #lookAtAll(): void {
    for (const [containerId, member] of this.#members) {
      const limitation = member.told ? undefined : this.#limitationOf(member);
      if (limitation !== undefined) this.#options.events.limited(containerId, limitation);
    }
  }

  #limitationOf(member: Member): Limitation | undefined {
    for (const subsystem of this.#options.subsystems) {
      const limitation = subsystem.limitation?.(member.cgroup, member.resources);
      if (limitation === undefined) continue;
      member.told = true;
      return limitation;
    }
    return undefined;
  }
}
