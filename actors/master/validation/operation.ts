/**
 * What an operation on reservations, volumes and disks must be (v1-scheduler-api.md §10.7). Each check returns what is wrong,
 * or undefined; the first problem is reported.
 */
import {
  type AgentInfoCapabilityType as AgentCapability,
  AgentInfoCapabilityType,
  FrameworkInfoCapabilityType,
  type OfferOperation,
  OfferOperationType,
  type Resource,
  ResourceDiskInfoSourceType,
  ResourceReservationInfoType,
  VolumeMode,
} from '../../../proto/index.ts';
import {
  isPersistentVolume,
  Resources,
  reservationsOf,
  resourcesOfOperation,
  validateResourcesForUse,
  volumeToDisk,
} from '../../../proto/resources/index.ts';
import { firstProblem, prefixed } from '../../../proto/validation/problems.ts';
import { type AgentRecord, hasCapability } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';

/** Where an operation is to be performed, and for whom. */
export interface OperationSurroundings {
  readonly agent: AgentRecord;
  /** Undefined for an operator, whose resources are allocated to nobody. */
  readonly framework?: FrameworkRecord | undefined;
  /** The framework's, or the operator's; undefined when nobody asked for one. */
  readonly principal?: string | undefined;
}

type Check = (operation: OfferOperation, surroundings: OperationSurroundings) => string | undefined;

/** @param operation in the new reservation format; of a framework, with allocation roles */
export const validateOperation: Check = (operation, surroundings) => {
  switch (operation.type) {
    case OfferOperationType.RESERVE:
      return reserveProblem(operation, surroundings);
    case OfferOperationType.UNRESERVE:
      return unreserveProblem(operation);
    case OfferOperationType.CREATE:
      return createProblem(operation, surroundings);
    case OfferOperationType.DESTROY:
      return destroyProblem(operation, surroundings);
    case OfferOperationType.GROW_VOLUME:
      return growProblem(operation, surroundings);
    case OfferOperationType.SHRINK_VOLUME:
      return shrinkProblem(operation, surroundings);
    case OfferOperationType.CREATE_DISK:
      return createDiskProblem(operation, surroundings);
    case OfferOperationType.DESTROY_DISK:
      return destroyDiskProblem(operation, surroundings);
    default:
      return 'Operations of this type are not known';
  }
};

/** Feedback on an operation takes somebody who can be told and an agent that tells (v1-scheduler-api.md §9). */
export function feedbackProblem(operation: OfferOperation, surroundings: OperationSurroundings) {
  const { agent, framework } = surroundings;
  if (operation.id === undefined) return undefined;
  if (framework?.connection?.pid !== undefined)
    return "'Operation.id' needs a framework over HTTP: drivers cannot be told of operations";
  const needed: AgentCapability[] = [AgentInfoCapabilityType.RESOURCE_PROVIDER];
  const provided = resourcesOfOperation(operation).some(({ provider_id }) => provider_id !== undefined);
  if (!provided) needed.push(AgentInfoCapabilityType.AGENT_OPERATION_FEEDBACK);
  return firstProblem(needed, (capability) => lacks(agent, capability));
}

function reserveProblem(operation: OfferOperation, surroundings: OperationSurroundings) {
  const { reserve } = operation;
  if (reserve === undefined) return noBody('reserve');
  const { source = [], resources = [] } = reserve;
  if (source.length > 0 && surroundings.framework !== undefined)
    return "'reserve.source' is for operators only";
  return (
    listProblem(resources) ??
    sourceProblem(source, resources) ??
    firstProblem(resources, (resource) => reservationProblem(resource, surroundings)) ??
    severalRoles(resources)
  );
}

/** What is reserved anew must be all of one kind of reservation, and as much as it becomes. */
function sourceProblem(source: readonly Resource[], resources: readonly Resource[]): string | undefined {
  if (source.length === 0) return undefined;
  const uneven = (list: readonly Resource[]) =>
    new Set(list.map((each) => JSON.stringify(reservationsOf(each)))).size > 1;
  if (uneven(source)) return "The resources of 'source' have different reservations";
  if (uneven(resources)) return "The resources of 'resources' have different reservations";
  const bare = (list: readonly Resource[]) =>
    Resources.of(
      list.map(({ reservations: _these, role: _role, reservation: _reservation, ...rest }) => rest),
    );
  return bare(source).equals(bare(resources))
    ? undefined
    : `'source' is ${Resources.of(source)}, which is not as much as ${Resources.of(resources)}`;
}

function reservationProblem(resource: Resource, { agent, framework, principal }: OperationSurroundings) {
  const top = reservationsOf(resource).at(-1);
  const shown = Resources.of([resource]);
  if (top?.type !== ResourceReservationInfoType.DYNAMIC)
    return `Resource ${shown} is not dynamically reserved`;
  const capability = hierarchyProblem(resource, agent);
  if (capability !== undefined) return capability;
  if (principal !== undefined && top.principal !== principal)
    return `A reserve operation was attempted by principal '${principal}', but the reservation of ${shown} has ${principalText(top.principal)}`;
  return allocationProblem(resource, framework, top.role ?? '*');
}

/** Frameworks work on what is allocated to one of their roles, operators on what is allocated to nobody. */
function allocationProblem(resource: Resource, framework: FrameworkRecord | undefined, reservedTo: string) {
  const shown = Resources.of([resource]);
  const role = resource.allocation_info?.role;
  if (framework === undefined)
    return role === undefined ? undefined : `${shown} is allocated: operators work on what is not`;
  if (role === undefined) return `${shown} is not allocated: frameworks work on what they were offered`;
  if (role !== reservedTo)
    return `${shown} is allocated to role '${role}' and cannot be reserved to role '${reservedTo}'`;
  return framework.description.roles.includes(role)
    ? undefined
    : `${shown} is for role '${role}', but the framework has only ${framework.description.roles.join(', ')}`;
}

function hierarchyProblem(resource: Resource, agent: AgentRecord): string | undefined {
  const stack = reservationsOf(resource);
  const nested = stack.at(-1)?.role?.includes('/') === true;
  return (
    (nested ? lacks(agent, AgentInfoCapabilityType.HIERARCHICAL_ROLE) : undefined) ??
    (stack.length > 1 ? lacks(agent, AgentInfoCapabilityType.RESERVATION_REFINEMENT) : undefined)
  );
}

function unreserveProblem({ unreserve }: OfferOperation): string | undefined {
  if (unreserve === undefined) return noBody('unreserve');
  const { resources = [] } = unreserve;
  return (
    listProblem(resources) ??
    firstProblem(resources, (resource) => {
      const top = reservationsOf(resource).at(-1);
      if (top?.type !== ResourceReservationInfoType.DYNAMIC)
        return `Resource ${Resources.of([resource])} is not dynamically reserved`;
      return isPersistentVolume(resource)
        ? `Persistent volume ${Resources.of([resource])} cannot be unreserved: destroy it first`
        : undefined;
    })
  );
}

function createProblem(operation: OfferOperation, surroundings: OperationSurroundings): string | undefined {
  const { create } = operation;
  if (create === undefined) return noBody('create');
  const { volumes = [] } = create;
  return (
    listProblem(volumes) ??
    firstProblem(volumes, (volume) => newVolumeProblem(volume, surroundings)) ??
    repeatedIdProblem(volumes, surroundings.agent) ??
    severalRoles(volumes)
  );
}

function newVolumeProblem(volume: Resource, { agent, framework, principal }: OperationSurroundings) {
  const shown = Resources.of([volume]);
  if (!isPersistentVolume(volume)) return `Resource ${shown} is not a persistent volume`;
  if (volume.disk?.volume?.mode === VolumeMode.RO) return `Persistent volume ${shown} must not be read-only`;
  if (volume.shared !== undefined && framework !== undefined && !sharesResources(framework))
    return `Persistent volume ${shown} is shared, and the framework has no capability SHARED_RESOURCES`;
  const capability = hierarchyProblem(volume, agent);
  if (capability !== undefined) return capability;
  const owner = volume.disk?.persistence?.principal;
  if (principal !== undefined && owner !== principal)
    return `A create volume operation was attempted by principal '${principal}', but ${shown} has ${principalText(owner)}`;
  const allocated = volume.allocation_info !== undefined;
  if (allocated === (framework !== undefined)) return undefined;
  return allocated
    ? `${shown} is allocated: operators work on what is not`
    : `${shown} is not allocated: frameworks work on what they were offered`;
}

function sharesResources({ description }: FrameworkRecord): boolean {
  return (description.info.capabilities ?? []).some(
    ({ type }) => type === FrameworkInfoCapabilityType.SHARED_RESOURCES,
  );
}

/** Ids of volumes name folders: once for each role of an agent. */
function repeatedIdProblem(volumes: readonly Resource[], agent: AgentRecord): string | undefined {
  const taken = new Set([...agent.total.persistentVolumes()].map(volumeKey));
  return firstProblem(volumes, (volume) => {
    const key = volumeKey(volume);
    if (taken.has(key)) return `Persistence ID '${volume.disk?.persistence?.id ?? ''}' is not unique`;
    taken.add(key);
    return undefined;
  });
}

function volumeKey(volume: Resource): string {
  return `${reservationsOf(volume).at(-1)?.role ?? '*'}\n${volume.disk?.persistence?.id ?? ''}`;
}

function destroyProblem({ destroy }: OfferOperation, { agent }: OperationSurroundings): string | undefined {
  if (destroy === undefined) return noBody('destroy');
  const { volumes = [] } = destroy;
  return (
    listProblem(volumes) ?? firstProblem(volumes, (volume) => volumeProblem(volume, agent, 'is not known'))
  );
}

/** A volume that is there and that nobody uses. */
function volumeProblem(volume: Resource, agent: AgentRecord, unknown: string): string | undefined {
  if (!isPersistentVolume(volume)) return `Resource ${Resources.of([volume])} is not a persistent volume`;
  const bare = Resources.of([volume]).unallocated();
  if (volume.provider_id === undefined && !agent.total.contains(bare))
    return `Persistent volume ${bare} ${unknown} on agent ${agent.id}`;
  for (const used of agent.used.values()) {
    if (used.unallocated().contains(bare)) return `Persistent volume ${bare} is in use`;
  }
  return undefined;
}

function growProblem({ grow_volume }: OfferOperation, { agent, framework }: OperationSurroundings) {
  if (grow_volume === undefined) return noBody('grow_volume');
  const { volume, addition } = grow_volume;
  return (
    listProblem([volume]) ??
    prefixed("Invalid 'addition'", validateResourcesForUse([addition])) ??
    resizableProblem(volume, agent, framework) ??
    ((addition.scalar?.value ?? 0) > 0 ? undefined : "The size of 'addition' must be greater than 0") ??
    (addition.provider_id === undefined ? undefined : 'Disks of resource providers cannot grow volumes') ??
    (sameDisk(volume, addition)
      ? undefined
      : `${Resources.of([addition])} is not of the disk of which ${Resources.of([volume])} was made`)
  );
}

function sameDisk(volume: Resource, addition: Resource): boolean {
  const size = addition.scalar;
  return Resources.of([{ ...volumeToDisk(volume), scalar: size }]).equals(Resources.of([addition]));
}

function shrinkProblem({ shrink_volume }: OfferOperation, { agent, framework }: OperationSurroundings) {
  if (shrink_volume === undefined) return noBody('shrink_volume');
  const { volume, subtract } = shrink_volume;
  const size = volume.scalar?.value ?? 0;
  return (
    listProblem([volume]) ??
    resizableProblem(volume, agent, framework) ??
    (volume.disk?.source?.type === ResourceDiskInfoSourceType.MOUNT
      ? 'A volume on a MOUNT disk cannot shrink'
      : undefined) ??
    // Written so that no number at all is refused, too.
    (subtract.value >= 0.001 && subtract.value < size
      ? undefined
      : `The value of 'subtract' must be greater than 0 and less than ${size}, it is ${subtract.value}`)
  );
}

function resizableProblem(volume: Resource, agent: AgentRecord, framework: FrameworkRecord | undefined) {
  if (volume.provider_id !== undefined) return 'Volumes of resource providers cannot be resized';
  if (!isPersistentVolume(volume)) return `Resource ${Resources.of([volume])} is not a persistent volume`;
  if (volume.shared !== undefined) return 'Shared persistent volumes cannot be resized';
  if (framework === undefined && volume.allocation_info !== undefined)
    return `${Resources.of([volume])} is allocated: operators work on what is not`;
  return lacks(agent, AgentInfoCapabilityType.RESIZE_VOLUME) ?? volumeProblem(volume, agent, 'is not known');
}

function createDiskProblem({ create_disk }: OfferOperation, { agent }: OperationSurroundings) {
  if (create_disk === undefined) return noBody('create_disk');
  const { source, target_type, target_profile } = create_disk;
  const provider = providerProblem(source, agent);
  if (provider !== undefined) return provider;
  if (source.disk?.source?.type !== ResourceDiskInfoSourceType.RAW)
    return `'source' ${Resources.of([source])} is not a RAW disk`;
  if (target_type !== ResourceDiskInfoSourceType.MOUNT && target_type !== ResourceDiskInfoSourceType.BLOCK) {
    return "'target_type' must be MOUNT or BLOCK";
  }
  const profiles = [source.disk.source.profile, target_profile].filter((profile) => profile !== undefined);
  return profiles.length === 1
    ? undefined
    : "Exactly one of 'target_profile' and the profile of 'source' must be set";
}

function destroyDiskProblem({ destroy_disk }: OfferOperation, { agent }: OperationSurroundings) {
  if (destroy_disk === undefined) return noBody('destroy_disk');
  const { source } = destroy_disk;
  const provider = providerProblem(source, agent);
  if (provider !== undefined) return provider;
  const disk = source.disk?.source;
  const made: readonly (number | undefined)[] = [
    ResourceDiskInfoSourceType.MOUNT,
    ResourceDiskInfoSourceType.BLOCK,
    ResourceDiskInfoSourceType.RAW,
  ];
  if (!made.includes(disk?.type)) return "'source' is neither a MOUNT, BLOCK nor RAW disk";
  if (disk?.id === undefined) return "'source' has no id";
  return isPersistentVolume(source) ? 'A persistent volume must be destroyed before its disk' : undefined;
}

function providerProblem(source: Resource, agent: AgentRecord): string | undefined {
  return (
    listProblem([source]) ??
    lacks(agent, AgentInfoCapabilityType.RESOURCE_PROVIDER) ??
    (source.provider_id === undefined
      ? `'source' ${Resources.of([source])} is not managed by a resource provider`
      : undefined)
  );
}

/** Rules for every list: format and use of each, one provider for all, and not empty: of nothing none can be told. */
function listProblem(resources: readonly Resource[]): string | undefined {
  const problem = prefixed('Invalid resources', validateResourcesForUse(resources));
  if (problem !== undefined) return problem;
  if (resources.length === 0) return 'No resources specified';
  const providers = new Set(resources.map(({ provider_id }) => provider_id?.value));
  return providers.size === 1 ? undefined : 'The resources are of several resource providers';
}

function severalRoles(resources: readonly Resource[]): string | undefined {
  const roles = new Set(resources.map(({ allocation_info }) => allocation_info?.role));
  return roles.size > 1
    ? `The resources are allocated to several roles: ${[...roles].join(', ')}`
    : undefined;
}

function lacks(agent: AgentRecord, capability: AgentCapability): string | undefined {
  if (hasCapability(agent, capability)) return undefined;
  const name = Object.entries(AgentInfoCapabilityType).find(([, value]) => value === capability)?.[0];
  return `Agent ${agent.id} does not have the capability ${name ?? capability}`;
}

function principalText(principal: string | undefined): string {
  return principal === undefined ? 'no principal' : `principal '${principal}'`;
}

function noBody(name: string): string {
  return `'Operation.${name}' is not set`;
}
