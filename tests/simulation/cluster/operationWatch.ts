/** Updates of operations and their acknowledgements, as they pass over the wire; numbers as in failover.md §5. */
import type { AgentRecord } from '../../../actors/master/agents/record.ts';
import type { Master } from '../../../actors/master/master.ts';
import type { MessageTypes } from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';
import { hexOf, type OperationBook } from './operationBook.ts';

const JOURNAL = '/disk/meta/resources/resources.journal';

/** One operation of which an agent has told the end. */
interface Ended {
  /** Undefined for those that no framework is told of. */
  readonly id: string | undefined;
  readonly uuid: string;
}

export class OperationWatch {
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  private readonly book: OperationBook;
  /** By the uuid of the operation. */
  private readonly ended = new Map<string, Ended>();
  private leader: Master | undefined;
  /** Operation id → its agent, as the leader knew it when it knew the operation, too. */
  private readonly owed = new Map<string, AgentRecord>();

  /** @param book of the one framework whose operations have ids; it never ends */
  constructor(simulation: Simulation, book: OperationBook) {
    this.simulation = simulation;
    this.book = book;
  }

  see({ name, from, to, body }: Delivery): void {
    if (name === 'mesos.internal.UpdateOperationStatusMessage' && to.id === 'master')
      this.updated(from, body as MessageTypes[typeof name]);
    if (name === 'mesos.internal.AcknowledgeOperationStatusMessage')
      this.acknowledged(body as MessageTypes[typeof name]);
  }

  /** 26: a master keeps an operation until its framework has acknowledged its end. */
  look(leader: Master): string | undefined {
    if (this.leader !== leader) this.owed.clear();
    this.leader = leader;
    const { agents, operations, frameworks } = leader.parts;
    for (const { id, agentId, uuid } of this.book.all.values()) {
      if (uuid === undefined || this.book.acknowledged.has(uuid)) continue;
      const agent = agents.find(agentId);
      const owing = this.owed.get(id);
      // Away meanwhile, or not heard of since this one leads: then its agent tells anew.
      if (agent === undefined || (owing !== undefined && owing !== agent)) this.owed.delete(id);
      else if ([...frameworks.all()].some((each) => operations.named(each.id, id) !== undefined))
        this.owed.set(id, agent);
      else if (owing === agent) return `26: operation ${id} is forgotten, its end was not acknowledged`;
    }
    return undefined;
  }

  /** 21 and 22: the end of an operation is one update, on the disk when it is sent. */
  private updated(
    agent: Pid | undefined,
    { operation_uuid, status }: MessageTypes['mesos.internal.UpdateOperationStatusMessage'],
  ): void {
    if (status.uuid === undefined) return;
    const key = hexOf(operation_uuid?.value);
    const uuid = hexOf(status.uuid.value);
    const known = this.ended.get(key);
    const id = status.operation_id?.value;
    if (known !== undefined && known.uuid !== uuid)
      this.problems.push(`22: operation ${id ?? key} ends by two updates`);
    if (known !== undefined) return;
    this.ended.set(key, { id, uuid });
    if (!this.isStored(agent, status.uuid.value))
      this.problems.push(`21: the end of operation ${id ?? key} is sent before it was on disk`);
  }

  /** 24 and 25: what has an id is acknowledged by its framework alone. */
  private acknowledged({
    operation_uuid,
    status_uuid,
  }: MessageTypes['mesos.internal.AcknowledgeOperationStatusMessage']): void {
    const known = this.ended.get(hexOf(operation_uuid.value));
    const uuid = hexOf(status_uuid.value);
    if (known?.id !== undefined && known.uuid === uuid && !this.book.acknowledged.has(uuid))
      this.problems.push(`25: operation ${known.id} is acknowledged, but not by its framework`);
  }

  /** Whether a power cut would leave it on the disk of the agent that sent it. */
  private isStored(agent: Pid | undefined, uuid: Uint8Array): boolean {
    const machine = this.simulation.all.find(({ address }) => address.host === agent?.host);
    const bytes = machine?.storage.durable(JOURNAL);
    return machine === undefined || (bytes !== undefined && Buffer.from(bytes).includes(Buffer.from(uuid)));
  }
}
