import type { Clock } from '../../../runtime/ports.ts';
import {
  HAS_PROC,
  ProcessFamilies,
  type ProcessStat,
  readPids,
  readProcess,
  readProcesses,
  readResidentBytes,
  TICKS_PER_SECOND,
} from './processTable.ts';
import type { ProcessTree } from './signals.ts';

/** What the processes of a container use: fields of Mesos' ResourceStatistics, summed over the process tree (posix/cpu, posix/mem). */
export interface ContainerUsage {
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
    cpus_user_time_secs: sum(({ userTicks }) => userTicks) / TICKS_PER_SECOND,
    cpus_system_time_secs: sum(({ systemTicks }) => systemTicks) / TICKS_PER_SECOND,
    mem_rss_bytes: sum(({ pid }) => readResidentBytes(pid)),
  };
}

/** The process table is read again when older than this. */
const AGE_MS_MAX = 500;

/** The processes of the machine as they were a moment ago: one look serves all containers and all who ask. */
export class UsageTable {
  readonly #clock: Clock;
  #read: { readonly atMs: number; readonly families: ProcessFamilies } | undefined;
  /** Under way, and pushed on by whoever waits for it. */
  #reading: Generator<undefined, void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** At most 0.5 s old. Reads all at once what `refresh` has not. */
  get families(): ProcessFamilies {
    return this.#fresh ?? this.#keep(new ProcessFamilies(HAS_PROC ? readProcesses() : new Map()));
  }

  /** Steps after which `families` has nothing to read; several who wait share them. */
  *refresh(): Generator<undefined, void> {
    while (this.#fresh === undefined) {
      this.#reading ??= this.#readInSteps();
      if (this.#reading.next().done === true) this.#reading = undefined;
      else yield;
    }
  }

  /** A process each step: thousands of them take longer than anything else may wait. */
  *#readInSteps(): Generator<undefined, void> {
    const families = new ProcessFamilies();
    for (const pid of HAS_PROC ? readPids() : []) {
      const stat = readProcess(pid);
      if (stat !== undefined) families.add(stat);
      yield;
    }
    this.#keep(families);
  }

  #keep(families: ProcessFamilies): ProcessFamilies {
    this.#read = { atMs: this.#clock.monotonic(), families };
    return families;
  }

  get #fresh(): ProcessFamilies | undefined {
    const { atMs = Number.NEGATIVE_INFINITY, families } = this.#read ?? {};
    return this.#clock.monotonic() - atMs > AGE_MS_MAX ? undefined : families;
  }
}
