/** What a maintenance schedule and a list of machines must be (v1-operator-api.md §9). Each check returns what is wrong. */
import { isIPv4 } from 'node:net';
import type { MachineID, MaintenanceSchedule } from '../../../proto/index.ts';
import { machineKey } from '../registrar/maintenanceOperations.ts';

/** @param down keys of the machines that are down: they must stay in the schedule */
export function validateSchedule(
  { windows = [] }: MaintenanceSchedule,
  down: Iterable<string>,
): string | undefined {
  const seen = new Set<string>();
  for (const [at, { machine_ids = [], unavailability }] of windows.entries()) {
    if (machine_ids.length === 0) return `Window ${at} of the schedule has no machines`;
    const { start, duration } = unavailability;
    if (start.nanoseconds < 0) return `Window ${at} of the schedule starts before 1970`;
    if (duration !== undefined && duration.nanoseconds < 0)
      return `Window ${at} of the schedule has a negative duration`;
    const problem = machinesProblem(machine_ids, seen);
    if (problem !== undefined) return problem;
  }
  for (const key of down) {
    if (!seen.has(key)) return `Machine '${key}' is DOWN and must stay in the schedule; bring it up first`;
  }
  return undefined;
}

/** A list of machines to bring down or up. */
export function validateMachines(ids: readonly MachineID[]): string | undefined {
  return ids.length === 0 ? 'List of machines is empty' : machinesProblem(ids, new Set());
}

function machinesProblem(ids: readonly MachineID[], seen: Set<string>): string | undefined {
  for (const id of ids) {
    const key = machineKey(id);
    const { hostname = '', ip = '' } = id;
    if (hostname === '' && ip === '') return "A machine has neither 'hostname' nor 'ip'";
    if (ip !== '' && !isIPv4(ip)) return `Machine '${key}': '${ip}' is no IPv4 address`;
    if (seen.has(key)) return `Machine '${key}' is named more than once`;
    seen.add(key);
  }
  return undefined;
}
