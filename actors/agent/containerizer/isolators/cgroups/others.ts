/** The controllers that count, or that containers merely join. */
import type {
  CgroupInfoBlkioStatistics,
  ResourceStatistics,
} from '../../../../../proto/generated/types/v1.ts';
import { CgroupInfoBlkioOperation } from '../../../../../proto/generated/types/v1.ts';
import type { Cgroup } from './cgroup.ts';
import type { CgroupOptions, Subsystem } from './subsystem.ts';

/** Devices that every container may use: `type major:minor access` (agent.md §10.2). */
const DEFAULT_DEVICES: readonly string[] = [
  'c *:* m',
  'b *:* m',
  'c 5:1 rwm',
  'c 4:0 rwm',
  'c 4:1 rwm',
  'c 136:* rwm',
  'c 5:2 rwm',
  'c 10:200 rwm',
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 5:0 rwm',
  'c 1:9 rwm',
  'c 1:8 rwm',
];

/** cgroups/pids: counts; a bound on processes and threads when the agent has one for all containers. */
export class PidsSubsystem implements Subsystem {
  readonly name = 'pids';
  readonly controllers = ['pids'] as const;
  readonly #max: number | undefined;

  constructor({ pidsMax }: CgroupOptions) {
    this.#max = pidsMax;
  }

  prepare(cgroup: Cgroup): void {
    if (this.#max !== undefined) cgroup.write('pids', 'pids.max', this.#max);
  }

  usage(cgroup: Cgroup): Partial<ResourceStatistics> {
    const threads = cgroup.readNumber('pids', 'pids.current');
    return threads === undefined ? {} : { threads };
  }
}

/** cgroups/devices: nothing but the usual devices and those of `--allowed_devices`. Hierarchies of version 1 only. */
export class DevicesSubsystem implements Subsystem {
  readonly name = 'devices';
  readonly controllers = ['devices'] as const;
  readonly #allowed: readonly string[];

  constructor({ allowedDevices }: CgroupOptions) {
    this.#allowed = [...DEFAULT_DEVICES, ...allowedDevices];
  }

  prepare(cgroup: Cgroup): void {
    cgroup.write('devices', 'devices.deny', 'a');
    for (const line of this.#allowed) cgroup.write('devices', 'devices.allow', line);
  }
}

/** cgroups/blkio: what goes to and comes from each device. */
export class BlkioSubsystem implements Subsystem {
  readonly name = 'blkio';
  readonly controllers = ['blkio', 'io'] as const;
  readonly #controller: 'blkio' | 'io';

  /** @param controller the name it has here: `io` in a unified hierarchy */
  constructor(controller: 'blkio' | 'io') {
    this.#controller = controller;
  }

  usage(cgroup: Cgroup): Partial<ResourceStatistics> {
    if (this.#controller === 'io') return {};
    const bytes = blkioTable(cgroup.read('blkio', 'blkio.throttle.io_service_bytes'));
    const served = blkioTable(cgroup.read('blkio', 'blkio.throttle.io_serviced'));
    const throttling = [...bytes].map(([device, values]) => {
      const [major = 0, minor = 0] = device.split(':').map(Number);
      return {
        device: { major_number: major, minor_number: minor },
        io_service_bytes: values,
        io_serviced: served.get(device) ?? [],
      };
    });
    return { blkio_statistics: { throttling } };
  }
}

type BlkioValues = NonNullable<NonNullable<CgroupInfoBlkioStatistics['throttling']>[number]['io_serviced']>;

const OPERATIONS: ReadonlyMap<string, CgroupInfoBlkioOperation> = new Map([
  ['Total', CgroupInfoBlkioOperation.TOTAL],
  ['Read', CgroupInfoBlkioOperation.READ],
  ['Write', CgroupInfoBlkioOperation.WRITE],
  ['Sync', CgroupInfoBlkioOperation.SYNC],
  ['Async', CgroupInfoBlkioOperation.ASYNC],
  ['Discard', CgroupInfoBlkioOperation.DISCARD],
]);

/** Lines `8:0 Read 4096`; the last one, `Total 0`, names no device. */
export function blkioTable(text: string | undefined): Map<string, BlkioValues> {
  const table = new Map<string, BlkioValues>();
  for (const line of text?.split('\n') ?? []) {
    const [device, operation, value] = line.split(' ');
    const op = OPERATIONS.get(operation ?? '');
    if (device === undefined || value === undefined || op === undefined) continue;
    const values = table.get(device) ?? [];
    values.push({ op, value: Number(value) });
    table.set(device, values);
  }
  return table;
}

/** Subsystems that containers join and nothing more: cpuset, hugetlb, net_prio, perf_event, freezer. */
export class JoinedSubsystem implements Subsystem {
  readonly name: string;
  readonly controllers: readonly string[];

  constructor(name: string) {
    this.name = name;
    this.controllers = [name];
  }
}
