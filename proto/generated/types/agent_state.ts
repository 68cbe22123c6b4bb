// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Reservations, volumes and operations an agent must know again after a restart.
 * `mesos.internal.slave.ResourceState`.
 */
export interface ResourceState {
  operations?: v1.Operation[] | undefined;
  resources?: v1.Resource[] | undefined;
}
