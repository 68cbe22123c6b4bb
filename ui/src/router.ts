/** Where the page is: `#/agents/ID?search=…`, as Mesos' own page has it, so that old bookmarks work. */
import { batch, computed, signal } from '@preact/signals';
import { enterEntry } from './kept.ts';

export interface Place {
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener('hashchange', () =>
  batch(() => {
    enterEntry();
    hash.value = location.hash;
  }),
);

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
  history.replaceState(history.state, '', `${path || '#/'}${text === '' ? '' : `?${text}`}`);
  hash.value = location.hash;
}
