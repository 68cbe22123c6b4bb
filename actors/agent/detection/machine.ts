import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What a machine has; undefined where it does not tell. */
export interface MachineFacts {
  /** CPUs this process may use. */
  readonly cpus: number | undefined;
  /** Bytes of main memory. */
  readonly memoryBytes: number | undefined;
  /** Bytes of the file system of the work directory. */
  readonly diskBytes: number | undefined;
}

/** Asks the operating system. @param workDir an existing folder on the file system in question */
export function readMachineFacts(workDir: string): MachineFacts {
  return {
    cpus: positive(availableParallelism()),
    memoryBytes: positive(totalmem()),
    diskBytes: diskBytes(workDir),
  };
}

function diskBytes(workDir: string): number | undefined {
  try {
    const { bsize, blocks } = statfsSync(workDir);
    return positive(bsize * blocks);
  } catch {
    return undefined;
  }
}

function positive(value: number): number | undefined {
  return value > 0 ? value : undefined;
}
