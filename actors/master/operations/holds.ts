/**
 * What operations on disks of resource providers keep in use until it is known how they ended (master.md §7): only the provider can tell what
 * CREATE_DISK and DESTROY_DISK make of a disk.
 */
import { OperationState, type OperationStatus } from '../../../proto/index.ts';
import {
  convert,
  isSpeculative,
  Resources,
  resourcesOfOperation,
  unallocatedConversions,
  unallocatedResource,
} from '../../../proto/resources/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';
import type { OperationRecord } from './record.ts';

export class OperationHolds {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** An operation that another master has sent, or whose agent was unreachable since, and that is not at its end. */
  takeBack(agent: AgentRecord, record: OperationRecord): void {
    const { info, frameworkId } = record;
    const consumed = Resources.of(resourcesOfOperation(info));
    const isAllocated = consumed.filter(({ allocationRole }) => allocationRole === undefined).isEmpty;
    if (isSpeculative(info) || frameworkId === undefined || !isAllocated) return;
    record.held = consumed;
    this.parts.agents.charge(agent, frameworkId, consumed);
    this.parts.allocation.hold(frameworkId, agent, consumed);
  }

  /**
   * The operation came to its end: what was in use is free again, as it is now.
   *
   * @param isTaken what became of it is part of what the agent has already
   */
  settle(agent: AgentRecord, record: OperationRecord, status: OperationStatus, isTaken: boolean): void {
    const { held, frameworkId } = record;
    if (held === undefined || frameworkId === undefined) return;
    if (status.state === OperationState.OPERATION_FINISHED && !isTaken) this.convert(agent, record, status);
    this.release(agent, record);
  }

  /** Nothing is known of its end, or nothing came of it. */
  release(agent: AgentRecord | undefined, record: OperationRecord): void {
    const { held, frameworkId } = record;
    record.held = undefined;
    if (held !== undefined && frameworkId !== undefined && agent !== undefined)
      this.parts.agents.release(agent, frameworkId, held);
  }

  private convert(agent: AgentRecord, record: OperationRecord, status: OperationStatus): void {
    const { held = Resources.EMPTY, frameworkId = '' } = record;
    const [role = '*'] = held.allocations().keys();
    const bare = Resources.of(status.converted_resources?.map(unallocatedResource));
    const conversion = { consumed: held, converted: bare.allocatedTo(role) };
    const total = convert(agent.total, unallocatedConversions([conversion]));
    if (typeof total === 'string') {
      this.parts.actor.log.error('an operation has ended that cannot have been', {
        agent_id: agent.id,
        operation_id: record.info.id?.value,
        reason: total,
      });
      return;
    }
    const { agents, allocation } = this.parts;
    agents.uncharge(agent, frameworkId, held);
    record.held = undefined;
    allocation.convert(frameworkId, agent, [conversion]);
    agent.total = total;
    allocation.recover(frameworkId, agent.id, conversion.converted);
  }
}
