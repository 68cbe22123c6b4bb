/** The allocator: who is offered what. */
export type { AgentDescription } from './agent.ts';
export * from './allocator.ts';
export * from './api.ts';
export * from './constraints.ts';
export type { FrameworkOffers } from './cycle.ts';
export * from './explain.ts';
export { DEFAULT_REFUSE_SECONDS, MAX_REFUSE_SECONDS } from './filters.ts';
export type { FrameworkOptions } from './framework.ts';
export type { InverseOffer } from './inverseOffers.ts';
export { DEFAULT_MINIMUM, type Minimum, parseMinimum } from './minimum.ts';
export { isQuotaKind, type Quota } from './quota.ts';
export type { SorterName } from './sorter.ts';
export type { AllocatorOptions } from './state.ts';
