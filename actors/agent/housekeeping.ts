/** Opens the parts of an agent that bring files and take them away. */
import { join } from 'node:path';
import type { Node } from '../../runtime/node.ts';
import { Fetcher } from './fetcher/fetcher.ts';
import type { AgentFlags } from './flags.ts';
import { SandboxGc } from './gc/sandboxGc.ts';

export function openFetcher(node: Node, flags: AgentFlags): Fetcher {
  return new Fetcher({
    clock: node.clock,
    metrics: node.metrics,
    // It is emptied at the start: never a folder that may hold something else.
    cacheDir: join(flags.fetcher_cache_dir ?? flags.work_dir, 'fetch'),
    cacheBytes: flags.fetcher_cache_size,
    stallMs: flags.fetcher_stall_timeout,
    frameworksHome: flags.frameworks_home,
    hadoopHome: flags.hadoop_home,
    variables: process.env,
  });
}

export function openGc(node: Node, flags: AgentFlags, onWarning: (text: string) => void): SandboxGc {
  return new SandboxGc({
    clock: node.clock,
    metrics: node.metrics,
    workDir: flags.work_dir,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    watchMs: flags.disk_watch_interval,
    onWarning,
  });
}
