/** Resources and attributes as people read them, in Mesos' notation. */

import type {
  Labels,
  ResourceDiskInfo,
  ResourceDiskInfoSource,
  ResourceReservationInfo,
} from '../generated/types/v1.ts';
import {
  ResourceDiskInfoSourceType,
  ResourceReservationInfoType,
  ValueType,
  VolumeMode,
} from '../generated/types/v1.ts';
import type { Entry } from './entry.ts';
import type { Kind } from './kind.ts';
import { formatItems, formatRanges, fromMilli } from './values.ts';

/**
 * `cpus(allocated: r)(reservations: [(STATIC,a)])[MOUNT:/mnt/d1,id:path]{REV}<SHARED>:4`; a shared resource is
 * followed by its number of holders, `<2>`.
 */
export function formatEntry(entry: Entry): string {
  const holders = entry.kind.shared ? `<${entry.holders}>` : '';
  return `${formatKind(entry.kind)}:${formatValue(entry)}${holders}`;
}

/** What stands before the colon. */
export function formatKind(kind: Kind): string {
  const allocated = kind.allocationRole === undefined ? '' : `(allocated: ${kind.allocationRole})`;
  const stack = kind.reservations.map(formatReservation).join(',');
  const reserved = stack === '' ? '' : `(reservations: [${stack}])`;
  const disk = kind.disk === undefined ? '' : `[${formatDisk(kind.disk)}]`;
  return `${kind.name}${allocated}${reserved}${disk}${kind.revocable ? '{REV}' : ''}${kind.shared ? '<SHARED>' : ''}`;
}

/** What stands behind the colon: `4`, `[1-2, 5-6]`, `{a, b}`. */
export function formatValue(entry: Entry): string {
  if (entry.kind.type === ValueType.SCALAR) return String(fromMilli(entry.milli));
  if (entry.kind.type === ValueType.RANGES) return formatRanges(entry.ranges);
  return formatItems(entry.items);
}

function formatReservation(reservation: ResourceReservationInfo): string {
  const type = reservation.type === ResourceReservationInfoType.STATIC ? 'STATIC' : 'DYNAMIC';
  const parts = [type, reservation.role ?? ''];
  if (reservation.principal !== undefined) parts.push(reservation.principal);
  if (reservation.labels !== undefined) parts.push(formatLabels(reservation.labels));
  return `(${parts.join(',')})`;
}

function formatLabels(labels: Labels): string {
  const pairs = (labels.labels ?? []).map((label) =>
    label.value === undefined ? label.key : `${label.key}: ${label.value}`,
  );
  return `{${pairs.join(', ')}}`;
}

function formatDisk(disk: ResourceDiskInfo): string {
  const source = disk.source === undefined ? [] : [formatSource(disk.source)];
  if (disk.persistence === undefined) return source.join('');
  const mode = disk.volume?.mode === VolumeMode.RO ? ':ro' : '';
  const volume = disk.volume === undefined ? '' : `:${disk.volume.container_path}${mode}`;
  return [...source, `${disk.persistence.id}${volume}`].join(',');
}

const SOURCE_NAMES = new Map(
  Object.entries(ResourceDiskInfoSourceType).map(([name, number]) => [number as number, name]),
);

function formatSource(source: ResourceDiskInfoSource): string {
  const name = SOURCE_NAMES.get(source.type) ?? 'UNKNOWN';
  const origin = [source.vendor, source.id, source.profile];
  const from = origin.some((part) => part !== undefined)
    ? `(${origin.map((part) => part ?? '').join(',')})`
    : '';
  const root = source.mount?.root ?? source.path?.root;
  return `${name}${from}${root === undefined ? '' : `:${root}`}`;
}
