/**
 * The built-in command executor: runs the command of a task in its executor's container, within the agent's own process
 * (v1-executor-api.md §6, agent.md §5).
 */
import {
  ContainerInfoType,
  type KillPolicy,
  TaskState,
  TaskStatusReason,
  type TTYInfo,
} from '../../../proto/generated/types/v1.ts';
import type {
  ContainerLaunch,
  ContainerSink,
  ExitStatus,
  Limitation,
  TerminalSize,
} from '../containerizer/index.ts';
import { limitationVerdict, prepareLaunch, terminalOf } from '../executors/containerLaunch.ts';
import { agentEnvironment, executorEnvironment, taskEnvironment } from '../executors/environment.ts';
import { shutdownGraceMs } from '../executors/executorChart.ts';
import type { Executors } from '../executors/executors.ts';
import type { AgentHost } from '../host.ts';
import { pipeLines } from '../nestedContainers/io/pipes.ts';
import type { TaskTerminals } from '../nestedContainers/io/terminals.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import { allocationRole, type ExecutorEntry, type TaskEntry } from '../tables/entries.ts';
import type { CommandStatus, RunPlace, TaskRun } from '../taskRuns/taskRun.ts';
import { TaskRuns } from '../taskRuns/taskRuns.ts';

/** What a shutdown leaves of the executor's grace period: a second for the reaper, one for its own end. */
export const SHUTDOWN_MARGIN_MS = 2000;

export interface CommandExecutorEvents {
  /** The executor says something about its task. */
  update(task: TaskEntry, status: CommandStatus): void;
}

export class CommandExecutor {
  private readonly host: AgentHost;
  private readonly executors: Executors;
  private readonly events: CommandExecutorEvents;
  private readonly runs: TaskRuns;
  private readonly terminals: TaskTerminals;
  private readonly sink: ContainerSink;

  constructor(
    host: AgentHost,
    executors: Executors,
    nestedContainers: NestedContainers,
    events: CommandExecutorEvents,
  ) {
    this.host = host;
    this.executors = executors;
    this.events = events;
    this.terminals = nestedContainers.terminals;
    const runs = new TaskRuns(host, nestedContainers, {
      update: ({ task }, status) => events.update(task, status),
      signal: ({ containerId }, signal) => host.containers.kill(containerId, signal),
      destroy: ({ containerId }) => host.containers.destroy(containerId),
      ended: () => undefined,
      gone: ({ executor, containerId }) => {
        this.terminals.remove(containerId);
        executors.ended(executor);
      },
      place: (run) => this.placeOf(run),
    });
    this.runs = runs;
    this.sink = {
      started: host.defer((id: string, pid: number) => this.started(id, pid)),
      exited: host.defer((id: string, status: ExitStatus) => this.exited(id, status)),
      limited: host.defer((id: string, limitation: Limitation) => this.limited(id, limitation)),
      destroyed: host.defer((id: string) => runs.gone(id)),
      failed: host.defer((id: string, message: string) => runs.failed(id, message)),
    };
  }

  /** Runs the task's command. A command executor takes one task. */
  launch(executor: ExecutorEntry, task: TaskEntry): void {
    const run = this.runs.begin(executor, task);
    this.runs.say(run, { state: TaskState.TASK_STARTING });
    try {
      this.launchContainer(run);
    } catch (error) {
      this.sink.failed(executor.containerId, (error as Error).message);
    }
  }

  /**
   * Takes over tasks that an earlier agent process launched.
   *
   * @param killsDueMs wall-clock time at which SIGKILL is due, by task, for those that were being killed
   */
  recover(tasks: readonly TaskEntry[], killsDueMs: ReadonlyMap<TaskEntry, number>): void {
    for (const task of tasks) {
      const { containerId, directory } = task.executor;
      this.runs.resume(task, containerId, killsDueMs.get(task));
      if (task.info.container?.tty_info !== undefined) this.terminals.resume(containerId, directory);
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

  kill(executor: ExecutorEntry, policy: KillPolicy | undefined): void {
    const run = this.runs.get(executor.containerId);
    if (run !== undefined) this.runs.kill(run, policy);
  }

  /** The executor is asked to end: its task is killed within what its grace period allows. */
  shutDown(executor: ExecutorEntry): void {
    const run = this.runs.get(executor.containerId);
    if (run === undefined) this.endUnlessStarted(executor);
    else this.runs.killWithin(run, Math.max(0, shutdownGraceMs(this.host, executor) - SHUTDOWN_MARGIN_MS));
  }

  /** At once and by force. */
  destroy(executor: ExecutorEntry): void {
    const { containerId } = executor;
    if (this.runs.get(containerId) !== undefined) this.host.containers.destroy(containerId);
    else this.endUnlessStarted(executor);
  }

  /** One whose task was started by an earlier agent process and has ended ends when its leftovers are cleared away. */
  private endUnlessStarted(executor: ExecutorEntry): void {
    if (executor.delivered === 0) this.host.dispatch(() => this.executors.ended(executor));
  }

  private launchContainer(run: TaskRun): void {
    const { executor, task } = run;
    const launch = prepareLaunch(this.host, executor, task.info.command, this.environmentOf(run));
    const tty = task.info.container?.tty_info;
    if (tty === undefined) this.host.containers.launch(launch, this.sink);
    else this.launchOnTerminal(run, launch, tty);
  }

  private launchOnTerminal(run: TaskRun, launch: ContainerLaunch, tty: TTYInfo): void {
    if (launch.container?.type === ContainerInfoType.DOCKER)
      throw new Error("tty_info: containers of Docker's engine have no terminal on this agent");
    const { containerId, sandbox } = launch;
    if (launch.makesSandbox === true) this.host.sandboxes.create(sandbox);
    this.terminals.make(containerId, sandbox, (error) => {
      if (this.runs.get(containerId) !== run) this.terminals.remove(containerId);
      else if (error !== undefined)
        this.sink.failed(containerId, `its terminal cannot be made: ${error.message}`);
      // Ended meanwhile, when there was nothing to be ended yet.
      else if (run.kill !== undefined || this.executors.isEnding(run.executor)) this.runs.abandon(run);
      else this.launchWithPipes(launch, terminalOf(tty));
    });
  }

  private launchWithPipes(launch: ContainerLaunch, terminal: TerminalSize): void {
    const { containerId } = launch;
    const redirections = pipeLines(this.host.paths.io(containerId), true);
    try {
      this.host.containers.launch({ ...launch, makesSandbox: false, terminal, redirections }, this.sink);
    } catch (error) {
      this.sink.failed(containerId, (error as Error).message);
    }
  }

  private environmentOf({ executor, task }: TaskRun): Record<string, string> {
    const { directory, framework, info } = executor;
    const { command, resources } = task.info;
    const ofExecutor = executorEnvironment(agentEnvironment(this.host), framework.info, info, directory);
    return taskEnvironment(ofExecutor, command?.environment, allocationRole(resources));
  }

  private placeOf(run: TaskRun): RunPlace {
    const { executor, task } = run;
    return {
      sandbox: executor.directory,
      environment: this.environmentOf(run),
      user: this.host.sandboxes.userOf(task.info.command?.user ?? executor.framework.info.user),
    };
  }

  private started(containerId: string, pid: number): void {
    const run = this.runs.get(containerId);
    if (run !== undefined) run.executor.processId = pid;
    this.runs.started(containerId, pid);
  }

  private limited(containerId: string, limitation: Limitation): void {
    const run = this.runs.get(containerId);
    if (run !== undefined) run.verdict ??= limitationVerdict(limitation);
  }

  private exited(containerId: string, status: ExitStatus): void {
    const run = this.runs.get(containerId);
    if (run !== undefined) run.executor.exit = status;
    // What the agent ended it for counts more than its status.
    this.runs.exited(containerId, status, run?.executor.verdict);
  }
}
