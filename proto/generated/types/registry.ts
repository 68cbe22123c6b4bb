// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as agent_info from './agent_info.ts';
import type * as maintenance from './maintenance.ts';
import type * as quota from './quota.ts';
import type * as resource_provider_registry from './resource_provider_registry.ts';
import type * as v1 from './v1.ts';

/**
 * The whole registry.
 * `mesos.internal.Registry`.
 */
export interface Registry {
  master?: RegistryMaster | undefined;
  slaves?: RegistrySlaves | undefined;
  unreachable?: RegistryUnreachableSlaves | undefined;
  gone?: RegistryGoneSlaves | undefined;
  machines?: RegistryMachines | undefined;
  schedules?: maintenance.MaintenanceSchedule[] | undefined;
  /** @deprecated */
  quotas?: RegistryQuota[] | undefined;
  quota_configs?: quota.QuotaConfig[] | undefined;
  weights?: RegistryWeight[] | undefined;
  resource_provider_registry?: resource_provider_registry.ResourceProviderRegistryRegistry | undefined;
  minimum_capabilities?: RegistryMinimumCapability[] | undefined;
}

/** `mesos.internal.Registry.Master`. */
export interface RegistryMaster {
  info: v1.MasterInfo;
}

/**
 * An admitted agent.
 * `mesos.internal.Registry.Slave`.
 */
export interface RegistrySlave {
  info: agent_info.SlaveInfo;
  drain_info?: v1.DrainInfo | undefined;
  /** Default: false. */
  deactivated?: boolean | undefined;
}

/** `mesos.internal.Registry.Slaves`. */
export interface RegistrySlaves {
  slaves?: RegistrySlave[] | undefined;
}

/**
 * An agent that stopped answering; it may come back.
 * `mesos.internal.Registry.UnreachableSlave`.
 */
export interface RegistryUnreachableSlave {
  id: v1.AgentID;
  timestamp: v1.TimeInfo;
  drain_info?: v1.DrainInfo | undefined;
  /** Default: false. */
  deactivated?: boolean | undefined;
}

/** `mesos.internal.Registry.UnreachableSlaves`. */
export interface RegistryUnreachableSlaves {
  slaves?: RegistryUnreachableSlave[] | undefined;
}

/**
 * An agent an operator declared gone for good.
 * `mesos.internal.Registry.GoneSlave`.
 */
export interface RegistryGoneSlave {
  id: v1.AgentID;
  timestamp: v1.TimeInfo;
}

/** `mesos.internal.Registry.GoneSlaves`. */
export interface RegistryGoneSlaves {
  slaves?: RegistryGoneSlave[] | undefined;
}

/** `mesos.internal.Registry.Machine`. */
export interface RegistryMachine {
  info: v1.MachineInfo;
}

/** `mesos.internal.Registry.Machines`. */
export interface RegistryMachines {
  machines?: RegistryMachine[] | undefined;
}

/** `mesos.internal.Registry.Quota`. */
export interface RegistryQuota {
  info: quota.QuotaInfo;
}

/** `mesos.internal.Registry.Weight`. */
export interface RegistryWeight {
  info: v1.WeightInfo;
}

/**
 * A capability that a master must have to read this registry.
 * `mesos.internal.Registry.MinimumCapability`.
 */
export interface RegistryMinimumCapability {
  capability: string;
}
