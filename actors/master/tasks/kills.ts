/** Killing tasks (master.md §9, v1-scheduler-api.md §6.1). */
import type { KillPolicy, SchedulerCallKill } from '../../../proto/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from './record.ts';

export class Kills {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** A task nobody knows is answered as if the framework had asked for its state. */
  kill(framework: FrameworkRecord, { task_id, agent_id, kill_policy }: SchedulerCallKill): void {
    const { agents, metrics, reconciliation, actor } = this.parts;
    metrics.messages.kill_task.value++;
    const task = framework.tasks.get(task_id.value);
    if (task === undefined) {
      reconciliation.explicit(framework, [{ task_id, agent_id }]);
      return;
    }
    const agent = agents.find(task.agentId);
    if (agent === undefined || (agent_id !== undefined && agent_id.value !== task.agentId)) {
      actor.log.warn('ignored the kill of a task: it is on another agent', {
        task_id: task.id,
        framework_id: framework.id,
        agent_id: task.agentId,
        named: agent_id?.value,
      });
      return;
    }
    agent.killed.add(task);
    if (agents.isConnected(agent.id)) this.send(agent, task, kill_policy);
    else actor.log.info('the kill waits for the agent', { task_id: task.id, agent_id: agent.id });
  }

  /** Asks the agent to kill a task, unless its end is known. */
  send(agent: AgentRecord, task: TaskRecord, killPolicy: KillPolicy | undefined): void {
    const { actor, tasks } = this.parts;
    if (tasks.isTerminal(task)) return;
    actor.log.info('killing task', {
      task_id: task.id,
      framework_id: task.frameworkId,
      agent_id: agent.id,
    });
    actor.send(agent.pid, 'mesos.internal.KillTaskMessage', {
      framework_id: { value: task.frameworkId },
      task_id: { value: task.id },
      kill_policy: killPolicy,
    });
  }
}
