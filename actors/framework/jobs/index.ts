/** The job processor: runs every command of a list once to success. */
export { JOBS_ID, type JobsOptions, jobsFramework } from './framework.ts';
export { JobFileError, parseJobFile, RETRIES_DEFAULT, readJobFile } from './jobFile.ts';
export { JobScheduler, type JobSchedulerOptions } from './jobScheduler.ts';
export type { Demand, JobSpec } from './jobSpec.ts';
export { type JobStore, JournalJobStore, MemoryJobStore } from './jobStore.ts';
export { type AgentPlan, type Candidate, matchOffers, type Placement } from './matcher.ts';
export { Pool, type Taken } from './pool.ts';
export { type Output, Screen } from './screen.ts';
