/** What a master was held up by while something was done with it, by its own account, and how long `/health` took beside it. */
import type { LoadedMaster } from './masters.ts';
import { pause } from './pause.ts';

/** What `/__pauses__` tells; `at` is in seconds since 1970. */
export interface Pauses {
  readonly seconds: readonly { readonly at: number; readonly ms: number }[];
  readonly pieces: readonly { readonly at: number; readonly ms: number; readonly what: string }[];
}

export interface Phase<T> {
  readonly result: T;
  readonly seconds: number;
  /** The longest pause of the master's loop, of whatever it was made. */
  readonly pauseMs: number;
  /** Of `/health`, asked again and again meanwhile. */
  readonly healthMs: number;
  /** The longest pieces of work, by what they were. */
  readonly pieces: ReadonlyMap<string, number>;
}

/** The master tells of whole seconds: what was before a phase is in none of its own. */
const WINDOW_MS = 1100;
const HEALTH_EVERY_MS = 5;

/** Milliseconds since 1970. */
const now = (): number => performance.timeOrigin + performance.now();

/** Of what the master was held up between two moments, by its account of later. */
export function heldUp(
  { seconds, pieces }: Pauses,
  fromMs: number,
  toMs: number,
): Pick<Phase<unknown>, 'pauseMs' | 'pieces'> {
  const within = ({ at }: { readonly at: number }): boolean =>
    at * 1000 > fromMs && at * 1000 < toMs + WINDOW_MS;
  const longest = new Map<string, number>();
  for (const { ms, what } of pieces.filter(within)) longest.set(what, Math.max(ms, longest.get(what) ?? 0));
  return {
    pauseMs: seconds.filter(within).reduce((max, { ms }) => Math.max(max, ms), 0),
    pieces: new Map([...longest].sort(([, a], [, b]) => b - a)),
  };
}

/** Does something with a master and looks what it does to it. A master that is not there, or not yet, is asked again. */
export async function phase<T>(master: LoadedMaster, run: () => Promise<T>): Promise<Phase<T>> {
  await pause(WINDOW_MS);
  const fromMs = now();
  let healthMs = 0;
  let running = true;
  const asked = (async () => {
    while (running) {
      const at = performance.now();
      const answered = await master.get('/health').then(
        () => true,
        () => false,
      );
      if (answered) healthMs = Math.max(healthMs, performance.now() - at);
      await pause(HEALTH_EVERY_MS);
    }
  })();
  const result = await run();
  const toMs = now();
  running = false;
  await asked;
  await pause(WINDOW_MS);
  const held = heldUp(await master.pauses(), fromMs, toMs);
  return { result, seconds: (toMs - fromMs) / 1000, healthMs, ...held };
}
