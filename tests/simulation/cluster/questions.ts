/** Whether a master answers what it is asked; numbers as in failover.md §5. */
import type { Master } from '../../../actors/master/master.ts';
import {
  decodeAs,
  type MessageTypes,
  RecordDecoder,
  type SchedulerCall,
  SchedulerCallType,
} from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';
import type { HttpWatch } from './httpGate.ts';

/** A new leader waits so long for agents of before, and then writes down who did not come. */
const AWAITED_MOST_MS = 600_000 + 25_000;

/** A question over HTTP that waits for its answer. */
interface Open {
  readonly call: SchedulerCall;
  /** Ids that were told of in the step of that number. */
  step: number;
  heard: Set<string>;
}

export class QuestionWatch implements HttpWatch {
  readonly problems: string[] = [];
  /** Tasks and operations that were asked for. */
  count = 0;
  private readonly simulation: Simulation;
  private readonly leader: () => Master | undefined;
  /** Since when each of them leads, in simulated milliseconds; as far as was seen. */
  private readonly sinceMs = new WeakMap<Master, number>();
  /** Client and number of the request → question. */
  private readonly open = new Map<string, Open>();
  private answering: { readonly to: Pid; readonly heard: Set<string> } | undefined;

  constructor(simulation: Simulation, leader: () => Master | undefined) {
    this.simulation = simulation;
    this.leader = leader;
  }

  /** Whether no answer is an answer: the agent may still come back, and knows better. */
  mayWait(master: Master, agentId: string): boolean {
    const nowMs = this.simulation.elapsedMs;
    const sinceMs = this.sinceMs.get(master) ?? nowMs;
    this.sinceMs.set(master, sinceMs);
    return master.parts.agents.find(agentId) === undefined && nowMs - sinceMs < AWAITED_MOST_MS;
  }

  /** 43: the answers to a question for tasks leave while it is handled. */
  handling({ name, from, to, body }: Delivery): (() => void) | undefined {
    const master = this.leader();
    if (name !== 'mesos.scheduler.Call' || from === undefined || master?.self.equals(to) !== true)
      return undefined;
    const { type, reconcile, framework_id } = body as SchedulerCall;
    const { frameworks } = master.parts;
    const id = framework_id?.value ?? '';
    if (type !== SchedulerCallType.RECONCILE || frameworks.at(from)?.id !== id) return undefined;
    if (!frameworks.isConnected(id)) return undefined;
    const answering = { to: from, heard: new Set<string>() };
    this.answering = answering;
    return () => {
      this.answering = undefined;
      for (const { task_id, agent_id } of reconcile?.tasks ?? []) {
        this.count++;
        if (!answering.heard.has(task_id.value) && !this.mayWait(master, agent_id?.value ?? ''))
          this.problems.push(`43: ${task_id.value} of ${agent_id?.value} was asked for and not answered`);
      }
    };
  }

  sent({ name, to, body }: Delivery): void {
    if (this.answering === undefined || name !== 'mesos.internal.StatusUpdateMessage') return;
    const { update } = body as MessageTypes[typeof name];
    if (to.equals(this.answering.to)) this.answering.heard.add(update.status.task_id.value);
  }

  // ---- over HTTP ------------------------------------------------------------------------------------------------

  asked(client: Pid, id: number, body: Uint8Array): void {
    const call = decodeAs('mesos.v1.scheduler.Call', body);
    if (call.reconcile !== undefined || call.reconcile_operations !== undefined)
      this.open.set(`${client.text} ${id}`, { call, step: -1, heard: new Set() });
  }

  chunk(client: Pid, body: Uint8Array): void {
    for (const [key, open] of this.open) {
      if (!key.startsWith(`${client.text} `)) continue;
      if (open.step !== this.simulation.steps) open.heard.clear();
      open.step = this.simulation.steps;
      for (const record of new RecordDecoder().push(body)) {
        const { update, update_operation_status } = decodeAs('mesos.v1.scheduler.Event', record);
        open.heard.add(`${update?.status.task_id.value}`);
        open.heard.add(`${update_operation_status?.status.operation_id?.value}`);
      }
    }
  }

  /** 43: what was taken has been answered before, on the stream. */
  answered(client: Pid, id: number, status: number): void {
    const key = `${client.text} ${id}`;
    const open = this.open.get(key);
    const master = this.leader();
    this.open.delete(key);
    if (open === undefined || status !== 202 || master === undefined) return;
    const heard = open.step === this.simulation.steps ? open.heard : new Set();
    for (const { task_id, agent_id } of open.call.reconcile?.tasks ?? []) {
      this.count++;
      if (!heard.has(task_id.value) && !this.mayWait(master, agent_id?.value ?? ''))
        this.problems.push(`43: ${task_id.value} of ${agent_id?.value} was asked for and not answered`);
    }
    for (const { operation_id } of open.call.reconcile_operations?.operations ?? []) {
      this.count++;
      if (!heard.has(operation_id.value))
        this.problems.push(`43: operation ${operation_id.value} was asked for and not answered`);
    }
  }
}
