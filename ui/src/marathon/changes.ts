/** Who changed what, and the way back. */
import { ask } from './api.ts';
import type { ChangeRecord, ServiceChange } from './types.ts';

/** @param id of a service, or of a group for all in it */
export async function askChanges(id: string, limit: number): Promise<readonly ChangeRecord[]> {
  const query = `id=${encodeURIComponent(id)}&limit=${limit}`;
  return (await ask<{ changes: readonly ChangeRecord[] }>('GET', `/changes?${query}`)).changes;
}

export const undoPath = (version: string): string => `/changes/${encodeURIComponent(version)}/undo`;

/** Seconds since 1970. */
export function timeOf({ version }: ChangeRecord): number {
  return new Date(version).getTime() / 1000;
}

/** In a word: what the page has a text for. */
export function wordOf({ before, after }: ServiceChange): 'created' | 'changed' | 'destroyed' {
  if (before === null) return 'created';
  return after === null ? 'destroyed' : 'changed';
}
