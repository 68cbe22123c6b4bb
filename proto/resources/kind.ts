/**
 * The identity of a resource: what must agree for two resources to add up.
 *
 * Mesos merges two resources only when name, type, allocation role, the whole reservation stack, disk, revocability,
 * provider and sharedness agree. A `Kind` is that identity, worked out once and carried by every value of it, so
 * that arithmetic compares one pointer or one text.
 */

import type {
  Labels,
  Resource,
  ResourceDiskInfo,
  ResourceReservationInfo,
  ValueType,
} from '../generated/types/v1.ts';
import { ResourceDiskInfoSourceType, ResourceReservationInfoType } from '../generated/types/v1.ts';

export interface Kind {
  /** Equal for two kinds exactly when resources of them add up (or, if indivisible, may be equal). */
  readonly key: string;
  /** The key without the allocation role. */
  readonly base: string;
  readonly name: string;
  readonly type: ValueType;
  /** The role it is offered or allocated to; undefined on an agent's totals. */
  readonly allocationRole: string | undefined;
  /** The reservation stack, outermost role first; empty when unreserved. */
  readonly reservations: readonly ResourceReservationInfo[];
  /** The role of the last reservation, `*` when unreserved. */
  readonly role: string;
  readonly disk: ResourceDiskInfo | undefined;
  readonly revocable: boolean;
  readonly shared: boolean;
  /** Taken whole or not at all: MOUNT and BLOCK disks, RAW disks with an id, persistent volumes. */
  readonly indivisible: boolean;
  /** The message without its value and `allocation_info`, reservations as a stack. */
  readonly template: Resource;
}

/** The reservation stack of a message in the old (`role`, `reservation`) or new (`reservations`) format. */
export function reservationsOf(resource: Resource): readonly ResourceReservationInfo[] {
  if (resource.reservations !== undefined && resource.reservations.length > 0) return resource.reservations;
  const role = resource.role ?? '*';
  if (role === '*') return [];
  if (resource.reservation === undefined) return [{ type: ResourceReservationInfoType.STATIC, role }];
  return [{ ...resource.reservation, type: ResourceReservationInfoType.DYNAMIC, role }];
}

/** Unallocated kinds of plain resources, by type and name: nearly all there are in a cluster. */
const plainKinds = new Map<string, Kind>();
/** Names and roles come from outside: the caches start over rather than growing without end. */
const CACHED_KINDS_MAX = 4096;

/** The kind of a resource message. */
export function kindOf(resource: Resource): Kind {
  return reallocate(
    isPlain(resource) ? plainKindOf(resource) : makeKind(resource),
    resource.allocation_info?.role,
  );
}

function plainKindOf(resource: Resource): Kind {
  const id = `${resource.type}${resource.name}`;
  let kind = plainKinds.get(id);
  if (kind === undefined) {
    if (plainKinds.size >= CACHED_KINDS_MAX) plainKinds.clear();
    kind = makeKind(resource);
    plainKinds.set(id, kind);
  }
  return kind;
}

function isPlain(resource: Resource): boolean {
  return (
    resource.disk === undefined &&
    resource.revocable === undefined &&
    resource.shared === undefined &&
    resource.provider_id === undefined &&
    resource.reservation === undefined &&
    (resource.reservations === undefined || resource.reservations.length === 0) &&
    (resource.role === undefined || resource.role === '*')
  );
}

function makeKind(resource: Resource): Kind {
  const reservations = reservationsOf(resource);
  const { disk } = resource;
  const base = [
    `${resource.type}${JSON.stringify(resource.name)}`,
    reservations.length > 0 ? reservations.map(reservationKey).join('>') : '',
    disk === undefined ? '' : diskKey(disk),
    resource.revocable === undefined ? '' : 'revocable',
    resource.shared === undefined ? '' : 'shared',
    resource.provider_id === undefined ? '' : JSON.stringify(resource.provider_id.value),
  ].join('|');
  return {
    key: base,
    base,
    name: resource.name,
    type: resource.type,
    allocationRole: undefined,
    reservations,
    role: reservations.at(-1)?.role ?? '*',
    disk,
    revocable: resource.revocable !== undefined,
    shared: resource.shared !== undefined,
    indivisible: disk !== undefined && isIndivisible(disk),
    template: templateOf(resource, reservations),
  };
}

function templateOf(resource: Resource, reservations: readonly ResourceReservationInfo[]): Resource {
  const { provider_id, disk, revocable, shared } = resource;
  return {
    ...(provider_id === undefined ? {} : { provider_id }),
    name: resource.name,
    type: resource.type,
    ...(reservations.length === 0 ? {} : { reservations: [...reservations] }),
    ...(disk === undefined ? {} : { disk }),
    ...(revocable === undefined ? {} : { revocable }),
    ...(shared === undefined ? {} : { shared }),
  };
}

function isIndivisible(disk: ResourceDiskInfo): boolean {
  if (disk.persistence !== undefined) return true;
  const source = disk.source;
  if (source === undefined) return false;
  if (source.type === ResourceDiskInfoSourceType.RAW) return source.id !== undefined;
  return source.type === ResourceDiskInfoSourceType.MOUNT || source.type === ResourceDiskInfoSourceType.BLOCK;
}

function reservationKey(reservation: ResourceReservationInfo): string {
  return JSON.stringify([
    reservation.type ?? null,
    reservation.role ?? null,
    reservation.principal ?? null,
    labelsKey(reservation.labels),
  ]);
}

/** A volume's mount point and mode are how it is used, not what it is: they stay out of the identity. */
function diskKey(disk: ResourceDiskInfo): string {
  const { source, persistence } = disk;
  return JSON.stringify([
    persistence === undefined ? null : [persistence.id, persistence.principal ?? null],
    source === undefined
      ? null
      : [
          source.type,
          source.path === undefined ? null : [source.path.root ?? null],
          source.mount === undefined ? null : [source.mount.root ?? null],
          source.vendor ?? null,
          source.id ?? null,
          source.profile ?? null,
          labelsKey(source.metadata),
        ],
  ]);
}

/** Labels are compared without regard to their order. */
function labelsKey(labels: Labels | undefined): string[] | null {
  if (labels === undefined) return null;
  return (labels.labels ?? []).map((label) => JSON.stringify([label.key, label.value ?? null])).sort();
}

/** Kinds that differ in the allocation role only share one table, so that each of them is one object. */
const siblingsOf = new WeakMap<Kind, Map<string | undefined, Kind>>();

/** The same kind allocated to `role`, or to nobody. */
export function reallocate(kind: Kind, role: string | undefined): Kind {
  if (kind.allocationRole === role) return kind;
  let siblings = siblingsOf.get(kind);
  if (siblings === undefined || siblings.size >= CACHED_KINDS_MAX) {
    siblings = new Map([[kind.allocationRole, kind]]);
    siblingsOf.set(kind, siblings);
  }
  let sibling = siblings.get(role);
  if (sibling === undefined) {
    const key = role === undefined ? kind.base : `${kind.base}|@${role}`;
    sibling = { ...kind, allocationRole: role, key };
    siblings.set(role, sibling);
    siblingsOf.set(sibling, siblings);
  }
  return sibling;
}
