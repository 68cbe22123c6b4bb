/** `master/operations/…`: what became of operations, in all and by type (metrics.md). */
import { enumName, type OfferOperation, OfferOperationType, OperationState } from '../../../proto/index.ts';
import type { Counter, MetricsRegistry } from '../../../runtime/metrics/index.ts';

export const OPERATION_TYPES = [
  'reserve',
  'unreserve',
  'create',
  'destroy',
  'grow_volume',
  'shrink_volume',
  'create_disk',
  'destroy_disk',
];
const ENDS = ['finished', 'failed', 'error', 'dropped', 'gone_by_operator'];

export class OperationMetrics {
  readonly validUpdates: Counter;
  readonly invalidUpdates: Counter;
  readonly validAcknowledgements: Counter;
  private readonly registry: MetricsRegistry;

  constructor(registry: MetricsRegistry) {
    this.registry = registry;
    this.validUpdates = registry.counter('master/valid_operation_status_updates');
    this.invalidUpdates = registry.counter('master/invalid_operation_status_updates');
    this.validAcknowledgements = registry.counter('master/valid_operation_status_update_acknowledgements');
    for (const prefix of ['', ...OPERATION_TYPES.map((type) => `${type}/`)])
      for (const name of ['total', ...ENDS]) registry.counter(`master/operations/${prefix}${name}`);
  }

  /** An operation that was not known before. */
  began(operation: OfferOperation): void {
    this.count(operation, 'total');
  }

  ended(operation: OfferOperation, state: OperationState): void {
    this.count(operation, enumName(OperationState, state).slice('OPERATION_'.length).toLowerCase());
  }

  private count({ type }: OfferOperation, name: string): void {
    this.registry.counter(`master/operations/${name}`).value++;
    const word = enumName(OfferOperationType, type).toLowerCase();
    if (OPERATION_TYPES.includes(word)) this.registry.counter(`master/operations/${word}/${name}`).value++;
  }
}
