/** The end of a framework: torn down, or not back within its failover timeout (master.md §6.3). */
import { TaskStatusReason } from '../../../proto/index.ts';
import type { MasterParts } from '../parts.ts';
import { keepStatus, type TaskRecord } from '../tasks/record.ts';
import type { FrameworkRecord } from './record.ts';

export class FrameworkRemoval {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** TEARDOWN by its scheduler or an operator. */
  tearDown(framework: FrameworkRecord): void {
    this.parts.frameworks.chart.step(framework.id, { type: 'TORN_DOWN' });
  }

  /** Ends everything of it everywhere. Its scheduler is not told of its tasks: it has asked, or is not there. */
  remove(id: string): void {
    const { frameworks, actor, agents, allocation, offers, inverseOffers, metrics, changes } = this.parts;
    const framework = frameworks.find(id);
    if (framework === undefined) return;
    actor.log.info('framework removed', { framework_id: id, name: framework.description.info.name });
    offers.loseFramework(id);
    inverseOffers.removeFramework(id);
    for (const agent of agents.all()) {
      actor.send(agent.pid, 'mesos.internal.ShutdownFrameworkMessage', { framework_id: { value: id } });
      for (const executorId of [...(agent.executors.get(id)?.keys() ?? [])]) {
        agents.removeExecutor(agent, id, executorId);
      }
      for (const task of [...(agent.tasks.get(id)?.values() ?? [])]) this.end(framework, task);
    }
    for (const task of [...framework.unreachable.values()]) this.end(framework, task);
    allocation.removeFramework(id);
    this.parts.why.forget(id);
    frameworks.retire(framework);
    changes.frameworkRemoved(framework);
    metrics.frameworks.remove(framework);
    this.parts.rateLimits.forget(framework.description.info.principal);
    framework.connection?.close();
  }

  private end(framework: FrameworkRecord, task: TaskRecord): void {
    const { tasks } = this.parts;
    const step = tasks.step(task, { type: 'FRAMEWORK_REMOVED' });
    if (step.changed) {
      const status = tasks.masterStatus(framework.description.traits, {
        taskId: task.id,
        agentId: task.agentId,
        state: tasks.stateName(task),
        reason: TaskStatusReason.REASON_FRAMEWORK_REMOVED,
        message: `Framework ${framework.id} removed`,
      });
      keepStatus(task, status);
      this.parts.metrics.taskChanged(tasks.stateName(task), status);
      this.parts.changes.taskUpdated(task, status, true);
    }
    tasks.complete(task);
  }
}
