// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as state from './state.ts';

/**
 * A snapshot, difference or removal of an entry.
 * `mesos.internal.state.Operation`.
 */
export interface StateOperation {
  type: StateOperationType;
  snapshot?: StateOperationSnapshot | undefined;
  diff?: StateOperationDiff | undefined;
  expunge?: StateOperationExpunge | undefined;
}

/** `mesos.internal.state.Operation.Type`. */
export const StateOperationType = {
  SNAPSHOT: 1,
  DIFF: 3,
  EXPUNGE: 2,
} as const;
export type StateOperationType = (typeof StateOperationType)[keyof typeof StateOperationType];

/** `mesos.internal.state.Operation.Snapshot`. */
export interface StateOperationSnapshot {
  entry: state.StateEntry;
}

/** `mesos.internal.state.Operation.Diff`. */
export interface StateOperationDiff {
  entry: state.StateEntry;
}

/** `mesos.internal.state.Operation.Expunge`. */
export interface StateOperationExpunge {
  name: string;
}
