/** Who may perform which operation (master.md §14, actions 4 to 7 and 42 to 49). */
import type { Action, Authorizer } from '../../../proto/authorization/index.ts';
import {
  type OfferOperation,
  OfferOperationType,
  type Resource,
  ResourceDiskInfoSourceType,
} from '../../../proto/index.ts';
import { reservationsOf } from '../../../proto/resources/index.ts';
import type { Principal } from '../../../runtime/index.ts';

/** An action, and the role or principal it is done to; undefined stands for any. */
type Asked = readonly [action: Action, object: string | undefined];

/** @returns what the principal may not do, in words; undefined when it may do all that the operation takes */
export function denialOf(
  authorizer: Authorizer,
  principal: Principal | undefined,
  operation: OfferOperation,
): string | undefined {
  for (const [action, object] of askedBy(operation)) {
    if (authorizer.approver(principal, action)(object)) continue;
    const whom = object === undefined ? '' : ` for '${object}'`;
    const who =
      principal?.value === undefined ? 'Whoever has no principal' : `Principal '${principal.value}'`;
    return `${who} may not ${action}${whom}`;
  }
  return undefined;
}

function askedBy(operation: OfferOperation): Asked[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume, create_disk, destroy_disk } =
    operation;
  switch (operation.type) {
    case OfferOperationType.RESERVE:
      return [
        ...(reserve?.source ?? []).flatMap(unreserving),
        ...(reserve?.resources ?? []).map((resource): Asked => ['RESERVE_RESOURCES', roleOf(resource)]),
      ];
    case OfferOperationType.UNRESERVE:
      return (unreserve?.resources ?? []).flatMap(unreserving);
    case OfferOperationType.CREATE:
      return (create?.volumes ?? []).map((volume) => ['CREATE_VOLUME', roleOf(volume)]);
    case OfferOperationType.DESTROY:
      return (destroy?.volumes ?? []).map(({ disk }) => ['DESTROY_VOLUME', disk?.persistence?.principal]);
    case OfferOperationType.GROW_VOLUME:
      return [['RESIZE_VOLUME', grow_volume && roleOf(grow_volume.volume)]];
    case OfferOperationType.SHRINK_VOLUME:
      return [['RESIZE_VOLUME', shrink_volume && roleOf(shrink_volume.volume)]];
    case OfferOperationType.CREATE_DISK: {
      const block = create_disk?.target_type === ResourceDiskInfoSourceType.BLOCK;
      return [[block ? 'CREATE_BLOCK_DISK' : 'CREATE_MOUNT_DISK', create_disk && roleOf(create_disk.source)]];
    }
    case OfferOperationType.DESTROY_DISK:
      return destroy_disk === undefined
        ? []
        : [[destroying(destroy_disk.source), roleOf(destroy_disk.source)]];
    default:
      return [];
  }
}

function unreserving(resource: Resource): Asked[] {
  const top = reservationsOf(resource).at(-1);
  return top === undefined ? [] : [['UNRESERVE_RESOURCES', top.principal]];
}

function roleOf(resource: Resource): string {
  return reservationsOf(resource).at(-1)?.role ?? '*';
}

function destroying({ disk }: Resource): Action {
  if (disk?.source?.type === ResourceDiskInfoSourceType.BLOCK) return 'DESTROY_BLOCK_DISK';
  return disk?.source?.type === ResourceDiskInfoSourceType.RAW ? 'DESTROY_RAW_DISK' : 'DESTROY_MOUNT_DISK';
}
