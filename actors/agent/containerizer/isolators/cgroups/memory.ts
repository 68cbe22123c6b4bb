/** cgroups/mem: a guarantee and a hard limit; a container that the kernel killed a process of is ended and told so. */
import { totalmem } from 'node:os';
import {
  type ResourceStatistics,
  TaskStatusReason,
  ValueType,
} from '../../../../../proto/generated/types/v1.ts';
import type { ContainerResources } from '../../resources.ts';
import type { Limitation } from '../isolator.ts';
import type { Cgroup } from './cgroup.ts';
import type { CgroupOptions, Subsystem } from './subsystem.ts';

const MB = 1024 * 1024;

/** No container is given less. */
const MEM_MB_MIN = 32;

/** Lines of `memory.stat` in the message of a container that ran out of memory, in a unified hierarchy. */
const TOLD_STATS = ['anon', 'file', 'kernel'];

export class MemorySubsystem implements Subsystem {
  readonly name = 'mem';
  readonly controllers = ['memory'] as const;
  readonly enforces = ['mem'] as const;
  readonly #options: CgroupOptions;

  constructor(options: CgroupOptions) {
    this.#options = options;
  }

  update(cgroup: Cgroup, resources: ContainerResources, isFirst: boolean): void {
    const guarantee = bytesOf(resources.mem);
    const limit = bytesOf(resources.memLimit ?? resources.mem);
    const isV1 = cgroup.version('memory') === 1;
    cgroup.write('memory', isV1 ? 'memory.soft_limit_in_bytes' : 'memory.low', guarantee);
    // Lowered under a process that uses more, a limit would kill it: it is only raised.
    if (!isFirst && limit <= hardLimit(cgroup)) return;
    if (isV1) this.#limit1(cgroup, Number.isFinite(limit) ? limit : -1, isFirst);
    else cgroup.write('memory', 'memory.max', Number.isFinite(limit) ? limit : 'max');
  }

  /** Memory must never be limited above memory with swap. */
  #limit1(cgroup: Cgroup, limit: number, isFirst: boolean): void {
    const files = ['memory.limit_in_bytes'];
    if (this.#options.limitSwap) files.push('memory.memsw.limit_in_bytes');
    for (const file of isFirst ? files : files.reverse()) cgroup.write('memory', file, limit);
  }

  entering({ mem, memLimit }: ContainerResources): readonly string[] {
    if (memLimit === undefined || mem >= memLimit) return [];
    // Those that use more than they asked for go first, by how little they asked for.
    const adjustment = 1000 - Math.floor((1000 * mem * MB) / totalmem());
    return [`echo ${Math.max(0, adjustment)} >/proc/self/oom_score_adj`];
  }

  usage(cgroup: Cgroup): Partial<ResourceStatistics> {
    return cgroup.version('memory') === 1 ? usage1(cgroup) : usage2(cgroup);
  }

  limitation(cgroup: Cgroup): Limitation | undefined {
    return cgroup.version('memory') === 1 ? limitation1(cgroup) : limitation2(cgroup);
  }
}

function bytesOf(mb: number): number {
  return Math.floor(Math.max(mb, MEM_MB_MIN) * MB);
}

/** Infinity where there is none. */
function hardLimit(cgroup: Cgroup): number {
  const file = cgroup.version('memory') === 1 ? 'memory.limit_in_bytes' : 'memory.max';
  return cgroup.readNumber('memory', file) ?? Number.POSITIVE_INFINITY;
}

function usage1(cgroup: Cgroup): Partial<ResourceStatistics> {
  const stat = cgroup.readTable('memory', 'memory.stat');
  const of = (name: string) => stat.get(`total_${name}`) ?? stat.get(name) ?? 0;
  const limit = cgroup.readNumber('memory', 'memory.limit_in_bytes');
  const withSwap = cgroup.readNumber('memory', 'memory.memsw.usage_in_bytes');
  return {
    mem_total_bytes: cgroup.readNumber('memory', 'memory.usage_in_bytes') ?? 0,
    ...(withSwap === undefined ? {} : { mem_total_memsw_bytes: withSwap }),
    ...(limit === undefined ? {} : { mem_limit_bytes: limit }),
    mem_soft_limit_bytes: cgroup.readNumber('memory', 'memory.soft_limit_in_bytes') ?? 0,
    mem_rss_bytes: of('rss'),
    mem_anon_bytes: of('rss'),
    mem_cache_bytes: of('cache'),
    mem_file_bytes: of('cache'),
    mem_mapped_file_bytes: of('mapped_file'),
    mem_swap_bytes: of('swap'),
    mem_unevictable_bytes: of('unevictable'),
  };
}

function usage2(cgroup: Cgroup): Partial<ResourceStatistics> {
  const stat = cgroup.readTable('memory', 'memory.stat');
  const of = (name: string) => stat.get(name) ?? 0;
  const limit = cgroup.readNumber('memory', 'memory.max');
  return {
    mem_total_bytes: cgroup.readNumber('memory', 'memory.current') ?? 0,
    ...(limit === undefined ? {} : { mem_limit_bytes: limit }),
    mem_soft_limit_bytes: cgroup.readNumber('memory', 'memory.low') ?? 0,
    mem_rss_bytes: of('anon'),
    mem_anon_bytes: of('anon'),
    mem_cache_bytes: of('file'),
    mem_file_bytes: of('file'),
    mem_mapped_file_bytes: of('file_mapped'),
    mem_swap_bytes: cgroup.readNumber('memory', 'memory.swap.current') ?? 0,
    mem_unevictable_bytes: of('unevictable'),
  };
}

function limitation1(cgroup: Cgroup): Limitation | undefined {
  const kills = cgroup.readTable('memory', 'memory.oom_control').get('oom_kill') ?? 0;
  if (kills === 0) return undefined;
  const limit = cgroup.readNumber('memory', 'memory.limit_in_bytes') ?? 0;
  const used = cgroup.readNumber('memory', 'memory.max_usage_in_bytes') ?? limit;
  const stat = cgroup.read('memory', 'memory.stat') ?? '';
  return exceeded(
    `Memory limit exceeded: Requested: ${text(limit)} Maximum Used: ${text(used)}\n\nMEMORY STATISTICS: \n${stat}`,
    used,
  );
}

function limitation2(cgroup: Cgroup): Limitation | undefined {
  const events = cgroup.readTable('memory', 'memory.events');
  if ((events.get('oom_kill') ?? 0) + (events.get('oom') ?? 0) === 0) return undefined;
  const limit = cgroup.readNumber('memory', 'memory.max') ?? 0;
  const stat = cgroup.readTable('memory', 'memory.stat');
  const told = TOLD_STATS.map((name) => `${name} ${stat.get(name) ?? 0}`).join('\n');
  return exceeded(`Memory limit exceeded: Requested: ${text(limit)}\n\nMEMORY STATISTICS: \n${told}`, limit);
}

function exceeded(message: string, bytes: number): Limitation {
  return {
    reason: TaskStatusReason.REASON_CONTAINER_LIMITATION_MEMORY,
    message,
    resources: [{ name: 'mem', type: ValueType.SCALAR, scalar: { value: bytes / MB } }],
  };
}

function text(bytes: number): string {
  return `${Math.round(bytes / MB)}MB`;
}
