/** What is kept with an entry of the browser's history, so that back and forward, and a reload, lead to where one was. */
import { signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface State {
  readonly entry?: string;
}

const LAST = 'entries';
const PREFIX = 'kept/';

/** The name of the present entry; one that has none yet is given it. */
function nameOfEntry(): string {
  const state = history.state as State | null;
  if (state?.entry !== undefined) return state.entry;
  const name = String(Number(read(LAST) ?? 0) + 1);
  write(LAST, name);
  history.replaceState({ ...state, entry: name }, '');
  return name;
}

/** The present entry. What is kept belongs to a part of the page that came into being with it: its key. */
export const entry = signal(nameOfEntry());

const leaving = new Set<() => void>();
addEventListener('pagehide', leave);

/** The browser is at another entry: to be told before the page shows what belongs to it. */
export function enterEntry(): void {
  leave();
  entry.value = nameOfEntry();
}

/**
 * Is called while what belongs to the present entry is still shown: browsers tell of scrolling with the next frame,
 * which is too late for who scrolls and goes on at once.
 */
export function useLeave(keep: () => void): void {
  const latest = useRef(keep);
  latest.current = keep;
  useLayoutEffect(() => {
    const last = (): void => latest.current();
    leaving.add(last);
    return () => void leaving.delete(last);
  }, []);
}

function leave(): void {
  for (const keep of leaving) keep();
}

/** Not in the history itself: browsers let that be written so often only. */
export function keepAt(at: string, name: string, value: unknown): void {
  write(`${PREFIX}${at}/${name}`, JSON.stringify(value));
}

export function keptAt<T>(at: string, name: string): T | undefined {
  const text = read(`${PREFIX}${at}/${name}`);
  return text === null ? undefined : (JSON.parse(text) as T);
}

/** As `useState`, and kept. */
export function useKept<T>(name: string, first: T): [T, (next: T) => void] {
  const here = useEntry();
  const [value, setValue] = useState<T>(() => keptAt<T>(here, name) ?? first);
  return [
    value,
    (next) => {
      keepAt(here, name, next);
      setValue(next);
    },
  ];
}

/** The entry with which a part of the page came into being: what is left writes no more into the next. */
export function useEntry(): string {
  const first = useRef<string | undefined>(undefined);
  first.current ??= entry.peek();
  return first.current;
}

/**
 * How far a box is scrolled.
 * @param isFilled whether what it shows is there: until then there is nothing to scroll
 * @returns to be told that it scrolled
 */
export function useKeptScroll(
  name: string,
  box: RefObject<HTMLElement>,
  isFilled: boolean,
): (event: { readonly currentTarget: HTMLElement }) => void {
  const here = useEntry();
  const isRestored = useRef(false);
  useLayoutEffect(() => {
    if (!isFilled || isRestored.current) return;
    isRestored.current = true;
    box.current?.scrollTo({ top: keptAt<number>(here, name) ?? 0 });
  }, [isFilled]);
  const keep = (at: HTMLElement): void => {
    // One that is left scrolls a last time.
    if (isRestored.current && at.isConnected) keepAt(here, name, at.scrollTop);
  };
  useLeave(() => {
    if (box.current !== null) keep(box.current);
  });
  return ({ currentTarget }) => keep(currentTarget);
}

/** A browser that lets pages keep nothing forgets. */
function read(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  if (stored(name, value)) return;
  forgetAll();
  stored(name, value);
}

function stored(name: string, value: string): boolean {
  try {
    sessionStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/** A tab of weeks has been at very many places. */
function forgetAll(): void {
  try {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  } catch {
    // Nothing is kept there at all.
  }
}
