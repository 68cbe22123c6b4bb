/** Tasks that are killed before their executor has them; numbers as in failover.md §5. */
import type { AgentView } from '../../../actors/agent/agentParts.ts';
import { enumName, type MessageTypes, TaskState } from '../../../proto/index.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';
import type { AgentMachine } from './machines.ts';

/** What may be said of such a task when its agent died before it had said so: nothing of it ever ran. */
const NEVER_RAN: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_KILLED,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_FAILED,
]);

/** The agent as it was when the kill came. */
interface Killed {
  readonly machine: AgentMachine;
  readonly starts: number;
}

export class EarlyKillWatch {
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  private readonly agents: () => readonly AgentMachine[];
  /** By task id. */
  private readonly killed = new Map<string, Killed>();

  constructor(simulation: Simulation, agents: () => readonly AgentMachine[]) {
    this.simulation = simulation;
    this.agents = agents;
  }

  /** Tasks that were killed so. */
  get count(): number {
    return this.killed.size;
  }

  /** A kill of the master is about to be handled. */
  handling({ name, from, to, body }: Delivery): undefined {
    if (name !== 'mesos.internal.KillTaskMessage') return;
    const { framework_id, task_id } = body as MessageTypes[typeof name];
    const machine = this.agents().find((each) => each.agent()?.host.self.equals(to));
    const view = machine?.agent();
    if (
      machine === undefined ||
      view === undefined ||
      !obeys(view) ||
      from?.equals(view.host.master()) !== true
    )
      return;
    const { tables } = view.host;
    const task = tables.task(framework_id.value, task_id.value);
    if (task === undefined || !tables.isUndelivered(task)) return;
    const { starts } = this.simulation.machine(machine.name);
    const isHit = (group: string | undefined): boolean => group !== undefined && group === task.group;
    for (const each of task.executor.tasks.values())
      if (each === task || isHit(each.group)) this.killed.set(each.id, { machine, starts });
  }

  /** 16: the first word of it is that it was killed, and its executor never gets it. */
  sent({ name, from, to, body }: Delivery): void {
    if (from?.id.startsWith('slave(') !== true) return;
    if (name === 'mesos.internal.RunTaskMessage')
      this.handedOver((body as MessageTypes[typeof name]).task.task_id.value);
    if (name !== 'mesos.internal.StatusUpdateMessage' || to.id !== 'master') return;
    const { status } = (body as MessageTypes[typeof name]).update;
    const id = status.task_id.value;
    const killed = this.killed.get(id);
    if (killed === undefined || status.uuid === undefined) return;
    const same = this.simulation.machine(killed.machine.name).starts === killed.starts;
    const fits = same ? status.state === TaskState.TASK_KILLED : NEVER_RAN.has(status.state);
    if (!fits) this.problems.push(`16: ${id}, killed undelivered, is ${enumName(TaskState, status.state)}`);
  }

  /** 16: no process of such a task is ever started. */
  look(): string | undefined {
    for (const [id, { machine }] of this.killed)
      if (machine.containers.tasks.has(id)) return `16: ${id} was killed undelivered, and was started`;
    return undefined;
  }

  private handedOver(id: string): void {
    if (this.killed.has(id)) this.problems.push(`16: ${id} was killed undelivered, and handed over`);
  }
}

/** Orders are carried out at once. */
function obeys({ registration, operations, host }: AgentView): boolean {
  return (
    !registration.isRecovering && !registration.isEnding && operations.isSettled && host.agentId() !== ''
  );
}
