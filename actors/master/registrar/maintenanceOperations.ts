/** Operations on the maintenance of machines (master.md §12): one schedule, and the machines in it. */
import type { MachineID, MaintenanceSchedule } from '../../../proto/index.ts';
import { MachineInfoMode } from '../../../proto/index.ts';
import type { RegistryOperation } from './operations.ts';
import type { RegistryDraft } from './registry.ts';

/** Key of the only value of the part `schedules`: Mesos has one schedule at a time. */
export const SCHEDULE = 'schedule';

/** Machines are the same when host name (in any case) and address are. */
export function machineKey({ hostname, ip }: MachineID): string {
  return `${(hostname ?? '').toLowerCase()}/${ip ?? ''}`;
}

/**
 * Replaces the schedule: machines that enter it are to be drained, machines that leave it are up. Refused when it would
 * leave out a machine that is down.
 */
export function updateSchedule(schedule: MaintenanceSchedule): RegistryOperation {
  return {
    name: 'UpdateSchedule',
    apply: (draft) => {
      const windows = schedule.windows ?? [];
      const named = new Set(windows.flatMap(({ machine_ids }) => (machine_ids ?? []).map(machineKey)));
      const left = [...draft.machines.entries()].filter(([key]) => !named.has(key));
      if (left.some(([, { info }]) => info.mode === MachineInfoMode.DOWN)) return false;
      for (const [key] of left) draft.machines.delete(key);
      for (const { machine_ids, unavailability } of windows) {
        for (const id of machine_ids ?? []) {
          const mode = draft.machines.get(machineKey(id))?.info.mode ?? MachineInfoMode.DRAINING;
          draft.machines.set(machineKey(id), { info: { id, mode, unavailability } });
        }
      }
      keepSchedule(draft, schedule);
      return true;
    },
  };
}

/** Machines go down. Refused unless all of them drain. */
export function startMaintenance(ids: readonly MachineID[]): RegistryOperation {
  return {
    name: 'StartMaintenance',
    apply: (draft) => {
      if (!allAre(draft, ids, MachineInfoMode.DRAINING)) return false;
      for (const key of ids.map(machineKey)) {
        const machine = draft.machines.get(key);
        if (machine === undefined) continue;
        draft.machines.set(key, { info: { ...machine.info, mode: MachineInfoMode.DOWN } });
      }
      return true;
    },
  };
}

/** Machines are up again, and in no window any more. Refused unless all of them are down. */
export function stopMaintenance(ids: readonly MachineID[]): RegistryOperation {
  return {
    name: 'StopMaintenance',
    apply: (draft) => {
      if (!allAre(draft, ids, MachineInfoMode.DOWN)) return false;
      const keys = new Set(ids.map(machineKey));
      for (const key of keys) draft.machines.delete(key);
      const windows = (draft.schedules.get(SCHEDULE)?.windows ?? []).map((window) => ({
        ...window,
        machine_ids: (window.machine_ids ?? []).filter((id) => !keys.has(machineKey(id))),
      }));
      keepSchedule(draft, { windows: windows.filter(({ machine_ids }) => machine_ids.length > 0) });
      return true;
    },
  };
}

function allAre(draft: RegistryDraft, ids: readonly MachineID[], mode: MachineInfoMode): boolean {
  return ids.every((id) => draft.machines.get(machineKey(id))?.info.mode === mode);
}

function keepSchedule(draft: RegistryDraft, schedule: MaintenanceSchedule): void {
  if ((schedule.windows ?? []).length === 0) draft.schedules.delete(SCHEDULE);
  else draft.schedules.set(SCHEDULE, schedule);
}
