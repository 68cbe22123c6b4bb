/** Ends of tasks that frameworks were told of and have not acknowledged; numbers as in failover.md §5. */
import type { AgentRecord } from '../../../actors/master/agents/record.ts';
import type { Master } from '../../../actors/master/master.ts';
import {
  type MessageTypes,
  type SchedulerCall,
  SchedulerCallType,
  TaskState,
  type TaskStatus,
} from '../../../proto/index.ts';
import type { Delivery } from '../../../runtime/simulation/index.ts';
import { TERMINAL } from './states.ts';

interface Owed {
  readonly framework: string;
  readonly agent: string;
  readonly task: string;
  /** As the leader knew it first. */
  record?: AgentRecord | undefined;
}

export class EndWatch {
  readonly problems: string[] = [];
  private readonly runs: (task: string) => boolean;
  /** uuid → what waits for it. */
  private readonly owed = new Map<string, Owed>();
  private readonly acknowledged = new Set<string>();
  private leader: Master | undefined;

  /** @param runs whether a process of a task runs on any machine */
  constructor(runs: (task: string) => boolean) {
    this.runs = runs;
  }

  see({ name, from, to, body }: Delivery): void {
    if (name === 'mesos.scheduler.Call') this.called(body as SchedulerCall);
    if (name !== 'mesos.internal.StatusUpdateMessage') return;
    const { update } = body as MessageTypes[typeof name];
    if (to.id === 'master') this.gone(update.status);
    else if (from?.id === 'master')
      this.told(update.framework_id.value, update.slave_id?.value ?? '', update.status);
  }

  /** 26: the master keeps a task as long as its end may have to be told again. */
  look(leader: Master): string | undefined {
    if (this.leader !== leader) this.owed.clear();
    this.leader = leader;
    const { agents, frameworks } = leader.parts;
    for (const [uuid, owed] of this.owed) {
      const agent = agents.find(owed.agent);
      const framework = frameworks.find(owed.framework);
      owed.record ??= agent;
      // Lost meanwhile: then nobody waits, and an agent that returns tells what there is.
      if (agent === undefined || framework === undefined || owed.record !== agent) this.owed.delete(uuid);
      else if (!framework.tasks.has(owed.task))
        return `26: ${owed.task} is forgotten, its end was not acknowledged`;
    }
    return undefined;
  }

  private told(framework: string, agent: string, { task_id, state, uuid }: TaskStatus): void {
    const key = hex(uuid);
    if (key !== '' && TERMINAL.has(state) && !this.acknowledged.has(key))
      this.owed.set(key, { framework, agent, task: task_id.value });
  }

  private called({ type, acknowledge }: SchedulerCall): void {
    if (type !== SchedulerCallType.ACKNOWLEDGE) return;
    const key = hex(acknowledge?.uuid);
    this.acknowledged.add(key);
    this.owed.delete(key);
  }

  /** 15: an agent that calls a task gone has none of its processes. */
  private gone({ task_id, state, uuid }: TaskStatus): void {
    if (state === TaskState.TASK_GONE && uuid !== undefined && this.runs(task_id.value))
      this.problems.push(`15: ${task_id.value} is called gone, and runs`);
  }
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array(0)).toString('hex');
}
