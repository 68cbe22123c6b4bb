/** A framework that keeps data on disks: it reserves for its role and outlives its scheduler. */
import { FrameworkInfoCapabilityType } from '../../../proto/index.ts';

const { MULTI_ROLE, PARTITION_AWARE, RESERVATION_REFINEMENT } = FrameworkInfoCapabilityType;

export const DISK_FRAMEWORK = {
  user: 'nobody',
  name: 'disks',
  roles: ['db'],
  principal: 'p',
  checkpoint: true,
  failover_timeout: 600,
  capabilities: [MULTI_ROLE, PARTITION_AWARE, RESERVATION_REFINEMENT].map((type) => ({ type })),
};
