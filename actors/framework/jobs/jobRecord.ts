/** What is written down of a job, so that a restarted processor goes on with it. */
import type { Attempt, AttemptEnd } from './jobTable.ts';

/** States of the job's chart, as they are written: an attempt on its way counts as `active`, whatever was heard of it. */
export type RecordedState = 'pending' | 'active' | 'successful' | 'failed';

export interface JobRecord {
  readonly id: string;
  readonly state: RecordedState;
  readonly attempts: number;
  readonly retriesLeft: number;
  readonly attempt?: Attempt;
  readonly lastEnd?: AttemptEnd;
}
