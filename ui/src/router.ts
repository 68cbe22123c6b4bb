/** Where the page is: `#/agents/ID?search=…`, as Mesos' own page has it, so that old bookmarks work. */
import { computed, signal } from '@preact/signals';
import { later } from './clock.ts';

export interface Place {
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const place = computed<Place>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  // Mesos' page called agents slaves once.
  if (parts[0] === 'slaves') parts[0] = 'agents';
  return { path: parts, query: new URLSearchParams(query) };
});

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place. */
export function to(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

/** Changes the query of this place without a new entry in the browser's history. */
export function setQuery(name: string, value: string): void {
  const { query } = place.value;
  const next = new URLSearchParams(query);
  if (value === '') next.delete(name);
  else next.set(name, value);
  const [path] = hash.value.split('?');
  const text = next.toString();
  history.replaceState(null, '', `${path || '#/'}${text === '' ? '' : `?${text}`}`);
  hash.value = location.hash;
}

/** Browsers let the history be written so often only. */
const KEEP_MS = 250;

interface Entry {
  /** Where boxes were scrolled to, by name, in pixels. */
  readonly scroll?: Readonly<Record<string, number>>;
}

let cancelKeep: (() => void) | undefined;

/** Remembers, with this entry of the browser's history, how far a box is scrolled. */
export function keepScroll(name: string, top: number): void {
  const at = location.hash;
  cancelKeep?.();
  cancelKeep = later(KEEP_MS, () => {
    if (location.hash !== at) return;
    const entry = (history.state ?? {}) as Entry;
    history.replaceState({ ...entry, scroll: { ...entry.scroll, [name]: top } }, '');
  });
}

/** How far it was when one left; 0 where one comes for the first time. */
export function scrollKept(name: string): number {
  return (history.state as Entry | null)?.scroll?.[name] ?? 0;
}
