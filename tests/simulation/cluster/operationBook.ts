/** Operations with ids, as their framework knows them, kept outside of the world that crashes; numbers as in failover.md §5. */
import {
  enumName,
  OperationState,
  type OperationStatus,
  type SchedulerCallReconcileOperationsOperation,
} from '../../../proto/index.ts';

/** From an agent, or of the master's own word: nothing but a doubt may follow. */
const ENDS: ReadonlySet<OperationState> = new Set([
  OperationState.OPERATION_FINISHED,
  OperationState.OPERATION_FAILED,
  OperationState.OPERATION_ERROR,
  OperationState.OPERATION_DROPPED,
  OperationState.OPERATION_GONE_BY_OPERATOR,
]);

/** Answers about what a master does not know (any more). */
const DOUBTS: ReadonlySet<OperationState> = new Set([
  OperationState.OPERATION_UNKNOWN,
  OperationState.OPERATION_UNREACHABLE,
  OperationState.OPERATION_RECOVERING,
  OperationState.OPERATION_GONE_BY_OPERATOR,
]);

export interface KnownOperation {
  readonly id: string;
  readonly agentId: string;
  /** Without repeats. */
  readonly states: OperationState[];
  /** Of the one update that has to be acknowledged. */
  uuid: string | undefined;
}

export class OperationBook {
  readonly problems: string[] = [];
  readonly all = new Map<string, KnownOperation>();
  /** Uuids of updates that were acknowledged. */
  readonly acknowledged = new Set<string>();

  /** @returns the id of a new one */
  begin(agentId: string): string {
    const id = `o${this.all.size + 1}`;
    this.all.set(id, { id, agentId, states: [], uuid: undefined });
    return id;
  }

  /** 11 and 22: one end, told by one update. */
  tell({ operation_id, state, uuid, message }: OperationStatus): void {
    const known = this.all.get(operation_id?.value ?? '');
    if (known === undefined) {
      this.problems.push(`an update of operation ${operation_id?.value}, which was never asked for`);
      return;
    }
    const { id, states } = known;
    const before = states.at(-1);
    const name = enumName(OperationState, state);
    if (uuid !== undefined) {
      const given = hexOf(uuid.value);
      if (known.uuid !== undefined && known.uuid !== given)
        this.problems.push(`22: operation ${id} ends by two updates`);
      known.uuid = given;
    }
    if (before === state) return;
    if (before === undefined || !ENDS.has(before)) states.push(state);
    else if (uuid !== undefined || !DOUBTS.has(state))
      this.problems.push(
        `11: operation ${id} is ${enumName(OperationState, before)}, then ${name} (${message})`,
      );
  }

  acknowledge(uuid: Uint8Array): void {
    this.acknowledged.add(hexOf(uuid));
  }

  /** What to ask a master for: all that have not come to an end. */
  get questions(): SchedulerCallReconcileOperationsOperation[] {
    return [...this.all.values()]
      .filter(({ states }) => !ENDS.has(states.at(-1) ?? OperationState.OPERATION_PENDING))
      .map(({ id, agentId }) => ({ operation_id: { value: id }, agent_id: { value: agentId } }));
  }

  /**
   * 10: each has an end, or nobody knows of it: then it never got to its agent.
   * @param removed whether no machine is this agent any more
   */
  unfinished(removed: (agentId: string) => boolean): string | undefined {
    for (const { id, agentId, states } of this.all.values()) {
      const last = states.at(-1);
      if (last !== undefined && (ENDS.has(last) || last === OperationState.OPERATION_UNKNOWN)) continue;
      if (last === OperationState.OPERATION_UNREACHABLE && removed(agentId)) continue;
      const told = states.map((state) => enumName(OperationState, state)).join(' → ');
      return `10: operation ${id} on ${agentId} did not end: ${told}`;
    }
    return undefined;
  }
}

export function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array(0)).toString('hex');
}
