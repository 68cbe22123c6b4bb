/**
 * An offer operation as the master sees it (spec: v1-scheduler-api.md §9, §12, master.md §5.5 and §10).
 *
 * What an operation changes is changed when it is accepted; its chart says what is known of it at its agent. RECOVERING and
 * UNKNOWN are answers to reconciliation, not states of an operation the master knows.
 */
import { setup } from 'xstate';

export type OperationEvent =
  /** The agent reports it as not finished yet, or is asked about it (also when it returns). */
  | { readonly type: 'UPDATE_PENDING' }
  | { readonly type: 'UPDATE_FINISHED' }
  | { readonly type: 'UPDATE_FAILED' }
  | { readonly type: 'UPDATE_ERROR' }
  | { readonly type: 'UPDATE_DROPPED' }
  /** Its resource provider was marked gone. */
  | { readonly type: 'UPDATE_GONE_BY_OPERATOR' }
  | { readonly type: 'AGENT_UNREACHABLE' }
  | { readonly type: 'AGENT_GONE' }
  /** Its framework, or the master where there is none to do so, has taken note of its end. */
  | { readonly type: 'ACKNOWLEDGED' };

type OperationTag = 'active' | 'terminal' | 'returnable';

const updates = {
  UPDATE_FINISHED: 'finished',
  UPDATE_FAILED: 'failed',
  UPDATE_ERROR: 'error',
  UPDATE_DROPPED: 'dropped',
  UPDATE_GONE_BY_OPERATOR: 'goneByOperator',
  AGENT_GONE: 'goneByOperator',
} as const;

const ended = { tags: ['terminal'], on: { ACKNOWLEDGED: 'acknowledged' } } as const;

export const operationMachine = setup({
  types: {} as { events: OperationEvent; tags: OperationTag; meta: { description: string } },
}).createMachine({
  id: 'operation',
  initial: 'pending',
  options: { maxIterations: 10 },
  states: {
    pending: {
      tags: ['active'],
      meta: { description: 'The operation is on its way or being carried out.' },
      on: { ...updates, UPDATE_PENDING: {}, AGENT_UNREACHABLE: 'unreachable' },
    },
    finished: { ...ended, meta: { description: 'The operation was carried out; who asked for it is told.' } },
    failed: { ...ended, meta: { description: 'The operation was tried and failed; who asked is told.' } },
    error: { ...ended, meta: { description: 'The operation was refused by its agent; who asked is told.' } },
    dropped: {
      ...ended,
      meta: { description: 'The operation never reached its agent, or the agent did not take it.' },
    },
    goneByOperator: {
      ...ended,
      meta: {
        description: 'The operator declared the agent or the resource provider of this operation gone.',
      },
    },
    unreachable: {
      tags: ['returnable'],
      meta: { description: 'The agent of this operation does not answer; its outcome is not known.' },
      on: { ...updates, UPDATE_PENDING: 'pending' },
    },
    acknowledged: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The end of the operation is known to whom it concerns.' },
    },
  },
});

const updateEvents: ReadonlyMap<string, OperationEvent> = new Map(
  (['PENDING', 'FINISHED', 'FAILED', 'ERROR', 'DROPPED', 'GONE_BY_OPERATOR'] as const).map(
    (state) => [`OPERATION_${state}`, { type: `UPDATE_${state}` }] as const,
  ),
);

/** The event of an update with this OperationState name; undefined for states that agents do not report. */
export function operationUpdateEvent(state: string): OperationEvent | undefined {
  return updateEvents.get(state);
}

const names: Readonly<Record<string, string>> = {
  pending: 'OPERATION_PENDING',
  finished: 'OPERATION_FINISHED',
  failed: 'OPERATION_FAILED',
  error: 'OPERATION_ERROR',
  dropped: 'OPERATION_DROPPED',
  goneByOperator: 'OPERATION_GONE_BY_OPERATOR',
  unreachable: 'OPERATION_UNREACHABLE',
};

/** OperationState name of a state in which the operation is not acknowledged. @throws Error for any other */
export function operationStateName(value: string): string {
  const name = names[value];
  if (name === undefined) throw new Error(`operation chart has no state ${value} to tell of`);
  return name;
}
