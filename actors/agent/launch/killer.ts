/** Kills tasks for the master (agent.md §4.3). */
import type { KillTaskMessage } from '../../../proto/generated/types/internal.ts';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import type { CommandExecutor } from '../commandExecutor/commandExecutor.ts';
import type { Executors } from '../executors/executors.ts';
import type { Frameworks } from '../executors/frameworks.ts';
import type { AgentHost } from '../host.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import type { TaskEntry } from '../tables/entries.ts';
import { droppedOrLost } from '../tables/loss.ts';

export class TaskKiller {
  private readonly host: AgentHost;
  private readonly frameworks: Frameworks;
  private readonly executors: Executors;
  private readonly commandExecutor: CommandExecutor;
  private readonly updates: StatusUpdates;

  constructor(
    host: AgentHost,
    parts: {
      frameworks: Frameworks;
      executors: Executors;
      commandExecutor: CommandExecutor;
      updates: StatusUpdates;
    },
  ) {
    this.host = host;
    this.frameworks = parts.frameworks;
    this.executors = parts.executors;
    this.commandExecutor = parts.commandExecutor;
    this.updates = parts.updates;
  }

  killTask(message: KillTaskMessage): void {
    const frameworkId = message.framework_id.value;
    const taskId = message.task_id.value;
    this.host.log.info('Asked to kill a task', { framework_id: frameworkId, task_id: taskId });
    const framework = this.host.tables.frameworks.get(frameworkId);
    if (framework === undefined) {
      this.host.log.warn('Ignoring a kill: the framework is not here', {
        framework_id: frameworkId,
        task_id: taskId,
      });
      return;
    }
    if (this.frameworks.isTerminating(framework)) return;
    const task = this.host.tables.task(frameworkId, taskId);
    if (task === undefined) {
      this.updates.refuse(framework, taskId, undefined, {
        state: droppedOrLost(framework.info),
        reason: TaskStatusReason.REASON_EXECUTOR_TERMINATED,
        message: 'Unknown task: its executor is not here',
      });
      this.frameworks.removeIfEmpty(framework);
    } else if (this.host.tables.isUndelivered(task)) {
      this.killUndelivered(task);
    } else if (this.host.tables.isLive(task)) {
      this.killDelivered(task, message);
    }
    // A task that has ended already tells so by itself.
  }

  /** No process of it was started: it ends here and now, and its group with it. */
  private killUndelivered(task: TaskEntry): void {
    const { executor, group } = task;
    const ended = [...executor.tasks.values()].filter(
      (each) => each === task || (group !== undefined && each.group === group),
    );
    for (const each of ended) {
      this.updates.end(each, {
        state: TaskState.TASK_KILLED,
        reason: TaskStatusReason.REASON_TASK_KILLED_DURING_LAUNCH,
        message: 'Killed before it was delivered to its executor',
      });
      this.executors.dequeue(executor, each);
    }
  }

  private killDelivered(task: TaskEntry, message: KillTaskMessage): void {
    const { executor } = task;
    if (executor.forCommandTask) this.commandExecutor.kill(executor, message.kill_policy);
    else executor.connection?.kill(message.task_id, message.kill_policy);
  }
}
