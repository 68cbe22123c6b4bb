// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as internal from './internal.ts';
import type * as v1 from './v1.ts';

/** `mesos.internal.slave.ResourceState`. */
export interface ResourceState {
  operations?: internal.ReconcileOperationsMessageOperation[] | undefined;
  resources?: v1.Resource[] | undefined;
}
