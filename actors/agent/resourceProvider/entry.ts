import type { Operation, ResourceProviderInfo } from '../../../proto/index.ts';
import { OperationState } from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { ProviderConnection } from './connection.ts';

/** A resource provider that has an id. Its state is its chart's (`ResourceProviders.chart`, by id) alone. */
export interface ProviderEntry {
  readonly id: string;
  /** With id; of one that has not come back since the agent started, no more than type and name. */
  info: ResourceProviderInfo;
  connection: ProviderConnection | undefined;
  /** What it brings, without allocation roles; nothing unless it is `providing`. */
  total: Resources;
  /** Of its resources as it told of them last; undefined unless it is `providing`. */
  version: Uint8Array | undefined;
  /** By uuid in hexadecimal: those whose end nobody has acknowledged. */
  readonly operations: Map<string, Operation>;
  /** By uuid of the event in hexadecimal: who waits for resources to be published. */
  readonly publishing: Map<string, Published>;
  /** Who is told when that it is gone is on disk; nobody unless it is `removing`. */
  readonly whenGone: (() => void)[];
}

/** @param problem why they were not, in words */
export type Published = (problem?: string) => void;

export function newProvider(id: string, info: ResourceProviderInfo): ProviderEntry {
  return {
    id,
    info: { ...info, id: { value: id } },
    connection: undefined,
    total: Resources.EMPTY,
    version: undefined,
    operations: new Map(),
    publishing: new Map(),
    whenGone: [],
  };
}

const ENDS: ReadonlySet<OperationState | undefined> = new Set<OperationState>([
  OperationState.OPERATION_FINISHED,
  OperationState.OPERATION_FAILED,
  OperationState.OPERATION_ERROR,
  OperationState.OPERATION_DROPPED,
  OperationState.OPERATION_GONE_BY_OPERATOR,
]);

/** Whether nothing follows this state of an operation. */
export function isEnd(state: OperationState | undefined): boolean {
  return ENDS.has(state);
}
