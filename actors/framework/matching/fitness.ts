/** How well a host suits a task: 0 to 1, the most is taken (spec: other-frameworks.md §4). */
import type { Amounts, Host, PlacedTask } from './task.ts';

export type Fitness = (task: PlacedTask, host: Host) => number;

/** Of one kind: the fuller a host will be, the better. A host that has none of it says nothing. */
function packer(kind: keyof Amounts): Fitness {
  return ({ amounts }, { used, free }) => {
    const total = used[kind] + free[kind];
    return total <= 0 ? 0 : Math.min(1, (used[kind] + amounts[kind]) / total);
  };
}

export const cpuPacker: Fitness = packer('cpus');
export const memPacker: Fitness = packer('mem');
export const diskPacker: Fitness = packer('disk');

/** The average of some, each as much as its weight says. */
export function weighted(parts: readonly (readonly [fitness: Fitness, weight: number])[]): Fitness {
  const sum = parts.reduce((total, [, weight]) => total + weight, 0);
  return (task, host) =>
    sum === 0 ? 0 : parts.reduce((total, [fitness, weight]) => total + fitness(task, host) * weight, 0) / sum;
}

/** The emptier a host stays, the better. */
export function spreading(packing: Fitness): Fitness {
  return (task, host) => 1 - packing(task, host);
}

export const cpuMemPacker: Fitness = weighted([
  [cpuPacker, 1],
  [memPacker, 1],
]);
export const cpuMemDiskPacker: Fitness = weighted([
  [cpuPacker, 1],
  [memPacker, 1],
  [diskPacker, 1],
]);

/** By the names that `--fitness` knows. */
export const FITNESS: Readonly<Record<string, Fitness>> = {
  cpu: cpuPacker,
  mem: memPacker,
  disk: diskPacker,
  cpu_mem: cpuMemPacker,
  cpu_mem_disk: cpuMemDiskPacker,
  spread: spreading(cpuMemPacker),
};
