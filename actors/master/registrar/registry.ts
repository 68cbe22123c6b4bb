/**
 * The registry: the few facts about a cluster that outlive its masters (Mesos' `Registry` message): its agents, machines under
 * maintenance, quota, weights. Tasks and frameworks are not in it: they come back with agents and schedulers.
 *
 * It is kept as entries by key (`slaves/<id>`), so that a change costs what it changes and not the whole. A part is a map of
 * entries of one kind; a new kind is a row of `RegistryParts` and of `typeOf`, and every store keeps it.
 */

import type {
  Labels,
  MaintenanceSchedule,
  QuotaConfig,
  RegistryGoneSlave,
  RegistryMachine,
  RegistryMaster,
  RegistryMinimumCapability,
  RegistrySlave,
  RegistryUnreachableSlave,
  RegistryWeight,
} from '../../../proto/index.ts';
import { decodeAs, encode } from '../../../proto/index.ts';
import type { RegistryChange } from '../../election/store/store.ts';
import { Overlay } from './overlay.ts';

/** The parts of the registry, and the message in which each entry of a part is stored. */
export interface RegistryParts {
  /** One entry, `LEADER`: who leads. */
  master: RegistryMaster;
  /** Members, by agent id. */
  slaves: RegistrySlave;
  /** By agent id. */
  unreachable: RegistryUnreachableSlave;
  /** By agent id. */
  gone: RegistryGoneSlave;
  /** Machines with a mode, by a key of the maintenance's choice. */
  machines: RegistryMachine;
  /** Maintenance schedules; Mesos has one at most. */
  schedules: MaintenanceSchedule;
  /** By role. */
  quota_configs: QuotaConfig;
  /** By role. */
  weights: RegistryWeight;
  /** Hosts of which somebody, or a test, said something, by agent id; ours. */
  hosts: Labels;
  /** What a master must be able to do to read this registry, by name of the capability. */
  minimum_capabilities: RegistryMinimumCapability;
}

export type PartName = keyof RegistryParts;

const typeOf = {
  master: 'mesos.internal.Registry.Master',
  slaves: 'mesos.internal.Registry.Slave',
  unreachable: 'mesos.internal.Registry.UnreachableSlave',
  gone: 'mesos.internal.Registry.GoneSlave',
  machines: 'mesos.internal.Registry.Machine',
  schedules: 'mesos.v1.maintenance.Schedule',
  quota_configs: 'mesos.v1.quota.QuotaConfig',
  weights: 'mesos.internal.Registry.Weight',
  hosts: 'mesos.v1.Labels',
  minimum_capabilities: 'mesos.internal.Registry.MinimumCapability',
} as const satisfies Record<PartName, string>;

const partNames = Object.keys(typeOf) as PartName[];

/** Key of the only value of the part `master`. */
export const LEADER = 'leader';

type PartMaps = { readonly [P in PartName]: Map<string, RegistryParts[P]> };
type PartOverlays = { readonly [P in PartName]: Overlay<RegistryParts[P]> };

/** What is durable: changes are seen here only after the store has them. */
export class Registry implements PartMaps {
  readonly master = new Map<string, RegistryMaster>();
  readonly slaves = new Map<string, RegistrySlave>();
  readonly unreachable = new Map<string, RegistryUnreachableSlave>();
  readonly gone = new Map<string, RegistryGoneSlave>();
  readonly machines = new Map<string, RegistryMachine>();
  readonly schedules = new Map<string, MaintenanceSchedule>();
  readonly quota_configs = new Map<string, QuotaConfig>();
  readonly weights = new Map<string, RegistryWeight>();
  readonly hosts = new Map<string, Labels>();
  readonly minimum_capabilities = new Map<string, RegistryMinimumCapability>();

  /**
   * Takes in one stored entry.
   * @throws Error naming the key when its part is unknown or its value is not that part's message
   */
  load(key: string, value: Uint8Array): void {
    try {
      const { part, id } = partOf(key);
      loadInto(this, part, id, value);
    } catch (error) {
      throw new Error(`registry entry '${key}': ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Every entry as a store holds it. */
export function* entriesIn(registry: Registry): Generator<[key: string, value: Uint8Array]> {
  for (const part of partNames) yield* entriesOfPart(registry, part);
}

function* entriesOfPart<P extends PartName>(
  registry: PartMaps,
  part: P,
): Generator<[key: string, value: Uint8Array]> {
  const map: Map<string, RegistryParts[P]> = registry[part];
  for (const [id, value] of map) yield [`${part}/${id}`, encode(typeOf[part], value as never)];
}

/** @throws Error when there is no such part */
function partOf(key: string): { readonly part: PartName; readonly id: string } {
  const cut = key.indexOf('/');
  const part = partNames.find((each) => each === key.slice(0, cut));
  if (part === undefined) throw new Error('no such part');
  return { part, id: key.slice(cut + 1) };
}

/** Name of the message in which that entry is stored. @throws Error when there is no such part */
export function messageOf(key: string): (typeof typeOf)[PartName] {
  return typeOf[partOf(key).part];
}

function loadInto<P extends PartName>(registry: PartMaps, part: P, id: string, value: Uint8Array): void {
  const map: Map<string, RegistryParts[P]> = registry[part];
  map.set(id, decodeAs(typeOf[part], value) as RegistryParts[P]);
}

/** The registry as it will be when the operations of one batch are stored. */
export class RegistryDraft implements PartOverlays {
  readonly master: Overlay<RegistryMaster>;
  readonly slaves: Overlay<RegistrySlave>;
  readonly unreachable: Overlay<RegistryUnreachableSlave>;
  readonly gone: Overlay<RegistryGoneSlave>;
  readonly machines: Overlay<RegistryMachine>;
  readonly schedules: Overlay<MaintenanceSchedule>;
  readonly quota_configs: Overlay<QuotaConfig>;
  readonly weights: Overlay<RegistryWeight>;
  readonly hosts: Overlay<Labels>;
  readonly minimum_capabilities: Overlay<RegistryMinimumCapability>;

  constructor(registry: Registry) {
    this.master = new Overlay(registry.master);
    this.slaves = new Overlay(registry.slaves);
    this.unreachable = new Overlay(registry.unreachable);
    this.gone = new Overlay(registry.gone);
    this.machines = new Overlay(registry.machines);
    this.schedules = new Overlay(registry.schedules);
    this.quota_configs = new Overlay(registry.quota_configs);
    this.weights = new Overlay(registry.weights);
    this.hosts = new Overlay(registry.hosts);
    this.minimum_capabilities = new Overlay(registry.minimum_capabilities);
  }

  /** How many entries the store has to write or delete. */
  get changeCount(): number {
    return partNames.reduce((sum, part) => sum + this[part].pending.size, 0);
  }

  /** What the store has to write. */
  changes(): RegistryChange[] {
    return partNames.flatMap((part) => changesOf(this, part));
  }

  /** Makes the changes visible in the registry. */
  commit(): void {
    for (const part of partNames) this[part].commit();
  }
}

function changesOf<P extends PartName>(draft: PartOverlays, part: P): RegistryChange[] {
  const overlay: Overlay<RegistryParts[P]> = draft[part];
  return [...overlay.pending].map(([id, value]) => ({
    key: `${part}/${id}`,
    value: value === undefined ? undefined : encode(typeOf[part], value as never),
  }));
}
