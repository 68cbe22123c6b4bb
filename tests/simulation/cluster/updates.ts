/** Updates and their acknowledgements as they pass over the wire; numbers as in failover.md §5. */
import {
  enumName,
  type StatusUpdateAcknowledgementMessage,
  type StatusUpdateMessage,
  TaskState,
} from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';
import { TERMINAL } from './states.ts';

const JOURNAL = '/disk/meta/updates.journal';

/** Of one task of one agent. */
interface Stream {
  /** In the order in which they first reached a master. */
  readonly sent: string[];
  /** Reached the agent. */
  readonly acknowledged: Set<string>;
  ended: boolean;
}

export class UpdateWatch {
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  private readonly streams = new Map<string, Stream>();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  see({ name, from, to, body }: Delivery): void {
    if (name === 'mesos.internal.StatusUpdateMessage' && to.id === 'master')
      this.forwarded(from, body as StatusUpdateMessage);
    if (name === 'mesos.internal.StatusUpdateAcknowledgementMessage')
      this.acknowledged(from, to, body as StatusUpdateAcknowledgementMessage);
  }

  /** 11, 21 and 22: what an agent sends of a task. */
  forwarded(from: Pid | undefined, { update }: StatusUpdateMessage): void {
    const { status } = update;
    const uuid = hex(status.uuid);
    if (uuid === '') return;
    const key = `${status.task_id.value} of ${update.slave_id?.value ?? ''}`;
    const stream = this.stream(key);
    const last = stream.sent.at(-1);
    if (last === uuid) return;
    if (stream.sent.includes(uuid))
      this.problems.push(`22: ${key}: an update before the last one was repeated`);
    else if (stream.ended)
      this.problems.push(`11: ${key} goes on after its end with ${enumName(TaskState, status.state)}`);
    else if (last !== undefined && !stream.acknowledged.has(last))
      this.problems.push(`22: ${key}: the next update was sent before the last one was acknowledged`);
    if (!this.isStored(from, status.uuid)) this.problems.push(`21: ${key}: sent before it was on disk`);
    stream.sent.push(uuid);
    stream.ended ||= TERMINAL.has(status.state);
  }

  /** 22 to 25: an acknowledgement reached an agent, or an executor. */
  acknowledged(from: Pid | undefined, to: Pid, message: StatusUpdateAcknowledgementMessage): void {
    const { task_id, slave_id, uuid } = message;
    const key = `${task_id.value} of ${slave_id.value}`;
    if (uuid.length === 0) this.problems.push(`25: ${key}: an acknowledgement of nothing`);
    if (to.id.startsWith('slave')) this.stream(key).acknowledged.add(hex(uuid));
    else if (!this.isStored(from, uuid)) this.problems.push(`23: ${key}: acknowledged before it was on disk`);
  }

  private stream(key: string): Stream {
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream: Stream = { sent: [], acknowledged: new Set(), ended: false };
    this.streams.set(key, stream);
    return stream;
  }

  /** Whether a power cut would leave the update on the disk of the agent that sent it. */
  private isStored(agent: Pid | undefined, uuid: Uint8Array | undefined): boolean {
    if (agent === undefined || uuid === undefined) return true;
    const machine = this.simulation.all.find(({ address }) => address.host === agent.host);
    const bytes = machine?.storage.durable(JOURNAL);
    return machine === undefined || (bytes !== undefined && Buffer.from(bytes).includes(Buffer.from(uuid)));
  }
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array(0)).toString('hex');
}
