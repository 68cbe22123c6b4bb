/** Hooks that fetch what a page shows. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { later } from './clock.ts';
import { ApiError } from './data/http.ts';
import { version } from './data/live.ts';
import { type Looks, looksOf } from './looks.ts';

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
 * @param changes also whenever this is another, but one question at a time; true: whenever the cluster changes
 */
export function useLoaded<T>(
  ask: () => Promise<T>,
  over: readonly unknown[],
  changes: unknown = undefined,
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'again'>>({
    value: undefined,
    isKnown: false,
    problem: '',
  });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const change = changes === true ? version.value : changes;
  const looks = useRef<Looks | undefined>(undefined);
  useEffect(() => {
    let takeBack = (): void => undefined;
    const own = looksOf({
      ask: () => {
        takeBack();
        return latest.current();
      },
      answered: (value) => setState({ value, isKnown: true, problem: '' }),
      failed: (error) => {
        const problem = error instanceof Error ? error.message : String(error);
        setState((before) => ({ ...before, isKnown: true, problem }));
        if (mayPass(error)) takeBack = later(AGAIN_MS, own.again);
      },
    });
    looks.current = own;
    own.look(change);
    return () => {
      own.end();
      takeBack();
    };
  }, [...over, round]);
  useEffect(() => looks.current?.look(change), [change]);
  return { ...state, again: () => setRound((before) => before + 1) };
}

/** So long a search rests before it is asked: who types is not answered letter by letter. */
const REST_MS = 250;

/**
 * What a node has to search for: asked at once when the page opens, then whenever something else is wanted, but only when that has
 * rested for a moment and what was asked before is answered.
 *
 * @param wanted what is asked for; also told as `asked` as soon as it is
 */
export function useLoadedInTurn<T>(
  ask: (wanted: string) => Promise<T>,
  wanted: string,
): Loaded<T> & { readonly asked: string } {
  const [asked, setAsked] = useState(wanted);
  const [isBusy, setBusy] = useState(false);
  const loaded = useLoaded(() => {
    setBusy(true);
    return ask(asked).finally(() => setBusy(false));
  }, [asked]);
  useEffect(() => {
    if (!isBusy && wanted !== asked) return later(REST_MS, () => setAsked(wanted));
  }, [isBusy, wanted, asked]);
  return { ...loaded, asked };
}

/** The last that was known of something: what vanishes while one looks, or fills in a form about it, stays in sight. */
export function useLast<T>(value: T | undefined): T | undefined {
  const last = useRef<T | undefined>(undefined);
  if (value !== undefined) last.current = value;
  return last.current;
}
