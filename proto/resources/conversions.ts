/**
 * What offer operations turn into what: RESERVE, UNRESERVE, CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME (v1 scheduler API
 * of Mesos, §9). Master and agent both work it out, each from the operation itself.
 */

import type { OfferOperation, Resource } from '../generated/types/v1.ts';
import { OfferOperationType, ResourceReservationInfoType } from '../generated/types/v1.ts';
import { ResourceError } from './error.ts';
import { popReservation, toNewFormat } from './reservations.ts';
import { Resources } from './resources.ts';
import { growVolume, shrinkVolume, volumesToDisk, volumeToDisk } from './volumes.ts';

/** What is taken, and what is there instead. */
export interface ResourceConversion {
  /** Empty for an added holder of a shared resource. */
  readonly consumed: Resources;
  readonly converted: Resources;
  /** None of it may be there after `consumed` is taken: a shared volume that others hold cannot go. */
  readonly gone?: Resources | undefined;
}

/** What is kept besides, of resources that something was taken from. */
const NONE: readonly ResourceConversion[] = [];

/**
 * The conversions of an operation whose result is known at once; none for launches and operations on disks of providers.
 *
 * @throws ResourceError when its resources cannot be converted: not reserved, another kind of disk, a size that cannot be
 */
export function conversionsOf(operation: OfferOperation): readonly ResourceConversion[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = operation;
  switch (operation.type) {
    case OfferOperationType.RESERVE:
      return reserve === undefined ? NONE : [reservation(reserve.source, reserve.resources)];
    case OfferOperationType.UNRESERVE: {
      const reserved = Resources.of(unreserve?.resources);
      return [{ consumed: reserved, converted: popReservation(reserved) }];
    }
    case OfferOperationType.CREATE: {
      const volumes = Resources.of(create?.volumes);
      return [{ consumed: volumesToDisk(volumes), converted: volumes }];
    }
    case OfferOperationType.DESTROY: {
      const volumes = Resources.of(destroy?.volumes);
      return [{ consumed: volumes, converted: volumesToDisk(volumes), gone: volumes }];
    }
    case OfferOperationType.GROW_VOLUME:
      return grow_volume === undefined ? NONE : [growth(grow_volume.volume, grow_volume.addition)];
    case OfferOperationType.SHRINK_VOLUME:
      return shrink_volume === undefined
        ? NONE
        : [shrinkage(shrink_volume.volume, shrink_volume.subtract.value)];
    default:
      return NONE;
  }
}

function reservation(source: Resource[] | undefined, resources: Resource[] | undefined): ResourceConversion {
  const reserved = Resources.of(resources);
  const given = Resources.of(source);
  return { consumed: given.isEmpty ? popReservation(reserved) : given, converted: reserved };
}

function growth(volume: Resource, addition: Resource): ResourceConversion {
  return {
    consumed: Resources.of([volume, addition]),
    converted: Resources.of([growVolume(volume, addition)]),
  };
}

function shrinkage(volume: Resource, subtract: number): ResourceConversion {
  const { volume: smaller, freed } = shrinkVolume(volume, subtract);
  return { consumed: Resources.of([volume]), converted: Resources.of([smaller, freed]) };
}

/** The resources after the conversions, one after the other; or what is not there for one of them, in words. */
export function convert(
  resources: Resources,
  conversions: readonly ResourceConversion[],
): Resources | string {
  let result = resources;
  for (const { consumed, converted, gone } of conversions) {
    if (!result.contains(consumed)) return `${result} does not contain ${consumed}`;
    result = result.minus(consumed);
    for (const left of gone ?? []) {
      if (result.holders(left) > 0) return `${Resources.of([left])} has further holders`;
    }
    result = result.plus(converted);
  }
  return result;
}

/** The same conversions of what is allocated to nobody, as agents' totals are. */
export function unallocatedConversions(conversions: readonly ResourceConversion[]): ResourceConversion[] {
  return conversions.map(({ consumed, converted, gone }) => ({
    consumed: consumed.unallocated().withSingleHolders(),
    converted: converted.unallocated().withSingleHolders(),
    gone: gone?.unallocated(),
  }));
}

/** Whether the operation's result is known without asking its agent. */
export function isSpeculative({ type }: OfferOperation): boolean {
  return SPECULATIVE.has(type ?? OfferOperationType.UNKNOWN);
}

const SPECULATIVE: ReadonlySet<OfferOperationType> = new Set<OfferOperationType>([
  OfferOperationType.RESERVE,
  OfferOperationType.UNRESERVE,
  OfferOperationType.CREATE,
  OfferOperationType.DESTROY,
  OfferOperationType.GROW_VOLUME,
  OfferOperationType.SHRINK_VOLUME,
]);

/** The operation with `change` done to each resource it names. Launches stay as they are. */
export function mapOperationResources(
  operation: OfferOperation,
  change: (resource: Resource) => Resource,
): OfferOperation {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume, create_disk, destroy_disk } =
    operation;
  const mapped: OfferOperation = { ...operation };
  if (reserve !== undefined) {
    mapped.reserve = { ...reserve, resources: reserve.resources?.map(change) };
    if (reserve.source !== undefined) mapped.reserve.source = reserve.source.map(change);
  }
  if (unreserve !== undefined) mapped.unreserve = { resources: unreserve.resources?.map(change) };
  if (create !== undefined) mapped.create = { volumes: create.volumes?.map(change) };
  if (destroy !== undefined) mapped.destroy = { volumes: destroy.volumes?.map(change) };
  if (grow_volume !== undefined) {
    mapped.grow_volume = { volume: change(grow_volume.volume), addition: change(grow_volume.addition) };
  }
  if (shrink_volume !== undefined)
    mapped.shrink_volume = { ...shrink_volume, volume: change(shrink_volume.volume) };
  if (create_disk !== undefined) mapped.create_disk = { ...create_disk, source: change(create_disk.source) };
  if (destroy_disk !== undefined) mapped.destroy_disk = { source: change(destroy_disk.source) };
  return mapped;
}

/** All resources that an operation other than a launch names. */
export function resourcesOfOperation(operation: OfferOperation): Resource[] {
  const found: Resource[] = [];
  mapOperationResources(operation, (resource) => {
    found.push(resource);
    return resource;
  });
  return found;
}

/** Without the role it is allocated to, in the new reservation format. */
export function unallocatedResource(resource: Resource): Resource {
  const { allocation_info: _none, ...rest } = toNewFormat(resource);
  return rest;
}

/**
 * What an agent has in all: what it was started with, part of it turned into dynamic reservations and volumes.
 *
 * @param started without dynamic reservations and volumes
 * @param checkpointed dynamic reservations and volumes
 * @returns or, in words, what of `checkpointed` is not there to be made of `started`
 */
export function withCheckpointed(started: Resources, checkpointed: Resources): Resources | string {
  let total = started;
  for (const message of checkpointed) {
    const kept = Resources.of([message]);
    if (kept.checkpointed().isEmpty)
      return `${kept} is neither a dynamic reservation nor a persistent volume`;
    const stripped = Resources.of([strip(message)]);
    if (!total.contains(stripped)) return `${total} does not contain ${stripped}, of which ${kept} was made`;
    total = total.minus(stripped).plus(kept);
  }
  return total;
}

/** What a dynamic reservation or volume was made of. */
function strip(resource: Resource): Resource {
  const { reservations = [], ...rest } = volumeToDisk(toNewFormat(resource));
  const fixed = reservations.filter(({ type }) => type === ResourceReservationInfoType.STATIC);
  return fixed.length === 0 ? rest : { ...rest, reservations: fixed };
}

/** Whether a thrown value says that resources cannot be converted; anything else is thrown on. */
export function conversionProblem(error: unknown): string {
  if (error instanceof ResourceError) return error.message;
  throw error;
}
