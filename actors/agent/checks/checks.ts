/**
 * Checks and health checks of the tasks that built-in executors run (agent.md §14). Each task has one of either at most; each
 * is an instance of the check chart, and of the health chart where it judges.
 */
import { type CheckStatusInfo, TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { checkMachine } from '../../../statecharts/check.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { healthMachine } from '../../../statecharts/health.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import type { CommandStatus, TaskRun } from '../taskRuns/taskRun.ts';
import {
  type Abort,
  type CheckDefinition,
  checkOf,
  checkStatusOf,
  healthCheckOf,
  isHealthy,
  type ProbeResult,
} from './definition.ts';
import type { Probes } from './probes.ts';

export interface ChecksEvents {
  update(run: TaskRun, status: CommandStatus): void;
  /** Its health check failed too often. */
  kill(run: TaskRun): void;
}

interface Check {
  readonly run: TaskRun;
  /** By the monotonic clock. */
  readonly runsSinceMs: number;
  readonly definition: CheckDefinition;
  /** Whether it judges, or only tells. */
  readonly judges: boolean;
  abort: Abort | undefined;
  result: ProbeResult;
  failures: number;
  /** That passed in a row. */
  passes: number;
  /** Its task does not want to be judged now. */
  snoozed: boolean;
}

/** Checks in a row that have to pass until a task is healthy. */
const PASSES_LABEL = 'MESOSTATE_MIN_CONSECUTIVE_SUCCESSES';

export class Checks {
  private readonly host: AgentHost;
  private readonly probes: Probes;
  private readonly events: ChecksEvents;
  private readonly checks = new Map<string, Check>();
  private readonly schedule: ChartTable<typeof checkMachine>;
  private readonly health: ChartTable<typeof healthMachine>;

  constructor(host: AgentHost, probes: Probes, events: ChecksEvents) {
    this.host = host;
    this.probes = probes;
    this.events = events;
    this.schedule = this.makeSchedule();
    this.health = this.makeHealth();
  }

  /** The task runs: it is looked at from now on. */
  begin(run: TaskRun): void {
    const { check, health_check } = run.task.info;
    const told = check === undefined ? undefined : checkOf(check);
    if (told !== undefined) this.start(`${run.containerId}\ncheck`, run, told, false);
    const judged = health_check === undefined ? undefined : healthCheckOf(health_check);
    if (judged !== undefined) this.start(`${run.containerId}\nhealth`, run, judged, true);
  }

  /** The task is being killed or has ended. */
  stop(run: TaskRun): void {
    for (const kind of ['check', 'health']) {
      const id = `${run.containerId}\n${kind}`;
      if (!this.checks.has(id)) continue;
      this.schedule.step(id, { type: 'STOPPED' });
      this.removeIfStopped(id);
    }
  }

  private start(id: string, run: TaskRun, definition: CheckDefinition, judges: boolean): void {
    this.checks.set(id, {
      run,
      runsSinceMs: this.host.clock.monotonic() - this.earlierMs(run),
      definition,
      judges,
      abort: undefined,
      result: {},
      failures: 0,
      passes: 0,
      snoozed: false,
    });
    if (judges) {
      this.health.start(id);
      // It was healthy before the agent was started again: that is not told twice.
      if (run.healthy === true) this.health.step(id, { type: 'SUCCEEDED' });
    }
    this.schedule.start(id);
  }

  private removeIfStopped(id: string): void {
    if (!this.schedule.done(id)) return;
    this.schedule.stop(id);
    this.health.stop(id);
    this.checks.delete(id);
  }

  // ---- probes ---------------------------------------------------------------------------------------------------

  private probe(id: string, check: Check): void {
    check.result = {};
    check.snoozed = check.judges && this.probes.isSnoozed(check.run);
    if (check.snoozed) {
      this.host.defer((result: ProbeResult) => this.probed(id, result))({});
      return;
    }
    check.abort = this.probes.start(
      check.run,
      check.definition.probe,
      this.host.defer((result: ProbeResult) => this.probed(id, result)),
    );
  }

  private probed(id: string, result: ProbeResult): void {
    const check = this.checks.get(id);
    if (check === undefined) return;
    // What was given up says nothing.
    if (this.schedule.value(id) === 'probing') check.result = result;
    check.abort = undefined;
    this.schedule.step(id, { type: 'PROBE_ENDED' });
    this.removeIfStopped(id);
  }

  private report(id: string, { run, judges, result, snoozed }: Check): void {
    if (snoozed) return;
    if (judges) this.judge(id);
    else this.tell(run, result);
  }

  /** Only a result that differs from the one before is told. */
  private tell(run: TaskRun, result: ProbeResult): void {
    const status = checkStatusOf(run.task.info.check?.type, result);
    if (sameStatus(status, run.checkStatus)) return;
    run.checkStatus = status;
    const reason = TaskStatusReason.REASON_TASK_CHECK_STATUS_UPDATED;
    this.events.update(run, { state: TaskState.TASK_RUNNING, reason, healthy: run.healthy });
  }

  private judge(id: string): void {
    const check = this.checks.get(id);
    if (check === undefined) return;
    if (isHealthy(check.result)) {
      check.failures = 0;
      check.passes += 1;
      if (check.passes >= passesNeeded(check.run)) this.health.step(id, { type: 'SUCCEEDED' });
      return;
    }
    check.passes = 0;
    const { grace_period_seconds = 10, consecutive_failures = 3 } = check.run.task.info.health_check ?? {};
    const inGrace = this.runningMs(check) < grace_period_seconds * 1000;
    if (inGrace && this.health.value(id) === 'unproven') {
      this.health.step(id, { type: 'FAILED_IN_GRACE' });
      return;
    }
    check.failures += 1;
    this.health.step(id, { type: check.failures >= consecutive_failures ? 'FAILED_TOO_OFTEN' : 'FAILED' });
  }

  private runningMs({ runsSinceMs }: Check): number {
    return this.host.clock.monotonic() - runsSinceMs;
  }

  /** How long the task had been running when an agent was started that finds it again. */
  private earlierMs({ task, recovered }: TaskRun): number {
    if (!recovered) return 0;
    const since = task.statuses.find(({ state }) => state === TaskState.TASK_RUNNING)?.timestamp;
    return since === undefined ? 0 : Math.max(0, this.host.clock.now() - since * 1000);
  }

  private reportHealth(run: TaskRun, healthy: boolean): void {
    // Told before a restart of the agent.
    if (healthy && run.healthy === true) return;
    run.healthy = healthy;
    const reason = TaskStatusReason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED;
    this.events.update(run, { state: TaskState.TASK_RUNNING, reason, healthy });
  }

  private makeSchedule(): ChartTable<typeof checkMachine> {
    const on = (act: (id: string, check: Check) => void) => {
      return ({ id }: { id: string }) => {
        const check = this.checks.get(id);
        if (check !== undefined) act(id, check);
      };
    };
    const times = ({ id }: { id: string }) => this.checks.get(id)?.definition;
    return new ChartTable(checkMachine, {
      clock: chartClock(this.host),
      onError: chartError(this.host),
      actions: {
        startProbe: on((id, check) => this.probe(id, check)),
        abortProbe: on((_, check) => check.abort?.()),
        reportResult: on((id, check) => this.report(id, check)),
      },
      delays: {
        FIRST: ({ id }) => {
          const check = this.checks.get(id);
          return check === undefined ? 0 : Math.max(0, check.definition.delayMs - this.runningMs(check));
        },
        INTERVAL: (args) => times(args)?.intervalMs ?? 0,
        TIMEOUT: (args) => times(args)?.timeoutMs ?? 0,
      },
    });
  }

  private makeHealth(): ChartTable<typeof healthMachine> {
    const on = (act: (run: TaskRun) => void) => {
      return ({ id }: { id: string }) => {
        const check = this.checks.get(id);
        if (check !== undefined) act(check.run);
      };
    };
    return new ChartTable(healthMachine, {
      onError: chartError(this.host),
      actions: {
        reportHealthy: on((run) => this.reportHealth(run, true)),
        reportUnhealthy: on((run) => this.reportHealth(run, false)),
        killTask: on((run) => this.events.kill(run)),
      },
    });
  }
}

function passesNeeded({ task }: TaskRun): number {
  const given = task.info.labels?.labels?.find(({ key }) => key === PASSES_LABEL)?.value ?? '1';
  return /^\d{1,6}$/.test(given) ? Number(given) : 1;
}

function sameStatus(a: CheckStatusInfo | undefined, b: CheckStatusInfo | undefined): boolean {
  return (
    a?.command?.exit_code === b?.command?.exit_code &&
    a?.http?.status_code === b?.http?.status_code &&
    a?.tcp?.succeeded === b?.tcp?.succeeded
  );
}
