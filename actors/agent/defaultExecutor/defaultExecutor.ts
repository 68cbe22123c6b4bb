/**
 * The built-in default executor: runs the tasks of groups as containers inside its own, within the agent's process
 * (v1-executor-api.md §7). Its own container holds one idle shell, which stands for the executor: what ends that ends all.
 */
import {
  type CommandInfo,
  type KillPolicy,
  type TaskID,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import { SHUTDOWN_MARGIN_MS } from '../commandExecutor/commandExecutor.ts';
import { type ContainerLaunch, containerResources } from '../containerizer/index.ts';
import type { ExecutorConnection } from '../executors/connection.ts';
import { containerCommand, limitationVerdict, terminalOf } from '../executors/containerLaunch.ts';
import { groupTaskEnvironment } from '../executors/environment.ts';
import { shutdownGraceMs } from '../executors/executorChart.ts';
import type { Executors } from '../executors/executors.ts';
import { dropUnknown } from '../executors/returned.ts';
import { sandboxWay } from '../heldFolder.ts';
import type { AgentHost } from '../host.ts';
import { ContainerIo } from '../nestedContainers/io/containerIo.ts';
import { pipeLines } from '../nestedContainers/io/pipes.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import type { NestedListener } from '../nestedContainers/record.ts';
import { mountVolumes } from '../operations/volumeLinks.ts';
import { nestedSandbox, taskLink } from '../paths.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import type { ExecutorEntry, TaskEntry } from '../tables/entries.ts';
import { type CommandStatus, containerIdMessage, type RunPlace, type TaskRun } from '../taskRuns/taskRun.ts';
import { KILL_GRACE_MS, TaskRuns } from '../taskRuns/taskRuns.ts';

/** Waits without doing anything, and ends well when it is told to. */
export const IDLE_COMMAND: CommandInfo = {
  shell: true,
  value: "trap 'exit 0' TERM; while :; do sleep 2147483647 & wait; done",
};

export class DefaultExecutor {
  private readonly host: AgentHost;
  private readonly executors: Executors;
  private readonly updates: StatusUpdates;
  private readonly containers: NestedContainers;
  private readonly runs: TaskRuns;
  private readonly listener: NestedListener;

  constructor(
    host: AgentHost,
    parts: { executors: Executors; updates: StatusUpdates; nestedContainers: NestedContainers },
  ) {
    this.host = host;
    this.executors = parts.executors;
    this.updates = parts.updates;
    this.containers = parts.nestedContainers;
    const runs = new TaskRuns(host, parts.nestedContainers, {
      update: (run, status, recorded) => this.tell(run, status, recorded),
      signal: ({ containerId }, signal) => void this.containers.signal(containerId, signal),
      destroy: ({ containerId }) => this.containers.destroy(containerId),
      ended: (run, status) => this.taskEnded(run, status),
      gone: ({ executor }) => this.endIfDone(executor),
      place: (run) => this.placeOf(run),
    });
    this.runs = runs;
    this.listener = {
      started: ({ id }, pid) => runs.started(id, pid),
      exited: ({ id, limitation }, status) =>
        runs.exited(id, status, limitation && limitationVerdict(limitation)),
      failed: ({ id }, message) => runs.failed(id, message),
      ended: ({ id }) => runs.gone(id),
    };
  }

  /** The executor's container is there: it takes groups from now on. */
  connect(executor: ExecutorEntry): ExecutorConnection {
    return {
      pid: undefined,
      launch: (task) => this.refuse(executor, task),
      launchGroup: (tasks) => this.launchGroup(executor, tasks),
      kill: (taskId, policy) => this.kill(executor, taskId, policy),
      acknowledge: () => undefined,
      message: () => undefined,
      shutDown: () => this.shutDown(executor),
      close: () => this.runs.forgetAll(executor),
    };
  }

  /** The executor is over: what happens to its containers is told to nobody any more. */
  forget(executor: ExecutorEntry): void {
    this.runs.forgetAll(executor);
  }

  /** Takes over the tasks that an earlier agent process launched. @param killsDueMs as the runs want it */
  recover(executor: ExecutorEntry, killsDueMs: ReadonlyMap<TaskEntry, number>): void {
    const { tables } = this.host;
    const known = new Set<string>();
    for (const task of executor.tasks.values()) {
      const id = containerOf(task);
      if (id === undefined) continue;
      known.add(task.id);
      if (!tables.isLive(task)) continue;
      this.runs.resume(task, id, killsDueMs.get(task));
      this.containers.adopt(executor, id, this.listener);
    }
    dropUnknown(this.host, this.updates, executor, known);
  }

  /** One that is back and has nothing to do ends. */
  endIfDone(executor: ExecutorEntry): void {
    const { tables } = this.host;
    const busy = this.runs.of(executor).length > 0;
    if (busy || [...executor.tasks.values()].some((task) => tables.isLive(task))) return;
    if (this.executors.isEnding(executor)) this.host.containers.kill(executor.containerId, 'SIGTERM');
    else if (executor.delivered > 0) this.executors.shutDown(executor);
  }

  // ---- what it is told ------------------------------------------------------------------------------------------

  /** The agent turns single tasks away before; this is for those that older masters let through. */
  private refuse(executor: ExecutorEntry, info: TaskInfo): void {
    const task = executor.tasks.get(info.task_id.value);
    if (task === undefined) return;
    this.updates.fromBuiltIn(task, {
      state: TaskState.TASK_ERROR,
      reason: TaskStatusReason.REASON_TASK_INVALID,
      message: 'The default executor takes task groups only',
    });
  }

  private launchGroup(executor: ExecutorEntry, tasks: readonly TaskInfo[]): void {
    for (const { task_id } of tasks) {
      const task = executor.tasks.get(task_id.value);
      if (task !== undefined) this.launch(executor, task);
    }
  }

  /** TASK_STARTING names the container, and is safe before that is made: a restarted agent finds it by this. */
  private launch(executor: ExecutorEntry, task: TaskEntry): void {
    const containerId = `${executor.containerId}.${this.host.ids.uuid()}`;
    const run = this.runs.begin(executor, task, containerId);
    this.runs.say(run, { state: TaskState.TASK_STARTING }, () => this.launchContainer(run));
  }

  private launchContainer(run: TaskRun): void {
    const { host } = this;
    const { containerId, task } = run;
    if (!this.isWanted(run)) return;
    const tty = task.info.container?.tty_info;
    if (tty === undefined) {
      this.begin(run, {});
      return;
    }
    const made = host.defer((error?: Error) => {
      if (!this.isWanted(run)) host.pipes.remove(host.paths.io(containerId));
      else if (error !== undefined)
        this.runs.failed(containerId, `its terminal cannot be made: ${error.message}`);
      else {
        const redirections = pipeLines(host.paths.io(containerId), true);
        this.begin(run, { terminal: terminalOf(tty), redirections }, new ContainerIo(true, false));
      }
    });
    host.pipes.make(host.paths.io(containerId), made);
  }

  /** One that was killed meanwhile is over. */
  private isWanted(run: TaskRun): boolean {
    if (this.runs.get(run.containerId) !== run) return false;
    if (run.kill !== undefined) this.runs.abandon(run);
    return run.kill === undefined;
  }

  private begin(run: TaskRun, more: Partial<ContainerLaunch>, io?: ContainerIo): void {
    const { host } = this;
    const { executor, task, containerId } = run;
    const { command, container } = task.info;
    try {
      const { sandbox, environment, user } = this.placeOf(run);
      const way = sandboxWay(containerId, sandbox);
      host.sandboxes.createNested(way.root, way.below);
      host.sandboxes.link(way.root, taskLink(task.id), sandbox);
      mountVolumes(host, way, task.info.resources, user);
      this.containers.launch({
        executor,
        isDebug: false,
        listener: this.listener,
        ...(io === undefined ? {} : { io }),
        launch: {
          containerId,
          sandbox,
          parentSandbox: executor.directory,
          command: containerCommand(command),
          ...(container === undefined ? {} : { container }),
          ...(command?.uris === undefined ? {} : { uris: command.uris }),
          resources: containerResources(undefined, [task.info]),
          environment,
          ...(user === undefined ? {} : { user }),
          ...more,
        },
      });
    } catch (error) {
      this.runs.failed(containerId, (error as Error).message);
    }
  }

  /** Further kills of a task that is being killed change nothing. */
  private kill(executor: ExecutorEntry, taskId: TaskID, policy: KillPolicy | undefined): void {
    const run = this.runs.of(executor).find(({ task }) => task.id === taskId.value);
    if (run !== undefined && run.kill === undefined) this.runs.kill(run, policy);
  }

  private shutDown(executor: ExecutorEntry): void {
    const runs = this.runs.of(executor);
    const graceMs = Math.max(0, shutdownGraceMs(this.host, executor) - SHUTDOWN_MARGIN_MS);
    for (const run of runs) this.runs.killWithin(run, graceMs);
    if (runs.length === 0) this.host.containers.kill(executor.containerId, 'SIGTERM');
  }

  // ---- what it says ---------------------------------------------------------------------------------------------

  private tell(run: TaskRun, status: CommandStatus, recorded?: () => void): void {
    const container_id = containerIdMessage(run.containerId);
    const container_status = { container_id, executor_pid: run.processId };
    const kept = recorded === undefined ? undefined : this.host.defer(recorded);
    this.updates.fromBuiltIn(run.task, { ...status, container_status }, kept);
  }

  /** A task that failed or was killed takes its group with it. */
  private taskEnded({ executor, task }: TaskRun, { state }: CommandStatus): void {
    if (state === TaskState.TASK_FINISHED || task.group === undefined) return;
    for (const run of this.runs.of(executor)) {
      const isMember =
        run.task !== task && run.task.group === task.group && this.host.tables.isLive(run.task);
      if (isMember && run.kill === undefined) this.runs.killWithin(run, KILL_GRACE_MS);
    }
  }

  private placeOf({ executor, task, containerId }: TaskRun): RunPlace {
    const sandbox = this.sandboxOf(executor, containerId);
    const user = task.info.command?.user ?? executor.info.command?.user ?? executor.framework.info.user;
    return {
      sandbox,
      environment: groupTaskEnvironment(this.host, task.info, sandbox),
      user: this.host.sandboxes.userOf(user),
    };
  }

  private sandboxOf(executor: ExecutorEntry, containerId: string): string {
    return nestedSandbox(executor.directory, containerId);
  }
}

/** The container that a task was started in, by what was said of it. */
function containerOf(task: TaskEntry): string | undefined {
  for (const { container_status } of task.statuses) {
    const id = container_status?.container_id;
    if (id?.parent !== undefined) return `${id.parent.value}.${id.value}`;
  }
  return undefined;
}
