// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * A framework's answer to an inverse offer.
 * `mesos.v1.allocator.InverseOfferStatus`.
 */
export interface AllocatorInverseOfferStatus {
  status: AllocatorInverseOfferStatusStatus;
  framework_id: v1.FrameworkID;
  timestamp: v1.TimeInfo;
}

/** `mesos.v1.allocator.InverseOfferStatus.Status`. */
export const AllocatorInverseOfferStatusStatus = {
  UNKNOWN: 1,
  ACCEPT: 2,
  DECLINE: 3,
} as const;
export type AllocatorInverseOfferStatusStatus =
  (typeof AllocatorInverseOfferStatusStatus)[keyof typeof AllocatorInverseOfferStatusStatus];
