/**
 * Reservations: the stack of a resource, RESERVE and UNRESERVE, and the three formats in which a resource is written.
 *
 * - new ("post-refinement"): `reservations` only. The only one used inside.
 * - old ("pre-refinement"): `role` and `reservation`; cannot express a stack of two or more.
 * - endpoint: `reservations`, and `role` and `reservation` too when the stack has at most one. For operators' eyes.
 */

import type { Resource, ResourceReservationInfo } from '../generated/types/v1.ts';
import { ResourceReservationInfoType } from '../generated/types/v1.ts';
import { ResourceError } from './error.ts';
import { reservationsOf } from './kind.ts';
import { Resources } from './resources.ts';

/** The message in the new format; fields of the old one are gone. */
export function toNewFormat(resource: Resource): Resource {
  if (resource.role === undefined && resource.reservation === undefined) return resource;
  const { role: _role, reservation: _reservation, reservations: _reservations, ...rest } = resource;
  const stack = reservationsOf(resource);
  return stack.length === 0 ? rest : { ...rest, reservations: [...stack] };
}

/** The message in the old format, or undefined when its reservation is refined (a stack of two or more). */
export function toOldFormat(resource: Resource): Resource | undefined {
  const stack = reservationsOf(resource);
  if (stack.length > 1) return undefined;
  const { role: _role, reservation: _reservation, reservations: _reservations, ...rest } = resource;
  return { ...rest, ...oldFields(stack[0]) };
}

/** The message as operators' endpoints show it. */
export function toEndpointFormat(resource: Resource): Resource {
  const message = toNewFormat(resource);
  const stack = message.reservations ?? [];
  return stack.length > 1 ? message : { ...message, ...oldFields(stack[0]) };
}

/** `role` is written even when it is `*`; `reservation` only for a dynamic one, without its role and type. */
function oldFields(reservation: ResourceReservationInfo | undefined): Pick<Resource, 'role' | 'reservation'> {
  if (reservation === undefined) return { role: '*' };
  const { type, role, ...rest } = reservation;
  if (type === ResourceReservationInfoType.STATIC) return { role: role ?? '*' };
  return { role: role ?? '*', reservation: rest };
}

/** Everything with one more reservation on top of its stack (RESERVE). */
export function pushReservation(resources: Resources, reservation: ResourceReservationInfo): Resources {
  return Resources.of(
    resources.toMessages().map((resource) => ({
      ...resource,
      reservations: [...(resource.reservations ?? []), reservation],
    })),
  );
}

/**
 * Everything without the last reservation of its stack (UNRESERVE; what RESERVE takes).
 *
 * @throws ResourceError naming the first resource that is not reserved
 */
export function popReservation(resources: Resources): Resources {
  return Resources.of(resources.toMessages().map(popOne));
}

function popOne(resource: Resource): Resource {
  const { reservations = [], ...rest } = resource;
  if (reservations.length === 0) {
    throw new ResourceError(`resource ${Resources.of([resource])}: expected a reservation, it has none`);
  }
  return reservations.length === 1 ? rest : { ...rest, reservations: reservations.slice(0, -1) };
}

/** Everything without any reservation. */
export function withoutReservations(resources: Resources): Resources {
  return Resources.of(resources.toMessages().map(({ reservations: _reservations, ...rest }) => rest));
}

/** Whether some resource has a stack of two or more, which needs the RESERVATION_REFINEMENT capability. */
export function hasRefinedReservations(resources: Resources): boolean {
  return resources.entries.some((entry) => entry.kind.reservations.length > 1);
}
