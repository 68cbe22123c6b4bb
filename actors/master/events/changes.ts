/** The changes of the cluster as events of the operator API (v1-operator-api.md §3): told by the parts where they happen. */
import {
  type MasterEvent,
  MasterEventType,
  type TaskStatus,
  TaskStatusReason,
} from '../../../proto/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import { agentSnapshot } from '../api/agentSnapshots.ts';
import { frameworkEventMessage, taskStateOf } from '../api/messages.ts';
import type { Viewer } from '../api/viewer.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';

/** Updates of one state that are told all the same: what a check found has changed. */
const OF_CHECKS: ReadonlySet<TaskStatusReason | undefined> = new Set<TaskStatusReason>([
  TaskStatusReason.REASON_TASK_CHECK_STATUS_UPDATED,
  TaskStatusReason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED,
]);

export class Changes {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  taskAdded(framework: FrameworkRecord, task: TaskRecord): void {
    const { tasks } = this.parts;
    const snapshot = tasks.snapshot(task);
    this.tell(
      (viewer) => viewer.seesFramework(framework) && viewer.seesTask(framework, task),
      () => ({ type: MasterEventType.TASK_ADDED, task_added: { task: snapshot.message() } }),
    );
  }

  /**
   * @param status what its framework is told, without `data`, which may be large
   * @param changed whether the task is in another state than before
   */
  taskUpdated(task: TaskRecord, status: TaskStatus, changed: boolean): void {
    if (!changed && !OF_CHECKS.has(status.reason)) return;
    const framework = this.parts.frameworks.find(task.frameworkId);
    const name = this.parts.tasks.stateName(task);
    if (changed) this.parts.metrics.frameworks.taskChanged(task.frameworkId, name);
    const state = taskStateOf(name);
    const { data: _, ...told } = status;
    this.tell(
      (viewer) =>
        framework === undefined || (viewer.seesFramework(framework) && viewer.seesTask(framework, task)),
      () => ({
        type: MasterEventType.TASK_UPDATED,
        task_updated: { framework_id: { value: task.frameworkId }, status: told, state },
      }),
    );
  }

  agentAdded(agent: AgentRecord): void {
    const snapshot = agentSnapshot(this.parts, agent);
    this.tell(
      () => true,
      (viewer) => ({
        type: MasterEventType.AGENT_ADDED,
        agent_added: { agent: snapshot.message(viewer) },
      }),
    );
  }

  agentRemoved(id: string): void {
    this.tell(
      () => true,
      () => ({ type: MasterEventType.AGENT_REMOVED, agent_removed: { agent_id: { value: id } } }),
    );
  }

  frameworkAdded(framework: FrameworkRecord): void {
    const told = frameworkEventMessage(this.parts, framework);
    this.tell(
      (viewer) => viewer.seesFramework(framework),
      () => ({ type: MasterEventType.FRAMEWORK_ADDED, framework_added: { framework: told } }),
    );
  }

  frameworkUpdated(framework: FrameworkRecord): void {
    const told = frameworkEventMessage(this.parts, framework);
    this.tell(
      (viewer) => viewer.seesFramework(framework),
      () => ({ type: MasterEventType.FRAMEWORK_UPDATED, framework_updated: { framework: told } }),
    );
  }

  frameworkRemoved(framework: FrameworkRecord): void {
    const { info } = framework.description;
    this.tell(
      (viewer) => viewer.seesFramework(framework),
      () => ({ type: MasterEventType.FRAMEWORK_REMOVED, framework_removed: { framework_info: info } }),
    );
  }

  private tell(sees: (viewer: Viewer) => boolean, make: (viewer: Viewer) => MasterEvent): void {
    this.parts.eventStreams.publish((viewer) => (sees(viewer) ? make(viewer) : undefined));
  }
}
