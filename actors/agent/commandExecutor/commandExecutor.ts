/**
 * The built-in command executor: runs the command of a task in its executor's container, within the agent's own process
 * (v1-executor-api.md §6, agent.md §5).
 *
 * Each task is an instance of the commandTask chart; what that asks for is done here. The id of an instance is the container's.
 */
import {
  type KillPolicy,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import type { Timer } from '../../../runtime/ports.ts';
import { commandTaskMachine } from '../../../statecharts/commandTask.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type ContainerSink, describeExit, type ExitStatus } from '../containerizer/index.ts';
import { prepareLaunch } from '../executors/containerLaunch.ts';
import { agentEnvironment, executorEnvironment, taskEnvironment } from '../executors/environment.ts';
import { shutdownGraceMs } from '../executors/executorChart.ts';
import type { Executors } from '../executors/executors.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import { allocationRole, type ExecutorEntry, executorId, type TaskEntry } from '../tables/entries.ts';
import { droppedOrLost, knowsKilling } from '../tables/loss.ts';

/** Grace of a kill when neither the kill nor the task has a policy. */
const KILL_GRACE_MS = 3000;

/** What a shutdown leaves of the executor's grace period: a second for the reaper, one for its own end. */
const SHUTDOWN_MARGIN_MS = 2000;

const KILL_RETRY_MS = 60_000;

/** A status of the task's own making, without what the agent adds. */
export type CommandStatus = Pick<TaskStatus, 'state'> & Partial<Pick<TaskStatus, 'message' | 'reason'>>;

export interface CommandExecutorEvents {
  /** The executor says something about its task. */
  update(task: TaskEntry, status: CommandStatus): void;
}

interface Run {
  readonly executor: ExecutorEntry;
  readonly task: TaskEntry;
  /** Found again after a restart of the agent. */
  readonly recovered: boolean;
  /** Monotonic milliseconds of the first kill, and when SIGKILL follows. */
  kill: { readonly sinceMs: number; readonly dueMs: number } | undefined;
  exit: ExitStatus | undefined;
  failure: string | undefined;
  overtime: Timer | undefined;
}

export class CommandExecutor {
  private readonly host: AgentHost;
  private readonly executors: Executors;
  private readonly events: CommandExecutorEvents;
  private readonly chart: ChartTable<typeof commandTaskMachine>;
  private readonly runs = new Map<string, Run>();
  private readonly sink: ContainerSink;

  constructor(host: AgentHost, executors: Executors, events: CommandExecutorEvents) {
    this.host = host;
    this.executors = executors;
    this.events = events;
    this.chart = this.makeChart();
    this.sink = {
      started: host.defer((id: string, pid: number) => this.started(id, pid)),
      exited: host.defer((id: string, status: ExitStatus) => this.exited(id, status)),
      destroyed: host.defer((id: string) => this.destroyed(id)),
      failed: host.defer((id: string, message: string) => this.failed(id, message)),
    };
  }

  /** Runs the task's command. A command executor takes one task. */
  launch(executor: ExecutorEntry, task: TaskEntry): void {
    const { containerId } = executor;
    this.begin(executor, task, false);
    this.events.update(task, { state: TaskState.TASK_STARTING });
    try {
      this.launchContainer(executor, task);
    } catch (error) {
      this.sink.failed(containerId, (error as Error).message);
    }
  }

  /**
   * Takes over tasks that an earlier agent process launched.
   *
   * @param killsDueMs wall-clock time at which SIGKILL is due, by task, for those that were being killed
   */
  recover(tasks: readonly TaskEntry[], killsDueMs: ReadonlyMap<TaskEntry, number>): void {
    const { clock } = this.host;
    for (const task of tasks) {
      const run = this.begin(task.executor, task, true);
      const dueMs = killsDueMs.get(task);
      if (dueMs === undefined) continue;
      const nowMs = clock.monotonic();
      run.kill = { sinceMs: nowMs, dueMs: nowMs + Math.max(0, dueMs - clock.now()) };
      this.chart.step(task.executor.containerId, { type: 'KILL_REQUESTED' });
    }
    this.host.containers.recover(
      tasks.map(({ executor }) => executor.containerId),
      this.sink,
    );
  }

  /** The machine was booted since: nothing of the task is left, whatever the runtime directory says. */
  lost(task: TaskEntry): void {
    this.events.update(task, {
      state: TaskState.TASK_FAILED,
      reason: TaskStatusReason.REASON_EXECUTOR_TERMINATED,
      message: 'The machine was booted while the task ran',
    });
  }

  /** A second kill may leave less time than the first, never more. */
  kill(executor: ExecutorEntry, policy: KillPolicy | undefined): void {
    const run = this.runs.get(executor.containerId);
    if (run === undefined) return;
    const given = policy?.grace_period ?? run.task.info.kill_policy?.grace_period;
    this.killWithin(run, given === undefined ? KILL_GRACE_MS : given.nanoseconds / 1e6);
  }

  /** The executor is asked to end: its task is killed within what its grace period allows. */
  shutDown(executor: ExecutorEntry): void {
    const run = this.runs.get(executor.containerId);
    if (run === undefined) {
      this.endUnlessStarted(executor);
      return;
    }
    this.killWithin(run, Math.max(0, shutdownGraceMs(this.host, executor) - SHUTDOWN_MARGIN_MS));
  }

  /** At once and by force. */
  destroy(executor: ExecutorEntry): void {
    const { containerId } = executor;
    if (this.runs.has(containerId)) this.host.containers.destroy(containerId);
    else this.endUnlessStarted(executor);
  }

  /** One whose task was started by an earlier agent process and has ended ends when its leftovers are cleared away. */
  private endUnlessStarted(executor: ExecutorEntry): void {
    if (executor.delivered === 0) this.host.dispatch(() => this.executors.ended(executor));
  }

  // ---- launching ------------------------------------------------------------------------------------------------

  private begin(executor: ExecutorEntry, task: TaskEntry, recovered: boolean): Run {
    const run: Run = {
      executor,
      task,
      recovered,
      kill: undefined,
      exit: undefined,
      failure: undefined,
      overtime: undefined,
    };
    this.runs.set(executor.containerId, run);
    this.chart.start(executor.containerId);
    return run;
  }

  private launchContainer(executor: ExecutorEntry, task: TaskEntry): void {
    const { host } = this;
    const { directory, framework, info } = executor;
    const { command, resources } = task.info;
    const ofExecutor = executorEnvironment(agentEnvironment(host), framework.info, info, directory);
    const environment = taskEnvironment(ofExecutor, command?.environment, allocationRole(resources));
    host.containers.launch(prepareLaunch(host, executor, command, environment), this.sink);
  }

  private started(containerId: string, pid: number): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.executor.processId = pid;
    this.chart.step(containerId, { type: 'STARTED' });
    this.armOvertime(run);
  }

  private exited(containerId: string, status: ExitStatus): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.exit = status;
    run.executor.exit = status;
    this.chart.step(containerId, { type: 'EXITED' });
  }

  private destroyed(containerId: string): void {
    this.conclude(containerId);
  }

  private failed(containerId: string, message: string): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    run.failure = message;
    if (!run.recovered) this.host.metrics.containerLaunchErrors.value += 1;
    this.chart.step(containerId, { type: 'START_FAILED' });
    this.conclude(containerId);
  }

  /** Nothing of the container is left. */
  private conclude(containerId: string): void {
    const run = this.runs.get(containerId);
    if (run === undefined) return;
    this.runs.delete(containerId);
    this.chart.stop(containerId);
    this.executors.ended(run.executor);
  }

  /** `max_completion_time` counts from TASK_RUNNING, also over restarts of the agent. */
  private armOvertime(run: Run): void {
    const limitNs = run.task.info.max_completion_time?.nanoseconds;
    if (limitNs === undefined) return;
    const running = run.task.statuses.find((status) => status.state === TaskState.TASK_RUNNING)?.timestamp;
    const passedMs = running === undefined ? 0 : this.host.clock.now() - running * 1000;
    const { containerId } = run.executor;
    run.overtime = this.host.delay(Math.max(0, limitNs / 1e6 - passedMs), () => {
      this.chart.step(containerId, { type: 'OVERTIME' });
    });
  }

  // ---- killing --------------------------------------------------------------------------------------------------

  /** A kill is written down before it is done: after a restart the task still ends as killed, in time. */
  private killWithin(run: Run, graceMs: number): void {
    const { host } = this;
    const { executor, task } = run;
    const nowMs = host.clock.monotonic();
    const sinceMs = run.kill?.sinceMs ?? nowMs;
    const dueMs = sinceMs + graceMs;
    if (run.kill !== undefined && dueMs >= run.kill.dueMs) return;
    const again = run.kill !== undefined;
    run.kill = { sinceMs, dueMs };
    const act = () => this.act(executor.containerId, again);
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
    const isKilled = again && this.chart.value(containerId) !== 'running';
    this.chart.step(containerId, { type: isKilled ? 'GRACE_SHORTENED' : 'KILL_REQUESTED' });
  }

  // ---- what is said ---------------------------------------------------------------------------------------------

  private reportRunning(run: Run): void {
    // A task found again may have said so before the restart.
    if (run.task.statuses.some((status) => status.state !== TaskState.TASK_STARTING)) return;
    this.events.update(run.task, { state: TaskState.TASK_RUNNING });
  }

  private reportKilling(run: Run): void {
    if (knowsKilling(run.executor.framework.info))
      this.events.update(run.task, { state: TaskState.TASK_KILLING });
  }

  private reportEnd(run: Run, cause: string): void {
    run.overtime?.cancel();
    this.events.update(run.task, endOf(run, cause));
  }

  private makeChart(): ChartTable<typeof commandTaskMachine> {
    const { host } = this;
    const on = (act: (run: Run, cause: string) => void) => {
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
        sendTerm: on((run) => host.containers.kill(run.executor.containerId, 'SIGTERM')),
        sendKill: on((run) => host.containers.destroy(run.executor.containerId)),
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

/** The terminal status by why and how the command ended. */
function endOf(run: Run, cause: string): CommandStatus {
  if (cause === 'startFailure') return startFailure(run);
  const message = run.exit === undefined ? 'Killed before its command was started' : describeExit(run.exit);
  if (cause === 'kill') return { state: TaskState.TASK_KILLED, message };
  if (cause === 'overtime') {
    const reason = TaskStatusReason.REASON_MAX_COMPLETION_TIME_REACHED;
    return { state: TaskState.TASK_FAILED, reason, message };
  }
  const isSuccess = run.exit?.kind === 'exited' && run.exit.code === 0;
  return { state: isSuccess ? TaskState.TASK_FINISHED : TaskState.TASK_FAILED, message };
}

/** A launch that a restart of the agent interrupted never ran: Mesos calls that dropped, not failed. */
function startFailure({ executor, failure, recovered }: Run): CommandStatus {
  if (recovered) {
    return {
      state: droppedOrLost(executor.framework.info),
      reason: TaskStatusReason.REASON_AGENT_RESTARTED,
      message: `The task was not started: ${failure ?? 'unknown'}`,
    };
  }
  return {
    state: TaskState.TASK_FAILED,
    reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED,
    message: `Failed to launch container: ${failure ?? 'unknown'}`,
  };
}
