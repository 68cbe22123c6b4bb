/**
 * Takes over what an earlier agent process left (agent.md §7): frameworks, executors and tasks as written down, commands
 * that still run, ends that happened meanwhile.
 */
import type { StatusUpdate } from '../../../proto/generated/types/internal.ts';
import { ExecutorInfoType } from '../../../proto/generated/types/v1.ts';
import { Pid } from '../../../runtime/pid.ts';
import type { CommandExecutor } from '../commandExecutor/commandExecutor.ts';
import type { ContainerSink } from '../containerizer/index.ts';
import type { DefaultExecutor } from '../defaultExecutor/defaultExecutor.ts';
import { PidConnection } from '../executors/connection.ts';
import type { Executors } from '../executors/executors.ts';
import type { Frameworks } from '../executors/frameworks.ts';
import type { AgentHost } from '../host.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import { type ExecutorEntry, type TaskEntry, taskKey } from '../tables/entries.ts';
import type { ExecutorCheckpoint, Recovered } from './checkpoints.ts';

export interface Remains {
  readonly frameworks: Recovered;
  /** Of a task that is not completed: the newest acknowledged update and all that are not, oldest first. */
  readonly updatesOf: (frameworkId: string, taskId: string) => readonly StatusUpdate[];
  /** The oldest of those that is not acknowledged. */
  readonly nextUpdateOf: (frameworkId: string, taskId: string) => StatusUpdate | undefined;
  /** The machine was booted since: no process is left, whatever the runtime directory says. */
  readonly rebooted: boolean;
  /** Files that were damaged and set aside. */
  readonly skipped?: number;
}

interface Parts {
  readonly frameworks: Frameworks;
  readonly executors: Executors;
  readonly commandExecutor: CommandExecutor;
  readonly defaultExecutor: DefaultExecutor;
  readonly nestedContainers: NestedContainers;
}

export class Recovery {
  private readonly host: AgentHost;
  private readonly parts: Parts;
  private readonly remains: Remains;
  private readonly killsDueMs = new Map<TaskEntry, number>();

  constructor(host: AgentHost, parts: Parts, remains: Remains) {
    this.host = host;
    this.parts = parts;
    this.remains = remains;
  }

  /** Restores the tables, then looks for the containers. What those say comes later, as events of the agent. */
  run(): void {
    const { tables, log, metrics } = this.host;
    metrics.recoveryErrors.value += this.remains.skipped ?? 0;
    for (const [id, { info, pid, executors }] of this.remains.frameworks) {
      const framework = this.parts.frameworks.restore(id, info, pid);
      for (const kept of executors.values()) {
        const { forCommandTask, containerId } = kept;
        const executor = this.parts.executors.restore(framework, kept.info, forCommandTask, containerId);
        const pid = kept.pid === undefined ? undefined : Pid.parse(kept.pid);
        if (pid !== undefined) executor.connection = new PidConnection(this.host, executor, pid);
        this.restoreTasks(executor, kept);
      }
    }
    const found = {
      frameworks: tables.frameworks.size,
      executors: tables.runs.size,
      tasks: tables.tasks.size,
    };
    if (found.frameworks > 0) log.info('Recovering what an earlier run left', found);
    const runs = [...tables.runs.values()];
    if (this.remains.rebooted) this.concludeAll(runs);
    else this.lookFor(runs);
    this.destroyOrphans();
    for (const framework of [...tables.frameworks.values()]) this.parts.frameworks.removeIfEmpty(framework);
  }

  private restoreTasks(executor: ExecutorEntry, kept: ExecutorCheckpoint): void {
    const { tables } = this.host;
    for (const [id, { info, group, killDeadlineMs }] of kept.tasks) {
      const key = taskKey(executor.framework.id, id);
      const task: TaskEntry = { key, id, info, executor, group, statuses: [], forwarded: undefined };
      tables.addTask(task);
      tables.taskChart.step(key, { type: 'QUEUED' });
      tables.taskChart.step(key, { type: 'DELIVERED' });
      executor.delivered += 1;
      for (const { status } of this.remains.updatesOf(executor.framework.id, id)) {
        if (tables.isLive(task)) tables.applyStatus(task, status);
      }
      const next = this.remains.nextUpdateOf(executor.framework.id, id)?.status ?? task.statuses.at(-1);
      // The master tells its frameworks as much as this, and must not tell more: the rest comes update by update.
      if (next?.uuid !== undefined) task.forwarded = { state: next.state, uuid: next.uuid };
      if (killDeadlineMs !== undefined) this.killsDueMs.set(task, killDeadlineMs);
    }
  }

  private lookFor(runs: readonly ExecutorEntry[]): void {
    const { tables } = this.host;
    const isLive = (executor: ExecutorEntry) =>
      [...executor.tasks.values()].some((task) => tables.isLive(task));
    const ofCommands = runs.filter((executor) => executor.forCommandTask);
    const tasks = ofCommands
      .flatMap((executor) => [...executor.tasks.values()])
      .filter((task) => tables.isLive(task));
    this.parts.commandExecutor.recover(tasks, this.killsDueMs);
    for (const executor of runs) {
      const isDefault = executor.info.type === ExecutorInfoType.DEFAULT;
      if (isDefault) this.parts.defaultExecutor.recover(executor, this.killsDueMs);
      this.parts.nestedContainers.adoptOthers(executor);
    }
    this.parts.executors.recover(runs.filter((executor) => !executor.forCommandTask));
    this.clearAway(
      ofCommands.filter((executor) => !isLive(executor)).map(({ containerId }) => containerId),
      (containerId) => {
        const executor = tables.runs.get(containerId);
        if (executor !== undefined) this.parts.executors.ended(executor);
      },
    );
  }

  /** After a reboot every run counts as ended. */
  private concludeAll(runs: readonly ExecutorEntry[]): void {
    for (const executor of runs) {
      for (const task of executor.tasks.values()) {
        if (executor.forCommandTask && this.host.tables.isLive(task)) this.parts.commandExecutor.lost(task);
      }
      this.parts.executors.ended(executor);
    }
  }

  /** Containers that the launcher knows and the agent does not: their frameworks asked for no checkpoints. */
  private destroyOrphans(): void {
    const { containers, tables, log } = this.host;
    const strangers = containers.recordedContainers().filter((id) => !tables.runs.has(id));
    const isStandalone = (id: string) =>
      !this.remains.rebooted && this.host.sandboxes.has(this.host.paths.standaloneSandbox(id));
    const orphans = strangers.filter((id) => !isStandalone(id));
    for (const id of strangers.filter(isStandalone)) this.parts.nestedContainers.adoptStandalone(id);
    if (orphans.length === 0) return;
    log.info('Destroying containers that nobody knows any more', { count: orphans.length });
    if (this.remains.rebooted) for (const id of orphans) containers.remove(id);
    else {
      const inside = orphans.flatMap((id) => containers.recordedBelow(id));
      this.clearAway(inside, () => undefined);
      this.clearAway(orphans, (id) => containers.remove(id));
    }
  }

  /** Kills what is left of these containers. @param gone called when nothing is */
  private clearAway(containerIds: readonly string[], gone: (containerId: string) => void): void {
    if (containerIds.length === 0) return;
    const sink: ContainerSink = {
      started: this.host.defer((id: string) => this.host.containers.destroy(id)),
      exited: () => undefined,
      destroyed: this.host.defer(gone),
      failed: this.host.defer(gone),
    };
    this.host.containers.recover(containerIds, sink);
  }
}
