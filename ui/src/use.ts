/** Hooks that fetch what a page shows. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { version } from './data/live.ts';

export interface Loaded<T> {
  readonly value: T | undefined;
  /** False until the first answer. */
  readonly isKnown: boolean;
  readonly problem: string;
  again(): void;
}

/**
 * Asks when the page opens, when one of `over` changes, and when told to.
 *
 * @param live also whenever the cluster changes
 */
export function useLoaded<T>(ask: () => Promise<T>, over: readonly unknown[], live = false): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'again'>>({
    value: undefined,
    isKnown: false,
    problem: '',
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    ask().then(
      (value) => current && setState({ value, isKnown: true, problem: '' }),
      (error: unknown) =>
        current &&
        setState((before) => ({
          ...before,
          isKnown: true,
          problem: error instanceof Error ? error.message : String(error),
        })),
    );
    return () => {
      current = false;
    };
  }, [...over, round, live ? version.value : 0]);
  return { ...state, again: () => setRound((before) => before + 1) };
}

/** The last that was known of something: what vanishes while one looks, or fills in a form about it, stays in sight. */
export function useLast<T>(value: T | undefined): T | undefined {
  const last = useRef<T | undefined>(undefined);
  if (value !== undefined) last.current = value;
  return last.current;
}
