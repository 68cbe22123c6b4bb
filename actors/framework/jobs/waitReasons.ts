/** Why a job waits, as a list that programs read (Cook's `/unscheduled_jobs`; spec: other-frameworks.md §3.6). */
import type { Failure } from '../matching/choose.ts';
import { DEMAND_NAMES } from './jobSpec.ts';
import type { Job, JobTable } from './jobTable.ts';
import type { OfferedSoFar } from './offered.ts';

export interface WaitReason {
  readonly reason: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Placing {
  readonly reason: string;
  readonly host_count: number;
}

const NOT_PLACED = 'The job could not be placed on any available host.';
const SHORT: Readonly<Record<string, string>> = {
  cpus: 'Not enough cpus available.',
  mem: 'Not enough mem available.',
  disk: 'Not enough disk available.',
  ports: 'Not enough ports available.',
  other: 'It failed there a short while ago, or there are no ports.',
};

/** Of a job that waits; an empty list for others. */
export function waitReasons(job: Job, table: JobTable, offered: OfferedSoFar): readonly WaitReason[] {
  if (table.stateOf(job) !== 'pending') return [];
  if (!table.isQueued(job))
    return [
      {
        reason: 'It was lost several times in a row, and rests.',
        data: { lost_in_a_row: job.lostInARow },
      },
    ];
  const agents = [...offered.newest.values()];
  if (agents.length === 0) return [{ reason: 'No agent has offered anything yet.' }];
  const placing = job.failures.length > 0 ? countsOf(job.failures.map(wordsOf)) : shortages(job, offered);
  const fits = agents.length - placing.reduce((sum, { host_count }) => sum + host_count, 0);
  const reasons: WaitReason[] =
    placing.length > 0 ? [{ reason: NOT_PLACED, data: { reasons: placing } }] : [];
  const before = beforeIt(job, table);
  if (before > 0 || fits > 0)
    reasons.push({ reason: `There are ${before} jobs ahead of it in the queue.`, data: { jobs: before } });
  const never = offered.whyNot(job.demand);
  if (never !== undefined) reasons.push({ reason: `No agent was large enough so far: ${never}.` });
  return reasons;
}

function shortages(job: Job, offered: OfferedSoFar): Placing[] {
  const words = [...offered.newest.values()].flatMap(({ hostname, now }) => {
    const short = DEMAND_NAMES.find((name) => now[name] < job.demand[name]);
    if (short !== undefined) return SHORT[short] ?? short;
    return job.avoids(hostname) ? (SHORT['other'] ?? '') : [];
  });
  return countsOf(words);
}

function wordsOf(failure: Failure): string {
  if ('constraint' in failure) return `Constraint: ${failure.constraint}.`;
  return SHORT[failure.resource] ?? failure.resource;
}

function countsOf(words: readonly string[]): Placing[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([reason, host_count]) => ({ reason, host_count }));
}

function beforeIt(job: Job, table: JobTable): number {
  let before = 0;
  for (const other of table.waiting) {
    if (other === job) return before;
    before++;
  }
  return before;
}
