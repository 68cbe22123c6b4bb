/** The job processor as a framework that can be hosted. */

import { StartError } from '../../../runtime/startError.ts';
import type { FrameworkContext } from '../context.ts';
import type { FrameworkDefinition } from '../definition.ts';
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
}

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
  const { jobs, screen, unreachableTimeoutMs, reconcileIntervalMs } = options;
  const progress = new Progress(screen, context.clock);
  const scheduler = new JobScheduler({
    jobs,
    store,
    context,
    progress,
    unreachableTimeoutMs,
    reconcileIntervalMs,
  });
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
