/** Numbers, sizes, times and ids as people read them (base 1024, relative times, ends of ids). */
import { t } from './language.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** @param mebibytes as Mesos counts memory and disk */
export function memoryText(mebibytes: number): string {
  return bytesText(mebibytes * 1024 * 1024);
}

export function numberText(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function percentText(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

const SPANS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
];

export function spanText(seconds: number): string {
  for (const [length, unit] of SPANS)
    if (seconds >= length) return `${Math.floor(seconds / length)} ${t(unit)}`;
  return `${Math.max(0, Math.floor(seconds))} ${t('s')}`;
}

/** A moment that no calendar has is a dash: clocks of others may say anything. */
export function isoText(seconds: number): string {
  const moment = new Date(seconds * 1000);
  return Number.isNaN(moment.getTime()) ? '–' : moment.toISOString();
}

/** Ids differ at their ends: `…7d3507a6f0ca-S9`. */
export function shortId(id: string): string {
  return id.length <= 24 ? id : `…${id.slice(-17)}`;
}
