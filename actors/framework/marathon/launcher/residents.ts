/** Instances with persistent volumes: reservations, volumes, and launches upon them (spec: marathon.md §27). */
import {
  type OfferOperation,
  OfferOperationType,
  type Resource,
  ResourceReservationInfoType,
  VolumeMode,
} from '../../../../proto/index.ts';
import { portNumbers, Resources } from '../../../../proto/resources/index.ts';
import type { Instance, InstanceVolume } from '../instances/instance.ts';
import type { InstanceTable } from '../instances/table.ts';
import { type App, persistentVolumesOf } from '../model/app.ts';
import { segmentsOf } from '../model/ids.ts';
import {
  FRAMEWORK_LABEL,
  frameworkOfReservation,
  INSTANCE_LABEL,
  instanceOfReservation,
  type OpenOffer,
} from '../offers/matcher.ts';
import type { Taken } from '../offers/pool.ts';
import type { Reason } from '../offers/reasons.ts';
import type { MarathonSettings } from '../settings.ts';
import { wantedHostPorts } from './ports.ts';

export interface ResidentOptions {
  readonly open: OpenOffer;
  readonly spec: App;
  readonly instances: InstanceTable;
  readonly settings: MarathonSettings;
  readonly frameworkId: string;
  readonly uuid: () => string;
  /** Makes an instance that is wanted. */
  readonly begin: () => Instance;
}

/** Either a launch upon a reservation, or what makes one. */
export type ResidentWork =
  | { readonly instance: Instance; readonly taken: Taken; readonly reserve?: undefined }
  | { readonly reserve: readonly OfferOperation[] };

export function residentOperations(options: ResidentOptions): ResidentWork | Reason {
  const { open, spec, instances } = options;
  const waiting = instances
    .of(spec.id)
    .filter((each) => ['reserved', 'reserving'].includes(instances.state(each)));
  for (const instance of waiting) {
    const reserved = reservedFor(instance, open);
    if (reserved.isEmpty || !hasVolumes(instance, reserved)) continue;
    const ports = inOrder(wantedHostPorts(spec), portNumbers(reserved));
    return { instance, taken: { resources: reserved.toMessages(), ports } };
  }
  // Each that has a reservation, or is about to have one, goes on with it: no other is made in its place.
  const kept = instances.of(spec.id).filter((each) => !instances.wiped(each));
  if (kept.length >= spec.instances) return 'NoCorrespondingReservationFound';
  return reserve(options);
}

/** Reserved ports as the app's ports want them: fixed ones where they are asked for, the others in turn. */
function inOrder(wanted: readonly number[], reserved: readonly number[]): number[] {
  const free = reserved.filter((port) => !wanted.includes(port));
  return wanted.map((port) => (port === 0 ? (free.shift() ?? 0) : port));
}

/** Instances whose reservation this offer shows have it now, whether they are launched or not. */
export function noteReservations(open: OpenOffer, instances: InstanceTable): void {
  for (const { kind } of open.resources.entries) {
    const owner = instanceOfReservation(kind.reservations);
    const instance = owner === undefined ? undefined : instances.get(owner);
    if (instance !== undefined && instances.state(instance) === 'reserving')
      instances.step(instance, { type: 'RESERVED' });
  }
}

function reserve(options: ResidentOptions): ResidentWork | Reason {
  const { open, spec, begin, settings, frameworkId, uuid } = options;
  if (spec.role === '*') return 'UnfulfilledRole';
  const objection = open.objection(spec);
  if (objection !== undefined) return objection;
  const volumes = persistentVolumesOf(spec);
  const wanted = volumes.flatMap(({ persistent }) => persistent ?? []);
  const rootMb = wanted.reduce((sum, { type, size }) => sum + (type === 'root' ? size : 0), 0);
  const disks = open.disks.take(
    wanted.filter(({ type }) => type !== 'root'),
    open.accepts(spec),
  );
  if (disks === undefined) return 'InsufficientDisk';
  const taken = open.takePlain({ ...spec, disk: spec.disk + rootMb });
  if (typeof taken === 'string') return taken;
  const instance = begin();
  instance.place = open.place;
  instance.volumes = volumes.map(({ containerPath }): InstanceVolume => {
    const id = uuid();
    return {
      containerPath,
      uuid: id,
      persistenceId: `${segmentsOf(spec.id).join('#')}#${containerPath}#${id}`,
    };
  });
  options.instances.step(instance, { type: 'RESERVING' });
  const own = (resource: Resource): Resource =>
    reservedAs(resource, spec.role, settings.principal, instance.id, frameworkId);
  const ownDisks = disks.map(own);
  const reserved = [...taken.resources.map(own), ...ownDisks];
  const rootDisk = reserved.find(({ name, disk }) => name === 'disk' && disk?.source === undefined);
  const created = volumes.flatMap(({ containerPath, persistent }, index) => {
    const disk = persistent?.type === 'root' ? rootDisk : ownDisks.shift();
    const { persistenceId = '' } = instance.volumes[index] ?? {};
    const mb = persistent?.type === 'mount' ? (disk?.scalar?.value ?? 0) : (persistent?.size ?? 0);
    return disk === undefined ? [] : [volumeOf(disk, containerPath, mb, persistenceId, settings.principal)];
  });
  return {
    reserve: [
      { type: OfferOperationType.RESERVE, reserve: { resources: reserved } },
      { type: OfferOperationType.CREATE, create: { volumes: created } },
    ],
  };
}

function reservedAs(
  resource: Resource,
  role: string,
  principal: string | undefined,
  instanceId: string,
  frameworkId: string,
): Resource {
  const { role: _role, reservation: _old, ...rest } = resource;
  const labels = {
    labels: [
      { key: FRAMEWORK_LABEL, value: frameworkId },
      { key: INSTANCE_LABEL, value: instanceId },
    ],
  };
  const own = {
    type: ResourceReservationInfoType.DYNAMIC,
    role,
    labels,
    ...(principal !== undefined && { principal }),
  };
  return { ...rest, reservations: [...(rest.reservations ?? []), own] };
}

function volumeOf(
  disk: Resource,
  containerPath: string,
  mb: number,
  id: string,
  principal: string | undefined,
): Resource {
  const source = disk.disk?.source;
  return {
    ...disk,
    scalar: { value: mb },
    disk: {
      ...(source !== undefined && { source }),
      persistence: { id, ...(principal !== undefined && { principal }) },
      volume: { container_path: containerPath, mode: VolumeMode.RW },
    },
  };
}

function reservedFor(instance: Instance, open: OpenOffer): Resources {
  return open.resources.filter(({ reservations }) => instanceOfReservation(reservations) === instance.id);
}

function hasVolumes(instance: Instance, reserved: Resources): boolean {
  const offered = new Set(reserved.entries.flatMap(({ kind }) => kind.disk?.persistence?.id ?? []));
  return instance.volumes.every(({ persistenceId }) => offered.has(persistenceId));
}

/**
 * Frees what instances have reserved that nobody knows any more. What another Marathon of the same role reserved is not ours to free.
 * @param isOwn whether that framework is this one, or was it
 */
export function cleanup(
  open: OpenOffer,
  instances: InstanceTable,
  isOwn: (frameworkId: string) => boolean,
): OfferOperation[] {
  const stale = open.resources.filter(({ reservations }) => {
    const owner = instanceOfReservation(reservations);
    if (owner === undefined || instances.get(owner) !== undefined) return false;
    return isOwn(frameworkOfReservation(reservations) ?? '');
  });
  if (stale.isEmpty) return [];
  const volumes = stale.persistentVolumes().toMessages();
  const plain = stale.toMessages().map((resource) => {
    const { disk, ...rest } = resource;
    if (disk === undefined) return resource;
    return disk.source === undefined ? rest : { ...rest, disk: { source: disk.source } };
  });
  return [
    ...(volumes.length > 0 ? [{ type: OfferOperationType.DESTROY, destroy: { volumes } }] : []),
    { type: OfferOperationType.UNRESERVE, unreserve: { resources: Resources.of(plain).toMessages() } },
  ];
}
