/** cgroups/cpu: shares always, a quota when there is a limit or `--cgroups_enable_cfs`; values of agent.md §10.3. */
import type { ResourceStatistics } from '../../../../../proto/generated/types/v1.ts';
import { TICKS_PER_SECOND } from '../../processTable.ts';
import type { ContainerResources } from '../../resources.ts';
import type { Cgroup } from './cgroup.ts';
import type { CgroupOptions, Subsystem } from './subsystem.ts';

const PERIOD_US = 100_000;
const QUOTA_US_MIN = 1000;

/** By version of the hierarchy: weight of a cpu, of a revocable one, and the least there is. */
const WEIGHTS = { 1: { cpu: 1024, revocable: 10, min: 2 }, 2: { cpu: 100, revocable: 1, min: 1 } } as const;

/** `cpu.shares` or `cpu.weight`. */
export function cpuWeight(
  version: 1 | 2,
  { cpus, revocable }: ContainerResources,
  lowPriority: boolean,
): number {
  const weight = WEIGHTS[version];
  return Math.max(weight.min, Math.floor(cpus * (revocable && lowPriority ? weight.revocable : weight.cpu)));
}

/** Microseconds of cpu in each 100 ms; undefined: leave as it is. */
export function cpuQuotaUs({ cpus, cpusLimit }: ContainerResources, enableCfs: boolean): number | undefined {
  if (cpusLimit === undefined && !enableCfs) return undefined;
  const limit = cpusLimit ?? cpus;
  return limit === Number.POSITIVE_INFINITY ? limit : Math.max(QUOTA_US_MIN, Math.floor(PERIOD_US * limit));
}

export class CpuSubsystem implements Subsystem {
  readonly name = 'cpu';
  readonly controllers = ['cpu', 'cpuacct'] as const;
  readonly enforces = ['cpus'] as const;
  readonly #options: CgroupOptions;

  constructor(options: CgroupOptions) {
    this.#options = options;
  }

  update(cgroup: Cgroup, resources: ContainerResources): void {
    const version = cgroup.version('cpu');
    const weight = cpuWeight(version, resources, this.#options.revocableLowPriority);
    cgroup.write('cpu', version === 1 ? 'cpu.shares' : 'cpu.weight', weight);
    const quota = cpuQuotaUs(resources, this.#options.enableCfs);
    if (quota === undefined) return;
    const isBound = Number.isFinite(quota);
    if (version === 2) {
      cgroup.write('cpu', 'cpu.max', `${isBound ? quota : 'max'} ${PERIOD_US}`);
    } else {
      cgroup.write('cpu', 'cpu.cfs_period_us', PERIOD_US);
      cgroup.write('cpu', 'cpu.cfs_quota_us', isBound ? quota : -1);
    }
  }

  usage(cgroup: Cgroup): Partial<ResourceStatistics> {
    const times = cgroup.version('cpu') === 1 ? this.#times1(cgroup) : this.#times2(cgroup);
    if (!this.#options.countProcesses) return times;
    const count = (file: string) => cgroup.read('cpu', file)?.split('\n').filter(Boolean).length ?? 0;
    return { ...times, processes: count('cgroup.procs'), threads: count('tasks') };
  }

  #times1(cgroup: Cgroup): Partial<ResourceStatistics> {
    const used = cgroup.readTable('cpuacct', 'cpuacct.stat');
    const stat = cgroup.readTable('cpu', 'cpu.stat');
    return {
      cpus_user_time_secs: (used.get('user') ?? 0) / TICKS_PER_SECOND,
      cpus_system_time_secs: (used.get('system') ?? 0) / TICKS_PER_SECOND,
      ...throttling(stat, (stat.get('throttled_time') ?? 0) / 1e9),
      ...limitOf(cgroup.readNumber('cpu', 'cpu.cfs_quota_us')),
    };
  }

  #times2(cgroup: Cgroup): Partial<ResourceStatistics> {
    const stat = cgroup.readTable('cpu', 'cpu.stat');
    const [quota] = cgroup.read('cpu', 'cpu.max')?.split(' ') ?? [];
    return {
      cpus_user_time_secs: (stat.get('user_usec') ?? 0) / 1e6,
      cpus_system_time_secs: (stat.get('system_usec') ?? 0) / 1e6,
      ...throttling(stat, (stat.get('throttled_usec') ?? 0) / 1e6),
      ...limitOf(Number(quota)),
    };
  }
}

function throttling(stat: ReadonlyMap<string, number>, seconds: number): Partial<ResourceStatistics> {
  return {
    cpus_nr_periods: stat.get('nr_periods') ?? 0,
    cpus_nr_throttled: stat.get('nr_throttled') ?? 0,
    cpus_throttled_time_secs: seconds,
  };
}

function limitOf(quotaUs: number | undefined): Partial<ResourceStatistics> {
  return quotaUs !== undefined && quotaUs > 0 ? { cpus_limit: quotaUs / PERIOD_US } : {};
}
