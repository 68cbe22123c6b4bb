/** cgroups/net_cls: packets of a container carry its class, by which an operator's own rules of traffic know them (agent.md §10.2). */
import type { ContainerStatus } from '../../../../../proto/generated/types/v1.ts';
import type { Cgroup } from './cgroup.ts';
import type { CgroupOptions, NetClsHandles, Subsystem } from './subsystem.ts';

const FILE = 'net_cls.classid';

/** A class is a primary handle, the same for all containers of the agent, and a secondary one of the container's own. */
export class NetClsSubsystem implements Subsystem {
  readonly name = 'net_cls';
  readonly controllers = ['net_cls'] as const;
  readonly #given: NetClsHandles | undefined;
  /** Container → its secondary handle. */
  readonly #handles = new Map<string, number>();

  constructor({ netCls }: Pick<CgroupOptions, 'netCls'>) {
    this.#given = netCls;
  }

  /** @throws Error when all handles are given */
  prepare(cgroup: Cgroup, containerId: string): void {
    if (this.#given === undefined) return;
    const { primary, secondary } = this.#given;
    const taken = new Set(this.#handles.values());
    let [handle] = secondary;
    while (taken.has(handle)) handle += 1;
    if (handle > secondary[1])
      throw new Error('no secondary handle of --cgroups_net_cls_secondary_handles is free');
    this.#handles.set(containerId, handle);
    cgroup.write('net_cls', FILE, classOf(primary, handle));
  }

  recover(cgroup: Cgroup, containerId: string): void {
    const id = cgroup.readNumber('net_cls', FILE) ?? 0;
    // Of an agent with another primary handle, or none.
    if (Math.floor(id / 0x10000) === this.#given?.primary) this.#handles.set(containerId, id % 0x10000);
  }

  status(containerId: string): Partial<ContainerStatus> {
    const handle = this.#handles.get(containerId);
    if (handle === undefined || this.#given === undefined) return {};
    return { cgroup_info: { net_cls: { classid: classOf(this.#given.primary, handle) } } };
  }

  cleanup(containerId: string): void {
    this.#handles.delete(containerId);
  }
}

/** 32 bits, without a sign. */
function classOf(primary: number, secondary: number): number {
  return primary * 0x10000 + secondary;
}
