/** Hooks that fetch what a page shows. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { later } from './clock.ts';
import { ApiError } from './data/http.ts';
import { version } from './data/live.ts';

export interface Loaded<T> {
  readonly value: T | undefined;
  /** False until the first answer. */
  readonly isKnown: boolean;
  readonly problem: string;
  again(): void;
}

const AGAIN_MS = 2000;

/** Whether the same may be answered a moment later: there was no answer, half of one, or that there is too much to do. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 503;
}

/**
 * Asks when the page opens, when one of `over` changes, and when told to; again after a while where there was no answer.
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
    let takeBack = (): void => undefined;
    ask().then(
      (value) => current && setState({ value, isKnown: true, problem: '' }),
      (error: unknown) => {
        if (!current) return;
        const problem = error instanceof Error ? error.message : String(error);
        setState((before) => ({ ...before, isKnown: true, problem }));
        if (mayPass(error)) takeBack = later(AGAIN_MS, () => setRound((before) => before + 1));
      },
    );
    return () => {
      current = false;
      takeBack();
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
