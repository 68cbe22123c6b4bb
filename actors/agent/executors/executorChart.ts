/** The states of executors: one instance of the executor chart for each run, its id that of the container. */
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { executorMachine } from '../../../statecharts/executor.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { goneOrLost } from '../tables/loss.ts';

export type ExecutorChart = ChartTable<typeof executorMachine>;

/** What the chart asks its owner to do. */
export interface ExecutorEffects {
  sendShutdown(executor: ExecutorEntry): void;
  destroyContainer(executor: ExecutorEntry): void;
  deliver(executor: ExecutorEntry): void;
  /** Its container is gone. */
  conclude(executor: ExecutorEntry): void;
  /** An executor left the state of being awaited. */
  onQuiet(): void;
}

export function executorChart(host: AgentHost, effects: ExecutorEffects): ExecutorChart {
  const on = (run: (executor: ExecutorEntry) => void) => {
    return ({ id }: { id: string }) => {
      const executor = host.tables.runs.get(id);
      if (executor !== undefined) run(executor);
    };
  };
  return new ChartTable(executorMachine, {
    clock: chartClock(host),
    onError: chartError(host),
    onTransition: ({ previous, changed }) => {
      if (changed && previous.startsWith('registering')) effects.onQuiet();
    },
    actions: {
      sendShutdown: on((executor) => effects.sendShutdown(executor)),
      destroyContainer: on((executor) => effects.destroyContainer(executor)),
      deliverQueuedTasks: on((executor) => effects.deliver(executor)),
      concludeTasks: on((executor) => effects.conclude(executor)),
      blameRegistrationTimeout: on(blameRegistrationTimeout),
      blameReregistrationTimeout: on(blameReregistrationTimeout),
    },
    delays: {
      REGISTRATION_TIMEOUT: host.flags.executor_registration_timeout,
      REREGISTRATION_TIMEOUT: host.flags.executor_reregistration_timeout,
      SHUTDOWN_GRACE: ({ id }) => shutdownGraceMs(host, host.tables.runs.get(id)),
    },
  });
}

/** How long an executor may take to end: its own wish, else the flag's. */
export function shutdownGraceMs(host: AgentHost, executor: ExecutorEntry | undefined): number {
  const graceNs = executor?.info.shutdown_grace_period?.nanoseconds;
  return graceNs === undefined ? host.flags.executor_shutdown_grace_period : graceNs / 1e6;
}

/** Executors in each of the states that metrics tell. */
export function executorCounts(chart: ExecutorChart): {
  registering: number;
  running: number;
  terminating: number;
} {
  const counts = { registering: 0, running: 0, terminating: 0 };
  for (const [value, count] of Object.entries(chart.counts())) {
    for (const state of ['registering', 'running', 'terminating'] as const) {
      if (value === state || value.startsWith(`${state}.`)) counts[state] += count;
    }
  }
  return counts;
}

function blameRegistrationTimeout(executor: ExecutorEntry): void {
  executor.verdict ??= {
    state: TaskState.TASK_FAILED,
    reason: TaskStatusReason.REASON_EXECUTOR_REGISTRATION_TIMEOUT,
    message: 'Executor did not register within its time',
  };
}

function blameReregistrationTimeout(executor: ExecutorEntry): void {
  executor.verdict ??= {
    state: goneOrLost(executor.framework.info),
    reason: TaskStatusReason.REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
    message: 'Executor did not come back within its time after a restart of the agent',
  };
}
