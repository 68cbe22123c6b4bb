import * as fs from 'node:fs';

/** A number that the kernel only ever raises. */
export type KernelCounter = () => number;

const VMSTAT = '/proc/vmstat';

/** Processes of the whole machine that the kernel killed for want of memory, be it a container's or all of it. */
export const readOomKills: KernelCounter = () => {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(fs.readFileSync(VMSTAT, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
};
