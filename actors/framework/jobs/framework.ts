/** The job processor as a framework that can be hosted. */

import { REALMS } from '../../../runtime/endpoints/index.ts';
import { StartError } from '../../../runtime/startError.ts';
import type { FrameworkContext } from '../context.ts';
import type { FrameworkDefinition } from '../definition.ts';
import type { MatchingRule } from '../matching/choose.ts';
import { jobRoutes } from './jobApi.ts';
import type { OutputReader } from './jobOutputs.ts';
import { JobScheduler } from './jobScheduler.ts';
import type { JobSpec } from './jobSpec.ts';
import { type JobStore, JournalJobStore, MemoryJobStore } from './jobStore.ts';
import { Progress } from './progress.ts';
import type { Screen } from './screen.ts';

export interface JobsOptions {
  readonly jobs: readonly JobSpec[];
  readonly screen: Screen;
  readonly workDir: string | undefined;
  readonly unreachableTimeoutMs: number;
  readonly reconcileIntervalMs: number;
  readonly meaCulpaLimit?: number;
  /** How hosts are chosen; undefined: first fit. */
  readonly rule?: MatchingRule | undefined;
  /** How long offers are kept that nobody uses; default 0. */
  readonly holdMs?: number;
  /** It stays, and takes further jobs by HTTP. */
  readonly serves?: boolean;
  /** Reads what jobs print; default: nobody does. */
  readonly readOutput?: OutputReader;
}

/** Name of the process that answers by HTTP. */
export const JOBS_ID = 'jobs-api';
const MEA_CULPA_LIMIT = 5;

/**
 * Opens the store and makes the framework over it.
 * @throws StartError when the work_dir cannot be used
 */
export function jobsFramework(options: JobsOptions): FrameworkDefinition {
  const { screen, workDir } = options;
  let failed = (_error: Error): void => {};
  let stopping = (): void => {};
  const store = openStore(workDir, screen, (error) => failed(error));
  const { frameworkId } = store;
  return {
    name: 'jobs',
    ...(frameworkId === undefined ? {} : { framework: { id: { value: frameworkId } } }),
    explicitAcknowledgements: true,
    failoverOnStop: workDir !== undefined,
    create: (context) => {
      failed = context.defer((error: Error) => {
        screen.print(`--work_dir: ${error.message}`);
        context.finish({ exitCode: 1, failover: true });
      });
      const scheduler = makeScheduler(options, store, context);
      stopping = () => scheduler.stopping(workDir !== undefined);
      return scheduler;
    },
    stopping: () => stopping(),
    close: () => new Promise((resolve) => store.close(resolve)),
  };
}

function makeScheduler(options: JobsOptions, store: JobStore, context: FrameworkContext): JobScheduler {
  const { jobs, screen, unreachableTimeoutMs, reconcileIntervalMs, rule, serves = false } = options;
  const { meaCulpaLimit = MEA_CULPA_LIMIT, holdMs = 0, readOutput } = options;
  const progress = new Progress(screen, context.clock);
  const scheduler = new JobScheduler({
    jobs,
    store,
    context,
    progress,
    unreachableTimeoutMs,
    reconcileIntervalMs,
    meaCulpaLimit,
    rule,
    holdMs,
    serves,
    readOutput,
  });
  const uuid = (): string => context.ids.uuid();
  context.serve(JOBS_ID, jobRoutes({ scheduler, serves, uuid, realm: REALMS.readwrite }));
  scheduler.start();
  return scheduler;
}

function openStore(workDir: string | undefined, screen: Screen, onFailure: (error: Error) => void): JobStore {
  if (workDir === undefined) return new MemoryJobStore();
  try {
    const onDamage = (problem: string) => screen.print(`--work_dir: ${workDir}: ${problem}`);
    return new JournalJobStore(workDir, { onFailure, onDamage });
  } catch (error) {
    throw new StartError(`--work_dir: ${workDir}: ${(error as Error).message}`);
  }
}
