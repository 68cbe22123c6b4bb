/** `/use-history` of the cluster: what it used before this page was opened. */
import type { Sample } from './rows.ts';

type Columns = 'cpus' | 'mem' | 'disk' | 'gpus';

/** Columns, oldest first; `time` in seconds since 1970 by the master's clock. */
export type History = { readonly time: readonly number[] } & Partial<
  Readonly<Record<`${Columns}_used` | `${Columns}_total` | 'tasks_running', readonly number[]>>
>;

export function samplesOf(history: History, aheadSeconds: number): Sample[] {
  const of = (name: Exclude<keyof History, 'time'>, at: number): number => history[name]?.[at] ?? 0;
  return history.time.map((time, at) => ({
    at: time - aheadSeconds,
    cpus: of('cpus_used', at),
    cpusTotal: of('cpus_total', at),
    mem: of('mem_used', at),
    memTotal: of('mem_total', at),
    disk: of('disk_used', at),
    diskTotal: of('disk_total', at),
    gpus: of('gpus_used', at),
    gpusTotal: of('gpus_total', at),
    running: of('tasks_running', at),
  }));
}
