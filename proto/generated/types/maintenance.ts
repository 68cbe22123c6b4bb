// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as allocator from './allocator.ts';
import type * as v1 from './v1.ts';

/**
 * Machines that are away in the same span of time.
 * `mesos.v1.maintenance.Window`.
 */
export interface MaintenanceWindow {
  machine_ids?: v1.MachineID[] | undefined;
  unavailability: v1.Unavailability;
}

/**
 * All planned maintenance of the cluster.
 * `mesos.v1.maintenance.Schedule`.
 */
export interface MaintenanceSchedule {
  windows?: MaintenanceWindow[] | undefined;
}

/**
 * Machines that are draining, with their frameworks' answers, and machines that are down.
 * `mesos.v1.maintenance.ClusterStatus`.
 */
export interface MaintenanceClusterStatus {
  draining_machines?: MaintenanceClusterStatusDrainingMachine[] | undefined;
  down_machines?: v1.MachineID[] | undefined;
}

/** `mesos.v1.maintenance.ClusterStatus.DrainingMachine`. */
export interface MaintenanceClusterStatusDrainingMachine {
  id: v1.MachineID;
  statuses?: allocator.AllocatorInverseOfferStatus[] | undefined;
}
