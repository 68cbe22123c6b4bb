/**
 * Writing frameworks: the scheduler driver, the shape of a framework module, and the parts of the job processor that are of
 * use to others.
 */
export {
  ExecutorInfoType,
  OfferOperationType,
  TaskState,
  TaskStatusReason,
  TaskStatusSource,
} from '../../proto/index.ts';
export { Resources } from '../../proto/resources/index.ts';
export { StartError } from '../../runtime/startError.ts';
export type { FrameworkContext, FrameworkEnd } from './context.ts';
export { defineFramework, type FrameworkDefinition, loadFramework } from './definition.ts';
export * from './driver/index.ts';
export { type FrameworkFlags, frameworkFlags, frameworkRules } from './flags.ts';
export { type HostedFramework, type HostOptions, hostFramework } from './host.ts';
export { groupByAgent, matchOffers } from './jobs/matcher.ts';
export { Pool, type Taken } from './jobs/pool.ts';
export { type StartedFramework, startFramework } from './start.ts';
