import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { MetricsRegistry } from '../metrics/index.ts';
import type { Clock, Timer } from '../ports.ts';
import type { PauseLog } from './pauseLog.ts';

/** How finely pauses are seen. */
const RESOLUTION_MS = 10;
const WINDOW_MS = 1000;
/** The gauge tells of so long. */
const TOLD_MS = 10_000;

/** What holds up a program's loop, of whatever length, as Node measures it. */
export interface PauseHistogram {
  /** Nanoseconds between two looks. */
  readonly max: number;
  enable(): unknown;
  disable(): unknown;
  reset(): void;
}

/** Kinds of collections, as V8 numbers them. */
const COLLECTIONS: Readonly<Record<number, string>> = {
  1: 'young objects',
  2: 'young objects',
  4: 'all objects',
  8: 'a step of marking',
  16: 'weak references',
};

/**
 * The longest pause of the program's event loop within the last ten seconds, as `runtime/event_loop_pause_max_ms`, that of each
 * second and long collections of garbage into the log. For one node of a program; a pause counts for up to ten milliseconds less
 * than it lasted.
 * @returns ends it
 */
export function measurePauses(
  log: PauseLog,
  metrics: MetricsRegistry,
  clock: Clock,
  histogram: PauseHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
): () => void {
  let timer: Timer | undefined;
  const nowMs = (): number => Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
  const turn = (): void => {
    timer = clock.setTimer(WINDOW_MS, () => {
      log.window(nowMs());
      histogram.reset();
      turn();
    });
  };
  histogram.enable();
  const collections = watchCollections(log);
  turn();
  metrics.gauge(
    'runtime/event_loop_pause_max_ms',
    () => Math.max(log.longestMs(TOLD_MS), nowMs()),
    'The longest pause of the last ten seconds',
  );
  return () => {
    timer?.cancel();
    histogram.disable();
    collections.disconnect();
  };
}

/** What Node tells of a collection, beyond what its types say. */
interface Collection extends PerformanceEntry {
  readonly detail?: { readonly kind?: number };
}

function watchCollections(log: PauseLog): PerformanceObserver {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as readonly Collection[]) {
      const kind = COLLECTIONS[entry.detail?.kind ?? 0] ?? 'of another kind';
      log.known(entry.duration, `collecting garbage: ${kind}`);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
