/**
 * An offer operation as the master sees it (spec: v1-scheduler-api.md §9, master.md §5.5 and §10).
 *
 * RECOVERING and UNKNOWN are answers to reconciliation, not states of an operation the master knows.
 */
import { setup } from 'xstate';

export type OperationEvent =
  /** The agent reports it as not finished yet (also when it returns). */
  | { readonly type: 'UPDATE_PENDING' }
  | { readonly type: 'UPDATE_FINISHED' }
  | { readonly type: 'UPDATE_FAILED' }
  | { readonly type: 'UPDATE_ERROR' }
  | { readonly type: 'UPDATE_DROPPED' }
  /** The master refuses it (validation, authorisation). */
  | { readonly type: 'REFUSED' }
  /** It could not be handed to its agent. */
  | { readonly type: 'NOT_DELIVERED' }
  | { readonly type: 'AGENT_UNREACHABLE' }
  | { readonly type: 'AGENT_GONE' };

type OperationTag = 'active' | 'terminal' | 'returnable';

const settled = (target: string) => ({ target, actions: 'settleResources' }) as const;

const updates = {
  UPDATE_FINISHED: settled('finished'),
  UPDATE_FAILED: settled('failed'),
  UPDATE_ERROR: settled('error'),
  UPDATE_DROPPED: settled('dropped'),
  AGENT_GONE: settled('goneByOperator'),
} as const;

export const operationMachine = setup({
  types: {} as { events: OperationEvent; tags: OperationTag; meta: { description: string } },
  actions: {
    /** What the operation consumed becomes what it produced, or is given back. */
    settleResources: () => undefined,
  },
}).createMachine({
  id: 'operation',
  initial: 'pending',
  options: { maxIterations: 10 },
  states: {
    pending: {
      tags: ['active'],
      meta: { description: 'The operation is on its way or being carried out.' },
      on: {
        ...updates,
        UPDATE_PENDING: {},
        REFUSED: settled('error'),
        NOT_DELIVERED: settled('dropped'),
        AGENT_UNREACHABLE: 'unreachable',
      },
    },
    finished: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The operation was carried out.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The operation was tried and failed.' },
    },
    error: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The operation was refused: it is wrong or not allowed.' },
    },
    dropped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The operation never reached its agent, or the agent did not take it.' },
    },
    goneByOperator: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The operator declared the agent of this operation gone.' },
    },
    unreachable: {
      tags: ['returnable'],
      meta: { description: 'The agent of this operation does not answer; its outcome is not known.' },
      on: { ...updates, UPDATE_PENDING: 'pending' },
    },
  },
});

const names: Readonly<Record<string, string>> = {
  pending: 'OPERATION_PENDING',
  finished: 'OPERATION_FINISHED',
  failed: 'OPERATION_FAILED',
  error: 'OPERATION_ERROR',
  dropped: 'OPERATION_DROPPED',
  goneByOperator: 'OPERATION_GONE_BY_OPERATOR',
  unreachable: 'OPERATION_UNREACHABLE',
};

/** OperationState name of a state of the machine. @throws Error for a state the machine does not have */
export function operationStateName(value: string): string {
  const name = names[value];
  if (name === undefined) throw new Error(`operation chart has no state ${value}`);
  return name;
}
