import {
  type ProcessFamilies,
  type ProcessStat,
  readResidentBytes,
  TICKS_PER_SECOND,
} from './processTable.ts';
import type { ProcessTree } from './signals.ts';

/** What the processes of a container use: fields of Mesos' ResourceStatistics, summed over the process tree (posix/cpu, posix/mem). */
export interface ContainerUsage {
  readonly processes: number;
  readonly threads: number;
  /** Seconds since the container began; those of processes that ended and were waited for are counted. */
  readonly cpus_user_time_secs: number;
  readonly cpus_system_time_secs: number;
  readonly mem_rss_bytes: number;
}

export function usageOf(families: ProcessFamilies, tree: ProcessTree): ContainerUsage {
  const members = families.membersOf(tree.process.leader, tree.sessions);
  const sum = (value: (stat: ProcessStat) => number): number =>
    members.reduce((total, stat) => total + value(stat), 0);
  return {
    processes: members.length,
    threads: sum(({ threads }) => threads),
    cpus_user_time_secs: sum(({ userTicks }) => userTicks) / TICKS_PER_SECOND,
    cpus_system_time_secs: sum(({ systemTicks }) => systemTicks) / TICKS_PER_SECOND,
    mem_rss_bytes: sum(({ pid }) => readResidentBytes(pid)),
  };
}
