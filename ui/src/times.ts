/** How moments are told: how long ago, in UTC, or by the browser's zone; remembered in the browser. */
import { signal } from '@preact/signals';
import { isoText } from './format.ts';

export const TIME_STYLES = ['ago', 'utc', 'local'] as const;
export type TimeStyle = (typeof TIME_STYLES)[number];

const KEPT_AS = 'times';

export const timeStyle = signal<TimeStyle>(
  TIME_STYLES.find((each) => each === localStorage.getItem(KEPT_AS)) ?? 'ago',
);

export function chooseTimes(next: TimeStyle): void {
  localStorage.setItem(KEPT_AS, next);
  timeStyle.value = next;
}

/** `2026-03-01 14:05:06 GMT+1`. @param seconds since 1970 */
export function localText(seconds: number): string {
  const moment = new Date(seconds * 1000);
  return Number.isNaN(moment.getTime()) ? '–' : moment.toLocaleString('sv-SE', { timeZoneName: 'short' });
}

/** The moment itself, as chosen. */
export function momentText(seconds: number): string {
  return timeStyle.value === 'local' ? localText(seconds) : isoText(seconds);
}
