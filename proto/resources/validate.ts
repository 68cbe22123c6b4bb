/**
 * What a resource message must be (v1 scheduler API §10.2 of Mesos). Each check returns the first thing that is wrong,
 * in words that name the resource, or undefined.
 */

import type { Resource, ResourceDiskInfo, ResourceReservationInfo } from '../generated/types/v1.ts';
import { ResourceDiskInfoSourceType, ResourceReservationInfoType, ValueType } from '../generated/types/v1.ts';
import { firstProblem } from '../validation/problems.ts';
import { reservationsOf } from './kind.ts';
import { isStrictSubroleOf, validateRole } from './roles.ts';
import type { Range } from './values.ts';
import { toMilli } from './values.ts';

/** The format of one resource: needed everywhere, by everybody. */
export function validateResource(resource: Resource): string | undefined {
  if (resource.name === '') return 'resource: expected a name, it is empty';
  const problem =
    valueProblem(resource) ??
    diskFormatProblem(resource) ??
    reservationProblem(resource) ??
    (resource.shared !== undefined && resource.disk?.persistence === undefined
      ? 'only persistent volumes can be shared'
      : undefined);
  return problem === undefined ? undefined : `resource "${resource.name}": ${problem}`;
}

/** The format of each of a list. */
export function validateResources(resources: readonly Resource[] | undefined): string | undefined {
  return firstProblem(resources, validateResource);
}

/**
 * Format and use: what tasks, executors and operations may hold. On top of the format: whole gpus, complete
 * disk infos, persistence ids once per role, nothing both revocable and dynamically reserved.
 */
export function validateResourcesForUse(resources: readonly Resource[] | undefined): string | undefined {
  return (
    validateResources(resources) ?? firstProblem(resources, useProblem) ?? repeatedVolume(resources ?? [])
  );
}

function valueProblem(resource: Resource): string | undefined {
  const { scalar, ranges, set } = resource;
  switch (resource.type) {
    case ValueType.SCALAR:
      if (scalar === undefined || ranges !== undefined || set !== undefined)
        return 'expected "scalar" and no other value';
      return scalarProblem(scalar.value);
    case ValueType.RANGES:
      if (ranges === undefined || scalar !== undefined || set !== undefined)
        return 'expected "ranges" and no other value';
      return rangesProblem(ranges.range ?? []);
    case ValueType.SET:
      if (set === undefined || scalar !== undefined || ranges !== undefined)
        return 'expected "set" and no other value';
      return setProblem(set.item ?? []);
    default:
      return 'expected a type of SCALAR, RANGES or SET';
  }
}

function scalarProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return `expected a finite number, got ${value}`;
  if (value < 0) return `expected a number that is not negative, got ${value}`;
  if (value > 0 && toMilli(value) === 0) return `expected 0 or at least 0.001, got ${value}`;
  return undefined;
}

function rangesProblem(ranges: readonly Range[]): string | undefined {
  for (const { begin, end } of ranges) {
    if (begin < 0 || !Number.isInteger(begin) || !Number.isInteger(end))
      return `expected whole numbers that are not negative in range ${begin}-${end}`;
    if (begin > end) return `expected a range with begin <= end, got ${begin}-${end}`;
  }
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  for (const [i, range] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next !== undefined && next.begin <= range.end)
      return `ranges ${range.begin}-${range.end} and ${next.begin}-${next.end} overlap`;
  }
  return undefined;
}

function setProblem(items: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(item)) return `item "${item}" is in the set twice`;
    seen.add(item);
  }
  return undefined;
}

function diskFormatProblem(resource: Resource): string | undefined {
  if (resource.disk === undefined) return undefined;
  if (resource.name !== 'disk') return 'only "disk" may have a DiskInfo';
  const source = resource.disk.source;
  if (source === undefined) return undefined;
  const { type } = source;
  if (type === ResourceDiskInfoSourceType.UNKNOWN) return 'the type of its disk source is unknown';
  const bare = type === ResourceDiskInfoSourceType.BLOCK || type === ResourceDiskInfoSourceType.RAW;
  if (bare && (source.mount !== undefined || source.path !== undefined))
    return 'a BLOCK or RAW disk source has neither "mount" nor "path"';
  return undefined;
}

function reservationProblem(resource: Resource): string | undefined {
  const stack = resource.reservations ?? [];
  return stack.length === 0
    ? oldFormatProblem(resource)
    : (stackProblem(stack) ?? mixtureProblem(resource, stack));
}

function oldFormatProblem(resource: Resource): string | undefined {
  const role = resource.role ?? '*';
  const problem = validateRole(role);
  if (problem !== undefined) return problem;
  if (resource.reservation === undefined) return undefined;
  if (role === '*') return 'role "*" cannot be dynamically reserved';
  if (resource.reservation.type !== undefined)
    return 'its "reservation" must not have a type unless "reservations" is used';
  if (resource.reservation.role !== undefined)
    return 'its "reservation" must not have a role unless "reservations" is used';
  return undefined;
}

function stackProblem(stack: readonly ResourceReservationInfo[]): string | undefined {
  let above: string | undefined;
  for (const [i, reservation] of stack.entries()) {
    const { type, role } = reservation;
    if (type === undefined || type === ResourceReservationInfoType.UNKNOWN)
      return `reservation ${i} has no type: expected STATIC or DYNAMIC`;
    if (role === undefined) return `reservation ${i} has no role`;
    const problem = role === '*' ? 'role "*" cannot be reserved' : validateRole(role);
    if (problem !== undefined) return `reservation ${i}: ${problem}`;
    if (i > 0 && type === ResourceReservationInfoType.STATIC)
      return `reservation ${i} is STATIC: only the first may be`;
    if (above !== undefined && !isStrictSubroleOf(role, above))
      return `reservation ${i}: role "${role}" is not below "${above}"`;
    above = role;
  }
  return undefined;
}

/** With one reservation the old fields may say the same again; with more they must be silent. */
function mixtureProblem(resource: Resource, stack: readonly ResourceReservationInfo[]): string | undefined {
  const { role, reservation } = resource;
  const [only, second] = stack;
  if (second !== undefined || only === undefined) {
    return role !== undefined || reservation !== undefined
      ? '"role" and "reservation" must be unset beside several "reservations"'
      : undefined;
  }
  if (role !== undefined && role !== only.role)
    return `role "${role}" differs from "${only.role}" in "reservations"`;
  if (reservation === undefined) {
    const silent = role === undefined || only.type === ResourceReservationInfoType.STATIC;
    return silent ? undefined : '"reservations" is DYNAMIC, so "reservation" must be set as "role" is';
  }
  if (only.type === ResourceReservationInfoType.STATIC)
    return '"reservation" must be unset beside a STATIC one in "reservations"';
  const same =
    reservation.principal === only.principal &&
    JSON.stringify(reservation.labels ?? {}) === JSON.stringify(only.labels ?? {});
  return same ? undefined : '"reservation" differs from the one in "reservations"';
}

function useProblem(resource: Resource): string | undefined {
  const problem = gpuProblem(resource) ?? diskUseProblem(resource) ?? revocableProblem(resource);
  return problem === undefined ? undefined : `resource "${resource.name}": ${problem}`;
}

function gpuProblem(resource: Resource): string | undefined {
  if (resource.name !== 'gpus') return undefined;
  const value = resource.scalar?.value ?? 0;
  return toMilli(value) % 1000 === 0 ? undefined : `expected a whole number, got ${value}`;
}

function diskUseProblem(resource: Resource): string | undefined {
  const { disk } = resource;
  if (disk === undefined) return undefined;
  if (disk.persistence !== undefined) return volumeProblem(resource, disk);
  if (disk.volume !== undefined) return 'a "volume" without "persistence" is not supported';
  return disk.source === undefined ? 'its DiskInfo is empty' : undefined;
}

function volumeProblem(resource: Resource, disk: ResourceDiskInfo): string | undefined {
  if (resource.revocable !== undefined) return 'a persistent volume cannot be revocable';
  if (reservationsOf(resource).length === 0) return 'a persistent volume must be reserved';
  if (disk.volume === undefined) return 'a persistent volume needs "volume"';
  if (disk.volume.host_path !== undefined) return 'a persistent volume must not have "volume.host_path"';
  return persistenceIdProblem(disk.persistence?.id ?? '');
}

function persistenceIdProblem(id: string): string | undefined {
  const bytes = new TextEncoder().encode(id).length;
  if (bytes < 1 || bytes > 255) return `expected a persistence id of 1 to 255 bytes, got ${bytes}`;
  if (id === '.' || id === '..') return `persistence id "${id}" is not allowed`;
  for (const character of id) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 || code === 127 || character === '/' || character === '\\')
      return `persistence id ${JSON.stringify(id)} must not contain "/", "\\" or control characters`;
  }
  return undefined;
}

function revocableProblem(resource: Resource): string | undefined {
  if (resource.revocable === undefined) return undefined;
  const dynamic = reservationsOf(resource).some(
    (reservation) => reservation.type === ResourceReservationInfoType.DYNAMIC,
  );
  return dynamic ? 'it is dynamically reserved and cannot be revocable' : undefined;
}

function repeatedVolume(resources: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  for (const resource of resources) {
    const id = resource.disk?.persistence?.id;
    if (id === undefined || resource.shared !== undefined) continue;
    const key = JSON.stringify([reservationsOf(resource).at(-1)?.role, id]);
    if (seen.has(key)) return `resource "${resource.name}": persistence id "${id}" is there twice`;
    seen.add(key);
  }
  return undefined;
}
