/** Times, sizes and names as people read them (ui.md §1: base 1024, relative times, short ids). */
import type { Resource } from '../../proto/index.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** @param bytes at least 0 */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const SPANS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
] as const;

/** `12s`, `5m`, `3h`, `2d`. @param seconds negative ones count as 0 */
export function spanText(seconds: number): string {
  for (const [length, unit] of SPANS) if (seconds >= length) return `${Math.floor(seconds / length)}${unit}`;
  return `${Math.max(0, Math.floor(seconds))}s`;
}

/** ISO 8601; a moment that no calendar has is a dash, for executors may say anything. @param seconds since the epoch */
export function momentText(seconds: number): string {
  const moment = new Date(seconds * 1000);
  return Number.isNaN(moment.getTime()) ? '-' : moment.toISOString();
}

/** How long ago, or `-`. Both in seconds since the epoch. */
export function agoText(now: number, then: number | undefined): string {
  return then === undefined || then === 0 ? '-' : spanText(now - then);
}

/** Sum of a scalar over all reservations and kinds of a resource. */
export function scalarOf(resources: readonly Resource[] | undefined, name: string): number {
  let sum = 0;
  for (const resource of resources ?? []) if (resource.name === name) sum += resource.scalar?.value ?? 0;
  return sum;
}

/** At most three decimals, as Mesos counts. */
export function numberText(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/**
 * Text from outside without what a terminal would act upon: control characters are shown as `\x1b`.
 * Line breaks and tabs stay where `multiline` says so.
 */
export function safeText(text: string, multiline = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    if (multiline && (character === '\n' || character === '\t')) return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
