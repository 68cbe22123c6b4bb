/** What goes into the allocator and comes out of it. */

import type { FrameworkOffers } from './cycle.ts';
import type { ExplainSink } from './explain.ts';

/** What one framework is to be offered after a cycle: the master makes one offer for each role and agent. */
export interface Allocation {
  readonly frameworkId: string;
  /** Role → agent id → resources, which carry the allocation role. */
  readonly offers: FrameworkOffers;
}

/** What an operation turns into what; with allocation roles where a framework holds it. */
export type { ResourceConversion } from '../../../proto/resources/index.ts';

export interface AllocateOptions {
  /** Agents to look at; all when absent. Unknown ones are ignored. */
  readonly agents?: Iterable<string> | undefined;
  /** Hears why combinations were skipped. */
  readonly explain?: ExplainSink | undefined;
}

/** A call that contradicts what the allocator knows: a defect of the caller. */
export class AllocatorError extends Error {
  override name = 'AllocatorError';
}
