/**
 * The tasks that the built-in executors run (v1-executor-api.md §6, §7; agent.md §5): each an instance of the commandTask
 * chart, its id the container's. What the chart asks for is done here; whose container it is, is the executor's business.
 */
import { type KillPolicy, TaskState } from '../../../proto/generated/types/v1.ts';
import { commandTaskMachine } from '../../../statecharts/commandTask.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { Checks } from '../checks/checks.ts';
import { Probes } from '../checks/probes.ts';
import type { ExitStatus } from '../containerizer/index.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import { type ExecutorEntry, executorId, type TaskEntry, type Verdict } from '../tables/entries.ts';
import { knowsKilling } from '../tables/loss.ts';
import { type CommandStatus, endOf, newRun, noCheckYet, type RunPlace, type TaskRun } from './taskRun.ts';

/** Grace of a kill when neither the kill nor the task has a policy. */
export const KILL_GRACE_MS = 3000;

const KILL_RETRY_MS = 60_000;

/** What an executor does for its runs. */
export interface TaskRunsEvents {
  /** The executor says something about its task. @param recorded called when that is safe */
  update(run: TaskRun, status: CommandStatus, recorded?: () => void): void;
  signal(run: TaskRun, signal: NodeJS.Signals): void;
  /** By force, until nothing is left. */
  destroy(run: TaskRun): void;
  /** Its end was told. */
  ended(run: TaskRun, status: CommandStatus): void;
  /** Nothing of its container is left. */
  gone(run: TaskRun): void;
  place(run: TaskRun): RunPlace;
}

export class TaskRuns {
  private readonly host: AgentHost;
  private readonly events: TaskRunsEvents;
  private readonly chart: ChartTable<typeof commandTaskMachine>;
  private readonly runs = new Map<string, TaskRun>();
  private readonly checks: Checks;

  constructor(host: AgentHost, containers: NestedContainers, events: TaskRunsEvents) {
    this.host = host;
    this.events = events;
    this.chart = this.makeChart();
    const probes = new Probes(host, containers, (run) => events.place(run));
    this.checks = new Checks(host, probes, {
      update: (run, status) => this.say(run, status),
      kill: (run) => {
        run.killedForHealth = true;
        this.kill(run, undefined);
      },
    });
  }

  get(containerId: string): TaskRun | undefined {
    return this.runs.get(containerId);
  }

  of(executor: ExecutorEntry): TaskRun[] {
    return [...this.runs.values()].filter((run) => run.executor === executor);
  }

  begin(executor: ExecutorEntry, task: TaskEntry, containerId = executor.containerId): TaskRun {
    return this.start(newRun(executor, task, containerId, false));
  }

  /**
   * Takes over a task that an earlier agent process launched.
   *
   * @param killDueMs wall-clock time at which SIGKILL is due, if it was being killed
   */
  resume(task: TaskEntry, containerId: string, killDueMs: number | undefined): TaskRun {
    const run = this.start(newRun(task.executor, task, containerId, true));
    const last = task.statuses.at(-1);
    run.healthy = last?.healthy;
    if (last?.check_status !== undefined) run.checkStatus = last.check_status;
    if (killDueMs === undefined) return run;
    const nowMs = this.host.clock.monotonic();
    run.kill = { sinceMs: nowMs, dueMs: nowMs + Math.max(0, killDueMs - this.host.clock.now()) };
    this.chart.step(containerId, { type: 'KILL_REQUESTED' });
    return run;
  }

  private start(run: TaskRun): TaskRun {
    this.runs.set(run.containerId, run);
    this.chart.start(run.containerId);
    return run;
  }

  // ---- what happens to containers -------------------------------------------------------------------------------

  started(containerId: string, pid: number): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.processId = pid;
    this.chart.step(containerId, { type: 'STARTED' });
    this.armOvertime(run);
  }

  /** @param verdict what the containerizer says of it, which counts more than the status */
  exited(containerId: string, status: ExitStatus, verdict?: Verdict): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.exit = status;
    run.verdict ??= verdict;
    this.chart.step(containerId, { type: 'EXITED' });
  }

  failed(containerId: string, message: string): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.failure = message;
    if (!run.recovered) this.host.metrics.containerLaunchErrors.value += 1;
    this.chart.step(containerId, { type: 'START_FAILED' });
    this.gone(containerId);
  }

  /** It was killed before its container was asked for. */
  abandon({ containerId }: TaskRun): void {
    this.chart.step(containerId, { type: 'KILL_REQUESTED' });
    this.chart.step(containerId, { type: 'START_FAILED' });
    this.gone(containerId);
  }

  /** What becomes of the executor's runs is of no interest any more. */
  forgetAll(executor: ExecutorEntry): void {
    for (const run of this.of(executor)) {
      run.overtime?.cancel();
      this.checks.stop(run);
      this.runs.delete(run.containerId);
      this.chart.stop(run.containerId);
    }
  }

  /** Nothing of the container is left. */
  gone(containerId: string): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    this.runs.delete(containerId);
    this.chart.stop(containerId);
    this.events.gone(run);
  }

  /** `max_completion_time` counts from TASK_RUNNING, also over restarts of the agent. */
  private armOvertime(run: TaskRun): void {
    const limitNs = run.task.info.max_completion_time?.nanoseconds;
    if (limitNs === undefined) return;
    const running = run.task.statuses.find((status) => status.state === TaskState.TASK_RUNNING)?.timestamp;
    const passedMs = running === undefined ? 0 : Math.max(0, this.host.clock.now() - running * 1000);
    run.overtime = this.host.delay(Math.max(0, limitNs / 1e6 - passedMs), () => {
      this.chart.step(run.containerId, { type: 'OVERTIME' });
    });
  }

  // ---- killing --------------------------------------------------------------------------------------------------

  /** By the kill's own policy, else the task's. */
  kill(run: TaskRun, policy: KillPolicy | undefined): void {
    const given = policy?.grace_period ?? run.task.info.kill_policy?.grace_period;
    this.killWithin(run, given === undefined ? KILL_GRACE_MS : given.nanoseconds / 1e6);
  }

  /**
   * A second kill may leave less time than the first, never more. A kill is written down before it is done: after a restart
   * the task still ends as killed, in time.
   */
  killWithin(run: TaskRun, graceMs: number): void {
    const { host } = this;
    const { executor, task, containerId } = run;
    const nowMs = host.clock.monotonic();
    const sinceMs = run.kill?.sinceMs ?? nowMs;
    const dueMs = sinceMs + graceMs;
    if (run.kill !== undefined && dueMs >= run.kill.dueMs) return;
    const again = run.kill !== undefined;
    run.kill = { sinceMs, dueMs };
    const act = () => this.act(containerId, again);
    if (executor.framework.info.checkpoint !== true) {
      act();
      return;
    }
    const at = host.clock.now() + Math.max(0, dueMs - nowMs);
    const acting = host.defer(act);
    host.checkpoints.kill(executor.framework.id, executorId(executor), task.id, at, (error) => {
      if (error === undefined) acting();
    });
  }

  private act(containerId: string, again: boolean): void {
    if (!this.runs.has(containerId)) return;
    const isKilled = again && this.chart.value(containerId) !== 'running';
    this.chart.step(containerId, { type: isKilled ? 'GRACE_SHORTENED' : 'KILL_REQUESTED' });
  }

  // ---- what is said ---------------------------------------------------------------------------------------------

  private reportRunning(run: TaskRun): void {
    // A task found again may have said so before the restart.
    const isKnown = run.task.statuses.some((status) => status.state !== TaskState.TASK_STARTING);
    if (!isKnown) this.say(run, { state: TaskState.TASK_RUNNING });
    this.checks.begin(run);
  }

  /** With a check, everything that is said of the task while it runs tells its last result. */
  say(run: TaskRun, status: CommandStatus, recorded?: () => void): void {
    const { checkStatus } = run;
    this.events.update(
      run,
      checkStatus === undefined ? status : { ...status, check_status: checkStatus },
      recorded,
    );
  }

  /** Of a task that ends nothing is known any more by its check, as in Mesos. */
  private stopChecks(run: TaskRun): void {
    this.checks.stop(run);
    run.checkStatus = noCheckYet(run.task);
  }

  private reportKilling(run: TaskRun): void {
    this.stopChecks(run);
    if (knowsKilling(run.executor.framework.info)) this.say(run, { state: TaskState.TASK_KILLING });
  }

  private reportEnd(run: TaskRun, cause: string): void {
    run.overtime?.cancel();
    this.stopChecks(run);
    const status = endOf(run, cause);
    this.say(run, status);
    this.events.ended(run, status);
  }

  private makeChart(): ChartTable<typeof commandTaskMachine> {
    const { host } = this;
    const on = (act: (run: TaskRun, cause: string) => void) => {
      return ({ id, context }: { id: string; context: { cause: string } }) => {
        const run = this.runs.get(id);
        if (run !== undefined) act(run, context.cause);
      };
    };
    return new ChartTable(commandTaskMachine, {
      clock: chartClock(host),
      onError: chartError(host),
      actions: {
        reportRunning: on((run) => this.reportRunning(run)),
        reportKilling: on((run) => this.reportKilling(run)),
        reportEnd: on((run, cause) => this.reportEnd(run, cause)),
        cancelStart: on((run) => host.containers.cancel?.(run.containerId)),
        sendTerm: on((run) => this.events.signal(run, 'SIGTERM')),
        sendKill: on((run) => this.events.destroy(run)),
      },
      delays: {
        GRACE: ({ id }) => {
          const dueMs = this.runs.get(id)?.kill?.dueMs;
          return dueMs === undefined ? KILL_GRACE_MS : Math.max(0, dueMs - host.clock.monotonic());
        },
        // The containerizer goes on killing by itself.
        KILL_RETRY: KILL_RETRY_MS,
      },
    });
  }
}
