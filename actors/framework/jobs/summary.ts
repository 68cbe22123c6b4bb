/** The last words of a job processor: how many succeeded, and where to look into those that did not. */
import type { AttemptEnd, Job } from './jobTable.ts';
import { endText } from './progress.ts';

/** Failed jobs told one by one; of more only the number. */
const FAILED_SHOWN_MAX = 100;

export interface Outcome {
  readonly successful: number;
  readonly failed: readonly Job[];
  readonly seconds: number;
  /** For the paths of sandboxes. */
  readonly frameworkId: string | undefined;
}

/** The lines of the summary. */
export function summaryLines({ successful, failed, seconds, frameworkId }: Outcome): string[] {
  const total = `${count(successful, 'job')} succeeded, ${failed.length} failed, in ${seconds.toFixed(1)} s`;
  if (failed.length === 0) return [total];
  const rows = failed
    .slice(0, FAILED_SHOWN_MAX)
    .map((job) => [
      job.spec.name,
      String(job.attempts),
      job.lastEnd === undefined ? '' : endText(job.lastEnd),
      job.lastEnd === undefined ? '' : sandboxOf(job.lastEnd, frameworkId),
    ]);
  const more = failed.length - rows.length;
  return [
    total,
    ...table([['failed', 'attempts', 'last attempt', 'sandbox, below the work_dir of the agent'], ...rows]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

/** `host: slaves/<agent>/frameworks/<framework>/executors/<task>/runs/<container>`, as agents lay sandboxes out. */
export function sandboxOf({ attempt, containerId }: AttemptEnd, frameworkId = ''): string {
  const { hostname, agentId, taskId } = attempt;
  const run = containerId ?? 'latest';
  return `${hostname}: slaves/${agentId}/frameworks/${frameworkId}/executors/${taskId}/runs/${run}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
